"""Reads of sealed texts: never what they hold, which only an action gives."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from forum.accounts.models import Account
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation import policy
from forum.moderation.models import Decision, SealedText, SealOpening
from forum.threads.models import Post

MOST_OPENINGS = 20


@dataclass(frozen=True, slots=True)
class SealPage:
    """A sealed text as its page shows it: who asked, who agreed, what the actor can do."""

    sealed: SealedText
    openings: Sequence[SealOpening]
    waiting: SealOpening | None
    may_ask: bool
    may_agree: bool
    may_read: bool


def get_seal(actor: Actor, sealed_id: int) -> SealedText:
    """What a redaction removed, without its texts; raises NotFound for who may never open it."""
    sealed = db.session.scalar(
        select(SealedText)
        .options(
            defer(SealedText.texts),
            joinedload(SealedText.post).joinedload(Post.thread),
            joinedload(SealedText.decision).joinedload(Decision.centre),
        )
        .where(SealedText.id == sealed_id)
    )
    if sealed is None or not policy.can_open_seal(actor, sealed.post.thread.centre_id):
        raise NotFound("There is no such seal.")
    return sealed


def show_seal(actor: Actor, sealed: SealedText) -> SealPage:
    """The page of a seal for an actor who may open it with another."""
    openings = db.session.scalars(
        select(SealOpening)
        .options(joinedload(SealOpening.asker).lazyload(Account.grants))
        .where(SealOpening.sealed_id == sealed.id)
        .order_by(SealOpening.id.desc())
        .limit(MOST_OPENINGS)
    ).all()
    waiting = next((opening for opening in openings if policy.waits(opening)), None)
    is_open = any(policy.is_open(opening) for opening in openings)
    return SealPage(
        sealed=sealed,
        openings=openings,
        waiting=waiting,
        may_ask=waiting is None and not is_open,
        may_agree=waiting is not None and waiting.asked_by != actor.actor_id,
        may_read=bool(policy.can_read_seal(actor, openings)),
    )


def seal_paths(actor: Actor, post: Post) -> Sequence[str]:
    """Addresses of the seals of a post, for who may open them."""
    if not policy.can_open_seal(actor, post.thread.centre_id):
        return []
    found = select(SealedText.id).where(SealedText.post_id == post.id).order_by(SealedText.id)
    return [f"/moderation/seals/{key}/" for key in db.session.scalars(found)]
