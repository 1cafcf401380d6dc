"""Editions: what a consultation says, kept for good at the moment it is published."""

from forum.consultations import queries
from forum.consultations.events import ConsultationChanged
from forum.consultations.models import Consultation, Edition
from forum.consultations.policy.gate import missing
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs

LONGEST_NOTE = 1_000
SAY_WHAT_CHANGED = "Say what has changed, and why"


def publish_edition(actor: Actor, consultation: Consultation, *, note: str) -> Edition:
    """Keep what the consultation says now as its next edition, with a public ``note``.

    To be called within an action. Raises Invalid when it is not complete, when nothing differs
    from the edition before, or without a note where there is one before.
    """
    text = accept_paragraphs(
        note,
        field="note",
        longest=LONGEST_NOTE,
        missing=SAY_WHAT_CHANGED if consultation.edition else "",
    )
    db.session.flush()
    lacking = missing(queries.basis_of(consultation))
    if lacking:
        raise Invalid(f"This is not complete. {'. '.join(lacking)}.")
    edition = _next_edition(actor, consultation, text)
    db.session.add(edition)
    if consultation.announced_at is not None:
        emit(ConsultationChanged(consultation.id, edition.number))
    return edition


def _next_edition(actor: Actor, consultation: Consultation, note: str) -> Edition:
    if actor.actor_id is None or consultation.closes_at is None:
        raise Invalid("An edition has a person who publishes it, and a closing")
    content = queries.content_of(consultation)
    newest = next(iter(queries.list_editions(consultation.id)), None)
    is_announced_anew = consultation.announced_at is None
    if newest is not None and newest.content == content and not is_announced_anew:
        raise Invalid("Nothing has changed")
    consultation.edition += 1
    return Edition(
        consultation_id=consultation.id,
        number=consultation.edition,
        published_at=clock.now(),
        published_by=actor.actor_id,
        note=note,
        content=content,
        closes_at=consultation.closes_at,
    )
