"""Whether an interest of a moderator stands in the way of deciding."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, select

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


class PostConcerned(Protocol):
    """What must be known of a post to tell whom it concerns."""

    @property
    def id(self) -> int: ...
    @property
    def author_id(self) -> int: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def thread_id(self) -> int: ...


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
        is_live_interest(),
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
        is_live_interest(),
        Interest.organisation_id.in_(sorted(concerned)),
    )
    return YOUR_INTEREST if db.session.scalar(declared.limit(1)) is not None else ""


def concerns_of(actor: Actor, posts: Sequence[PostConcerned]) -> dict[int, str]:
    """``concern_of`` for many posts by their ids, in two statements; without those of no concern.

    Twin of ``concern_of``.
    """
    if actor.actor_id is None or not posts:
        return {}
    members = _organisations_by_account({actor.actor_id, *(post.author_id for post in posts)})
    own = members[actor.actor_id]
    threads, organisations = _declared_by(actor.actor_id)
    found = {}
    for post in posts:
        concerned = members[post.author_id] | ({post.organisation_id} - {None})
        if concerned & own:
            found[post.id] = YOUR_ORGANISATION
        elif post.thread_id in threads or concerned & organisations:
            found[post.id] = YOUR_INTEREST
    return found


def _organisations_by_account(accounts: set[int]) -> defaultdict[int, set[int]]:
    rows = db.session.execute(
        select(Membership.account_id, Membership.organisation_id).where(
            Membership.account_id.in_(sorted(accounts)),
            Membership.state == MembershipState.CONFIRMED,
        )
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for account_id, organisation_id in rows:
        found[account_id].add(organisation_id)
    return found


def _declared_by(account_id: int) -> tuple[set[int | None], set[int | None]]:
    """Threads and organisations in which the account has declared to have an interest."""
    rows = db.session.execute(
        select(Interest.thread_id, Interest.organisation_id).where(
            Interest.account_id == account_id, is_live_interest()
        )
    ).all()
    return {row.thread_id for row in rows} - {None}, {row.organisation_id for row in rows} - {None}


def is_live_interest() -> ColumnElement[bool]:
    """Filter for statements that select from Interest: declared, not empty, not at its end."""
    return and_(
        Interest.withdrawn_at.is_(None), Interest.expires_at > clock.now(), Interest.text != ""
    )


def organisations_of(account_id: int) -> Sequence[int]:
    """Identifiers of the organisations for which somebody may speak."""
    return db.session.scalars(
        select(Membership.organisation_id).where(
            Membership.account_id == account_id, Membership.state == MembershipState.CONFIRMED
        )
    ).all()
