"""Posts that wait: what is stored and counted, and what authors can do with them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.boards.models import Board
from forum.core import clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.threads import actions, queries
from forum.threads.actions import screening, states
from forum.threads.actions.restoring import put_state
from forum.threads.enums import PostState
from forum.threads.models import Draft, HeldEdit, Mention, Post, PostRevision, ReadMark, Voice
from tests import factories as make
from tests.statements import count_statements
from tests.threads.writing import (
    CENTRE,
    edit,
    events,
    first_post,
    fresh,
    reply,
    start,
    wrong_counters,
)

WORD = {"why": "watched-word", "word": "kickback"}


class TestScreening:
    def test_a_screen_is_told_what_is_about_to_be_stored(self, app, screen):
        author, board = make.make_account(), make.make_board()
        thread = start(author, board, title="A title that is long", source="**Why?**")
        asked = screen.asked.pop()
        assert (asked.author, asked.board, asked.thread, asked.post) == (author, board, None, None)
        assert (asked.title, asked.source) == ("A title that is long", "**Why?**")
        assert asked.html == "<p><strong>Why?</strong></p>\n"
        post = reply(author, thread, source="So.")
        asked = screen.asked.pop()
        assert (asked.thread, asked.title, asked.source) == (thread, "", "So.")
        edit(author, post, "So then.")
        asked = screen.asked.pop()
        assert (asked.post, asked.source) == (post, "So then.")

    def test_holds_and_flags_of_all_screens_come_together(self, app, screen, monkeypatch):
        other = type(screen)()
        monkeypatch.setattr(screening, "_screens", [screen, other])
        screen.holds, other.holds, other.flags = [CENTRE], [WORD], ["cartel"]
        post = reply(make.make_account(), make.make_thread())
        assert post.holds == [CENTRE, WORD]
        assert events() == ["PostHeld", "PostFlagged"]

    def test_a_screen_is_registered_once(self, app, screen, monkeypatch):
        monkeypatch.setattr(screening, "_screens", [])
        screening.screen_with(screen)
        screening.screen_with(screen)
        reply(make.make_account(), make.make_thread())
        assert len(screen.asked) == 1

    def test_a_refused_text_is_not_stored(self, app, screen):
        screen.refuses = "Do not name bidders"
        thread = make.make_thread()
        with pytest.raises(Invalid) as caught:
            reply(make.make_account(), thread)
        assert (caught.value.field, caught.value.message) == ("source", "Do not name bidders")
        assert fresh(thread).last_number == 1

    @pytest.mark.parametrize("role", ["moderator", "manager", "administrator"])
    def test_staff_of_the_centre_are_never_held(self, app, screen, role):
        screen.holds, screen.flags = [CENTRE], ["cartel"]
        staff = make.make_account(role=role)
        thread = start(staff)
        post = reply(staff, thread)
        edit(staff, post, "Another text.")
        assert fresh(thread).state is PostState.VISIBLE
        assert (fresh(post).state, post.source) == (PostState.VISIBLE, "Another text.")
        assert events() == ["PostPublished", "PostPublished"]

    def test_staff_of_another_centre_are_members_here(self, app, screen):
        screen.holds = [CENTRE]
        stranger = make.make_account(role="moderator", centre=make.get_centre("london"))
        assert reply(stranger, make.make_thread()).state is PostState.PENDING

    def test_content_of_the_project_is_not_screened(self, app, screen):
        screen.holds = [CENTRE]
        with screening.unscreened():
            shown = reply(make.make_account(), make.make_thread())
        assert shown.state is PostState.VISIBLE
        assert reply(make.make_account(), make.make_thread()).state is PostState.PENDING

    def test_a_flagged_post_can_be_read(self, app, screen):
        screen.flags = ["cartel"]
        assert reply(make.make_account(), make.make_thread()).state is PostState.VISIBLE
        assert events() == ["PostPublished", "PostFlagged"]


class TestHeldReply:
    @pytest.fixture
    def thread(self, app):
        return make.make_thread(posts=2)

    def test_takes_a_number_and_nothing_else(self, thread, screen):
        before = fresh(thread)
        last_post_at, board = before.last_post_at, fresh(thread.board)
        counted = (board.thread_count, board.post_count, board.last_post_at)
        screen.holds = [CENTRE]
        author = make.make_account()
        post = reply(author, thread)
        assert (post.state, post.number, post.holds) == (PostState.PENDING, 3, [CENTRE])
        thread = fresh(thread)
        assert (thread.last_number, thread.last_shown, thread.reply_count) == (3, 2, 1)
        assert thread.last_post_at == last_post_at
        board = fresh(board)
        assert (board.thread_count, board.post_count, board.last_post_at) == counted
        assert not db.session.scalars(select(Voice).filter_by(speaker=f"a{author.id}")).all()
        assert events() == ["PostHeld"]
        assert wrong_counters() == []

    def test_draft_is_gone_and_own_post_is_read(self, thread, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        actions.save_reply_draft(author, thread, source="x", choices={})
        reply(author, thread)
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0
        assert db.session.get(ReadMark, (author.id, thread.id)).number == 3

    def test_sent_twice_is_one_post(self, thread, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        first = reply(author, thread, submission_id="same")
        assert reply(author, thread, submission_id="same").id == first.id
        assert fresh(thread).last_number == 3
        assert events() == ["PostHeld"]

    def test_sent_twice_after_it_was_decided_is_still_one_post(self, thread, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        first = reply(author, thread, submission_id="same")
        states.reject(first, rule="1", reason="No.", entry=4)
        assert reply(author, thread, submission_id="same").state is PostState.REJECTED
        assert fresh(thread).last_number == 3

    def test_approval_keeps_time_and_place(self, thread, screen):
        screen.holds = [CENTRE]
        posted = clock.now()
        with clock.at(posted):
            waiting = reply(make.make_account(), thread)
        screen.holds = []
        with clock.at(posted + timedelta(hours=1)):
            later = reply(make.make_account(), thread)
        with clock.at(posted + timedelta(hours=2)):
            states.publish(waiting)
        assert fresh(waiting).created_at == posted
        assert (waiting.number, later.number) == (3, 4)
        thread = fresh(thread)
        assert (thread.last_shown, thread.last_number, thread.reply_count) == (4, 4, 3)
        assert thread.last_post_at == later.created_at
        assert wrong_counters() == []

    def test_number_of_statements(self, thread, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        values = {"source": "x", "organisation_id": None, "submission_id": "counted"}
        with count_statements() as statements:
            actions.reply(author, thread, **values)
        # Two fewer for counters, four more for the queue.
        assert len(statements) <= 14, "\n".join(statements)


class TestHeldThread:
    def test_is_counted_nowhere(self, app, screen):
        screen.holds = [CENTRE]
        board = make.make_board()
        thread = start(make.make_account(), board)
        assert thread.state is PostState.PENDING
        assert (thread.last_number, thread.last_shown, thread.reply_count) == (1, 0, 0)
        board = fresh(board)
        assert (board.thread_count, board.post_count, board.last_post_at) == (0, 0, None)
        assert wrong_counters() == []

    def test_does_not_move_a_board_that_is_in_use(self, app, screen):
        board = make.make_thread().board
        latest = fresh(board).last_post_at
        screen.holds = [CENTRE]
        start(make.make_account(), board)
        assert fresh(board).last_post_at == latest
        assert wrong_counters() == []

    def test_published_it_is_counted(self, app, screen):
        screen.holds = [CENTRE]
        thread = start(make.make_account())
        states.publish(first_post(thread))
        assert fresh(thread).state is PostState.VISIBLE
        board = fresh(thread.board)
        assert (board.thread_count, board.post_count) == (1, 1)
        assert board.last_post_at == thread.created_at
        assert events() == ["PostHeld", "PostPublished"]
        assert wrong_counters() == []

    def test_nobody_replies_before(self, app, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        thread = start(author)
        for actor in (author, make.make_account(role="moderator")):
            with pytest.raises(NotAllowed, match="before a moderator has published"):
                reply(actor, thread)


class TestEdit:
    @pytest.fixture
    def author(self, app):
        return make.make_account()

    @pytest.fixture
    def waiting(self, author, screen):
        screen.holds = [WORD]
        return reply(author, make.make_thread(), source="one")

    def test_waiting_post_goes_on_waiting_with_its_new_text(self, author, waiting, screen):
        screen.holds = [CENTRE]
        edit(author, waiting, "two")
        post = fresh(waiting)
        assert (post.state, post.source, post.holds) == (PostState.PENDING, "two", [CENTRE])
        assert wrong_counters() == []

    def test_harmless_now_it_waits_all_the_same(self, author, waiting, screen):
        screen.holds = []
        edit(author, waiting, "two")
        assert (fresh(waiting).state, waiting.holds) == (PostState.PENDING, [WORD])

    def test_long_after_the_window_of_editing(self, author, waiting):
        with clock.at(clock.now() + timedelta(days=30)):
            edit(author, waiting, "two")
        assert fresh(waiting).source == "two"

    def test_rejected_is_sent_again(self, author, waiting, screen):
        states.reject(waiting, rule="2.1 No adverts", reason="It advertises.", entry=7)
        with clock.at(clock.now() + timedelta(days=30)):
            edit(author, waiting, "two")
        post = fresh(waiting)
        assert post.state is PostState.PENDING
        assert post.holds == [{"why": "revised"}, WORD]
        assert (post.hidden_rule, post.hidden_reason, post.entry_number) == ("", "", None)
        assert events() == ["PostHeld", "PostHeld"]
        revision = db.session.scalars(select(PostRevision)).one()
        assert (revision.source, revision.was_read) == ("one", False)
        assert wrong_counters() == []

    def test_rejected_cannot_be_sent_again_unchanged(self, author, waiting):
        states.reject(waiting, rule="2.1", reason="It advertises.", entry=7)
        make.commit()
        with pytest.raises(Invalid) as caught:
            edit(author, waiting, "one")
        assert (caught.value.field, caught.value.message) == (
            "source",
            "Change your post before you send it again",
        )
        assert fresh(waiting).state is PostState.REJECTED

    def test_rejected_cannot_be_sent_into_a_locked_thread(self, author, waiting):
        states.reject(waiting, rule="2.1", reason="It advertises.", entry=7)
        fresh(waiting.thread).is_locked = True
        with pytest.raises(NotAllowed, match="locked"):
            edit(author, waiting, "two")

    @pytest.mark.parametrize("number", [1, 2])
    def test_nor_onto_a_board_that_is_archived(self, author, screen, number):
        screen.holds = [CENTRE]
        post = first_post(start(author)) if number == 1 else reply(author, make.make_thread())
        states.reject(post, rule="2.1", reason="It advertises.", entry=7)
        fresh(post.thread.board).is_archived = True
        with pytest.raises(NotAllowed, match="archived"):
            edit(author, post, "two")

    def test_moderator_changes_what_waits_with_a_note(self, author, waiting, screen):
        moderator = make.make_account(role="moderator")
        asked = len(screen.asked)
        with pytest.raises(Invalid):
            edit(moderator, waiting, "two")
        edit(moderator, waiting, "two", note="Name removed")
        assert (fresh(waiting).state, waiting.source) == (PostState.PENDING, "two")
        assert len(screen.asked) == asked
        assert events() == ["PostHeld", "PostHeld"]

    def test_moderator_does_not_rewrite_what_was_rejected(self, author, waiting):
        states.reject(waiting, rule="2.1", reason="It advertises.", entry=7)
        with pytest.raises(NotAllowed):
            edit(make.make_account(role="moderator"), waiting, "two", note="So")

    @pytest.mark.parametrize("who", ["member", "moderator elsewhere"])
    def test_nobody_else_changes_it(self, waiting, who):
        elsewhere = {"role": "moderator", "centre": make.get_centre("london")}
        actor = make.make_account(**(elsewhere if who == "moderator elsewhere" else {}))
        with pytest.raises(NotAllowed):
            edit(actor, waiting, "two")

    def test_mentions_follow(self, author, waiting):
        named = make.make_account()
        edit(author, waiting, f"Ask @{named.handle}")
        assert list(db.session.scalars(select(Mention.account_id))) == [named.id]


class TestHistory:
    """What was changed while nobody else could read it stays unread for ever."""

    def test_texts_before_publication_are_for_author_and_moderators(self, app, screen):
        author, moderator = make.make_account(), make.make_account(role="moderator")
        screen.holds = [CENTRE]
        post = reply(author, make.make_thread(), source="The bidder is Ann Smith.")
        states.reject(post, rule="3", reason="Names a bidder.", entry=1)
        edit(author, post, "The bidder is known.", note="Took out Ann Smith")
        states.publish(fresh(post))
        assert fresh(post).edited_at is None
        for insider in (author, moderator):
            texts = [version.source for version in queries.history_of(insider, post).versions]
            assert texts == ["The bidder is Ann Smith.", "The bidder is known."]
        elsewhere = make.make_account(role="moderator", centre=make.get_centre("london"))
        for reader in (make.make_account(), elsewhere):
            (only,) = queries.history_of(reader, post).versions
            assert (only.number, only.source, only.note) == (1, "The bidder is known.", "")
            assert only.written_at == post.created_at

    def test_that_a_moderator_changed_it_is_told(self, app, screen):
        screen.holds = [CENTRE]
        post = reply(make.make_account(), make.make_thread(), source="The bidder is Ann Smith.")
        moderator = make.make_account(role="moderator", display_name="Tom")
        edit(moderator, post, "The bidder is known.", note="Name removed")
        states.publish(fresh(post))
        assert fresh(post).edited_at
        (only,) = queries.history_of(make.make_account(), post).versions
        assert (only.source, only.editor_name, only.note) == (
            "The bidder is known.",
            "Tom",
            "Name removed",
        )

    def test_edits_after_publication_are_told(self, app, screen):
        author = make.make_account()
        screen.holds = [CENTRE]
        post = reply(author, make.make_thread(), source="secret")
        edit(author, post, "first")
        states.publish(fresh(post))
        screen.holds = []
        edit(author, post, "second", note="Clearer")
        versions = queries.history_of(make.make_account(), fresh(post)).versions
        assert [(v.number, v.source, v.note) for v in versions] == [
            (1, "first", ""),
            (2, "second", "Clearer"),
        ]

    def test_also_when_an_approval_was_undone_between(self, app, screen):
        author = make.make_account()
        post = reply(author, make.make_thread(), source="first")
        edit(author, post, "second")
        put_state(fresh(post), PostState.PENDING, rule="", reason="", entry=None, holds=[CENTRE])
        edit(author, post, "secret, which replaced the second")
        edit(author, post, "third")
        states.publish(fresh(post))
        versions = queries.history_of(make.make_account(), post).versions
        assert [version.source for version in versions] == ["first", "third"]


class TestHeldEdit:
    @pytest.fixture
    def author(self, app):
        return make.make_account()

    @pytest.fixture
    def post(self, author, screen):
        post = reply(author, make.make_thread(), source="one")
        screen.holds = [WORD]
        return post

    def held(self):
        return db.session.scalars(select(HeldEdit)).one_or_none()

    def test_the_post_stands_as_it_was(self, author, post):
        edit(author, post, "two", note="Better")
        assert (fresh(post).source, post.state, post.edits) == ("one", PostState.VISIBLE, 0)
        held = self.held()
        assert (held.source, held.note, held.holds) == ("two", "Better", [WORD])
        assert events() == ["PostPublished", "EditHeld"]

    def test_a_second_takes_its_place(self, author, post):
        edit(author, post, "two")
        edit(author, post, "three", note="Best")
        assert (self.held().source, self.held().note) == ("three", "Best")

    def test_a_harmless_second_waits_too(self, author, post, screen):
        edit(author, post, "two")
        screen.holds = []
        edit(author, post, "three")
        assert fresh(post).source == "one"
        assert (self.held().source, self.held().holds) == ("three", [{"why": "edit"}])

    def test_saving_the_old_text_takes_it_back(self, author, post):
        edit(author, post, "two")
        edit(author, post, "one")
        assert self.held() is None
        assert events()[-1] == "EditDropped"

    def test_applied_it_is_an_edit_of_the_author(self, author, post):
        named = make.make_account()
        edit(author, post, f"two @{named.handle}", note="Better")
        actions.apply_held_edit(fresh(post))
        assert (fresh(post).source, post.edits) == (f"two @{named.handle}", 1)
        assert post.edited_at
        revision = db.session.scalars(select(PostRevision)).one()
        assert (revision.source, revision.note, revision.replaced_by) == (
            "one",
            "Better",
            author.id,
        )
        assert revision.was_read
        assert list(db.session.scalars(select(Mention.account_id))) == [named.id]
        assert self.held() is None

    def test_dropped_it_leaves_no_trace(self, author, post):
        edit(author, post, "two")
        actions.drop_held_edit(post)
        assert self.held() is None
        assert fresh(post).source == "one"
        actions.drop_held_edit(post)

    def test_what_does_not_wait_cannot_be_applied(self, author, post):
        with pytest.raises(Conflict):
            actions.apply_held_edit(post)

    def test_nor_to_a_post_hidden_meanwhile(self, author, post):
        edit(author, post, "two")
        states.hide(fresh(post), rule="1", reason="No.", entry=1)
        with pytest.raises(Conflict):
            actions.apply_held_edit(post)
        assert self.held().source == "two"

    def test_withdrawing_the_post_ends_it(self, author, post):
        edit(author, post, "two")
        actions.withdraw_post(author, fresh(post))
        assert self.held() is None
        assert events()[-1] == "PostWithdrawn"

    def test_a_flagged_edit_is_made_and_told(self, author, post, screen):
        screen.holds, screen.flags = [], ["cartel"]
        edit(author, post, "two")
        assert fresh(post).source == "two"
        assert events()[-1] == "PostFlagged"


class TestWithdraw:
    @pytest.mark.parametrize("state", [PostState.PENDING, PostState.REJECTED])
    def test_what_nobody_read_leaves_nothing(self, app, screen, state):
        screen.holds = [CENTRE]
        author, thread = make.make_account(), make.make_thread()
        post = reply(author, thread)
        if state is PostState.REJECTED:
            states.reject(post, rule="1", reason="No.", entry=1)
        actions.withdraw_post(author, fresh(post))
        assert (fresh(post).state, post.holds) == (PostState.RETRACTED, [])
        assert (fresh(thread).last_number, thread.last_shown) == (2, 1)
        assert events()[-1] == "PostWithdrawn"
        assert wrong_counters() == []

    def test_nor_does_a_thread(self, app, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        thread = start(author)
        actions.withdraw_post(author, first_post(thread))
        assert fresh(thread).state is PostState.RETRACTED
        assert wrong_counters() == []

    def test_what_others_read_leaves_a_tombstone(self, app, screen):
        author = make.make_account()
        post = reply(author, make.make_thread())
        actions.withdraw_post(author, post)
        assert fresh(post).state is PostState.WITHDRAWN
        assert events()[-1] == "PostWithdrawn"

    def test_not_twice(self, app, screen):
        screen.holds = [CENTRE]
        author = make.make_account()
        post = reply(author, make.make_thread())
        actions.withdraw_post(author, post)
        with pytest.raises(NotAllowed):
            actions.withdraw_post(author, fresh(post))

    def test_only_by_the_author(self, app, screen):
        screen.holds = [CENTRE]
        post = reply(make.make_account(), make.make_thread())
        with pytest.raises(NotAllowed):
            actions.withdraw_post(make.make_account(role="moderator"), post)


def test_the_board_of_waiting_posts_is_true_in_factories_too(app):
    thread = make.make_thread(state="pending")
    make.make_post(make.make_thread(), state="rejected")
    make.make_post(make.make_thread(), state="retracted")
    assert db.session.get(Board, thread.board_id).last_post_at is None
    assert db.session.scalars(select(Post).filter_by(state=PostState.RETRACTED)).one().number == 2
    assert wrong_counters() == []
