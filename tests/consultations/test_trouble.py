"""What goes wrong on the way of a response: each has a clear answer, and nothing is lost."""

from datetime import timedelta

import pytest

from forum.consultations import actions, queries
from forum.consultations.email import link_to
from forum.consultations.enums import ResponseState
from forum.consultations.models import Response
from forum.consultations.queries import Wanted
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotAllowed
from tests.consultations import answering, making
from tests.consultations.test_responding_pages import begin, send

CHOICES = {"may_publish": True, "may_name": False, "may_contact": False}


@pytest.fixture
def sent(app):
    """A response of a visitor that was sent, the holder of its link, and its questions."""
    consultation, first, second = answering.small_consultation()
    response, holder = answering.begin(consultation, submission_id="v", email="ann@example.org")
    answering.answer(holder, response, {first: answering.choose("a")})
    answering.answer(holder, response, {second: answering.text("Sooner.")})
    actions.submit_response(holder, response, **CHOICES)
    return response, holder, second


def test_a_receipt_used_twice_opens_one_response_and_counts_once(
    sent, client, browser, deliver, outbox_mail
):
    response, _holder, second = sent
    deliver()
    receipt = outbox_mail.to("ann@example.org")[-1].get_content()
    [link] = [word for word in receipt.split() if "/responses/return/" in word]
    path = link.removeprefix("http://localhost")
    other = browser()
    for one in (client, other):
        page = one.follow(one.get(path, status=303))
        assert response.reference in page.main
    pages = f"/responses/{response.reference}/pages/2/"
    mine, theirs = client.get(pages), other.get(pages)
    send(client, mine, "Save and continue", {f"q{second.id}": "Mine."})
    both = send(other, theirs, "Save and continue", {f"q{second.id}": "Theirs."}, status=409)
    assert "Mine." in both.main
    assert "Theirs." in both.main
    assert db.session.query(Response).count() == 1
    assert queries.results_of(response.consultation, exact=True).submissions == 1


def test_a_response_sent_twice_was_sent_when_it_was_first(sent, client):
    response, holder, _second = sent
    first = response.submitted_at
    with clock.at(clock.now() + timedelta(hours=1)):
        actions.submit_response(holder, response, **{**CHOICES, "may_name": True})
    assert response.submitted_at == first
    assert response.may_name
    assert queries.results_of(response.consultation, exact=True).submissions == 1


def test_each_sending_has_a_receipt_until_they_would_be_a_flood(sent, deliver, outbox_mail):
    response, holder, _second = sent
    for _number in range(5):
        actions.submit_response(holder, response, **CHOICES)
    deliver()
    mails = [mail for mail in outbox_mail.to("ann@example.org") if "We have" in mail["Subject"]]
    assert [mail["Subject"].partition(" – ")[0] for mail in mails] == [
        "We have your response",
        *["We have your changes"] * 3,
    ]
    assert all(response.reference in mail.get_content() for mail in mails)
    assert "Your reference is still" in mails[-1].get_content()
    with clock.at(clock.now() + timedelta(hours=2)):
        actions.submit_response(holder, response, **CHOICES)
        deliver()
    assert outbox_mail.to("ann@example.org")[-1]["Subject"].startswith("We have your changes")


def test_a_clock_that_goes_back_loses_nothing_and_opens_nothing(sent):
    response, holder, second = sent
    consultation = response.consultation
    with clock.at(consultation.opens_at - timedelta(hours=1)):
        assert queries.get_response(holder, response.reference).id == response.id
        for refused in (
            lambda: answering.answer(holder, response, {second: answering.text("Before?")}),
            lambda: actions.submit_response(holder, response, **CHOICES),
            lambda: answering.begin(consultation, submission_id="w"),
        ):
            with pytest.raises(NotAllowed, match="has not opened yet"):
                refused()
    assert response.state is ResponseState.SUBMITTED
    assert queries.answers_of(response.id)[second.id].text == "Sooner."
    answering.answer(holder, response, {second: answering.text("Again.")})
    assert queries.answers_of(response.id)[second.id].text == "Again."


def test_withdrawal_after_publication_is_refused_with_a_way_out(sent, client):
    response, holder, _second = sent
    boss = making.manager()
    client.get(f"/responses/return/{link_to(response.reference)}/", status=303)
    opened_in_time = client.get(f"/responses/{response.reference}/withdraw/")
    with clock.at(response.consultation.closes_at + timedelta(days=1)):
        actions.approve_answers(boss, response)
        assert queries.count_published(response.consultation) == 1
        refused = client.post_form(opened_in_time, button="Withdraw response", status=403)
        for page in (
            refused,
            client.get(f"/responses/{response.reference}/withdraw/", status=403),
            client.get(f"/responses/{response.reference}/"),
        ):
            assert "This consultation closed on" in page.main
            assert "ask its managers" in page.main
        with pytest.raises(NotAllowed, match="ask its managers"):
            actions.withdraw_response(holder, response)
        assert queries.count_published(response.consultation) == 1
        # The way out: staff take it out, and it is read and counted no longer.
        actions.remove_response(boss, response, reason="Its respondent asked for it.")
        assert queries.count_published(response.consultation) == 0
        assert queries.list_published(response.consultation, Wanted()).rows == []
        assert queries.results_of(response.consultation, exact=True).submissions == 0


def test_after_closing_no_page_offers_what_cannot_be_done(app, client):
    consultation, first, _second = answering.small_consultation()
    page = begin(client, consultation)
    send(client, page, "Save and continue", {f"q{first.id}": "b"})
    (response,) = db.session.query(Response)
    own = f"/responses/{response.reference}/"
    assert "can read and change your response" in client.get(own).main
    assert "Change About payment" in client.get(f"{own}check/").links
    with clock.at(consultation.closes_at + timedelta(seconds=1)):
        page = client.get(own)
        assert "This response was not sent, so it does not count." in page.main
        assert "can read your response" in page.main
        page = client.get(f"{own}check/")
        assert "This consultation closed on" in page.main
        assert "Change About payment" not in page.links
