"""Candidates: the newest documents of each kind that match and that the actor may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from forum.accounts import policy as accounts
from forum.accounts.enums import Sector
from forum.accounts.models import Account, FormerHandle
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import UTCDateTime, db
from forum.organisations import policy as organisations
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.search.enums import Kind, Source
from forum.search.models import LAST, base
from forum.search.queries.asking import Question
from forum.search.queries.matching import Match, match
from forum.threads import policy as threads
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic

# Of each kind.
MOST = 250


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was chosen of what is found."""

    kind: Kind | None = None
    centre_id: int | None = None
    sector: Sector | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that was found; ``key`` is the row that it stands for."""

    kind: Kind
    id: int
    key: int
    rank: float
    created_at: datetime | None
    centre_id: int | None
    sector: str | None
    is_accepted: bool


def candidates(actor: Actor, question: Question, narrowing: Narrowing) -> Sequence[Candidate]:
    """At most ``MOST`` of each kind, the newest, in one statement."""
    found = match(question)
    branches = {
        Kind.THREAD: _posts(actor, question, narrowing, found).where(Post.number == 1),
        Kind.POST: _posts(actor, question, narrowing, found).where(Post.number > 1),
    }
    if not question.concerns_posts:
        branches[Kind.ORGANISATION] = _organisations(actor, question, narrowing, found)
        branches[Kind.PERSON] = _people(actor, question, narrowing, found)
        if not (question.sector or question.centre or narrowing.sector or narrowing.centre_id):
            branches[Kind.TOPIC] = _topics(found)
    chosen = [kind for kind in branches if narrowing.kind in {None, kind}]
    if not chosen:
        return ()
    parts = [
        select(
            literal_column(f"'{kind}'", String).label("kind"),
            branches[kind].order_by(found.id.desc()).limit(MOST).subquery(),
        )
        for kind in chosen
    ]
    rows = db.session.execute(union_all(*parts)).all()
    return [
        Candidate(
            kind=Kind(row.kind),
            id=row.id,
            key=row.id & LAST,
            rank=float(row.rank),
            created_at=row.created_at,
            centre_id=row.centre_id,
            sector=row.sector,
            is_accepted=bool(row.is_accepted),
        )
        for row in rows
    ]


def _columns(
    found: Match,
    *,
    created_at: Any,
    centre_id: Any,
    sector: Any,
    is_accepted: Any = None,
) -> Select[*tuple[Any, ...]]:
    return select(
        found.id.label("id"),
        found.rank.label("rank"),
        cast(null(), UTCDateTime).label("created_at")
        if created_at is None
        else created_at.label("created_at"),
        cast(centre_id, Integer).label("centre_id"),
        cast(sector, String).label("sector"),
        cast(false(), Boolean).label("is_accepted")
        if is_accepted is None
        else is_accepted.label("is_accepted"),
    ).select_from(found.source)


def _of(found: Match, source: Source) -> ColumnElement[bool]:
    return and_(found.where, found.id.between(base(source) + 1, base(source) + LAST))


def _posts(
    actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    statement = (
        _columns(
            found,
            created_at=Post.created_at,
            centre_id=Thread.centre_id,
            sector=Post.sector,
            is_accepted=func.coalesce(Thread.accepted_post_id == Post.id, false()),
        )
        .join(Post, Post.id == found.id - base(Source.POST))
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(
            _of(found, Source.POST),
            Post.state == PostState.VISIBLE,
            threads.readable_by(actor),
            *_asked_of_posts(question),
        )
    )
    if narrowing.centre_id:
        statement = statement.where(Thread.centre_id == narrowing.centre_id)
    if narrowing.sector:
        statement = statement.where(Post.sector == narrowing.sector)
    return statement


def _asked_of_posts(question: Question) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if question.author:
        former = select(FormerHandle.account_id).where(FormerHandle.handle == question.author)
        named = select(Account.id).where(
            or_(Account.handle == question.author, Account.id.in_(former))
        )
        rules.append(Post.author_id.in_(named))
    if question.organisation:
        named = select(Organisation.id).where(Organisation.slug == question.organisation)
        rules.append(Post.organisation_id.in_(named))
    if question.centre:
        rules.append(Thread.centre_id.in_(_centres(question)))
    if question.board:
        rules.append(Board.slug == question.board)
    if question.topic:
        tied = select(Topic.id).where(Topic.slug == question.topic)
        rules.append(
            exists().where(ThreadTopic.thread_id == Thread.id, ThreadTopic.topic_id.in_(tied))
        )
    if question.sector:
        rules.append(Post.sector == question.sector)
    return rules + _asked_of_debate(question)


def _asked_of_debate(question: Question) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = []
    if question.is_question or question.is_answered is not None:
        rules.append(Thread.kind == ThreadKind.QUESTION)
    if question.is_answered is not None:
        answered = Thread.accepted_post_id.is_not(None)
        rules.append(answered if question.is_answered else ~answered)
    if question.before:
        rules.append(Post.created_at < question.before)
    if question.after:
        rules.append(Post.created_at >= question.after)
    return rules


def _centres(question: Question) -> Select[*tuple[Any, ...]]:
    return select(Centre.id).where(Centre.slug == question.centre)


def _topics(found: Match) -> Select[*tuple[Any, ...]]:
    return (
        _columns(found, created_at=None, centre_id=null(), sector=null())
        .join(Topic, Topic.id == found.id - base(Source.TOPIC))
        .where(_of(found, Source.TOPIC))
    )


def _organisations(
    actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    statement = (
        _columns(found, created_at=None, centre_id=Centre.id, sector=Organisation.sector)
        .join(Organisation, Organisation.id == found.id - base(Source.ORGANISATION))
        .outerjoin(Centre, Centre.region == Organisation.region)
        .where(
            _of(found, Source.ORGANISATION),
            Organisation.state == OrganisationState.CONFIRMED,
            organisations.visible_to(actor),
        )
    )
    return _narrowed(statement, question, narrowing, sector=Organisation.sector)


def _people(
    actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    statement = (
        _columns(found, created_at=None, centre_id=Centre.id, sector=Account.sector)
        .join(Account, Account.id == found.id - base(Source.PERSON))
        .outerjoin(Centre, Centre.region == Account.region)
        .where(
            _of(found, Source.PERSON),
            Account.is_hidden.is_(False),
            accounts.visible_to(actor),
        )
    )
    return _narrowed(statement, question, narrowing, sector=Account.sector)


def _narrowed(
    statement: Select[*tuple[Any, ...]], question: Question, narrowing: Narrowing, *, sector: Any
) -> Select[*tuple[Any, ...]]:
    if question.centre:
        statement = statement.where(Centre.slug == question.centre)
    if narrowing.centre_id:
        statement = statement.where(Centre.id == narrowing.centre_id)
    for wanted in (question.sector, narrowing.sector):
        if wanted:
            statement = statement.where(sector == wanted)
    return statement
