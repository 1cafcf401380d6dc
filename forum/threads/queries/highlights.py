"""What a visitor may want to see first: open questions, helpful answers, this week's voices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    distinct,
    func,
    select,
)

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.statements import once_for_visitors
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.threads import policy
from forum.threads.enums import Capacity, PostState, ThreadKind
from forum.threads.models import Post, Thread

WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
MOST_HELPFUL = 20
MOST_VOICES = 60

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A thread by its title alone."""

    title: str
    url: str
    centre_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """A member whose answers were accepted, and how many."""

    name: str
    url: str
    sector: Sector
    answers: int


@dataclass(frozen=True, slots=True)
class SectorHeard:
    """How many organisations and individuals of a sector have spoken, in how many posts."""

    sector: Sector
    organisations: int
    individuals: int
    posts: int


@dataclass(frozen=True, slots=True)
class OrganisationHeard:
    """An organisation that has spoken."""

    name: str
    url: str
    sector: Sector
    posts: int


def newest_questions(actor: Actor, *, limit: int) -> Sequence[Heading]:
    """Questions without an accepted answer, the newest first."""
    return _headings(db.session.execute(_questions(actor), {"most": limit}))


@once_for_visitors
def _questions(actor: Actor) -> Rows:
    return _newest_threads(actor).where(
        Thread.kind == ThreadKind.QUESTION, Thread.accepted_post_id.is_(None)
    )


def answered_threads(actor: Actor, *, author_id: int | None = None) -> Sequence[Heading]:
    """Threads with an accepted answer (of one member), the newest answer first."""
    statement = _answered(actor, of_one=author_id is not None)
    rows = db.session.execute(statement, {} if author_id is None else {"author_id": author_id})
    return [Heading(title, f"/posts/{key}/", centre, at) for title, key, centre, at in rows]


@once_for_visitors
def _answered(actor: Actor, *, of_one: bool) -> Rows:
    statement = (
        select(Thread.title, Post.id, Centre.name, Post.created_at)
        .join(Post, Post.id == Thread.accepted_post_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .where(Post.state == PostState.VISIBLE, policy.readable_by(actor))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(MOST_HELPFUL)
    )
    return statement.where(Post.author_id == bindparam("author_id")) if of_one else statement


def started_by(actor: Actor, account_id: int, *, limit: int) -> Sequence[Heading]:
    """Threads that a member has started, the newest first."""
    rows = db.session.execute(_started(actor), {"author_id": account_id, "most": limit})
    return _headings(rows)


@once_for_visitors
def _started(actor: Actor) -> Rows:
    return _newest_threads(actor).where(Thread.author_id == bindparam("author_id"))


def _newest_threads(actor: Actor) -> Rows:
    return (
        select(Thread.id, Thread.title, Thread.slug, Centre.name, Thread.created_at)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .where(Thread.state == PostState.VISIBLE, policy.visible_to(actor))
        .order_by(Thread.created_at.desc(), Thread.id.desc())
        .limit(bindparam("most", type_=Integer()))
    )


def _headings(rows: Iterable[Any]) -> Sequence[Heading]:
    return [
        Heading(title, f"/threads/{key}/{slug}/", centre, at)
        for key, title, slug, centre, at in rows
    ]


def most_helpful(actor: Actor) -> Sequence[Helper]:
    """Members whose answers to others' questions were accepted, written in the last 365 days.

    Most first. Members without a public page are left out.
    """
    answers = func.count(Post.id)
    statement = (
        select(Account.display_name, Account.handle, Account.sector, answers)
        .join(Post, Post.author_id == Account.id)
        .join(Thread, Thread.accepted_post_id == Post.id)
        .join(Board, Board.id == Thread.board_id)
        .where(
            Account.is_hidden.is_(False),
            Post.author_id != Thread.author_id,
            Post.created_at >= clock.now() - YEAR,
            Post.state == PostState.VISIBLE,
            policy.readable_by(actor),
        )
        .group_by(Account.id, Account.display_name, Account.handle, Account.sector)
        .order_by(answers.desc(), Account.display_name, Account.id)
        .limit(MOST_HELPFUL)
    )
    return [
        Helper(name, f"/people/{handle}/", sector, count)
        for name, handle, sector, count in db.session.execute(statement)
    ]


def sectors_heard(actor: Actor, *, since: datetime) -> Sequence[SectorHeard]:
    """Who has spoken since then, sector by sector; those not heard have zeros."""
    is_organisation = Post.capacity == Capacity.ORGANISATION
    statement = (
        select(
            Post.sector,
            func.count(distinct(case((is_organisation, Post.organisation_id)))),
            func.count(distinct(case((~is_organisation, Post.author_id)))),
            cast(func.count(Post.id), Integer),
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(_spoken(actor, since))
        .group_by(Post.sector)
    )
    found = {row[0]: SectorHeard(*row) for row in db.session.execute(statement)}
    return [found.get(sector, SectorHeard(sector, 0, 0, 0)) for sector in Sector]


def organisations_heard(actor: Actor, *, since: datetime) -> Sequence[OrganisationHeard]:
    """Organisations that have spoken since then, by name; at most ``MOST_VOICES``."""
    statement = (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.slug,
            Organisation.sector,
            func.count(Post.id),
        )
        .join(Post, Post.organisation_id == Organisation.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(_spoken(actor, since), Organisation.state == OrganisationState.CONFIRMED)
        .group_by(Organisation.id, Organisation.name, Organisation.slug, Organisation.sector)
        .order_by(Organisation.name, Organisation.id)
        .limit(MOST_VOICES)
    )
    return [
        OrganisationHeard(name, f"/organisations/{key}/{slug}/", sector, posts)
        for key, name, slug, sector, posts in db.session.execute(statement)
    ]


def _spoken(actor: Actor, since: datetime) -> ColumnElement[bool]:
    # With a time on one side alone SQLite expects a quarter of all posts, and finds them by
    # their threads, from the first thread to the last.
    return and_(
        Post.created_at.between(since, clock.now()),
        Post.state == PostState.VISIBLE,
        policy.readable_by(actor),
    )
