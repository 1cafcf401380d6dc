"""The infrastructure of the tests does what its users rely on."""

import pytest
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.core.db import db
from forum.threads.models import Post, Thread, ThreadTopic, Voice
from tests import factories
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
