"""Complaints about how a centre moderates: made by anybody, answered by its managers."""

import re

import pytest

from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, policy
from forum.moderation.enums import ItemKind, ItemState
from forum.moderation.models import Complaint
from forum.web.login import ANONYMOUS
from tests import factories as make
from tests.moderation.making import items, manager, moderator

FORM = "/centres/north-east/complain/"
TEXT = "My post has waited\nfor three weeks."


def complaint(actor=ANONYMOUS):
    return actions.complain(actor, make.get_centre(), text=TEXT)


def stored():
    db.session.expire_all()
    return db.session.query(Complaint).order_by(Complaint.id).all()


def event_names():
    return [event.name for event in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


class TestComplaining:
    def test_a_visitor_complains_and_follows_it(self, client, app):
        answer = client.post_form(FORM, {"text": TEXT})
        (made,) = stored()
        assert answer.headers["Location"] == f"/complaints/{made.reference}/"
        page = client.follow(answer)
        assert made.reference in page.main
        assert "for three weeks." in page.main
        assert "have not answered yet" in page.main
        assert made.account_id is None

    def test_references_cannot_be_guessed(self, app):
        references = {complaint().reference for _ in range(50)}
        assert len(references) == 50
        assert all(re.fullmatch("[2-9a-hjkmnp-z]{16}", reference) for reference in references)

    def test_whoever_knows_the_reference_may_read_and_no_cache_keeps_it(self, client, app):
        page = client.get(f"/complaints/{complaint().reference}/")
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"

    @pytest.mark.parametrize("reference", ["0" * 16, "x", "x" * 500, "%27--"])
    def test_unknown_reference(self, client, app, reference):
        client.get(f"/complaints/{reference}/", status=404)

    def test_the_same_form_sent_twice_is_one_complaint(self, client, app):
        page = client.get(FORM)
        answers = [client.post_form(page, {"text": TEXT}) for _ in range(2)]
        (made,) = stored()
        assert {answer.headers["Location"] for answer in answers} == {
            f"/complaints/{made.reference}/"
        }
        client.post_form(FORM, {"text": TEXT})
        assert len(stored()) == 2

    def test_it_waits_for_the_managers(self, app):
        member = make.make_account()
        made = complaint(member)
        (item,) = items()
        assert (item.kind, item.target_type, item.target_id) == (
            ItemKind.COMPLAINT,
            "complaint",
            made.id,
        )
        assert (item.centre_id, item.author_id) == (made.centre_id, member.id)
        assert item.escalated_at
        assert policy.can_decide(manager(), item)
        assert not policy.can_decide(moderator(), item)
        assert "ItemEscalated" in event_names()

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "Write what you complain about"),
            ("…", "Write what you complain about"),
            ("x" * 2_001, "Shorten this"),
            ("bell \x07", "cannot be shown"),
        ],
    )
    def test_wrong_text(self, client, app, text, message):
        page = client.post_form(FORM, {"text": text}, status=422)
        assert any(message in error for error in page.errors)
        assert stored() == []

    def test_unknown_centre(self, client, app):
        client.get("/centres/atlantis/complain/", status=404)

    def test_few_an_hour_from_one_network(self, client, limits_on):
        for _ in range(5):
            client.post_form(FORM, {"text": TEXT})
        client.post_form(FORM, {"text": TEXT}, status=429)
        assert len(stored()) == 5

    def test_the_centre_leads_there(self, client, app):
        assert FORM in client.get("/centres/north-east/").links.values()


class TestAnswering:
    def test_a_manager_answers_and_the_page_shows_it(self, client, app, browser):
        made, boss = complaint(), manager()
        path = f"/moderation/complaints/{made.id}/"
        page = client.sign_in(boss).get(path)
        assert "for three weeks." in page.main
        page = client.follow(client.post_form(page, {"answer": "We are sorry.\nIt is out now."}))
        assert "It is out now." in page.main
        assert "Send answer" not in page.buttons
        assert "We are sorry." in browser().get(f"/complaints/{made.reference}/").main
        assert (stored()[0].answered_by, items()[0].state) == (boss.id, ItemState.CLOSED)
        assert event_names().count("ComplaintAnswered") == 1

    def test_it_is_answered_once(self, client, app):
        made = complaint()
        path = f"/moderation/complaints/{made.id}/"
        page = client.sign_in(manager()).get(path)
        actions.answer_complaint(manager(), made, answer="The first answer.")
        answer = client.post_form(page, {"answer": "The second answer."}, status=409)
        assert "Another manager has answered" in answer.words
        assert "The first answer." in answer.main
        assert "The second answer." in answer.words
        assert stored()[0].answer == "The first answer."
        with pytest.raises(Conflict):
            actions.answer_complaint(OPERATOR, made, answer="A third.")

    @pytest.mark.parametrize("answer", ["", "…", "x" * 2_001])
    def test_wrong_answer(self, client, app, answer):
        path = f"/moderation/complaints/{complaint().id}/"
        client.sign_in(manager()).post_form(path, {"answer": answer}, status=422)
        assert stored()[0].answered_at is None
        with pytest.raises(Invalid) as refused:
            actions.answer_complaint(manager(), stored()[0], answer=answer)
        assert refused.value.field == "answer"

    def test_others_may_not(self, client, app):
        made = complaint()
        path = f"/moderation/complaints/{made.id}/"
        client.sign_in(manager("london")).get(path, status=404)
        client.post(path, data={"csrf_token": client.token(), "answer": "No."}, status=404)
        client.sign_in(moderator()).get(path, status=403)
        for actor in (manager("london"), moderator(), make.make_account()):
            with pytest.raises(NotAllowed):
                actions.answer_complaint(actor, made, answer="No.")

    def test_nobody_answers_their_own(self, client, app):
        boss = manager()
        made = complaint(boss)
        client.sign_in(boss).get(f"/moderation/complaints/{made.id}/", status=403)
        with pytest.raises(NotAllowed):
            actions.answer_complaint(boss, made, answer="I was right.")
