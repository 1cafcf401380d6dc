"""Answers on paper and by other ways: entered by staff, checked by a second person, counted."""

from datetime import timedelta

import pytest

from forum.consultations import actions, queries
from forum.consultations.enums import Channel
from forum.consultations.models import Response
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Invalid
from tests import factories
from tests.consultations import answering
from tests.consultations.test_responding_pages import send
from tests.consultations.test_results import close

ON_PAPER = {
    "channel": "paper",
    "behalf": "organisation",
    "organisation_name": "Tyne Carers",
    "sector": "voluntary",
    "region": "national",
}


@pytest.fixture
def manager(client):
    """The client, signed in as a manager of the centre."""
    return client.sign_in(factories.make_account(role="manager"))


def today(days=0):
    return (queries.today() + timedelta(days=days)).isoformat()


def only_response():
    db.session.expire_all()
    return db.session.query(Response).one()


def enter(manager, consultation, first, **fields):
    """Enter a response as far as sending it."""
    address = f"/consultations/{consultation.id}/manage/entered/new/"
    page = send(manager, address, "Enter answers", {**ON_PAPER, "received_on": today(), **fields})
    page = send(manager, page, "Save and continue", {f"q{first.id}": "b"})
    page = send(manager, page, "Save and continue")
    return send(manager, page, "Send response")


def make_entered(consultation, *, channel=Channel.EVENT):
    """A draft that a manager has begun to enter today."""
    return actions.enter_response(
        factories.make_account(role="manager"),
        consultation,
        speaker=answering.speaker(),
        channel=channel,
        received_on=queries.today(),
    )


def counted(consultation):
    return queries.results_of(consultation, exact=True).submissions


def test_what_came_on_paper_is_entered_in_the_same_form_and_counts(app, manager, browser):
    consultation, first, _second = answering.small_consultation()
    page = enter(manager, consultation, first)
    response = only_response()
    assert (response.channel, response.received_on) == ("paper", queries.today())
    assert response.transcriber_id is not None
    assert response.respondent.account_id is None
    assert counted(consultation) == 1
    assert "Change your answers" not in page.links
    page = manager.get(f"/consultations/{consultation.id}/manage/entered/")
    assert "Tyne Carers" in page.main
    assert "on paper" in page.main
    # It is nobody else's.
    for account in (None, factories.make_account(role="moderator")):
        other = browser()
        if account:
            other.sign_in(account)
        other.get(f"/responses/{response.reference}/", status=404)


def test_a_second_person_checks_before_it_counts(app, manager, browser):
    consultation, first, _second = answering.small_consultation(checks_offline=True)
    enter(manager, consultation, first)
    assert counted(consultation) == 0
    reference = only_response().reference
    address = f"/consultations/{consultation.id}/manage/entered/"
    assert f"Confirm {reference}" not in manager.get(address).buttons
    check = f"{address}{only_response().id}/check/"
    manager.post(check, data={"csrf_token": manager.token()}, status=403)
    colleague = browser().sign_in(factories.make_account(role="manager"))
    page = send(colleague, address, f"Confirm {reference}")
    assert "checked" in page.main
    assert counted(consultation) == 1
    colleague.post(check, data={"csrf_token": colleague.token()}, status=403)


def test_what_is_not_sent_yet_is_not_checked(app, client, browser):
    consultation, _first, _second = answering.small_consultation(checks_offline=True)
    entered = make_entered(consultation)
    address = f"/consultations/{consultation.id}/manage/entered/"
    colleague = client.sign_in(factories.make_account(role="manager"))
    assert f"Confirm {entered.reference}" not in colleague.get(address).buttons
    token = {"csrf_token": colleague.token()}
    page = colleague.post(f"{address}{entered.id}/check/", data=token, status=403)
    assert "There is nothing to check." in page.main
    assert only_response().checker_id is None


def test_an_administrator_goes_on_with_what_staff_entered(app, client):
    consultation, first, _second = answering.small_consultation()
    make_entered(consultation)
    client.sign_in(factories.make_account(role="administrator"))
    address = f"/responses/{only_response().reference}/"
    send(client, f"{address}pages/1/", "Save and continue", {f"q{first.id}": "b"})
    send(client, f"{address}check/", "Send response")
    assert counted(consultation) == 1
    # What respondents wrote themselves is theirs alone.
    own, _holder = answering.begin(consultation, factories.make_account())
    client.get(f"/responses/{own.reference}/", status=404)


def test_what_came_online_is_entered_by_its_respondent_alone(app, manager):
    consultation, _first, _second = answering.small_consultation()
    address = f"/consultations/{consultation.id}/manage/entered/new/"
    fields = {**ON_PAPER, "received_on": today(), "channel": "online"}
    send(manager, address, "Enter answers", fields, status=422)
    with pytest.raises(Invalid, match="Choose how the answers came"):
        make_entered(consultation, channel=Channel.ONLINE)
    assert db.session.query(Response).count() == 0


@pytest.mark.parametrize("days", [1, -30])
def test_the_day_lies_within_the_time_for_answers(app, manager, days):
    consultation, _first, _second = answering.small_consultation()
    address = f"/consultations/{consultation.id}/manage/entered/new/"
    fields = {**ON_PAPER, "received_on": today(days)}
    page = send(manager, address, "Enter answers", fields, status=422)
    assert page.errors == ["Give the day on which the answers came, while they were taken"]
    assert "Tyne Carers" in page.text
    assert db.session.query(Response).count() == 0


def test_what_came_in_time_may_be_entered_after_closing_and_is_not_late(app, manager):
    consultation, first, _second = answering.small_consultation()
    close(consultation)
    enter(manager, consultation, first, received_on=today(-1))
    assert not only_response().is_late
    assert counted(consultation) == 1


def test_what_came_after_closing_is_late_by_the_rule_or_not_taken(app, manager):
    consultation, first, _second = answering.small_consultation()
    close(consultation)
    consultation.closes_at = clock.now() - timedelta(days=3)
    factories.commit()
    address = f"/consultations/{consultation.id}/manage/entered/new/"
    fields = {**ON_PAPER, "received_on": today(-1)}
    send(manager, address, "Enter answers", fields, status=422)
    consultation.late_until = clock.now() + timedelta(days=3)
    factories.commit()
    enter(manager, consultation, first, received_on=today(-1))
    assert only_response().is_late


def test_others_neither_enter_nor_check(app, client):
    consultation, first, _second = answering.small_consultation()
    entered = make_entered(consultation)
    assert first
    for account in (
        factories.make_account(role="moderator"),
        factories.make_account(role="manager", centre=factories.get_centre("london")),
    ):
        client.sign_out()
        client.sign_in(account)
        base = f"/consultations/{consultation.id}/manage/entered/"
        client.get(base, status=403)
        client.get(f"{base}new/", status=403)
        client.post(f"{base}{entered.id}/check/", data={"csrf_token": client.token()}, status=403)


def test_nothing_is_entered_before_opening_or_after_the_outcome(app, manager):
    consultation, _first, _second = answering.small_consultation()
    address = f"/consultations/{consultation.id}/manage/entered/new/"
    with clock.at(consultation.opens_at - timedelta(minutes=1)):
        manager.get(address, status=403)
    close(consultation)
    consultation.responded_at = clock.now()
    factories.commit()
    manager.get(address, status=403)
