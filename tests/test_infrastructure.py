"""The infrastructure of the tests does what its users rely on."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select

from forum.accounts.models import Account
from forum.core.db import db
from forum.threads.models import Post, Thread, ThreadTopic, Voice
from tests import factories
from tests.conftest import pytest_collection_modifyitems
from tests.ops.serving import ROOT
from tests.statements import count_statements


@pytest.mark.parametrize("_again", [1, 2])
def test_what_a_test_writes_is_undone(app, _again):
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0
    factories.make_account()
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_rolled_back_action_leaves_what_factories_made(app):
    account = factories.make_account()
    account.display_name = "Changed"
    db.session.rollback()
    assert account.display_name != "Changed"


def test_factories_commit_once(app):
    """A board, an author, a topic and a post are made for the thread."""
    commits = []
    note = commits.append
    event.listen(db.session, "after_commit", note)
    try:
        factories.make_thread()
    finally:
        event.remove(db.session, "after_commit", note)
    assert len(commits) == 1


def test_factories_keep_derived_columns_true(app):
    board = factories.make_board()
    organisation = factories.make_organisation(sector="voluntary")
    speaker = factories.make_account(organisation=organisation)
    thread = factories.make_thread(board, posts=3)
    factories.make_post(thread, speaker, organisation=organisation)
    factories.make_post(thread, state="hidden")
    assert (thread.last_number, thread.reply_count) == (5, 3)
    assert (board.thread_count, board.post_count) == (1, 4)
    assert thread.last_post_at == board.last_post_at
    voices = {(v.sector.value, v.posts) for v in db.session.scalars(select(Voice))}
    assert voices == {("private", 3), ("voluntary", 1)}
    assert db.session.scalar(select(func.count()).select_from(Post)) == 5
    assert db.session.query(ThreadTopic).filter_by(thread_id=thread.id).count() == 1


def test_statements_are_counted(app):
    with count_statements() as statements:
        db.session.scalars(select(Thread)).all()
        db.session.commit()
    assert len(statements) == 1


def test_live_app_really_commits(live_app):
    with live_app.app_context():
        factories.make_account()
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_two_runs_at_once_are_given_different_ports():
    """Each run has workers of the same names, and servers that would share a port unnoticed."""
    ask = "from tests.ops.serving import free_port; print(free_port(), flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with (
        subprocess.Popen([sys.executable, "-c", ask], **pipes) as one,
        subprocess.Popen([sys.executable, "-c", ask], **pipes) as other,
    ):
        ports = {process.stdout.readline() for process in (one, other)}
        for process in (one, other):
            process.communicate("\n")
    assert len(ports) == 2


def test_what_takes_long_begins_first():
    def item(path, *marks):
        return SimpleNamespace(path=Path(path), get_closest_marker=lambda name: name in marks)

    short = [item("tests/web/test_login.py"), item("tests/core/test_mail.py")]
    long = [
        item("tests/house/test_naughty.py", "timeout"),
        item("tests/journeys/test_queue.py"),
        item("tests/ops/test_redis.py", "live"),
    ]
    items = [short[0], *long, short[1]]
    pytest_collection_modifyitems(items)
    assert items == [*long, *short]
