"""Whoever responds is told of new editions and extensions; nobody else is, and nobody twice."""

from datetime import timedelta

import pytest

from forum.consultations import actions
from forum.consultations.actions import announcing, editing, retention, telling
from forum.consultations.email import reference_of
from forum.consultations.enums import Channel, ResponseState
from forum.consultations.events import ConsultationChanged
from forum.core import clock, mail
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.outbox import OutboxEvent, emit
from forum.notifications.models import Notice
from forum.organisations.models import Membership
from tests import factories
from tests.consultations import answering, making

NOTE = "The annex was wrong about the lots."
EMAIL = "ann@example.org"


@pytest.fixture
def asked(app):
    boss = making.manager()
    return boss, making.make_open(author=boss, title="Buying lifts")


def change(boss, found, **changes):
    changes = changes or {"still_open": "The size and number of the lots."}
    editing.edit(boss, found, version=found.version, changes=changes, note=NOTE)


def extend(boss, found):
    later = found.closes_at + making.WEEK
    announcing.extend(boss, found, closes_at=later, note="Many asked for more time.")


def told(account):
    """Kinds of the notices that an account has."""
    rows = db.session.query(Notice).filter_by(account_id=account.id).order_by(Notice.id)
    return [notice.kind for notice in rows]


def test_a_visitor_is_mailed_the_note_the_closing_and_the_private_link(asked, deliver, outbox_mail):
    boss, found = asked
    response, _holder = answering.begin(found, submission_id="v", email=EMAIL)
    deliver()
    change(boss, found)
    deliver()
    [_link, sent] = outbox_mail.to(EMAIL)
    text = sent.get_content()
    assert "A consultation has changed" in sent["Subject"]
    assert "“Buying lifts”" in text
    assert NOTE in text
    assert clock.datetime_words(found.closes_at) in text
    assert f"{found.path}history/" in text
    [link] = [line for line in text.split() if "/responses/return/" in line]
    assert reference_of(link.rstrip("/").rpartition("/")[2]) == response.reference


def test_an_extension_tells_the_new_closing(asked, deliver, outbox_mail):
    boss, found = asked
    member = factories.make_account()
    answering.begin(found, submission_id="v", email=EMAIL)
    answering.begin(found, member)
    before = clock.datetime_words(found.closes_at)
    deliver()
    extend(boss, found)
    deliver()
    for sent in (outbox_mail.to(EMAIL)[-1], outbox_mail.to(member.email)[-1]):
        text = sent.get_content()
        assert "Many asked for more time." in text
        assert clock.datetime_words(found.closes_at) in text
        assert before not in text
    assert "More time to respond" in outbox_mail.to(EMAIL)[-1]["Subject"]
    assert told(member) == ["consultation-extended"]


def test_a_member_gets_a_notice_that_leads_to_their_response(asked, deliver, client):
    boss, found = asked
    member = factories.make_account()
    response, _holder = answering.begin(found, member)
    change(boss, found)
    deliver()
    page = client.sign_in(member).get("/account/notices/")
    assert NOTE in page.main
    assert "about “Buying lifts”" in page.main
    page = client.get(page.links["A consultation to which you respond has changed"])
    assert f"Go on with response {response.reference}" in page.links


def test_each_is_told_once_however_often_an_event_is_delivered(asked, deliver, outbox_mail):
    boss, found = asked
    organisation = factories.make_organisation("Tyne Carers", sector="social-enterprise")
    ann = factories.make_account(organisation=organisation)
    answering.begin(found, ann)
    answering.begin(
        found, ann, organisation_id=organisation.id, organisation_name=organisation.name
    )
    change(boss, found)
    edition = found.edition
    assert telling.tell_respondents(found.id, edition) == 1
    assert telling.tell_respondents(found.id, edition) == 0
    emit(ConsultationChanged(found.id, edition))
    deliver()
    assert told(ann) == ["consultation-changed"]
    assert len(outbox_mail.to(ann.email)) == 1
    change(boss, found, still_open="Nothing but the size.")
    deliver()
    assert told(ann) == ["consultation-changed"] * 2


def test_of_an_organisation_those_are_told_who_write_for_it(asked, deliver):
    boss, found = asked
    organisation = factories.make_organisation("Tyne Carers", sector="social-enterprise")
    people = {
        name: factories.make_account(organisation=organisation, display_name=name)
        for name in ("began", "edits", "steward", "left", "other")
    }
    fields = {"organisation_id": organisation.id, "organisation_name": organisation.name}
    response, _holder = answering.begin(found, people["began"], **fields)
    actions.release_response(answering.holder_of(people["began"]), response)
    actions.hold_response(answering.holder_of(people["edits"]), response)
    memberships = db.session.query(Membership)
    for name, one in people.items():
        membership = memberships.filter_by(account_id=one.id).one()
        membership.is_steward = name in {"steward", "left"}
        if name == "left":
            membership.state = "left"
    factories.commit()
    change(boss, found)
    deliver()
    assert {name for name, one in people.items() if told(one)} == {"began", "edits", "steward"}


def test_nobody_is_told_who_withdrew_or_has_not_responded_and_staff_learn_of_nobody(
    asked, deliver, outbox_mail
):
    boss, found = asked
    gone, holder = answering.begin(found, submission_id="v", email=EMAIL)
    gone.state = ResponseState.SUBMITTED
    actions.withdraw_response(holder, gone)
    paper = actions.enter_response(
        boss,
        found,
        speaker=answering.speaker(email="paper@example.org"),
        channel=Channel.PAPER,
        received_on=clock.now().astimezone(clock.LONDON).date(),
    )
    other = making.make_open(author=boss)
    stranger, member = factories.make_account(), factories.make_account()
    answering.begin(other, stranger)
    answering.begin(found, member, name="Secret Name")
    deliver()
    sent = len(outbox_mail)
    change(boss, found)
    deliver()
    assert [one["To"] for one in list(outbox_mail)[sent:]] == [member.email]
    assert told(stranger) == told(boss) == []
    assert paper.respondent.email == "paper@example.org"
    record = db.session.query(AuditRecord).filter_by(tag=telling.TAG).one()
    assert record.details == {"edition": found.edition, "respondents": 1}
    assert all(event.payload == {} for event in db.session.query(OutboxEvent))


def test_one_mail_that_cannot_be_sent_holds_up_no_other(asked, deliver, outbox_mail, monkeypatch):
    boss, found = asked
    for number in range(3):
        answering.begin(found, submission_id=str(number), email=f"n{number}@example.org")
    deliver()
    change(boss, found)
    send = mail.send

    def failing(*, to, **kwargs):
        if to == "n1@example.org":
            raise OSError("no such mailbox")
        send(to=to, **kwargs)

    monkeypatch.setattr("forum.core.mail.send", failing)
    deliver(failing=True)
    assert [len(outbox_mail.to(f"n{number}@example.org")) for number in range(3)] == [2, 1, 2]
    monkeypatch.setattr("forum.core.mail.send", send)
    with clock.at(clock.now() + timedelta(hours=2)):
        deliver()
    assert [len(outbox_mail.to(f"n{number}@example.org")) for number in range(3)] == [2, 2, 2]


def test_a_new_edition_before_opening_tells_nobody(app, deliver, outbox_mail):
    boss = making.manager()
    found = making.make_announced(author=boss)
    change(boss, found)
    deliver()
    assert len(outbox_mail) == 0


def test_at_the_retention_date_the_notices_go_that_say_who_responded(asked, deliver):
    boss, found = asked
    member = factories.make_account()
    answering.begin(found, member)
    other = making.make_open(author=boss)
    answering.begin(other, member)
    change(boss, found)
    change(boss, other)
    deliver()
    assert told(member) == ["consultation-changed"] * 2
    found.retention_on = found.closes_at.date()
    with clock.at(found.closes_at + timedelta(days=1)):
        retention.end_retention()
        deliver()
    [kept] = db.session.query(Notice).filter_by(account_id=member.id)
    assert kept.path == f"{other.path}respond/"
