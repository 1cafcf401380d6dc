"""Reads of decisions."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation.enums import DecisionKind
from forum.moderation.models import Decision, Report

# What changes nothing of its own, or takes back what is marked as undone.
WITHOUT_EFFECT = (
    DecisionKind.NOTE,
    DecisionKind.UNDO,
    DecisionKind.OPEN_SEAL,
    DecisionKind.UPHOLD_DECISION,
    DecisionKind.REVERSE,
)


def get_decision_about(actor: Actor, decision_id: int) -> Decision:
    """A decision that concerns the actor; raises NotFound for those that concern others."""
    decision = db.session.scalar(
        select(Decision).where(Decision.id == decision_id, Decision.account_id == actor.actor_id)
    )
    if decision is None or actor.actor_id is None:
        raise NotFound("There is no such decision about you.")
    return decision


def hold_decision(decision_id: int) -> Decision:
    """The decision, read anew and held until this transaction ends; raises NotFound."""
    decision = db.session.scalar(
        select(Decision)
        .where(Decision.id == decision_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if decision is None:
        raise NotFound("There is no such decision.")
    return decision


def has_later_decision(decision: Decision) -> bool:
    """Whether the same post or thread was decided about again since.

    What is imposed on a member stands by itself: each sanction is taken back on its own.
    """
    if decision.post_id is None and decision.thread_id is None:
        return False
    same = (
        Decision.post_id == decision.post_id
        if decision.post_id is not None
        else and_(Decision.post_id.is_(None), Decision.thread_id == decision.thread_id)
    )
    later = select(Decision.id).where(
        same,
        Decision.id > decision.id,
        Decision.undone_at.is_(None),
        Decision.kind.not_in(WITHOUT_EFFECT),
    )
    return db.session.scalar(later.limit(1)) is not None


def was_decided_about(thread_id: int) -> bool:
    """Whether a decision about the thread as a whole stands."""
    standing = select(Decision.id).where(
        Decision.thread_id == thread_id,
        Decision.post_id.is_(None),
        Decision.undone_at.is_(None),
        Decision.kind != DecisionKind.UNDO,
    )
    return db.session.scalar(standing.limit(1)) is not None


def parts_of(decision: Decision) -> Sequence[Decision]:
    """The decisions that a bulk decision holds and that stand, the latest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.parent_id == decision.id, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
    ).all()


def reports_closed_by(decision: Decision) -> Sequence[Report]:
    """The reports that the decision answered, oldest first."""
    return db.session.scalars(
        select(Report).where(Report.decision_id == decision.id).order_by(Report.id)
    ).all()
