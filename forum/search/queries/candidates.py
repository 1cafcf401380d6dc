"""Candidates: the newest documents of each kind that match and that the actor may read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)

from forum.accounts import policy as accounts
from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.consultations import policy as consultations
from forum.consultations.models import Consultation
from forum.core.access import Actor, Anonymous
from forum.core.db import Key, UTCDateTime, db
from forum.organisations import policy as organisations
from forum.organisations.models import Organisation
from forum.search.enums import Kind, Source
from forum.search.models import LAST, SearchDocument, base
from forum.search.queries.asking import Question
from forum.search.queries.conditions import asked_of_posts
from forum.search.queries.matching import Match, hits, matches
from forum.threads import policy as threads
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from forum.topics.models import Topic

# Of each kind.
MOST = 250
# What is not public is not found, not even by those who may see it elsewhere.
VISITOR = Anonymous()

# Named once for all, since deriving them from each of the many parts costs more than the rest.
FOUND_ID: ColumnElement[int] = literal_column("found.id", Key)
FOUND = (
    literal_column("found.kind", String).label("kind"),
    FOUND_ID.label("id"),
    literal_column("found.created_at", UTCDateTime).label("created_at"),
    literal_column("found.fresh_at", UTCDateTime).label("fresh_at"),
    literal_column("found.centre_id", Integer).label("centre_id"),
    literal_column("found.sector", String).label("sector"),
    literal_column("found.is_accepted", Boolean).label("is_accepted"),
)
EVERYTHING: ColumnElement[Any] = literal_column("*")

# The highest identifier of each source.
Newest = Mapping[Source, int]
Branch = Callable[[Match], Select[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was chosen of what is found."""

    kind: Kind | None = None
    centre_id: int | None = None
    sector: Sector | None = None


class Candidate(NamedTuple):
    """A document that was found; ``key`` is the row that it stands for.

    ``in_title`` is how many of the wanted words stand in the title, ``in_body`` how often they
    stand in the text, which has ``length`` signs, ``present`` how many are in one or the other;
    ``together`` how often all stand side by side; ``is_name``: they are the whole title.
    ``fresh_at`` is when a post was written, or a thread last written in.
    """

    kind: Kind
    id: int
    key: int
    in_title: int
    in_body: int
    present: int
    together: int
    is_name: bool
    length: int
    fresh_at: datetime | None
    created_at: datetime | None
    centre_id: int | None
    sector: str | None
    is_accepted: bool


def candidates(
    actor: Actor, question: Question, narrowing: Narrowing, newest: Newest
) -> Sequence[Candidate]:
    """At most ``MOST`` of each kind, the newest, in one statement.

    Of threads also the newest ``MOST`` with the words in their titles.
    """
    return _read(question, _parts(actor, question, narrowing, newest))


def titled_threads(actor: Actor, question: Question) -> Sequence[Candidate]:
    """The newest ``MOST`` threads with the wanted words in their titles, in one statement."""
    titled = matches(question, Source.THREAD, in_title=True)
    statement = _posts(actor, question, Narrowing(), Source.THREAD, titled[0])
    return _read(question, [_newest_of(Kind.THREAD, statement, titled)])


def _read(question: Question, parts: Sequence[Any]) -> Sequence[Candidate]:
    if not parts:
        return ()
    rows = db.session.execute(
        select(*FOUND, *_marks(question))
        .select_from(union_all(*parts).subquery("found"))
        .join(SearchDocument, SearchDocument.id == FOUND_ID)
    )
    # A thread may be there twice: found by its title, and by its text.
    phrases = len(question.wanted)
    return list({row.id: _candidate(row, phrases) for row in rows}.values())


def _marks(question: Question) -> Sequence[ColumnElement[Any]]:
    """Columns that tell how well a document answers the question; each text is counted once."""
    title, body = SearchDocument.title, SearchDocument.body
    phrases = [term.stems for term in question.wanted]
    stems = [stem for phrase in phrases for stem in phrase]
    is_side_by_side = len(phrases) > 1 and not question.is_loose
    return (
        *(hits(title, phrase).label(f"title_{number}") for number, phrase in enumerate(phrases)),
        *(hits(body, phrase).label(f"body_{number}") for number, phrase in enumerate(phrases)),
        (hits(title, stems) + hits(body, stems) if is_side_by_side else literal(0)).label(
            "together"
        ),
        (title == " ".join(stems)).label("is_name"),
        func.length(body).label("length"),
    )


def _candidate(row: Any, phrases: int) -> Candidate:
    counts = row[len(FOUND) :]
    in_title, in_body = counts[:phrases], counts[phrases : 2 * phrases]
    return Candidate(
        kind=Kind(row.kind),
        id=row.id,
        key=row.id & LAST,
        in_title=sum(count > 0 for count in in_title),
        in_body=int(sum(in_body)),
        present=sum(t > 0 or b > 0 for t, b in zip(in_title, in_body, strict=True)),
        together=row.together,
        is_name=bool(row.is_name),
        length=row.length,
        fresh_at=row.fresh_at,
        created_at=row.created_at,
        centre_id=row.centre_id,
        sector=row.sector,
        is_accepted=bool(row.is_accepted),
    )


def _parts(
    actor: Actor, question: Question, narrowing: Narrowing, newest: Newest
) -> list[Select[*tuple[Any, ...]]]:
    """A statement for each kind that is asked for, and one more for titles of threads."""

    def part(kind: Kind, make: Branch, found: Sequence[Match]) -> None:
        if narrowing.kind in {None, kind}:
            parts.append(_newest_of(kind, make(found[0]), found))

    parts: list[Select[*tuple[Any, ...]]] = []
    threads_of = partial(_posts, actor, question, narrowing, Source.THREAD)
    part(Kind.THREAD, threads_of, matches(question, Source.THREAD, newest=newest[Source.THREAD]))
    if question.wanted:
        titled = matches(question, Source.THREAD, newest=newest[Source.THREAD], in_title=True)
        part(Kind.THREAD, threads_of, titled)
    part(
        Kind.POST,
        partial(_posts, actor, question, narrowing, Source.POST),
        matches(question, Source.POST, newest=newest[Source.POST]),
    )
    if question.concerns_posts:
        return parts
    for kind, source, branch in OTHERS:
        found = matches(question, source, newest=newest[source])
        part(kind, partial(branch, actor, question, narrowing), found)
    return parts


def _newest_of(
    kind: Kind, statement: Select[*tuple[Any, ...]], windows: Sequence[Match]
) -> Select[*tuple[Any, ...]]:
    """The newest ``MOST``: a window is looked into only when those before it had fewer."""
    named = statement.add_columns(literal_column(f"'{kind}'", String).label("kind")).limit(MOST)
    limited = [
        select(EVERYTHING).select_from(
            named.where(window.where).order_by(window.order.desc()).subquery()
        )
        for window in windows
    ]
    return select(EVERYTHING).select_from(union_all(*limited).limit(MOST).subquery())


def _columns(
    found: Match,
    *,
    centre_id: Any,
    sector: Any,
    created_at: Any = None,
    fresh_at: Any = None,
    is_accepted: Any = None,
) -> Select[*tuple[Any, ...]]:
    return select(
        found.id.label("id"),
        (cast(null(), UTCDateTime) if created_at is None else created_at).label("created_at"),
        (cast(null(), UTCDateTime) if fresh_at is None else fresh_at).label("fresh_at"),
        cast(centre_id, Integer).label("centre_id"),
        cast(sector, String).label("sector"),
        (cast(false(), Boolean) if is_accepted is None else is_accepted).label("is_accepted"),
    ).select_from(found.source)


def _posts(
    actor: Actor, question: Question, narrowing: Narrowing, source: Source, found: Match
) -> Select[*tuple[Any, ...]]:
    """Threads, each by its first post, or replies."""
    is_thread = source is Source.THREAD
    statement = _columns(
        found,
        created_at=Post.created_at,
        fresh_at=Thread.last_post_at if is_thread else Post.created_at,
        centre_id=Thread.centre_id,
        sector=Post.sector,
        is_accepted=func.coalesce(Thread.accepted_post_id == Post.id, false()),
    )
    key = found.id - base(source)
    if is_thread:
        statement = statement.join(Thread, Thread.id == key).join(
            Post, and_(Post.thread_id == Thread.id, Post.number == 1)
        )
    else:
        statement = statement.join(Post, Post.id == key).join(Thread, Thread.id == Post.thread_id)
    statement = statement.join(Board, Board.id == Thread.board_id).where(
        Post.state == PostState.VISIBLE,
        threads.readable_by(actor),
        *asked_of_posts(question),
    )
    if narrowing.centre_id:
        statement = statement.where(Thread.centre_id == narrowing.centre_id)
    if narrowing.sector:
        statement = statement.where(Post.sector == narrowing.sector)
    return statement


def _topics(
    _actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    is_placed = question.centre or narrowing.centre_id or question.sector or narrowing.sector
    return (
        _columns(found, centre_id=null(), sector=null())
        .join(Topic, Topic.id == found.id - base(Source.TOPIC))
        .where(false() if is_placed else true())
    )


def _consultations(
    _actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    """What was announced; fresh until it has closed."""
    statement = (
        _columns(
            found,
            created_at=Consultation.announced_at,
            fresh_at=Consultation.closes_at,
            centre_id=Consultation.centre_id,
            sector=null(),
        )
        .join(Consultation, Consultation.id == found.id - base(Source.CONSULTATION))
        .join(Centre, Centre.id == Consultation.centre_id)
        .where(consultations.visible_to(VISITOR))
    )
    return _narrowed(statement, question, narrowing, sector=null())


def _organisations(
    _actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    statement = (
        _columns(found, centre_id=Centre.id, sector=Organisation.sector)
        .join(Organisation, Organisation.id == found.id - base(Source.ORGANISATION))
        .outerjoin(Centre, Centre.region == Organisation.region)
        .where(organisations.visible_to(VISITOR))
    )
    return _narrowed(statement, question, narrowing, sector=Organisation.sector)


def _people(
    _actor: Actor, question: Question, narrowing: Narrowing, found: Match
) -> Select[*tuple[Any, ...]]:
    statement = (
        _columns(found, centre_id=Centre.id, sector=Account.sector)
        .join(Account, Account.id == found.id - base(Source.PERSON))
        .outerjoin(Centre, Centre.region == Account.region)
        .where(accounts.visible_to(VISITOR))
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


# What is not written on a board.
OTHERS = (
    (Kind.CONSULTATION, Source.CONSULTATION, _consultations),
    (Kind.ORGANISATION, Source.ORGANISATION, _organisations),
    (Kind.PERSON, Source.PERSON, _people),
    (Kind.TOPIC, Source.TOPIC, _topics),
)
