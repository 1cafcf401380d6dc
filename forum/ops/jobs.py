"""Every scheduled job, in one table, and the nudge that has events delivered soon."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from huey import crontab
from sqlalchemy import event

from forum.api import actions as api
from forum.consultations import actions as consultations
from forum.consultations.actions import reminding, retention
from forum.core import outbox, queue, transactions
from forum.ops import actions
from forum.search import actions as search
from forum.threads import actions as threads

log = structlog.get_logger(__name__)

DELIVER = "outbox.deliver"
NUDGE_SECONDS = 1.0
REST_SECONDS = 10.0


def deliver_outbox() -> int:
    """Deliver the events that are due; returns how many were tried."""
    settings = current_app.config["SETTINGS"]
    tried = 0
    while batch := outbox.deliver_due(give_up_after=timedelta(days=settings.mail_days)):
        tried += batch
    return tried


def make_open_data() -> object:
    """Make the open data of this night."""
    return api.make_open_data(current_app.config["SETTINGS"])


def refresh_open_data() -> bool:
    """Make the open data anew from which something was taken away."""
    return api.refresh_open_data(current_app.config["SETTINGS"])


def make_response_exports() -> int:
    """Make the files of responses that wait, and remove those that have expired."""
    settings = current_app.config["SETTINGS"]
    consultations.remove_old_exports(settings)
    return consultations.make_waiting_exports(settings)


# Times are UTC. A night on which no worker ran is made good on the next.
SCHEDULE: tuple[tuple[str, queue.Schedule, Callable[[], object]], ...] = (
    (DELIVER, crontab(minute="*"), deliver_outbox),
    ("threads.expire", crontab(minute="*/5"), threads.end_expired),
    ("topics.count", crontab(minute="*/10"), threads.count_topics),
    ("database.look", crontab(hour="3", minute="5"), actions.renew_statistics),
    ("accounts.tidy", crontab(hour="3", minute="10"), actions.remove_expired_access),
    ("outbox.tidy", crontab(hour="3", minute="20"), actions.remove_delivered_events),
    ("drafts.tidy", crontab(hour="3", minute="30"), actions.remove_old_drafts),
    ("notices.tidy", crontab(hour="3", minute="35"), actions.remove_old_notices),
    ("consultations.retention", crontab(hour="3", minute="15"), retention.end_retention),
    ("consultations.remind", crontab(hour="5", minute="0"), reminding.remind_managers),
    ("consultations.export", crontab(minute="*"), make_response_exports),
    ("search.sweep", crontab(hour="3", minute="50"), search.sweep),
    ("open-data.make", crontab(hour="4", minute="20"), make_open_data),
    ("open-data.refresh", crontab(minute="*/5"), refresh_open_data),
    ("counters.reconcile", crontab(hour="3", minute="40"), actions.reconcile_counters),
)


class Nudge:
    """Asks the worker to deliver after each commit that wrote an event.

    At most once a second: a later event within that second is left to a delivery put off to
    its end. While the queue is away nobody waits for it: the next ten seconds go without, and
    the sweep of every minute delivers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._emitted = threading.local()
        self._covered_until = 0.0

    def note_event(self, *_args: Any) -> None:
        """An event is being written in this thread's transaction."""
        self._emitted.waiting = True

    def after_commit(self) -> None:
        """Ask for a delivery when the transaction that ended wrote an event."""
        if not getattr(self._emitted, "waiting", False):
            return
        self._emitted.waiting = False
        with self._lock:
            wait = self._pause()
        if wait is None:
            return
        try:
            queue.put(DELIVER, seconds=wait)
        except Exception as error:  # noqa: BLE001 — whatever ails the queue, the request is done
            log.warning("queue.unavailable", error=type(error).__name__)
            with self._lock:
                self._covered_until = time.monotonic() + REST_SECONDS

    def _pause(self) -> float | None:
        """Seconds to put a delivery off, or None when one is to come already."""
        now = time.monotonic()
        if now < self._covered_until:
            return None
        due = max(now, self._covered_until + NUDGE_SECONDS)
        self._covered_until = due
        return due - now


nudge = Nudge()


def register() -> None:
    """Put the schedule into the queue and listen for events."""
    for name, schedule, run in SCHEDULE:
        queue.every(schedule, name, run)
    transactions.after_commit(nudge.after_commit)
    if not event.contains(outbox.OutboxEvent, "after_insert", nudge.note_event):
        event.listen(outbox.OutboxEvent, "after_insert", nudge.note_event)
