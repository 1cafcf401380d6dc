"""Writing, changing, moderating; counters stay true."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.boards.models import Board
from forum.core import audit, clock, outbox
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.threads import actions, queries
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.models import (
    Draft,
    Mention,
    Post,
    PostRevision,
    ReadMark,
    Thread,
    ThreadTopic,
    Voice,
)
from tests import factories as make
from tests.statements import count_statements

TITLE = "Thirty days from what, exactly?"


def start(author, board=None, **fields):
    values = {
        "title": TITLE,
        "source": "When does the clock begin?",
        "topic_ids": [make.make_topic().id],
        "kind": ThreadKind.QUESTION,
        "organisation_id": None,
        "submission_id": "once",
        **fields,
    }
    return actions.start_thread(author, board or make.make_board(), **values)


def reply(author, thread, **fields):
    values = {
        "source": "From a valid invoice.",
        "organisation_id": None,
        "submission_id": secrets.token_hex(8),
        **fields,
    }
    return actions.reply(author, thread, **values)


def fresh(thing):
    db.session.flush()
    db.session.refresh(thing)
    return thing


def tags():
    return list(db.session.scalars(select(audit.AuditRecord.tag).order_by(audit.AuditRecord.id)))


def events():
    return list(db.session.scalars(select(outbox.OutboxEvent.name)))


def assert_counters_true(board):
    """The derived columns equal what they derive from."""
    board = fresh(board)
    threads = db.session.scalars(select(Thread).where(Thread.board_id == board.id)).all()
    visible = 0
    for thread in map(fresh, threads):
        posts = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).all()
        shown = [post for post in posts if post.state is PostState.VISIBLE]
        visible += len(shown)
        newest = max((post.created_at for post in shown), default=thread.created_at)
        assert thread.last_number == len(posts)
        assert sorted(post.number for post in posts) == list(range(1, len(posts) + 1))
        assert thread.reply_count == len([post for post in shown if post.number > 1])
        assert thread.last_post_at == newest
        ties = db.session.scalars(select(ThreadTopic).where(ThreadTopic.thread_id == thread.id))
        assert {fresh(tie).last_post_at for tie in ties} == {newest}
        voices = db.session.scalars(select(Voice).where(Voice.thread_id == thread.id))
        assert sum(fresh(voice).posts for voice in voices) == len(shown)
    assert board.post_count == visible
    assert board.thread_count == len([t for t in threads if t.state is PostState.VISIBLE])
    assert board.last_post_at == max(thread.last_post_at for thread in threads)


class TestStart:
    @pytest.mark.parametrize(
        "source",
        [
            "[name]: https://example.org/",
            " \n ",
            "\u200b\u00ad\u2060",
            "&#8203;",
            "> \u0301\n\n---",
            "**\ue000**",
        ],
    )
    def test_a_text_that_shows_nothing_is_refused(self, app, source):
        with pytest.raises(Invalid, match="Write your post") as caught:
            start(make.make_account(), source=source)
        assert caught.value.field == "source"

    def test_thread_with_its_first_post(self, app):
        author = make.make_account(sector="community")
        thread = start(author)
        post = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).one()
        assert thread.title == TITLE
        assert thread.slug == "thirty-days-from-what-exactly"
        assert (post.number, post.html) == (1, "<p>When does the clock begin?</p>\n")
        assert (post.capacity, post.sector) == (Capacity.PERSONAL, "community")
        assert_counters_true(thread.board)

    def test_record_and_event(self, app):
        start(make.make_account())
        assert tags() == ["thread.start"]
        assert events() == ["PostPublished"]

    def test_title_of_signs_only_still_has_an_address(self, app):
        thread = start(make.make_account(), title="¿¿¿¿¿¿¿¿¿¿")
        assert thread.slug == "thread"

    def test_same_form_twice_is_one_thread(self, app):
        author, board, topic = make.make_account(), make.make_board(), make.make_topic()
        first = start(author, board, topic_ids=[topic.id])
        assert start(author, board, topic_ids=[topic.id]).id == first.id
        assert_counters_true(board)

    @pytest.mark.parametrize(
        "changes",
        [{"title": "Something else entirely"}, {"source": "And when does it stop?"}],
        ids=["title", "text"],
    )
    def test_same_form_with_other_words_is_another_thread(self, app, changes):
        author, board = make.make_account(), make.make_board()
        first = start(author, board)
        assert start(author, board, **changes).id != first.id
        assert_counters_true(board)

    def test_same_words_after_going_back_are_one_thread(self, app):
        author, board = make.make_account(), make.make_board()
        first = start(author, board)
        assert start(author, board, submission_id="after going back").id == first.id
        assert start(author, make.make_board(), submission_id="elsewhere").id != first.id

    def test_same_form_of_two_authors_is_two_threads(self, app):
        board = make.make_board()
        assert start(make.make_account(), board).id != start(make.make_account(), board).id

    def test_draft_is_gone(self, app):
        author, board = make.make_account(), make.make_board()
        actions.save_thread_draft(author, board, title="T", source="x", choices={})
        start(author, board)
        assert db.session.scalar(select(func.count(Draft.id))) == 0

    def test_author_has_read_it(self, app):
        author = make.make_account()
        thread = start(author)
        assert queries.read_number(author, thread.id) == 1

    @pytest.mark.parametrize("title", ["", "Too short", "\u200b" * 10, "x" * 151])
    def test_title_is_checked(self, app, title):
        with pytest.raises(Invalid) as caught:
            start(make.make_account(), title=title)
        assert caught.value.field == "title"

    def test_topics_are_counted(self, app):
        ids = [make.make_topic().id for _ in range(6)]
        with pytest.raises(Invalid, match="one to 5"):
            start(make.make_account(), topic_ids=ids)
        with pytest.raises(Invalid, match="one to 5"):
            start(make.make_account(), topic_ids=[])
        assert start(make.make_account(), topic_ids=ids[:5])

    def test_topics_must_exist(self, app):
        with pytest.raises(Invalid, match="from the list"):
            start(make.make_account(), topic_ids=[10**9])

    def test_text_is_checked(self, app):
        with pytest.raises(Invalid, match="Write your post"):
            start(make.make_account(), source=" \n ")
        with pytest.raises(Invalid, match="10,000"):
            start(make.make_account(), source="x" * 10_001)

    def test_refused_where_the_board_is_closed(self, app):
        with pytest.raises(NotAllowed):
            start(make.make_account(), make.make_board(archived=True))
        with pytest.raises(NotAllowed):
            start(Anonymous())

    def test_announcement_needs_staff(self, app):
        with pytest.raises(NotAllowed, match="announcements"):
            start(make.make_account(), kind=ThreadKind.ANNOUNCEMENT)

    def test_nothing_stays_of_a_refused_thread(self, app):
        author, board = make.make_account(), make.make_board()
        with pytest.raises(Invalid):
            start(author, board, organisation_id=10**9)
        assert db.session.scalar(select(func.count(Thread.id))) == 0
        assert fresh(board).thread_count == 0


class TestReply:
    def test_numbers_are_dense_and_counters_true(self, app):
        thread = start(make.make_account())
        numbers = [reply(make.make_account(), thread).number for _ in range(3)]
        assert numbers == [2, 3, 4]
        assert_counters_true(thread.board)

    def test_who_waited_for_their_number_does_not_turn_the_time_back(self, app):
        thread, now = start(make.make_account()), clock.now()
        with clock.at(now + timedelta(seconds=2)):
            reply(make.make_account(), thread)
        with clock.at(now + timedelta(seconds=1)):
            reply(make.make_account(), thread)
        assert fresh(thread).last_post_at == now + timedelta(seconds=2)
        assert_counters_true(thread.board)

    def test_same_form_twice_is_one_post(self, app):
        author, thread = make.make_account(), make.make_thread()
        first = reply(author, thread, submission_id="a")
        assert reply(author, thread, submission_id="a").id == first.id
        assert fresh(thread).reply_count == 1

    def test_same_form_with_other_words_is_another_post(self, app):
        author, thread = make.make_account(), make.make_thread()
        first = reply(author, thread, submission_id="a")
        second = reply(author, thread, submission_id="a", source="From the day it came.")
        assert (first.number, second.number) == (2, 3)
        assert second.source == "From the day it came."

    def test_same_form_after_an_edit_is_still_one_post(self, app):
        author, thread = make.make_account(), make.make_thread()
        first = reply(author, thread, submission_id="a")
        edited = actions.edit_post(author, first, source="Changed.", note="", version=first.version)
        with clock.at(clock.now() + timedelta(hours=2)):
            assert reply(author, thread, submission_id="a").id == edited.id
        assert fresh(thread).reply_count == 1

    def test_same_words_after_going_back_are_one_post(self, app):
        author, thread = make.make_account(), make.make_thread()
        first = reply(author, thread)
        assert reply(author, thread).id == first.id
        assert fresh(thread).reply_count == 1

    def test_same_words_of_somebody_else_elsewhere_or_later_are_another_post(self, app):
        organisation = make.make_organisation()
        author, thread = make.make_account(organisation=organisation), make.make_thread()
        posts = [
            reply(author, thread),
            reply(make.make_account(), thread),
            reply(author, thread, organisation_id=organisation.id),
            reply(author, make.make_thread()),
        ]
        with clock.at(clock.now() + timedelta(hours=1, seconds=1)):
            posts.append(reply(author, thread))
        assert len({post.id for post in posts}) == 5

    def test_what_was_withdrawn_can_be_said_again(self, app):
        author, thread = make.make_account(), make.make_thread()
        first = reply(author, thread)
        actions.withdraw_post(author, first)
        assert reply(author, thread).id != first.id

    def test_keeps_capacity_sector_and_name_of_the_organisation(self, app):
        organisation = make.make_organisation("Harbour Advice Trust", sector="voluntary")
        author = make.make_account(sector="private", organisation=organisation)
        post = reply(author, make.make_thread(), organisation_id=organisation.id)
        organisation.name, organisation.sector = "Another name", "public"
        post = fresh(post)
        assert post.organisation_name == "Harbour Advice Trust"
        assert (post.sector, post.capacity) == ("voluntary", Capacity.ORGANISATION)

    def test_not_for_an_organisation_one_does_not_belong_to(self, app):
        stranger = make.make_organisation()
        with pytest.raises(Invalid) as caught:
            reply(make.make_account(), make.make_thread(), organisation_id=stranger.id)
        assert caught.value.field == "speak_as"

    def test_not_for_an_organisation_that_waits(self, app):
        waiting = make.make_organisation(state="waiting")
        author = make.make_account(organisation=waiting)
        with pytest.raises(Invalid):
            reply(author, make.make_thread(), organisation_id=waiting.id)

    def test_refused_in_a_locked_thread(self, app):
        with pytest.raises(NotAllowed, match="locked"):
            reply(make.make_account(), make.make_thread(is_locked=True))

    def test_mentions_are_links_and_rows(self, app):
        named = make.make_account(handle="priya-nair")
        post = reply(make.make_account(), make.make_thread(), source="Ask @priya-nair or @nobody.")
        assert '<a href="/people/priya-nair/"' in post.html
        assert "@nobody" in post.html
        assert "/people/nobody/" not in post.html
        assert list(db.session.scalars(select(Mention.account_id))) == [named.id]

    def test_draft_of_the_thread_alone_is_gone(self, app):
        author, thread, other = make.make_account(), make.make_thread(), make.make_thread()
        actions.save_reply_draft(author, thread, source="x", choices={})
        actions.save_reply_draft(author, other, source="y", choices={})
        reply(author, thread)
        assert list(db.session.scalars(select(Draft.thread_id))) == [other.id]

    def test_voices_count_organisations_and_people_once(self, app):
        organisation = make.make_organisation(sector="social-enterprise")
        speaker = make.make_account(sector="private", organisation=organisation)
        thread = start(make.make_account(sector="community"))
        for _ in range(2):
            reply(speaker, thread, organisation_id=organisation.id)
            reply(speaker, thread)
        heard = {voice.sector: voice for voice in queries.voices_of(thread.id)}
        assert (
            heard["social-enterprise"].organisations,
            heard["social-enterprise"].individuals,
        ) == (1, 0)
        assert (heard["private"].organisations, heard["private"].individuals) == (0, 1)
        assert heard["community"].individuals == 1
        assert (heard["public"].organisations, heard["public"].individuals) == (0, 0)

    def test_number_of_statements(self, app):
        author, thread = make.make_account(), make.make_thread(posts=30)
        with count_statements() as statements:
            reply(author, thread, submission_id="counted")
        assert len(statements) <= 16, "\n".join(statements)


class TestEdit:
    def test_text_before_is_kept(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author, text="first")
        actions.edit_post(author, post, source="second", note="Clearer", version=post.version)
        revision = db.session.scalars(select(PostRevision)).one()
        assert (revision.source, revision.version, revision.note) == ("first", 1, "Clearer")
        assert (post.source, post.html, post.edits) == ("second", "<p>second</p>\n", 1)
        assert post.edited_at

    def test_history_tells_who_wrote_what_when(self, app):
        author = make.make_account(display_name="Ann")
        moderator = make.make_account(role="moderator", display_name="Tom")
        post = make.make_post(make.make_thread(), author, text="one")
        actions.edit_post(author, post, source="two", note="", version=post.version)
        actions.edit_post(
            moderator, post, source="three", note="Name removed", version=post.version
        )
        versions = queries.history_of(make.make_account(), post).versions
        assert [(v.number, v.source, v.editor_name, v.note) for v in versions] == [
            (1, "one", "Ann", ""),
            (2, "two", "Ann", ""),
            (3, "three", "Tom", "Name removed"),
        ]

    def test_same_text_changes_nothing(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author, text="same")
        actions.edit_post(author, post, source="same", note="", version=post.version)
        assert post.edited_at is None
        assert tags() == []

    def test_older_version_is_a_conflict_and_changes_nothing(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author, text="first")
        seen = post.version
        actions.edit_post(author, post, source="second", note="", version=seen)
        with pytest.raises(Conflict):
            actions.edit_post(author, post, source="third", note="", version=seen)
        assert fresh(post).source == "second"

    def test_moderator_must_say_why(self, app):
        moderator = make.make_account(role="moderator")
        post = make.make_post(make.make_thread())
        with pytest.raises(Invalid) as caught:
            actions.edit_post(moderator, post, source="x", note=" ", version=post.version)
        assert caught.value.field == "note"

    def test_mentions_follow_the_text(self, app):
        author, first, second = (make.make_account() for _ in range(3))
        post = reply(author, make.make_thread(), source=f"@{first.handle}")
        actions.edit_post(author, post, source=f"@{second.handle}", note="", version=post.version)
        assert list(db.session.scalars(select(Mention.account_id))) == [second.id]

    def test_refused_after_the_window(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author)
        with clock.at(clock.now() + timedelta(days=2)), pytest.raises(NotAllowed):
            actions.edit_post(author, post, source="x", note="", version=post.version)


class TestWithdraw:
    def test_reply_leaves_a_tombstone_and_the_counters(self, app):
        author = make.make_account()
        thread = start(make.make_account())
        post = reply(author, thread)
        actions.withdraw_post(author, queries.get_post(author, post.id))
        assert fresh(post).state is PostState.WITHDRAWN
        assert_counters_true(thread.board)

    def test_first_post_gives_the_thread_its_state(self, app):
        author = make.make_account()
        thread = start(author)
        first = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).one()
        actions.withdraw_post(author, queries.get_post(author, first.id))
        assert fresh(thread).state is PostState.WITHDRAWN
        assert_counters_true(thread.board)

    def test_nobody_else(self, app):
        post = make.make_post(make.make_thread())
        with pytest.raises(NotAllowed):
            actions.withdraw_post(make.make_account(role="administrator"), post)


class TestAnswer:
    def test_accept_and_take_back(self, app):
        asker = make.make_account()
        thread = make.make_thread(author=asker)
        first, second = make.make_post(thread), make.make_post(thread)
        actions.accept_answer(asker, first)
        actions.accept_answer(asker, second)
        assert fresh(thread).accepted_post_id == second.id
        with pytest.raises(NotAllowed):
            actions.unaccept_answer(asker, first)
        actions.unaccept_answer(asker, second)
        assert fresh(thread).accepted_post_id is None
        assert tags() == ["answer.accept", "answer.accept", "answer.unaccept"]

    def test_refused_for_others(self, app):
        post = make.make_post(make.make_thread())
        with pytest.raises(NotAllowed):
            actions.accept_answer(make.make_account(), post)
        with pytest.raises(NotAllowed):
            actions.unaccept_answer(make.make_account(), post)

    def test_only_who_accepts_takes_back(self, app):
        asker = make.make_account()
        answer = make.make_post(make.make_thread(author=asker))
        actions.accept_answer(asker, answer)
        for actor in (make.make_account(), answer.author):
            with pytest.raises(NotAllowed):
                actions.unaccept_answer(actor, answer)
        assert fresh(answer.thread).accepted_post_id == answer.id


class TestDrafts:
    def test_thread_draft_is_kept_and_replaced(self, app):
        author, board = make.make_account(), make.make_board()
        actions.save_thread_draft(
            author, board, title="A", source="one", choices={"kind": "question"}
        )
        actions.save_thread_draft(author, board, title="B", source="two", choices={})
        draft = db.session.scalars(select(Draft)).one()
        assert (draft.title, draft.source) == ("B", "two")

    def test_one_for_each_place(self, app):
        author, thread = make.make_account(), make.make_thread()
        actions.save_thread_draft(author, thread.board, title="A", source="one", choices={})
        actions.save_reply_draft(author, thread, source="two", choices={})
        assert len(queries.drafts_of(author)) == 2

    def test_very_long_text_is_cut_not_lost(self, app):
        author, thread = make.make_account(), make.make_thread()
        draft = actions.save_reply_draft(author, thread, source="x" * 30_000, choices={})
        assert len(draft.source) == 20_000

    def test_what_cannot_be_stored_is_shown_as_a_sign(self, app):
        author, board = make.make_account(), make.make_board()
        draft = actions.save_thread_draft(
            author, board, title="a\x00b", source="c\ud800d\r\ne", choices={"kind": "\x00"}
        )
        assert (draft.title, draft.source) == ("a\ufffdb", "c\ufffdd\ne")
        assert draft.choices == {"kind": "\ufffd"}

    def test_refused_where_one_may_not_post(self, app):
        locked = make.make_thread(is_locked=True)
        with pytest.raises(NotAllowed):
            actions.save_reply_draft(make.make_account(), locked, source="x", choices={})
        with pytest.raises(NotAllowed):
            actions.save_thread_draft(
                make.make_account(), make.make_board(archived=True), title="", source="", choices={}
            )

    def test_only_the_own_draft_is_discarded(self, app):
        author, thread = make.make_account(), make.make_thread()
        draft = actions.save_reply_draft(author, thread, source="x", choices={})
        with pytest.raises(NotFound):
            actions.discard_draft(make.make_account(), draft.id)
        actions.discard_draft(author, draft.id)
        assert queries.drafts_of(author) == []


class TestReading:
    def test_mark_never_goes_back_nor_beyond_the_end(self, app):
        reader, thread = make.make_account(), make.make_thread(posts=5)
        for number, expected in ((3, 3), (2, 3), (99, 5), (-1, 5)):
            actions.mark_read(reader, thread, number=number)
            mark = db.session.scalars(select(ReadMark.number)).one()
            assert mark == expected

    def test_refused_where_one_may_not_read(self, app):
        with pytest.raises(NotAllowed):
            actions.mark_read(make.make_account(), make.make_thread(state="hidden"), number=1)


class TestRerender:
    def test_only_outdated_posts_change(self, app):
        thread = make.make_thread()
        old = make.make_post(thread, text="**new**", html="<p>old</p>", renderer=0)
        kept = make.make_post(thread, text="kept", html="<p>as it was</p>")
        seen = []
        assert queries.count_outdated() == 1
        assert actions.rerender_posts(seen.append) == 1
        texts = dict(db.session.execute(select(Post.id, Post.html)).all())
        assert texts[old.id] == "<p><strong>new</strong></p>\n"
        assert texts[kept.id] == "<p>as it was</p>"
        assert seen == [1]
        assert queries.count_outdated() == 0


def test_preview_is_what_the_post_will_be(app):
    author, text = make.make_account(), "# Title\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert actions.preview(text) == reply(author, make.make_thread(), source=text).html


def test_board_is_found(app):
    assert db.session.get(Board, start(make.make_account()).board_id)
