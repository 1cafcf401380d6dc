"""Many write to one thread at the same moment, and some of it waits."""

import threading

import pytest
from sqlalchemy import select

from forum.accounts.models import Account
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.transactions import action
from forum.threads import actions
from forum.threads.actions import screening, states
from forum.threads.actions.screening import Screening
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from tests import factories as make
from tests.threads.writing import CENTRE, wrong_counters

WRITERS, EACH = 4, 5


@pytest.fixture(autouse=True)
def screens(monkeypatch):
    """Every other post waits."""

    def every_other(submission):
        return Screening(holds=[CENTRE] if submission.source.endswith("waits.") else [])

    monkeypatch.setattr(screening, "_screens", [every_other])


def all_at_once(app, tasks):
    """Do the tasks, each in a thread and a session of its own; returns what each raised."""
    start, raised = threading.Barrier(len(tasks)), []

    def work(task):
        with app.app_context():
            start.wait()
            try:
                task()
            except Conflict as error:
                raised.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return raised


def replies_of(account_id, thread_id, *, submission=""):
    def work():
        for number in range(EACH):
            actions.reply(
                db.session.get_one(Account, account_id),
                db.session.get_one(Thread, thread_id),
                source=f"Number {number} {'waits' if number % 2 else 'does not'}.",
                organisation_id=None,
                submission_id=f"{submission or account_id}-{number}",
            )

    return work


def numbers_of(thread_id):
    return db.session.scalars(
        select(Post.number).where(Post.thread_id == thread_id).order_by(Post.number)
    ).all()


def test_numbers_have_no_gaps_and_counters_are_true(live_app):
    with live_app.app_context():
        thread_id = make.make_thread().id
        writers = [make.make_account().id for _ in range(WRITERS)]
    raised = all_at_once(live_app, [replies_of(writer, thread_id) for writer in writers])
    assert raised == []
    with live_app.app_context():
        assert numbers_of(thread_id) == list(range(1, WRITERS * EACH + 2))
        waiting = select(Post).where(Post.state == PostState.PENDING)
        assert len(db.session.scalars(waiting).all()) == WRITERS * (EACH // 2)
        assert wrong_counters() == []


def test_the_same_forms_sent_at_once_make_each_post_once(live_app):
    with live_app.app_context():
        thread_id, writer = make.make_thread().id, make.make_account().id
    same = [replies_of(writer, thread_id, submission="same") for _ in range(WRITERS)]
    assert all_at_once(live_app, same) == []
    with live_app.app_context():
        assert numbers_of(thread_id) == list(range(1, EACH + 2))
        assert wrong_counters() == []


def test_the_author_withdraws_while_a_moderator_publishes(live_app):
    """One of them is first, the other is told; counters are true either way."""
    with live_app.app_context():
        author = make.make_account()
        post_id = make.make_post(make.make_thread(), author, state="pending", holds=[CENTRE]).id
        author_id = author.id

    def withdraw():
        post = db.session.get_one(Post, post_id)
        actions.withdraw_post(db.session.get_one(Account, author_id), post)

    @action
    def publish():
        states.publish(db.session.get_one(Post, post_id))

    raised = all_at_once(live_app, [withdraw, publish])
    with live_app.app_context():
        post = db.session.get_one(Post, post_id)
        if raised:
            assert post.state in {PostState.RETRACTED, PostState.VISIBLE}
        else:
            assert post.state is PostState.WITHDRAWN
        assert wrong_counters() == []
