"""Events are delivered at least once, later, and one bad one does not hold up the others."""

import dataclasses
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from forum.core import clock, outbox
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import LEASE, OutboxEvent, emit, subscribe
from forum.core.transactions import action

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class KettleBoiled:
    kettle: int
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ToastBurnt:
    toast: int


@pytest.fixture
def heard(monkeypatch):
    """What the handlers were called with; a kettle of 13 fails."""
    monkeypatch.setattr(outbox, "_subscribers", {})
    monkeypatch.setattr(outbox, "_types", {})
    calls = []

    def handle(event):
        calls.append(event)
        if event == KettleBoiled(13):
            raise OSError("the tap is dry")

    subscribe(KettleBoiled, handle)
    subscribe(ToastBurnt, handle)
    return calls


def emit_all(*events):
    @action
    def change():
        for event in events:
            emit(event)

    change()


def rows():
    db.session.expire_all()
    return db.session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()


def test_an_event_is_delivered_once_to_every_handler(app, heard, deliver):
    more = []
    subscribe(KettleBoiled, more.append)
    emit_all(KettleBoiled(1, note="now"))
    assert heard == []
    assert deliver() == 1
    assert heard == more == [KettleBoiled(1, note="now")]
    assert deliver() == 0
    assert len(heard) == 1
    (row,) = rows()
    assert row.delivered_at is not None
    assert row.payload == {}


def test_events_come_in_their_order(app, heard, deliver):
    emit_all(KettleBoiled(1), ToastBurnt(2), KettleBoiled(3))
    assert deliver() == 3
    assert heard == [KettleBoiled(1), ToastBurnt(2), KettleBoiled(3)]


def test_an_event_of_a_failed_action_never_was(app, heard, deliver):
    @action
    def fail():
        emit(KettleBoiled(1))
        raise Invalid("No")

    with pytest.raises(Invalid):
        fail()
    assert deliver() == 0
    assert heard == []


def test_an_event_without_handlers_is_done(app, heard, deliver, monkeypatch):
    monkeypatch.setattr(outbox, "_subscribers", {})
    emit_all(KettleBoiled(1))
    assert deliver() == 1
    assert rows()[0].delivered_at is not None


def test_a_failure_leaves_the_others(app, heard, deliver):
    emit_all(KettleBoiled(13), ToastBurnt(2))
    assert deliver(failing=True) == 2
    assert ToastBurnt(2) in heard
    failed, done = rows()
    assert failed.delivered_at is None
    assert failed.last_error == "OSError: the tap is dry"
    assert done.delivered_at is not None


def test_a_failed_event_is_tried_again_after_growing_pauses(app, heard, deliver):
    with clock.at(NOON):
        emit_all(KettleBoiled(13))
        deliver(failing=True)
        assert deliver(failing=True) == 0
    pauses = []
    now = NOON
    for _ in range(9):
        due = rows()[0].next_attempt_at
        pauses.append(due - now)
        with clock.at(due - timedelta(microseconds=1)):
            assert deliver(failing=True) == 0
        with clock.at(due):
            assert deliver(failing=True) == 1
        now = due
    assert pauses[:3] == [LEASE, LEASE * 2, LEASE * 4]
    assert pauses[-1] == timedelta(hours=1)
    assert sorted(pauses) == pauses


def test_what_cannot_be_delivered_is_given_up_and_kept(app, heard, deliver):
    with clock.at(NOON):
        emit_all(KettleBoiled(13))
        deliver(failing=True, give_up_after=timedelta(days=2))
    assert rows()[0].given_up_at is None
    with clock.at(NOON + timedelta(days=3)):
        assert deliver(failing=True, give_up_after=timedelta(days=2)) == 1
    (row,) = rows()
    assert row.given_up_at == NOON + timedelta(days=3)
    assert row.payload == {"kettle": 13, "note": ""}
    with clock.at(NOON + timedelta(days=30)):
        assert deliver(failing=True) == 0


def test_an_event_comes_through_once_the_fault_is_mended(app, heard, deliver, monkeypatch):
    with clock.at(NOON):
        emit_all(KettleBoiled(13))
        deliver(failing=True)
    mended = []
    monkeypatch.setattr(outbox, "_subscribers", {"KettleBoiled": [mended.append]})
    with clock.at(NOON + LEASE):
        assert deliver() == 1
    assert mended == [KettleBoiled(13)]


def test_long_errors_are_cut(app, heard, deliver, monkeypatch):
    def complain(event):
        raise RuntimeError("x" * 1000)

    monkeypatch.setattr(outbox, "_subscribers", {"ToastBurnt": [complain]})
    emit_all(ToastBurnt(1))
    deliver(failing=True)
    assert len(rows()[0].last_error) == outbox.LONGEST_ERROR


def test_a_limit_leaves_the_rest_for_later(app, heard, deliver):
    emit_all(*(ToastBurnt(number) for number in range(5)))
    assert deliver(limit=2) == 2
    assert deliver(limit=10) == 3


def test_what_one_has_claimed_nobody_else_gets(app, heard):
    with clock.at(NOON):
        emit_all(ToastBurnt(1))
        assert outbox._claim() is not None
        assert outbox._claim() is None
    with clock.at(NOON + LEASE):
        assert outbox._claim() is not None


@pytest.mark.live
def test_two_workers_at_once_deliver_each_event_once(live_app, heard):
    with live_app.app_context():
        emit_all(*(ToastBurnt(number) for number in range(20)))
    start = threading.Barrier(3)

    def work():
        with live_app.app_context():
            start.wait()
            outbox.deliver_due()
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(event.toast for event in heard) == list(range(20))


def test_the_oldest_waiting_event_is_known(app, heard, deliver):
    assert outbox.oldest_waiting() is None
    with clock.at(NOON):
        emit_all(KettleBoiled(13))
    with clock.at(NOON + timedelta(minutes=5)):
        emit_all(ToastBurnt(1))
        assert outbox.oldest_waiting() == NOON
        deliver(failing=True)
        assert outbox.oldest_waiting() == NOON
    with clock.at(NOON + timedelta(days=9)):
        deliver(failing=True)
    assert outbox.oldest_waiting() is None


def test_a_handler_subscribes_once(heard):
    def handler(event):
        pass

    subscribe(KettleBoiled, handler)
    subscribe(KettleBoiled, handler)
    assert outbox._subscribers["KettleBoiled"].count(handler) == 1


def test_two_events_of_one_name_are_refused(heard):
    other = dataclasses.make_dataclass("KettleBoiled", ["cups"])
    with pytest.raises(ValueError, match="two events are called KettleBoiled"):
        subscribe(other, print)


@pytest.fixture
def reacted(monkeypatch):
    """What reactions were called with; a kettle of 13 makes them fail."""
    monkeypatch.setattr(outbox, "_reactions", {})
    monkeypatch.setattr(outbox, "_types", {})
    calls = []

    def handle(event):
        calls.append(event)
        if event == KettleBoiled(13):
            raise Invalid("The tap is dry.")

    outbox.react(KettleBoiled, handle)
    outbox.react(KettleBoiled, handle)
    return calls


def test_a_reaction_runs_once_and_at_once(app, reacted):
    @action
    def boil():
        emit(KettleBoiled(7))
        assert reacted == [KettleBoiled(7)]

    boil()
    assert db.session.query(OutboxEvent).filter_by(name="KettleBoiled").count() == 1


def test_a_failed_reaction_undoes_what_it_reacts_to(app, reacted):
    with pytest.raises(Invalid, match="dry"):
        emit_all(KettleBoiled(7), KettleBoiled(13))
    assert reacted == [KettleBoiled(7), KettleBoiled(13)]
    assert db.session.query(OutboxEvent).filter_by(name="KettleBoiled").count() == 0
