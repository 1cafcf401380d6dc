"""What was removed is read by two persons together, for an hour, and never without a record."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.core import audit, clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.moderation import actions, queries
from forum.moderation.enums import DecisionKind, RedactionCode
from tests import factories as make
from tests.moderation.making import clause, decisions, entries, manager, moderator, ruling

PHRASE = "Josephine Zebulon"
WHY = "A court asks for it."


@pytest.fixture
def sealed(app):
    post = make.make_post(make.make_thread(), text=f"Ask {PHRASE}.")
    decision = actions.redact_post(
        moderator(), post, text=PHRASE, code=RedactionCode.PERSONAL_DATA, ruling=ruling()
    )
    return queries.sealed_by(decision.id)


def tags():
    found = select(audit.AuditRecord.tag).where(audit.AuditRecord.tag.startswith("seal."))
    return db.session.scalars(found.order_by(audit.AuditRecord.id)).all()


class TestTwoPersons:
    def test_one_asks_another_agrees_both_read(self, sealed):
        asker, second = manager(), make.make_account(role="administrator")
        opening = actions.ask_to_open(asker, sealed, reason=WHY)
        actions.agree_to_open(second, sealed, opening_id=opening.id)
        for reader in (asker, second):
            assert actions.read_seal(reader, sealed)["words"] == [PHRASE]
        assert tags() == ["seal.asked", "seal.opened", "seal.read", "seal.read"]
        assert decisions()[-1].kind is DecisionKind.OPEN_SEAL
        assert PHRASE not in entries()[-1].body
        assert WHY not in entries()[-1].body

    def test_nobody_agrees_with_themself(self, sealed):
        asker = manager()
        opening = actions.ask_to_open(asker, sealed, reason=WHY)
        with pytest.raises(NotAllowed):
            actions.agree_to_open(asker, sealed, opening_id=opening.id)
        with pytest.raises(NotAllowed):
            actions.read_seal(asker, sealed)
        assert tags() == ["seal.asked"]

    def test_a_third_reads_nothing(self, sealed):
        opening = actions.ask_to_open(manager(), sealed, reason=WHY)
        actions.agree_to_open(manager(), sealed, opening_id=opening.id)
        for other in (manager(), make.make_account(role="administrator")):
            with pytest.raises(NotAllowed):
                actions.read_seal(other, sealed)

    def test_it_closes_after_an_hour(self, sealed):
        asker = manager()
        opening = actions.ask_to_open(asker, sealed, reason=WHY)
        actions.agree_to_open(manager(), sealed, opening_id=opening.id)
        with clock.at(clock.now() + timedelta(minutes=61)), pytest.raises(NotAllowed):
            actions.read_seal(asker, sealed)

    def test_a_question_waits_for_a_day_and_is_answered_once(self, sealed):
        opening = actions.ask_to_open(manager(), sealed, reason=WHY)
        with clock.at(clock.now() + timedelta(days=2)), pytest.raises(Conflict):
            actions.agree_to_open(manager(), sealed, opening_id=opening.id)
        actions.agree_to_open(manager(), sealed, opening_id=opening.id)
        with pytest.raises(Conflict):
            actions.agree_to_open(manager(), sealed, opening_id=opening.id)
        with pytest.raises(Conflict):
            actions.ask_to_open(manager(), sealed, reason=WHY)

    def test_a_reason_is_needed(self, sealed):
        with pytest.raises(Invalid) as caught:
            actions.ask_to_open(manager(), sealed, reason=" ")
        assert caught.value.field == "reason"

    def test_others_know_of_no_seal(self, sealed):
        for other in (moderator(), manager("london"), make.make_account()):
            with pytest.raises(NotFound):
                queries.get_seal(other, sealed.id)
            with pytest.raises(NotAllowed):
                actions.ask_to_open(other, sealed, reason=WHY)
        assert tags() == []


class TestPages:
    def test_the_way_through_the_pages(self, sealed, browser):
        address = f"/moderation/seals/{sealed.id}/"
        asker, second = browser(manager()), browser(make.make_account(role="administrator"))
        asker.post_form(address, {"reason": WHY}, button="Ask to read it")
        assert "Agree" not in asker.get(address).buttons
        page = second.get(address)
        assert WHY in page.main
        assert PHRASE not in page.text
        second.post_form(page, button="Agree")
        shown = asker.post_form(address, button="Show what was removed", status=200)
        assert PHRASE in shown.main
        assert shown.headers["Cache-Control"] == "private, no-store"
        assert asker.get(address).headers["Cache-Control"] == "private, no-store"
        assert PHRASE not in asker.get(address).text

    def test_others_get_404(self, sealed, browser):
        address = f"/moderation/seals/{sealed.id}/"
        for other in (moderator(), manager("london"), make.make_account()):
            browser(other).get(address, status=404)
        browser().get(address, status=303)
        browser(manager()).get("/moderation/seals/999999/", status=404)


class TestRedacting:
    def test_copies_are_shown_before_they_are_removed(self, app, client, browser):
        thread = make.make_thread()
        make.make_post(thread, text=f"Ask **{PHRASE}** now.")
        copy = make.make_post(thread, text=f"Yes, {PHRASE}.")
        make.make_draft(make.make_account(), thread=thread, source=f"Secret {PHRASE}")
        client.sign_in(moderator())
        link = client.get(thread.path).links["Redact post (post 2)"]
        fields = {
            "spans": f"ask {PHRASE}\n{PHRASE}",
            "code": "personal-data",
            "clause": clause(),
            "reason": "It names somebody.",
        }
        page = client.post_form(link, fields, button="Show what will be removed", status=200)
        assert copy.path in page.links.values()
        assert "Drafts of members: 1" in page.main
        assert "Secret" not in page.main
        assert PHRASE in browser().get(thread.path).main
        client.post_form(page, button="Redact")
        shown = browser().get(thread.path)
        assert PHRASE not in shown.text
        assert shown.main.count("Parts of this post were removed: personal data.") == 2
        assert f"/moderation-log/{decisions()[-1].entry_number}/" in shown.links.values()

    def test_what_came_meanwhile_is_shown_first(self, app, client):
        post = make.make_post(make.make_thread(), text=f"Ask {PHRASE}.")
        client.sign_in(moderator())
        fields = {
            "spans": PHRASE,
            "code": "personal-data",
            "clause": clause(),
            "reason": "It names somebody.",
        }
        page = client.post_form(
            f"/posts/{post.id}/redact/", fields, button="Show what will be removed", status=200
        )
        make.make_post(post.thread, text=f"Oh, {PHRASE}!")
        again = client.post_form(page, button="Redact", status=200)
        assert "Posts: 2" in again.main
        assert decisions() == []
        client.post_form(again, button="Redact")
        assert len(decisions()) == 1

    def test_errors_stand_beside_their_fields(self, app, client):
        post = make.make_post(make.make_thread())
        client.sign_in(moderator())
        page = client.post_form(
            f"/posts/{post.id}/redact/", button="Show what will be removed", status=422
        )
        assert len(page.errors) == 4
        fields = {"spans": "Nobody", "code": "security", "clause": clause(), "reason": "x y"}
        page = client.post_form(
            f"/posts/{post.id}/redact/", fields, button="Show what will be removed", status=422
        )
        assert page.errors[0].startswith("This is not in the post")

    def test_others_are_refused(self, app, client):
        post = make.make_post(make.make_thread())
        for stranger in (moderator("london"), make.make_account(), post.author):
            client.sign_in(stranger).get(f"/posts/{post.id}/redact/", status=403)


def test_the_page_of_redaction_leads_managers_to_the_seal(sealed, browser):
    address = f"/moderation/seals/{sealed.id}/"
    page = f"/posts/{sealed.post_id}/redact/"
    assert address in browser(manager()).get(page).text
    assert address not in browser(moderator()).get(page).text
