"""The pages on which moderators decide about threads, and hide and restore posts."""

import pytest

from forum.core.db import db
from forum.moderation import actions
from forum.moderation.enums import DecisionKind
from forum.threads.models import Post, Thread
from tests import factories as make
from tests import hostile
from tests.moderation.making import clause, decisions, moderator, reported_post, ruling
from tests.statements import count_statements

PAGES = ("lock", "pin", "slow", "hold", "topics", "move", "merge", "split")
WHY = {"reason": "The same is asked elsewhere."}


@pytest.fixture
def judge(app):
    return moderator()


@pytest.fixture
def staff(client, judge):
    return client.sign_in(judge)


def ids_of(thread):
    rows = db.session.query(Post.id).filter_by(thread_id=thread.id).order_by(Post.number)
    return [row[0] for row in rows]


class TestThreads:
    def test_the_thread_page_leads_to_each(self, staff):
        thread = make.make_thread()
        links = staff.get(thread.path).links.values()
        for page in PAGES:
            assert f"/threads/{thread.id}/{page}/" in links

    def test_lock_until_in_london_time_and_unlock(self, staff, client):
        thread = make.make_thread()
        fields = {"clause": clause(), "until": "2099-07-01T12:00"} | WHY
        staff.post_form(f"/threads/{thread.id}/lock/", fields, button="Lock thread")
        page = staff.get(thread.path)
        assert WHY["reason"] in page.main
        assert "A moderator locked this thread" in page.main
        assert f"/moderation-log/{decisions()[0].entry_number}/" in page.links.values()
        db.session.expire_all()
        assert thread.locked_until.isoformat() == "2099-07-01T11:00:00+00:00"
        staff.post_form(page, button="Unlock thread")
        assert WHY["reason"] not in staff.get(thread.path).main

    @pytest.mark.parametrize(
        "until", ["soon", "2020-01-01T00:00", "2027-13-01T00:00", "2099-03-29T01:30"]
    )
    def test_an_end_that_is_none_is_refused_beside_its_field(self, staff, until):
        thread = make.make_thread()
        fields = {"clause": clause(), "until": until} | WHY
        page = staff.post_form(
            f"/threads/{thread.id}/lock/", fields, button="Lock thread", status=422
        )
        assert len(page.errors) == 1
        assert WHY["reason"] in page.text
        assert decisions() == []

    def test_clause_and_reason_are_asked_for_together(self, staff):
        thread = make.make_thread()
        page = staff.post_form(f"/threads/{thread.id}/lock/", button="Lock thread", status=422)
        assert page.errors == [
            "Choose the house rule that was broken",
            "Give a reason; the author will read it",
        ]

    def test_pin_and_unpin(self, staff):
        thread = make.make_thread()
        staff.post_form(f"/threads/{thread.id}/pin/", button="Pin thread")
        assert "Pinned" in staff.get(thread.board.path).main
        staff.post_form(thread.path, button="Unpin thread")
        assert "Pinned" not in staff.get(thread.board.path).main

    def test_undo_stands_beside_the_message(self, staff):
        thread = make.make_thread()
        fields = {"clause": clause()} | WHY
        staff.post_form(f"/threads/{thread.id}/lock/", fields, button="Lock thread")
        staff.post_form(thread.path, button="Undo")
        db.session.expire_all()
        assert not thread.is_locked
        assert "A moderator undid a decision about this thread" in staff.get(thread.path).main

    def test_slow_mode_and_holding(self, staff):
        thread = make.make_thread()
        staff.post_form(
            f"/threads/{thread.id}/slow/", {"minutes": "30"} | WHY, button="Change slow mode"
        )
        staff.post_form(f"/threads/{thread.id}/hold/", {"why": "sensitive"} | WHY, button="Save")
        main = staff.get(thread.path).main
        assert "at most once in 30 minutes" in main
        assert "New posts wait for a moderator" in main
        staff.post_form(f"/threads/{thread.id}/hold/", {"why": ""} | WHY, button="Save")
        db.session.expire_all()
        assert (thread.slow_minutes, thread.hold) == (30, None)

    def test_topics(self, staff):
        thread, topic = make.make_thread(), make.make_topic("Highway lighting")
        fields = {"topics": [str(topic.id)]} | WHY
        staff.post_form(f"/threads/{thread.id}/topics/", fields, button="Change topics")
        assert "Highway lighting" in staff.get(thread.path).main

    def test_move_offers_no_board_that_the_moderator_cannot_read(self, client, app):
        """A moderator who has not confirmed an address might be anybody."""
        thread = make.make_thread()
        make.make_board(title="Prompt payment")
        closed = make.make_board(title="Lessons learnt in private", readers="members")
        client.sign_in(moderator(confirmed=False))
        page = client.get(f"/threads/{thread.id}/move/")
        assert "Prompt payment" in page.main
        assert closed.title not in page.main
        client.sign_in(moderator())
        assert closed.title in client.get(f"/threads/{thread.id}/move/").main

    def test_move_offers_only_boards_of_own_centres(self, staff):
        thread = make.make_thread()
        mine = make.make_board(title="Prompt payment")
        other = make.make_board(make.get_centre("london"), title="Bus contracts")
        page = staff.get(f"/threads/{thread.id}/move/")
        assert "Prompt payment" in page.main
        assert "Bus contracts" not in page.main
        fields = {"board": str(mine.id)} | WHY
        staff.post_form(f"/threads/{thread.id}/move/", fields, button="Move thread")
        page = staff.get(thread.path)
        assert page.links["Prompt payment"] == mine.path
        assert "Moved here from the board" in page.main
        forged = {
            "board": str(other.id),
            "csrf_token": page.find("input", name="csrf_token")[0].get("value"),
        }
        staff.post(f"/threads/{thread.id}/move/", data=forged | WHY, status=422)

    def test_merged_addresses_lead_on_for_ever(self, staff, browser):
        thread, into = make.make_thread(), make.make_thread()
        reader = browser(make.make_account())
        form = reader.get(thread.path)
        staff.post_form(
            f"/threads/{thread.id}/merge/",
            {"into": f"http://localhost{into.path}?page=1"} | WHY,
            button="Merge thread",
        )
        for address in (thread.path, f"/threads/{thread.id}/", f"/threads/{thread.id}/any-slug/"):
            answer = browser().get(address, status=301)
            assert f"/threads/{into.id}/" in answer.headers["Location"]
        assert reader.get(f"/threads/{thread.id}/unread/", status=301).headers["Location"] == (
            f"/threads/{into.id}/unread/"
        )
        fields = {"source": "What I was writing.", "csrf_token": token(form), "do": "post"}
        sent = reader.post(f"/threads/{thread.id}/reply/", data=fields, status=308)
        assert sent.headers["Location"] == f"/threads/{into.id}/reply/"
        reader.post(sent.headers["Location"], data=fields, status=303)
        assert "What I was writing." in browser().get(into.path).main
        assert "1 post of another thread was added" in browser().get(into.path).main
        assert thread.title not in browser().get(thread.board.path).main

    @pytest.mark.parametrize("into", ["999999", "somewhere", "/boards/3/", "", "x" * 500])
    def test_merging_into_what_is_not_there_is_refused(self, staff, into):
        thread = make.make_thread()
        page = staff.post_form(
            f"/threads/{thread.id}/merge/", {"into": into} | WHY, button="Merge thread", status=422
        )
        assert len(page.errors) == 1

    def test_merging_into_itself_is_refused(self, staff):
        thread = make.make_thread()
        fields = {"into": str(thread.id)} | WHY
        page = staff.post_form(
            f"/threads/{thread.id}/merge/", fields, button="Merge thread", status=422
        )
        assert page.errors == ["A thread cannot be merged into itself. Choose another"]

    def test_split_leads_to_the_new_thread_and_permalinks_work(self, staff, browser):
        thread = make.make_thread(posts=4)
        second, third = ids_of(thread)[1:3]
        fields = {
            "posts": [str(second), str(third)],
            "title": "Another question altogether",
        } | WHY
        staff.post_form(f"/threads/{thread.id}/split/", fields, button="Split thread")
        new = db.session.query(Thread).order_by(Thread.id.desc()).first()
        assert "2 posts came here from another thread" in browser().get(new.path).main
        assert "2 posts were split off to another thread" in browser().get(thread.path).main
        link = browser().get(f"/posts/{third}/", status=302).headers["Location"]
        assert link == f"{new.path}#post-2"

    def test_the_first_post_is_not_on_offer(self, staff):
        thread = make.make_thread(posts=2, text="The first words of all.")
        assert "The first words of all." not in staff.get(f"/threads/{thread.id}/split/").main

    @pytest.mark.parametrize("page", PAGES)
    def test_each_page_is_for_moderators_of_the_centre(self, client, page):
        thread = make.make_thread(posts=2)
        for stranger in (moderator("london"), make.make_account(), thread.author):
            client.sign_in(stranger).get(f"/threads/{thread.id}/{page}/", status=403)

    @pytest.mark.parametrize("page", PAGES)
    def test_the_recused_read_why_and_find_no_form(self, staff, judge, page):
        organisation = make.make_organisation()
        make.make_membership(judge, organisation)
        thread = make.make_thread(posts=2, organisation=organisation)
        shown = staff.get(f"/threads/{thread.id}/{page}/")
        assert "You speak for an organisation that this concerns" in shown.main
        assert not shown.find("textarea")

    @pytest.mark.parametrize("reason", hostile.html_payloads()[:20])
    def test_hostile_reasons_are_shown_as_text_or_refused(self, staff, judge, reason):
        thread = make.make_thread()
        fields = {"clause": clause(), "reason": reason}
        page = staff.get(f"/threads/{thread.id}/lock/")
        short = fields | {"csrf_token": token(page), "reason": reason[:500]}
        staff.post(f"/threads/{thread.id}/lock/", data=short)
        # What looks like a tag on the page is text, which the proof-reader cannot know.
        staff.proofreads = False
        shown = staff.get(thread.path)
        assert reason[:500].strip() not in shown.text

    def test_statements_of_the_thread_page(self, staff, browser, judge):
        thread = make.make_thread()
        visitor = browser()
        visitor.get(thread.path)
        with count_statements() as plain:
            visitor.get(thread.path)
        actions.lock_thread(judge, thread, ruling=ruling())
        with count_statements() as with_trail:
            visitor.get(thread.path)
        assert not [text for text in plain if "trail_line" in text]
        assert len([text for text in with_trail if "trail_line" in text]) == 1
        # One more asks for the versions of the page's tags where pages are kept.
        assert len(with_trail) <= 6 - 1
        member = browser(make.make_account())
        member.get(thread.path)
        with count_statements() as for_member:
            member.get(thread.path)
        assert len(for_member) <= 10

    def test_statements_of_the_split_page_do_not_grow(self, staff):
        counts = []
        for posts in (2, 12):
            thread = make.make_thread(posts=posts)
            staff.get(f"/threads/{thread.id}/split/")
            with count_statements() as statements:
                staff.get(f"/threads/{thread.id}/split/")
            counts.append(len(statements))
        assert counts[0] == counts[1]


def token(page):
    return page.find("input", name="csrf_token")[0].get("value")


class TestPosts:
    def test_hide_tells_everybody_rule_and_reason(self, staff, browser):
        thread = make.make_thread()
        post = make.make_post(thread, text="Buy from us!")
        fields = {"clause": clause(), "reason": "This is advertising."}
        staff.post_form(f"/posts/{post.id}/hide/", fields, button="Hide post")
        page = browser().get(thread.path)
        assert "This is advertising." in page.main
        assert "Do not advertise" in page.main
        assert "Buy from us!" not in page.text
        decision = decisions()[0]
        assert decision.kind is DecisionKind.HIDE
        assert f"/moderation-log/{decision.entry_number}/" in page.links.values()

    def test_hiding_a_reported_post_decides_its_item(self, staff):
        post, item = reported_post()
        fields = {"clause": clause()} | WHY
        staff.post_form(f"/posts/{post.id}/hide/", fields, button="Hide post")
        db.session.expire_all()
        assert item.state == "closed"

    def test_an_item_that_changed_meanwhile_is_a_conflict(self, staff):
        post, item = reported_post()
        page = staff.get(f"/posts/{post.id}/hide/")
        actions.claim_item(moderator(), item.id)
        fields = {"clause": clause(), "version": "1", "csrf_token": token(page)} | WHY
        staff.post(f"/posts/{post.id}/hide/", data=fields, status=409)
        assert decisions() == []

    def test_restore(self, staff, browser):
        thread = make.make_thread()
        make.make_post(thread, text="Back again", state="hidden")
        staff.post_form(thread.path, button="Restore post (post 2)")
        assert "Back again" in browser().get(thread.path).main

    def test_reason_and_rule_are_needed(self, staff):
        post = make.make_post(make.make_thread())
        page = staff.post_form(f"/posts/{post.id}/hide/", button="Hide post", status=422)
        assert len(page.errors) == 2

    def test_others_are_refused(self, client):
        post = make.make_post(make.make_thread())
        for stranger in (moderator("london"), make.make_account(), post.author):
            client.sign_in(stranger).get(f"/posts/{post.id}/hide/", status=403)
