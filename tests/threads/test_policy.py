"""Rules of threads and posts; every check agrees with its filter."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.boards.models import Board
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.threads import policy
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, Thread
from tests import factories as make

ACTORS = (
    "visitor",
    "unconfirmed",
    "member",
    "author",
    "moderator",
    "moderator elsewhere",
    "manager",
    "administrator",
)


def actor_called(name, *, author):
    elsewhere = make.get_centre("london")
    return {
        "visitor": Anonymous,
        "unconfirmed": lambda: make.make_account(confirmed=False),
        "member": make.make_account,
        "author": lambda: author,
        "moderator": lambda: make.make_account(role="moderator"),
        "moderator elsewhere": lambda: make.make_account(role="moderator", centre=elsewhere),
        "manager": lambda: make.make_account(role="manager"),
        "administrator": lambda: make.make_account(role="administrator"),
    }[name]()


def listed(actor, rule, model):
    statement = select(model.id)
    if model is Post:
        statement = statement.join(Post.thread)
    return set(db.session.scalars(statement.join(Thread.board).where(rule(actor))))


def people(author):
    """One of each actor."""
    return {name: actor_called(name, author=author) for name in ACTORS}


def test_thread_check_and_filter_agree(app):
    author = make.make_account()
    boards = {readers: make.make_board(readers=readers) for readers in ("everyone", "members")}
    threads = {
        (readers, str(state)): make.make_thread(board, author, state=state)
        for readers, board in boards.items()
        for state in PostState
    }
    apart = []
    for name, actor in people(author).items():
        seen = listed(actor, policy.visible_to, Thread)
        for case, thread in threads.items():
            if (thread.id in seen) is not bool(policy.can_see(actor, thread)):
                apart.append((name, *case, thread.id in seen))
    assert apart == []


def test_post_check_and_filter_agree(app):
    author = make.make_account()
    boards = {readers: make.make_board(readers=readers) for readers in ("everyone", "members")}
    posts = {
        (readers, str(state)): make.make_post(make.make_thread(board), author, state=state)
        for readers, board in boards.items()
        for state in PostState
    }
    apart = []
    for name, actor in people(author).items():
        seen = listed(actor, policy.readable_by, Post)
        for case, post in posts.items():
            if (post.id in seen) is not bool(policy.can_read(actor, post)):
                apart.append((name, *case, post.id in seen))
    assert apart == []


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("visitor", "visible", True),
        ("visitor", "hidden", False),
        ("visitor", "withdrawn", True),
        ("member", "hidden", False),
        ("author", "hidden", True),
        ("moderator", "hidden", True),
        ("moderator elsewhere", "hidden", False),
        ("manager", "hidden", True),
        ("administrator", "hidden", True),
    ],
)
def test_who_sees_a_thread(app, name, state, expected):
    author = make.make_account()
    thread = make.make_thread(author=author, state=state)
    assert bool(policy.can_see(actor_called(name, author=author), thread)) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("visitor", False),
        ("member", False),
        ("author", True),
        ("moderator", True),
        ("moderator elsewhere", False),
        ("administrator", True),
    ],
)
def test_who_reads_a_hidden_post(app, name, expected):
    author = make.make_account()
    post = make.make_post(make.make_thread(), author, state="hidden")
    assert bool(policy.can_read(actor_called(name, author=author), post)) is expected


def test_nobody_else_reads_a_post_of_a_hidden_thread(app):
    thread = make.make_thread(state="hidden")
    post = make.make_post(thread)
    assert not policy.can_read(make.make_account(), post)


def test_members_board_is_closed_to_visitors(app):
    thread = make.make_thread(make.make_board(readers="members"))
    decision = policy.can_see(Anonymous(), thread)
    assert decision.reason == "Only members can read this board."


class TestReply:
    def test_confirmed_member_may(self, app):
        assert policy.can_reply(make.make_account(), make.make_thread())

    @pytest.mark.parametrize("name", ["visitor", "unconfirmed"])
    def test_others_may_not(self, app, name):
        assert not policy.can_reply(actor_called(name, author=None), make.make_thread())

    def test_not_where_one_may_not_read(self, app):
        thread = make.make_thread(make.make_board(readers="members"))
        assert not policy.can_reply(Anonymous(), thread)

    def test_not_in_a_locked_thread(self, app):
        thread = make.make_thread(is_locked=True)
        assert policy.can_reply(make.make_account(), thread).reason == "This thread is locked."

    def test_moderator_may_in_a_locked_thread(self, app):
        thread = make.make_thread(is_locked=True)
        assert policy.can_reply(make.make_account(role="moderator"), thread)

    def test_not_in_a_hidden_thread_even_for_its_author(self, app):
        author = make.make_account()
        assert not policy.can_reply(author, make.make_thread(author=author, state="hidden"))

    def test_not_on_an_archived_board(self, app):
        thread = make.make_thread(make.make_board(archived=True))
        assert not policy.can_reply(make.make_account(), thread)

    def test_only_sectors_that_the_board_hears(self, app):
        thread = make.make_thread(make.make_board(reply_sectors=["voluntary"]))
        assert policy.can_reply(make.make_account(sector="voluntary"), thread)
        assert not policy.can_reply(make.make_account(sector="private"), thread)


class TestAnnouncement:
    def test_moderator_of_the_centre_may(self, app):
        moderator = make.make_account(role="moderator")
        centre = make.get_centre()
        assert policy.can_start_kind(moderator, centre.id, ThreadKind.ANNOUNCEMENT)

    def test_member_may_not(self, app):
        centre = make.get_centre()
        assert not policy.can_start_kind(make.make_account(), centre.id, ThreadKind.ANNOUNCEMENT)

    def test_member_may_ask_a_question(self, app):
        centre = make.get_centre()
        assert policy.can_start_kind(make.make_account(), centre.id, ThreadKind.QUESTION)


class TestEdit:
    def test_author_within_the_window(self, app):
        author = make.make_account()
        assert policy.can_edit(author, make.make_post(make.make_thread(), author))

    def test_not_at_the_end_of_the_window(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author)
        with clock.at(post.created_at + timedelta(hours=24)):
            decision = policy.can_edit(author, post)
        assert "The time for editing this post has passed" in decision.reason

    def test_to_the_last_second_of_the_window(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author)
        with clock.at(post.created_at + timedelta(hours=24) - timedelta(seconds=1)):
            assert policy.can_edit(author, post)

    def test_window_of_the_centre_counts(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author)
        post.thread.board.centre.edit_window_hours = 0
        assert not policy.can_edit(author, post)

    def test_moderator_after_the_window(self, app):
        post = make.make_post(make.make_thread())
        with clock.at(post.created_at + timedelta(days=30)):
            assert policy.can_edit(make.make_account(role="moderator"), post)

    @pytest.mark.parametrize("name", ["visitor", "member", "moderator elsewhere"])
    def test_nobody_else(self, app, name):
        post = make.make_post(make.make_thread())
        assert not policy.can_edit(actor_called(name, author=None), post)

    def test_not_in_a_locked_thread(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(is_locked=True), author)
        assert not policy.can_edit(author, post)

    @pytest.mark.parametrize("state", ["hidden", "withdrawn"])
    @pytest.mark.parametrize("name", ["author", "moderator"])
    def test_not_a_tombstone(self, app, state, name):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author, state=state)
        assert not policy.can_edit(actor_called(name, author=author), post)


class TestWithdraw:
    def test_only_the_author(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author)
        assert policy.can_withdraw(author, post)
        assert not policy.can_withdraw(make.make_account(role="moderator"), post)
        assert not policy.can_withdraw(Anonymous(), post)

    def test_not_twice(self, app):
        author = make.make_account()
        post = make.make_post(make.make_thread(), author, state="withdrawn")
        assert not policy.can_withdraw(author, post)


class TestAccept:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("author", True),
            ("moderator", True),
            ("member", False),
            ("visitor", False),
            ("moderator elsewhere", False),
        ],
    )
    def test_who(self, app, name, expected):
        asker = make.make_account()
        answer = make.make_post(make.make_thread(author=asker))
        assert bool(policy.can_accept(actor_called(name, author=asker), answer)) is expected

    def test_not_the_question_itself(self, app):
        asker = make.make_account()
        thread = make.make_thread(author=asker)
        question = db.session.scalars(select(Post).where(Post.thread_id == thread.id)).one()
        assert not policy.can_accept(asker, question)

    def test_not_in_a_discussion(self, app):
        asker = make.make_account()
        thread = make.make_thread(author=asker, kind=ThreadKind.DISCUSSION)
        assert not policy.can_accept(asker, make.make_post(thread))

    def test_not_a_tombstone(self, app):
        asker = make.make_account()
        post = make.make_post(make.make_thread(author=asker), state="hidden")
        assert not policy.can_accept(asker, post)


class TestModerate:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("visitor", False),
            ("member", False),
            ("author", False),
            ("moderator", True),
            ("moderator elsewhere", False),
            ("manager", True),
            ("administrator", True),
        ],
    )
    def test_who_may_lock_hide_and_restore(self, app, name, expected):
        author = make.make_account()
        actor = actor_called(name, author=author)
        thread = make.make_thread(author=author)
        shown = make.make_post(thread, author)
        hidden = make.make_post(thread, author, state="hidden")
        assert bool(policy.can_moderate(actor, thread)) is expected
        assert bool(policy.can_hide(actor, shown)) is expected
        assert bool(policy.can_restore(actor, hidden)) is expected

    def test_not_the_own_post(self, app):
        moderator = make.make_account(role="moderator")
        thread = make.make_thread()
        assert not policy.can_hide(moderator, make.make_post(thread, moderator))
        assert not policy.can_restore(moderator, make.make_post(thread, moderator, state="hidden"))
        assert not policy.can_redact(moderator, make.make_post(thread, moderator))

    def test_only_what_is_hidden_is_restored(self, app):
        moderator = make.make_account(role="moderator")
        thread = make.make_thread()
        assert not policy.can_restore(moderator, make.make_post(thread))
        assert not policy.can_restore(moderator, make.make_post(thread, state="withdrawn"))


def test_board_is_joined_for_the_filters(app):
    make.make_thread()
    assert listed(Anonymous(), policy.visible_to, Thread)
    assert db.session.scalars(select(Board.id)).all()
