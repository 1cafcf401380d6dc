"""The queue, its schedule, and the nudge after a commit."""

import importlib
import os
import signal
import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from flask import current_app
from huey import RedisHuey, SqliteHuey
from huey.consumer import Consumer
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import select, text

from forum.accounts import actions as accounts
from forum.core import clock, queue
from forum.core.db import db
from forum.core.errors import NotAllowed
from forum.core.outbox import OutboxEvent
from forum.core.transactions import action
from forum.ops import jobs
from tests import factories

MIDNIGHT = datetime(2026, 3, 29, tzinfo=UTC)


@pytest.fixture
def own_queue(tmp_path):
    """A queue of this test's own; the one before comes back."""
    queues, known = list(queue._queues), dict(queue._jobs)
    queue.configure(redis_url="", folder=tmp_path / "queue")
    yield queue.current()
    queue.release()
    queue._queues[:] = queues
    queue._jobs.clear()
    queue._jobs.update(known)


@pytest.fixture
def asked(app, monkeypatch):
    """The deliveries asked for: how many seconds each was put off."""
    seconds = []
    monkeypatch.setattr(queue, "put", lambda name, *, seconds: asked_for(name, seconds))
    fresh = jobs.Nudge()
    monkeypatch.setattr(jobs.nudge, "_covered_until", fresh._covered_until)
    monkeypatch.setattr(jobs.nudge, "_emitted", fresh._emitted)

    def asked_for(name, later):
        assert name == jobs.DELIVER
        seconds.append(later)

    return seconds


def write_event(email="nobody@example.org"):
    accounts.request_password_reset(None, email=email)


def never(_moment):
    return False


def test_every_job_of_the_table_is_known(app):
    names = [name for name, _, _ in jobs.SCHEDULE]
    assert queue.job_names() == names
    assert names == [
        "outbox.deliver",
        "threads.expire",
        "topics.count",
        "database.look",
        "accounts.tidy",
        "outbox.tidy",
        "drafts.tidy",
        "notices.tidy",
        "consultations.retention",
        "consultations.remind",
        "consultations.export",
        "search.sweep",
        "open-data.make",
        "open-data.refresh",
        "counters.reconcile",
    ]


def test_jobs_run_when_the_table_says():
    minutes = [MIDNIGHT + timedelta(minutes=minute) for minute in range(24 * 60)]
    runs = {name: sum(map(when, minutes)) for name, when, _ in jobs.SCHEDULE}
    assert runs.pop("outbox.deliver") == 24 * 60
    assert runs.pop("consultations.export") == 24 * 60
    assert runs.pop("threads.expire") == 24 * 12
    assert runs.pop("topics.count") == 24 * 6
    assert runs.pop("open-data.refresh") == 24 * 12
    assert set(runs.values()) == {1}


def test_the_outbox_is_delivered(app, outbox_mail):
    account = factories.make_account()
    write_event(account.email)
    factories.commit()
    assert jobs.deliver_outbox() >= 1
    assert len(outbox_mail.to(account.email)) == 1
    assert jobs.deliver_outbox() == 0


@pytest.mark.usefixtures("worn_database")
def test_the_database_looks_at_its_tables_anew(app, run, backend):
    factories.make_thread()
    run("worker", "--once", "database.look")
    if backend == "sqlite":
        known = db.session.execute(text("SELECT idx FROM sqlite_stat1 WHERE tbl = 'thread'"))
        assert "ix_thread_board" in set(known.scalars())
        # Whatever size the index of the search has, or had: it is not read from end to end.
        delete = "EXPLAIN QUERY PLAN DELETE FROM search_text_data WHERE id >= 1 AND id <= 2"
        plan = db.session.execute(text(delete)).one()
        assert "SEARCH search_text_data" in plan.detail


def test_delivery_gives_up_after_the_days_of_the_settings(app, monkeypatch):
    seen = []

    def deliver(*, give_up_after):
        seen.append(give_up_after)
        return 0

    monkeypatch.setattr(jobs.outbox, "deliver_due", deliver)
    jobs.deliver_outbox()
    assert seen == [timedelta(days=app.config["SETTINGS"].mail_days)]


def test_a_commit_with_an_event_asks_for_a_delivery(asked):
    write_event()
    assert asked == [0.0]


def test_events_close_together_are_covered_by_one_later_delivery(asked):
    for _ in range(5):
        write_event()
    assert len(asked) == 2
    assert asked[0] == 0
    assert 0 < asked[1] <= jobs.NUDGE_SECONDS


def test_a_commit_without_an_event_asks_for_nothing(asked):
    @action
    def change_nothing():
        db.session.execute(select(1))

    change_nothing()
    assert asked == []


def test_what_is_rolled_back_asks_for_nothing(asked):
    @action
    def fail():
        write_event()
        raise NotAllowed("No.")

    with pytest.raises(NotAllowed):
        fail()
    assert asked == []


def test_a_failing_queue_fails_no_request(app, asked, monkeypatch):
    def away(_name, *, seconds):
        asked.append(seconds)
        raise ConnectionError("no Redis")

    monkeypatch.setattr(queue, "put", away)
    for _ in range(3):
        write_event()
    assert len(db.session.scalars(select(OutboxEvent)).all()) == 3
    # After the first failure nobody waits for the queue for a while.
    assert asked == [0.0]


def test_a_queue_in_a_file(own_queue):
    assert isinstance(own_queue, SqliteHuey)
    done = []
    queue.every(never, "test.job", lambda: done.append(clock.now()))
    queue.put("test.job")
    queue.put("test.job", seconds=60)
    now, later = own_queue.dequeue(), own_queue.dequeue()
    assert now.eta is None
    assert later.eta > datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=50)
    assert done == []
    queue.run("test.job")
    assert len(done) == 1


def test_a_queue_in_redis_that_is_away_fails_soon(own_queue):
    queue.configure(redis_url="redis://127.0.0.1:1/0", folder=own_queue.storage.filename)
    assert isinstance(queue.current(), RedisHuey)
    queue.every(never, "test.job", lambda: None)
    with pytest.raises(RedisConnectionError):
        queue.put("test.job")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_worker_does_jobs_and_finishes_what_it_has_begun(own_queue, monkeypatch, number):
    monkeypatch.setattr(queue, "HEALTH_SECONDS", 0.05)
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    entered, done = [], []

    def surroundings():
        entered.append(True)
        return nullcontext()

    def work():
        # The health of the threads is looked at meanwhile.
        threading.Event().wait(0.2)
        os.kill(os.getpid(), number)
        # The signal arrives while this job is in hand.
        threading.Event().wait(0.3)
        done.append(True)

    queue.every(never, "test.job", work)
    queue.put("test.job")
    try:
        queue.work(surroundings)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert (entered, done) == ([True], [True])
    assert own_queue.pending_count() == 0


def test_a_job_that_fails_is_tried_again(own_queue):
    def fail():
        raise OSError("the database is away")

    queue._surroundings[:] = [nullcontext]
    queue.every(never, "test.job", fail)
    queue.put("test.job")
    task = own_queue.dequeue()
    assert own_queue.execute(task) is None
    assert own_queue.scheduled_count() == 1


def test_one_job_by_hand(app, run, outbox_mail):
    account = factories.make_account()
    write_event(account.email)
    assert run("worker", "--once", "outbox.deliver") == "outbox.deliver: done.\n"
    assert len(outbox_mail.to(account.email)) == 1


def test_an_unknown_job_is_named(run):
    output = run("worker", "--once", "outbox.drink", code=1)
    assert "There is no job outbox.drink. The jobs are: outbox.deliver," in output


def test_a_stop_that_comes_at_once_is_heeded(own_queue, monkeypatch):
    monkeypatch.setattr(queue, "HEALTH_SECONDS", 0.05)
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    start = Consumer.start

    def start_while_stopped(consumer):
        start(consumer)
        # Huey's own handlers would have taken it, and nobody would look.
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Consumer, "start", start_while_stopped)
    try:
        queue.work(nullcontext)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def test_the_worker_command_works_in_the_context_of_the_application(app, run, monkeypatch):
    worked = []

    def work(surroundings):
        with surroundings():
            worked.append(current_app.name)

    monkeypatch.setattr(queue, "work", work)
    run("worker")
    assert worked == [app.name]


def test_a_tied_worker_stops_when_its_input_closes(app, run, monkeypatch):
    command = importlib.import_module("forum.ops.commands.worker")
    reading, writing = os.pipe()
    stopped = threading.Event()
    monkeypatch.setattr(command.os, "kill", lambda *_args: stopped.set())
    monkeypatch.setattr(command, "STANDARD_INPUT", reading)
    monkeypatch.setattr(queue, "work", lambda _surroundings: None)
    run("worker", "--tied")
    assert not stopped.wait(0.1)
    os.close(writing)
    assert stopped.wait(5)
    os.close(reading)
