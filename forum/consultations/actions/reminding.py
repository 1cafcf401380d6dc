"""Reminders to the managers of a centre, by a job of each night."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from forum.consultations import queries
from forum.consultations.enums import Reminder, Stage
from forum.consultations.events import ManagersReminded
from forum.consultations.models import Consultation
from forum.consultations.stages import outcome_due_at, stage_of
from forum.core import audit, clock
from forum.core.outbox import emit
from forum.core.transactions import action

BEFORE_OPENING = timedelta(days=1)
BEFORE_CLOSING = timedelta(days=3)
BEFORE_OUTCOME = timedelta(days=14)
TAG = "consultation.remind"


@action
def remind_managers() -> int:
    """Tell managers of dates that are near or have passed; returns of how many.

    Each date is told once, also when a night was missed; a date that was moved is a new one.
    """
    told = queries.reminders_told(TAG)
    count = 0
    for consultation in queries.list_going_on():
        for what, at in due_reminders(consultation, clock.now()):
            if (consultation.id, what.value, at.isoformat()) in told:
                continue
            emit(ManagersReminded(consultation.id, what.value, at.isoformat()))
            audit.record(
                None,
                TAG,
                consultation,
                centre_id=consultation.centre_id,
                what=what.value,
                at=at.isoformat(),
            )
            count += 1
    return count


def due_reminders(consultation: Consultation, now: datetime) -> Iterator[tuple[Reminder, datetime]]:
    """What managers should know of at ``now``, with the date that it is about."""
    stage = stage_of(consultation, now)
    opens_at, closes_at = consultation.opens_at, consultation.closes_at
    outcome = outcome_due_at(consultation)
    if stage is Stage.FORTHCOMING and opens_at and now >= opens_at - BEFORE_OPENING:
        yield Reminder.OPENS, opens_at
    if stage is Stage.OPEN and closes_at and now >= closes_at - BEFORE_CLOSING:
        yield Reminder.CLOSES, closes_at
    if stage is Stage.ANALYSING and closes_at and outcome:
        yield Reminder.CLOSED, closes_at
        if now >= outcome:
            yield Reminder.OVERDUE, outcome
        elif now >= outcome - BEFORE_OUTCOME:
            yield Reminder.OUTCOME_DUE, outcome
