"""Who may see, write and announce consultations."""

from sqlalchemy import ColumnElement, or_, true

from forum.consultations.enums import Stage
from forum.consultations.models import Consultation
from forum.consultations.stages import stage_of
from forum.core import clock
from forum.core.access import YES, Actor, Decision, manages, no

MANAGERS_ONLY = "Only managers of this centre can do this."
ANNOUNCED = "This consultation was announced, so its questions and dates can no longer change."
UPCOMING = frozenset({Stage.FORTHCOMING, Stage.OPEN})


def can_see(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may see the consultation; twin of ``visible_to``."""
    if consultation.announced_at is not None or manages(actor, consultation.centre_id):
        return YES
    return no("This consultation was not announced.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for statements that select from Consultation; twin of ``can_see``."""
    if actor.is_admin:
        return true()
    announced = Consultation.announced_at.is_not(None)
    if not actor.managed_centres:
        return announced
    return or_(announced, Consultation.centre_id.in_(sorted(actor.managed_centres)))


def can_create(actor: Actor, centre_id: int) -> Decision:
    """Whether the actor may draft consultations of the centre and list its drafts."""
    return YES if manages(actor, centre_id) else no(MANAGERS_ONLY)


def can_manage(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor looks after the consultation."""
    return can_create(actor, consultation.centre_id)


def can_build(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may change questions, dates and what else is fixed by announcing."""
    if consultation.announced_at is not None:
        return can_manage(actor, consultation) and no(ANNOUNCED)
    return can_manage(actor, consultation)


def can_edit(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may change its texts: of a draft, or by a new edition until it closes."""
    if consultation.announced_at is None or _is(consultation, *UPCOMING):
        return can_manage(actor, consultation)
    return can_manage(actor, consultation) and no("It has closed, so its texts stay as they are.")


def can_delete(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may remove the draft: never what was public once."""
    if consultation.edition:
        return can_manage(actor, consultation) and no("It was announced before, so it is kept.")
    return can_build(actor, consultation)


def can_approve(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may agree, as a second manager, to fewer than four weeks."""
    if actor.actor_id == consultation.author_id:
        return no("Another manager of the centre has to agree.")
    return can_build(actor, consultation)


def can_announce(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may announce the draft, once it is complete (``policy.gate``)."""
    if consultation.approver_id is not None and actor.actor_id == consultation.approver_id:
        return no("You have agreed to its length, so another manager announces it.")
    return can_build(actor, consultation)


def can_take_back(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may make it a draft again: before it opens."""
    if not _is(consultation, Stage.FORTHCOMING):
        return can_manage(actor, consultation) and no("Only what has not opened can be taken back.")
    return can_manage(actor, consultation)


def can_extend(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may move the closing: while it has not closed, for everyone."""
    if not _is(consultation, *UPCOMING):
        return can_manage(actor, consultation) and no("Only what has not closed can be extended.")
    return can_manage(actor, consultation)


def can_end(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may end it without an outcome."""
    if not _is(consultation, *UPCOMING, Stage.ANALYSING):
        return can_manage(actor, consultation) and no("It has an outcome, or has ended already.")
    return can_manage(actor, consultation)


def _is(consultation: Consultation, *stages: Stage) -> bool:
    return stage_of(consultation, clock.now()) in stages
