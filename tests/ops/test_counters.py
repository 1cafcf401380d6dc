"""The repair of counters: each kind of damage is found, told and made good."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from forum.boards.models import Board
from forum.core import clock
from forum.core.db import db
from forum.ops import actions, queries
from forum.ops.actions import counters
from forum.threads import actions as threads
from forum.threads.actions import states
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.models import Post, Thread, ThreadTopic, Voice
from tests import factories

LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_regions(monkeypatch):
    """Regions are counted elsewhere (tests/threads/test_topic_counts.py), topic by topic."""
    monkeypatch.setattr(threads, "count_topics", lambda **_kwargs: 0)


@pytest.fixture
def thread(app):
    """A thread with replies in many states, one of an organisation, and another thread."""
    organisation = factories.make_organisation(sector="voluntary")
    member = factories.make_account(organisation=organisation)
    thread = factories.make_thread(posts=3)
    factories.make_post(thread, member, organisation=organisation)
    factories.make_post(thread, state=PostState.WITHDRAWN)
    for state in UNPUBLISHED:
        factories.make_post(thread, state=state)
    factories.make_thread(thread.board, posts=2)
    return thread


def damage(statement):
    db.session.execute(statement, execution_options={"synchronize_session": False})
    factories.commit()
    db.session.expire_all()


def columns(differences):
    return {(difference.table, difference.column) for difference in differences}


def test_true_counters_are_left_alone(thread):
    assert actions.reconcile_counters() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("last_number", 99),
        ("last_shown", 2),
        ("reply_count", 0),
        ("last_post_at", LONG_AGO),
        ("state", PostState.HIDDEN),
    ],
)
def test_a_thread_is_repaired(thread, column, value):
    true = getattr(thread, column)
    damage(update(Thread).where(Thread.id == thread.id).values({column: value}))
    found = actions.reconcile_counters()
    mine = [difference for difference in found if difference.table == "thread"]
    assert [(d.key, d.column, d.stored, d.true) for d in mine] == [
        ((thread.id,), column, value, true)
    ]
    db.session.refresh(thread)
    assert getattr(thread, column) == true
    assert actions.reconcile_counters() == []


@pytest.mark.parametrize(
    ("column", "value"), [("thread_count", 7), ("post_count", 0), ("last_post_at", LONG_AGO)]
)
def test_a_board_is_repaired(thread, column, value):
    true = getattr(thread.board, column)
    damage(update(Board).where(Board.id == thread.board_id).values({column: value}))
    assert columns(actions.reconcile_counters()) == {("board", column)}
    db.session.refresh(thread.board)
    assert getattr(thread.board, column) == true
    assert actions.reconcile_counters() == []


def test_a_board_does_not_tell_of_threads_that_wait(thread):
    with clock.at(clock.now() + timedelta(days=1)):
        factories.make_thread(thread.board, state=PostState.PENDING)
    assert actions.reconcile_counters() == []
    damage(
        update(Board).values(last_post_at=select(func.max(Thread.last_post_at)).scalar_subquery())
    )
    assert columns(actions.reconcile_counters()) == {("board", "last_post_at")}


def test_an_empty_board_is_repaired(app):
    board = factories.make_board(thread_count=3, post_count=4, last_post_at=LONG_AGO)
    assert len(actions.reconcile_counters()) == 3
    db.session.refresh(board)
    assert (board.thread_count, board.post_count, board.last_post_at) == (0, 0, None)


@pytest.mark.parametrize("column", ["last_post_at", "centre_id"])
def test_a_tie_to_a_topic_is_repaired(thread, column):
    other = {"last_post_at": LONG_AGO, "centre_id": factories.get_centre("london").id}
    tie = update(ThreadTopic).where(ThreadTopic.thread_id == thread.id)
    damage(tie.values({column: other[column]}))
    assert columns(actions.reconcile_counters()) == {("thread_topic", column)}
    repaired = db.session.scalars(select(ThreadTopic).filter_by(thread_id=thread.id)).one()
    assert getattr(repaired, column) == getattr(thread, column)


def test_a_wrong_number_of_posts_of_a_voice_is_repaired(thread):
    damage(update(Voice).where(Voice.thread_id == thread.id).values(posts=Voice.posts + 5))
    assert columns(actions.reconcile_counters()) == {("voice", "posts")}
    heard = select(func.sum(Voice.posts)).where(Voice.thread_id == thread.id)
    assert db.session.scalar(heard) == 4


def test_a_missing_voice_is_added(thread):
    damage(delete(Voice).where(Voice.thread_id == thread.id))
    assert len(actions.reconcile_counters()) == 2
    voices = db.session.scalars(select(Voice).filter_by(thread_id=thread.id)).all()
    assert sorted(voice.posts for voice in voices) == [1, 3]
    assert {voice.speaker[0] for voice in voices} == {"a", "o"}


def test_a_voice_of_nobody_is_removed(thread):
    nobody = {"thread_id": thread.id, "sector": "public", "speaker": "a999999", "posts": 2}
    damage(insert(Voice).values(nobody))
    found = actions.reconcile_counters()
    assert [(d.stored, d.true) for d in found] == [(2, 0)]
    assert db.session.get(Voice, (thread.id, "public", "a999999")) is None


def test_what_follows_from_a_repair_is_repaired_too(thread):
    everywhere = {Thread: LONG_AGO, ThreadTopic: LONG_AGO, Board: LONG_AGO}
    for model, moment in everywhere.items():
        damage(update(model).values(last_post_at=moment))
    assert columns(actions.reconcile_counters()) == {
        ("thread", "last_post_at"),
        ("thread_topic", "last_post_at"),
        ("board", "last_post_at"),
    }
    assert actions.reconcile_counters() == []


def test_a_dry_run_tells_the_same_and_changes_nothing(thread):
    damage(update(Thread).values(last_post_at=LONG_AGO, reply_count=99))
    damage(update(Board).values(last_post_at=LONG_AGO))
    told = actions.reconcile_counters(dry_run=True)
    assert ("board", "last_post_at") in columns(told)
    db.session.refresh(thread)
    assert thread.reply_count == 99
    assert actions.reconcile_counters() == told


def test_a_wholly_hidden_thread_counts_from_its_start(app):
    thread = factories.make_thread()
    post = db.session.scalars(select(Post).filter_by(thread_id=thread.id)).one()
    states.hide(post, rule="", reason="Names a bidder.", entry=None)
    assert actions.reconcile_counters() == []
    damage(update(Thread).values(last_post_at=LONG_AGO))
    actions.reconcile_counters()
    db.session.refresh(thread)
    assert thread.last_post_at == thread.created_at


def test_many_suspects_are_compared_all_at_once(thread, monkeypatch):
    monkeypatch.setattr(counters, "MOST_SUSPECTS", 1)
    damage(update(Thread).values(reply_count=99))
    assert len(actions.reconcile_counters()) == 2
    assert actions.reconcile_counters() == []


def test_only_some_rows_can_be_asked_for(thread):
    damage(update(Thread).values(reply_count=99))
    damage(update(Voice).values(posts=99))
    assert {d.key[0] for d in queries.wrong_threads([thread.id])} == {thread.id}
    assert {d.key[0] for d in queries.wrong_voices([thread.id])} == {thread.id}
    assert queries.wrong_voices([]) == []


def test_the_command_repairs_and_tells(thread, run):
    damage(update(Thread).where(Thread.id == thread.id).values(reply_count=99))
    output = run("counters", "reconcile", "--dry-run")
    assert f"thread {thread.id}: reply_count is 99, should be 3" in output
    assert "1 wrong, would be repaired." in output
    assert "1 wrong, repaired." in run("counters", "reconcile")
    assert run("counters", "reconcile") == "Every counter is right.\n"


def test_the_command_does_not_flood_the_terminal(app, run, monkeypatch):
    command = importlib.import_module("forum.ops.commands.counters")
    monkeypatch.setattr(command, "MOST_SHOWN", 2)
    for _ in range(3):
        factories.make_board(thread_count=1)
    output = run("counters", "reconcile")
    assert "… and 1 more." in output
    assert "3 wrong, repaired." in output


def test_the_job_repairs(thread, run):
    damage(update(Thread).values(reply_count=99))
    assert "counters.reconcile: done." in run("worker", "--once", "counters.reconcile")
    assert actions.reconcile_counters() == []
