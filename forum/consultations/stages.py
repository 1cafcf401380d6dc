"""The stage of a consultation: what its instants say at a given one."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_

from forum.consultations.enums import Stage
from forum.consultations.models import Consultation

# The outcome is due twelve weeks after closing.
OUTCOME_WEEKS = 12


def stage_of(consultation: Consultation, now: datetime) -> Stage:
    """The stage at ``now``; open is ``opens_at <= now < closes_at``. Twin of ``in_stage``."""
    if consultation.announced_at is None:
        return Stage.DRAFT
    if consultation.ended_at is not None:
        return Stage.ENDED
    if consultation.responded_at is not None:
        return Stage.RESPONDED
    if consultation.opens_at is None or now < consultation.opens_at:
        return Stage.FORTHCOMING
    if consultation.closes_at is None or now < consultation.closes_at:
        return Stage.OPEN
    return Stage.ANALYSING


def in_stage(stage: Stage, now: datetime) -> ColumnElement[bool]:
    """Filter for consultations that are in ``stage`` at ``now``; twin of ``stage_of``."""
    announced = Consultation.announced_at.is_not(None)
    going_on = and_(announced, Consultation.ended_at.is_(None), Consultation.responded_at.is_(None))
    filters = {
        Stage.DRAFT: Consultation.announced_at.is_(None),
        Stage.FORTHCOMING: and_(going_on, Consultation.opens_at > now),
        Stage.OPEN: and_(going_on, Consultation.opens_at <= now, Consultation.closes_at > now),
        Stage.ANALYSING: and_(going_on, Consultation.closes_at <= now),
        Stage.RESPONDED: and_(
            announced, Consultation.responded_at.is_not(None), Consultation.ended_at.is_(None)
        ),
        Stage.ENDED: and_(announced, Consultation.ended_at.is_not(None)),
    }
    return filters[stage]


def outcome_due_at(consultation: Consultation) -> datetime | None:
    """When the outcome is due; None while the closing is not known."""
    if consultation.closes_at is None:
        return None
    return consultation.closes_at + timedelta(weeks=OUTCOME_WEEKS)


def next_change(consultation: Consultation, now: datetime) -> datetime | None:
    """The next instant at which the clock alone changes what its page says; None: never."""
    instants = (consultation.opens_at, consultation.closes_at, outcome_due_at(consultation))
    if stage_of(consultation, now) in {Stage.DRAFT, Stage.RESPONDED, Stage.ENDED}:
        return None
    return min((instant for instant in instants if instant and instant > now), default=None)
