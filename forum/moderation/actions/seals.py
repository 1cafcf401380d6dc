"""Reading what a redaction removed: one person asks, another agrees, both may read for an hour."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, NotAllowed
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy
from forum.moderation.actions.deciding import Matter, Ruling, deciding, record_decision
from forum.moderation.enums import DecisionKind
from forum.moderation.models import SealedText, SealOpening

OPEN_FOR = timedelta(hours=1)
LONGEST_REASON = 1_000
PUBLIC_REASON = "Two members of staff agreed to read, for one hour, what was removed here."


@action
def ask_to_open(actor: Actor, sealed: SealedText, *, reason: str) -> SealOpening:
    """Ask to read a sealed text; somebody else has to agree.

    Raises Conflict while an earlier question waits for an answer or the seal is open.
    """
    ensure(policy.can_open_seal(actor, sealed.post.thread.centre_id))
    _hold_sealed(sealed.id)
    reason = accept_paragraphs(
        reason, field="reason", longest=LONGEST_REASON, missing="Say why you need to read it"
    )
    if any(policy.waits(one) or policy.is_open(one) for one in _openings(sealed.id)):
        raise Conflict("Somebody has asked already. Look again.")
    opening = SealOpening(
        sealed_id=sealed.id, asked_by=actor.actor_id, asked_at=clock.now(), reason=reason
    )
    db.session.add(opening)
    _record(actor, "seal.asked", sealed)
    return opening


@deciding
def agree_to_open(actor: Actor, sealed: SealedText, *, opening_id: int) -> SealOpening:
    """Agree that a sealed text is read: by whoever asked and whoever agrees, for an hour.

    The public log tells that it was opened, not what it holds. Raises NotAllowed for whoever
    asked, Conflict when it was answered already or the question is older than a day.
    """
    ensure(policy.can_open_seal(actor, sealed.post.thread.centre_id))
    _hold_sealed(sealed.id)
    opening = next((one for one in _openings(sealed.id) if one.id == opening_id), None)
    if opening is None or not policy.waits(opening):
        raise Conflict("This question was answered already, or waits no more.")
    if opening.asked_by == actor.actor_id:
        raise NotAllowed("Somebody else has to agree.")
    now = clock.now()
    opening.agreed_by, opening.agreed_at, opening.closes_at = actor.actor_id, now, now + OPEN_FOR
    post = sealed.post
    matter = Matter(
        centre_id=post.thread.centre_id,
        name="post",
        path=post.path,
        post=post,
        thread=post.thread,
    )
    record_decision(actor, DecisionKind.OPEN_SEAL, matter, Ruling(reason=PUBLIC_REASON))
    _record(actor, "seal.opened", sealed)
    return opening


@action
def read_seal(actor: Actor, sealed: SealedText) -> dict[str, Any]:
    """What was removed, for the two who may read it now; each reading is recorded.

    Raises NotAllowed for everybody else, and after the hour.
    """
    ensure(policy.can_open_seal(actor, sealed.post.thread.centre_id))
    ensure(policy.can_read_seal(actor, _openings(sealed.id)))
    _record(actor, "seal.read", sealed)
    return sealed.texts


def _openings(sealed_id: int) -> list[SealOpening]:
    found = select(SealOpening).where(SealOpening.sealed_id == sealed_id).order_by(SealOpening.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def _hold_sealed(sealed_id: int) -> None:
    """Whoever asks or agrees at the same moment waits here."""
    db.session.execute(
        select(SealedText.id).where(SealedText.id == sealed_id).with_for_update()
    ).one()


def _record(actor: Actor, tag: str, sealed: SealedText) -> None:
    audit.record(actor, tag, sealed, centre_id=sealed.post.thread.centre_id)
