"""Events as rows, written with the change and delivered later, at least once.

A feature above the one that emits may also react within the same transaction, where something
of its own must be true at once: a row of a queue, an index, a version of a cached page.

Whoever delivers first claims the event for a while; if the delivery fails or its process
dies, the claim runs out and the event is tried again, with growing pauses. What cannot be
delivered for ``give_up_after`` is kept and marked.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import JSON, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from forum.core import clock
from forum.core.db import Key, Model, db
from forum.core.tags import Private
from forum.core.transactions import action

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ERROR = 300

E = TypeVar("E")
_reactions: dict[str, list[Callable[[Any], None]]] = {}
_subscribers: dict[str, list[Callable[[Any], None]]] = {}
_types: dict[str, type[Any]] = {}


class OutboxEvent(Private, Model):
    """One event and how far its delivery has come."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index(
            "ix_outbox_event_due",
            "next_attempt_at",
            "id",
            postgresql_where="delivered_at IS NULL AND given_up_at IS NULL",
            sqlite_where="delivered_at IS NULL AND given_up_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(LONGEST_ERROR), default="")
    delivered_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


def emit(event: object) -> None:
    """Write ``event``, a frozen dataclass of JSON values, in the present transaction.

    Reactions to it run at once, in the same transaction: their errors undo it.
    """
    now = clock.now()
    db.session.add(
        OutboxEvent(
            name=type(event).__name__,
            payload=dataclasses.asdict(event),  # type: ignore[call-overload]  # a dataclass
            created_at=now,
            next_attempt_at=now,
        )
    )
    for reaction in _reactions.get(type(event).__name__, ()):
        reaction(event)


def subscribe(event_type: type[E], handler: Callable[[E], None]) -> None:
    """Have ``handler`` called later with each event of ``event_type``; it must be repeatable."""
    _listen(_subscribers, event_type, handler)


def react(event_type: type[E], handler: Callable[[E], None]) -> None:
    """Have ``handler`` called in the transaction that emits an event of ``event_type``."""
    _listen(_reactions, event_type, handler)


def _listen(
    table: dict[str, list[Callable[[Any], None]]],
    event_type: type[E],
    handler: Callable[[E], None],
) -> None:
    name = event_type.__name__
    if _types.setdefault(name, event_type) is not event_type:
        raise ValueError(f"two events are called {name}")
    handlers = table.setdefault(name, [])
    if handler not in handlers:
        handlers.append(handler)


def deliver_due(*, limit: int = 200, give_up_after: timedelta = timedelta(days=5)) -> int:
    """Deliver the events that are due, oldest first; returns how many were tried."""
    tried = 0
    while tried < limit and (claimed := _claim()):
        _deliver(claimed, give_up_after=give_up_after)
        tried += 1
    return tried


def oldest_waiting() -> datetime | None:
    """When the oldest event that still waits for delivery was written."""
    return db.session.scalar(
        select(func.min(OutboxEvent.created_at)).where(
            OutboxEvent.delivered_at.is_(None), OutboxEvent.given_up_at.is_(None)
        )
    )


@action
def _claim() -> OutboxEvent | None:
    """The next event that is due, put off so far that nobody else takes it meanwhile."""
    event = db.session.scalar(
        select(OutboxEvent)
        .where(
            OutboxEvent.delivered_at.is_(None),
            OutboxEvent.given_up_at.is_(None),
            OutboxEvent.next_attempt_at <= clock.now(),
        )
        .order_by(OutboxEvent.next_attempt_at, OutboxEvent.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if event is not None:
        event.next_attempt_at = clock.now() + min(LEASE * 2**event.attempts, LONGEST_PAUSE)
        event.attempts += 1
    return event


def _deliver(event: OutboxEvent, *, give_up_after: timedelta) -> None:
    # Handlers open transactions of their own: no lock is held while a mail server thinks.
    event_id, name, payload = event.id, event.name, event.payload
    try:
        for handler in _subscribers.get(name, ()):
            handler(_types[name](**payload))
    except Exception as error:  # noqa: BLE001 — one bad event must not stop the others
        db.session.rollback()
        log.warning("outbox.failed", outbox_event=event_id, name=name, error=type(error).__name__)
        _note_failure(event_id, error, give_up_after=give_up_after)
    else:
        _note_delivery(event_id)


@action
def _note_delivery(event_id: int) -> None:
    event = db.session.get_one(OutboxEvent, event_id)
    event.delivered_at = clock.now()
    # What was delivered need not be kept: it may hold an address.
    event.payload = {}
    event.last_error = ""


@action
def _note_failure(event_id: int, error: Exception, *, give_up_after: timedelta) -> None:
    event = db.session.get_one(OutboxEvent, event_id)
    event.last_error = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    if clock.now() - event.created_at > give_up_after:
        event.given_up_at = clock.now()
        log.error("outbox.given_up", outbox_event=event_id, name=event.name)
