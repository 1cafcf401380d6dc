"""Reads of declared interests: those in force, one's own, and what stands behind a recusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from forum.boards.models import Board
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import UTCDateTime, db
from forum.core.errors import NotFound
from forum.threads import policy
from forum.threads.models import Interest, Thread

MOST_INTERESTS = 50


@dataclass(frozen=True, slots=True)
class LiveInterest:
    """A declaration in force; ``thread_id`` None: a standing one; an empty text: nothing."""

    thread_id: int | None
    organisation_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class AuthorInterests:
    """What an author has declared that holds for a post: on the profile and in its thread."""

    standing: Interest | None
    in_thread: Interest | None


def interests_of(account_id: int, at: datetime) -> Sequence[LiveInterest]:
    """Everything that the member had declared and that was in force at the instant ``at``."""
    rows = db.session.execute(
        select(Interest.thread_id, Interest.organisation_id, Interest.text)
        .where(
            Interest.account_id == account_id,
            Interest.declared_at <= at,
            Interest.expires_at > at,
            or_(Interest.withdrawn_at.is_(None), Interest.withdrawn_at > at),
        )
        .order_by(Interest.id)
    )
    return [LiveInterest(*row) for row in rows]


def standing_interest(account_id: int) -> Interest | None:
    """The declaration on a member's profile that is in force, with its organisation."""
    asked = {"account_id": account_id, "now": clock.now()}
    return db.session.scalar(_standing_by_member(), asked)


@cache
def _standing_by_member() -> Select[Interest]:
    return (
        select(Interest)
        .options(joinedload(Interest.organisation))
        .where(
            Interest.account_id == bindparam("account_id"),
            Interest.thread_id.is_(None),
            is_live(bindparam("now", type_=UTCDateTime())),
        )
        .order_by(Interest.id.desc())
        .limit(1)
    )


def author_interests(account_id: int | None, thread_id: int | None) -> AuthorInterests:
    """What the member has declared that is in force, on the profile and in the thread, if any."""
    asked = {"account_id": account_id, "thread_id": thread_id, "now": clock.now()}
    live = db.session.scalars(_interests_by_author(), asked).all()
    # The newest of each, should two have been declared at the same moment.
    by_place = {interest.thread_id is None: interest for interest in live}
    return AuthorInterests(standing=by_place.get(True), in_thread=by_place.get(False))


@cache
def _interests_by_author() -> Select[Interest]:
    return (
        select(Interest)
        .where(
            Interest.account_id == bindparam("account_id"),
            or_(Interest.thread_id.is_(None), Interest.thread_id == bindparam("thread_id")),
            is_live(bindparam("now", type_=UTCDateTime())),
        )
        .order_by(Interest.id)
    )


def standing_history(actor: Actor) -> Sequence[Interest]:
    """The actor's standing declarations, newest first, with their organisations."""
    return db.session.scalars(
        select(Interest)
        .options(joinedload(Interest.organisation))
        .where(Interest.account_id == actor.actor_id, Interest.thread_id.is_(None))
        .order_by(Interest.id.desc())
        .limit(MOST_INTERESTS)
    ).all()


def thread_interests(actor: Actor) -> Sequence[Interest]:
    """What the actor has declared in threads and is in force, newest first, with the threads."""
    return db.session.scalars(
        select(Interest)
        .join(Interest.thread)
        .join(Board, Board.id == Thread.board_id)
        .options(joinedload(Interest.thread))
        .where(
            Interest.account_id == actor.actor_id, is_live(clock.now()), policy.visible_to(actor)
        )
        .order_by(Interest.id.desc())
        .limit(MOST_INTERESTS)
    ).all()


def get_interest(actor: Actor, interest_id: int) -> Interest:
    """A declaration of the actor's own; raises NotFound for anybody else's."""
    interest = db.session.scalar(
        select(Interest).where(Interest.id == interest_id, Interest.account_id == actor.actor_id)
    )
    if interest is None:
        raise NotFound("There is no such declaration.")
    return interest


def is_live(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Filter of declarations that are in force at ``now``, an instant or a parameter of one."""
    return and_(Interest.withdrawn_at.is_(None), Interest.expires_at > now)
