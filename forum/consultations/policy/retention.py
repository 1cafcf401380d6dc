"""When what names respondents is removed, and who may keep it longer."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from forum.consultations.models import Consultation
from forum.consultations.policy.access import can_manage
from forum.consultations.policy.analysis import has_closed
from forum.core.access import YES, Actor, Decision, no
from forum.core.clock import london_day


def can_hold(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may set or lift a legal hold: while there is something to keep."""
    if not (decision := can_manage(actor, consultation)):
        return decision
    if consultation.identities_removed_at is not None:
        return no("What named respondents was removed already.")
    return YES


def can_remove(consultation: Consultation, now: datetime) -> Decision:
    """Whether identities are removed at ``now``; twin of ``removable``."""
    if consultation.identities_removed_at is not None:
        return no("What named respondents was removed already.")
    late_until = consultation.late_until
    if not has_closed(consultation, now) or (late_until is not None and now < late_until):
        return no("Answers are still taken.")
    if consultation.retention_on is None or consultation.retention_on > london_day(now):
        return no("The date has not come.")
    return no("A legal hold keeps them.") if consultation.legal_hold else YES


def removable(now: datetime) -> ColumnElement[bool]:
    """Filter for Consultation: those whose identities are removed; twin of ``can_remove``."""
    return and_(
        kept(),
        or_(
            Consultation.closes_at <= now,
            Consultation.ended_at.is_not(None),
            Consultation.responded_at.is_not(None),
        ),
        or_(Consultation.late_until.is_(None), Consultation.late_until <= now),
        Consultation.retention_on <= london_day(now),
        Consultation.legal_hold == "",
    )


def kept() -> ColumnElement[bool]:
    """Filter for Consultation: those that were announced and whose identities are there."""
    return and_(
        Consultation.announced_at.is_not(None), Consultation.identities_removed_at.is_(None)
    )
