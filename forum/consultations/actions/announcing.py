"""The steps of a consultation that are taken by people: the clock takes the others."""

from datetime import datetime

from forum.consultations import policy
from forum.consultations.actions.citing import show_citations
from forum.consultations.actions.publishing import publish_edition
from forum.consultations.actions.threads import show_tie
from forum.consultations.events import ConsultationAnnounced, ConsultationEnded
from forum.consultations.models import Consultation
from forum.consultations.policy.length import DAY, LONGEST_DAYS, length_of
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action

LONGEST_REASON = 2_000


@action
def approve_length(actor: Actor, consultation: Consultation) -> None:
    """Agree, as a second manager, that fewer than four weeks are enough for the reason given.

    Raises Invalid when there are no such dates or there is no reason.
    """
    ensure(policy.can_approve(actor, consultation))
    if consultation.opens_at is None or consultation.closes_at is None:
        raise Invalid("There are no dates to agree to")
    length = length_of(consultation.opens_at, consultation.closes_at, weeks=consultation.weeks)
    if not length.is_very_short:
        raise Invalid("Four weeks or more need nobody to agree")
    if not consultation.short_reason:
        raise Invalid("There is no reason to agree to")
    consultation.approver_id = actor.actor_id
    audit.record(
        actor, "consultation.approve-length", consultation, centre_id=consultation.centre_id
    )


@action
def announce(actor: Actor, consultation: Consultation, *, note: str = "") -> None:
    """Make a complete draft public; it opens by the clock. From now on its questions are fixed.

    ``note`` says what changed, when it was announced before and taken back. Raises Invalid with
    all that is missing.
    """
    ensure(policy.can_announce(actor, consultation))
    publish_edition(actor, consultation, note=note)
    consultation.announced_at = clock.now()
    consultation.usual_weeks = consultation.centre.consultation_weeks
    show_tie(actor, consultation)
    show_citations(consultation)
    emit(ConsultationAnnounced(consultation.id))
    audit.record(
        actor,
        "consultation.announce",
        consultation,
        centre_id=consultation.centre_id,
        edition=consultation.edition,
    )


@action
def take_back(actor: Actor, consultation: Consultation) -> None:
    """Make it a draft again, before it opens: nobody has answered yet."""
    ensure(policy.can_take_back(actor, consultation))
    consultation.announced_at = None
    consultation.approver_id = consultation.usual_weeks = None
    show_tie(actor, consultation)
    show_citations(consultation)
    audit.record(actor, "consultation.take-back", consultation, centre_id=consultation.centre_id)


@action
def extend(actor: Actor, consultation: Consultation, *, closes_at: datetime, note: str) -> None:
    """Let everybody answer until a later instant; the public ``note`` says why.

    Raises Invalid for an instant that is not later than the closing.
    """
    ensure(policy.can_extend(actor, consultation))
    opens_at, before = consultation.opens_at, consultation.closes_at
    if opens_at is None or before is None or closes_at <= before:
        raise Invalid("The new closing must be later than the present one", field="closes_on")
    if closes_at - opens_at > LONGEST_DAYS * DAY:
        raise Invalid("A consultation is open for a year at most", field="closes_on")
    consultation.closes_at = closes_at
    publish_edition(actor, consultation, note=note)
    audit.record(
        actor,
        "consultation.extend",
        consultation,
        centre_id=consultation.centre_id,
        before=before.isoformat(),
    )


@action
def end(actor: Actor, consultation: Consultation, *, reason: str) -> None:
    """End it without an outcome; the ``reason`` is public. Answers are taken no longer.

    Raises Invalid without a reason.
    """
    ensure(policy.can_end(actor, consultation))
    consultation.ended_reason = accept_paragraphs(
        reason, field="reason", longest=LONGEST_REASON, missing="Say why it ends without an outcome"
    )
    consultation.ended_at = clock.now()
    emit(ConsultationEnded(consultation.id))
    audit.record(
        actor,
        "consultation.end",
        consultation,
        centre_id=consultation.centre_id,
        reason=consultation.ended_reason,
    )
