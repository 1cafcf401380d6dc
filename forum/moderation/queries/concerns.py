"""Whether an interest of a moderator stands in the way of deciding."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.organisations.enums import MembershipState
from forum.organisations.models import Membership
from forum.threads.models import Interest, Post

YOUR_ORGANISATION = (
    "You speak for an organisation that this concerns. Pass it to a manager or another centre."
)
YOUR_INTEREST = (
    "You have declared an interest that this concerns. Pass it to a manager or another centre."
)


def concern_of(actor: Actor, post: Post) -> str:
    """Why the actor is recused from deciding about the post; "" when nothing stands in the way.

    Concerned are the organisation that the post speaks for and those that its author belongs
    to; the actor's interest lies in their own organisations and in what they have declared.
    """
    if actor.actor_id is None:
        return ""
    concerned = set(organisations_of(post.author_id))
    if post.organisation_id is not None:
        concerned.add(post.organisation_id)
    if concerned & set(organisations_of(actor.actor_id)):
        return YOUR_ORGANISATION
    declared = select(Interest.id).where(
        Interest.account_id == actor.actor_id,
        Interest.withdrawn_at.is_(None),
        Interest.expires_at > clock.now(),
        Interest.text != "",
        or_(
            Interest.thread_id == post.thread_id,
            Interest.organisation_id.in_(sorted(concerned)),
        ),
    )
    return YOUR_INTEREST if db.session.scalar(declared.limit(1)) is not None else ""


def concern_about(actor: Actor, account_id: int) -> str:
    """Why the actor is recused from deciding about a member; "" when nothing stands in the way."""
    if actor.actor_id is None:
        return ""
    concerned = set(organisations_of(account_id))
    if concerned & set(organisations_of(actor.actor_id)):
        return YOUR_ORGANISATION
    declared = select(Interest.id).where(
        Interest.account_id == actor.actor_id,
        Interest.withdrawn_at.is_(None),
        Interest.expires_at > clock.now(),
        Interest.text != "",
        Interest.organisation_id.in_(sorted(concerned)),
    )
    return YOUR_INTEREST if db.session.scalar(declared.limit(1)) is not None else ""


def organisations_of(account_id: int) -> Sequence[int]:
    """Identifiers of the organisations for which somebody may speak."""
    return db.session.scalars(
        select(Membership.organisation_id).where(
            Membership.account_id == account_id, Membership.state == MembershipState.CONFIRMED
        )
    ).all()
