"""Lists of threads and posts, newest first, by keyset."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, or_, select

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.core.markup import extract
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.core.statements import once_for_visitors
from forum.threads import policy
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, ReadMark, Thread, ThreadTopic
from forum.topics.models import Topic

THREADS_PER_PAGE = 30
POSTS_PER_PAGE = 20
EXTRACT_LENGTH = 280

Rows = Select[*tuple[Any, ...]]

FirstPost = Post.__table__.alias("first_post")


class ThreadRow(NamedTuple):
    """A thread in a list, ready to show."""

    id: int
    title: str
    url: str
    kind: ThreadKind
    author_name: str
    sector: Sector
    topics: Sequence[tuple[str, str]]
    reply_count: int
    last_post_at: datetime
    is_pinned: bool
    is_locked: bool
    is_answered: bool
    centre_name: str
    board_title: str
    unread: bool


@dataclass(frozen=True, slots=True)
class PostExtract:
    """A post in a list of what somebody wrote."""

    id: int
    url: str
    thread_title: str
    centre_name: str
    extract: str
    sector: Sector
    organisation_name: str
    created_at: datetime


def list_board(actor: Actor, board: Board, *, after: str = "") -> Page[ThreadRow]:
    """Threads of a board, pinned above, then newest activity first.

    ``after`` is the cursor of the page before. Raises NotFound for a cursor not made here.
    """
    place = decode_cursor(after, bool, datetime, int) if after else ()
    rows = _rows(actor, "board", {"board_id": board.id}, place=place)
    more = rows[THREADS_PER_PAGE - 1] if len(rows) > THREADS_PER_PAGE else None
    cursor = encode_cursor(more.is_pinned, more.last_post_at, more.id) if more else ""
    return Page(_finish(actor, rows[:THREADS_PER_PAGE], show=""), cursor)


def list_latest(actor: Actor, *, after: str = "", limit: int = THREADS_PER_PAGE) -> Page[ThreadRow]:
    """Threads of all centres, newest activity first."""
    return _by_activity(actor, "all", {}, after=after, limit=limit)


def centre_threads(actor: Actor, centre_id: int, *, limit: int) -> Sequence[ThreadRow]:
    """The newest threads of a centre."""
    which = {"centre_id": centre_id}
    return _by_activity(actor, "centre", which, after="", limit=limit, show="board").rows


def list_questions(actor: Actor, *, centre_id: int | None, after: str = "") -> Page[ThreadRow]:
    """Questions without an accepted answer, of all centres or one, newest first."""
    statement = _threads(actor).where(
        Thread.kind == ThreadKind.QUESTION,
        Thread.accepted_post_id.is_(None),
        Thread.state == PostState.VISIBLE,
    )
    if centre_id is not None:
        statement = statement.where(Thread.centre_id == centre_id)
    order = (Thread.created_at, Thread.id)
    place = decode_cursor(after, datetime, int) if after else ()
    statement = before(statement, order, place) if place else statement
    ordered = statement.order_by(*(column.desc() for column in order))
    rows = db.session.execute(ordered.limit(THREADS_PER_PAGE + 1)).all()
    more = rows[THREADS_PER_PAGE - 1] if len(rows) > THREADS_PER_PAGE else None
    cursor = encode_cursor(more.created_at, more.id) if more else ""
    return Page(_finish(actor, rows[:THREADS_PER_PAGE], show="centre and board"), cursor)


def list_topic(
    actor: Actor, topic_id: int, *, centre_id: int | None = None, after: str = ""
) -> Page[ThreadRow]:
    """Threads on a topic, of all centres or one, newest activity first."""
    if centre_id is None:
        return _by_activity(actor, "topic", {"topic_id": topic_id}, after=after)
    which = {"topic_id": topic_id, "centre_id": centre_id}
    return _by_activity(actor, "topic and centre", which, after=after)


def person_posts(actor: Actor, account_id: int, *, after: str = "") -> Page[PostExtract]:
    """What a member has written, newest first."""
    return _extracts(actor, "author", account_id, after=after)


def organisation_posts(actor: Actor, organisation_id: int, *, after: str = "") -> Page[PostExtract]:
    """What was written for an organisation, newest first."""
    return _extracts(actor, "organisation", organisation_id, after=after)


def _extracts(actor: Actor, name: str, writer_id: int, *, after: str) -> Page[PostExtract]:
    place = decode_cursor(after, datetime, int) if after else ()
    statement = _posts_by_writer(actor, name, has_place=bool(place))
    rows = db.session.execute(statement, {"writer_id": writer_id, **_bound(place)}).all()
    shown = rows[:POSTS_PER_PAGE]
    more = len(rows) > POSTS_PER_PAGE
    return Page(
        [
            PostExtract(
                id=row.id,
                url=f"/posts/{row.id}/",
                thread_title=row.title,
                centre_name=row.centre_name,
                extract=extract(row.source[: 4 * EXTRACT_LENGTH], longest=EXTRACT_LENGTH),
                sector=row.sector,
                organisation_name=row.organisation_name,
                created_at=row.created_at,
            )
            for row in shown
        ],
        encode_cursor(shown[-1].created_at, shown[-1].id) if more else "",
    )


WRITERS: dict[str, Any] = {"author": Post.author_id, "organisation": Post.organisation_id}


@once_for_visitors
def _posts_by_writer(actor: Actor, name: str, *, has_place: bool) -> Rows:
    statement = (
        select(
            Post.id,
            Post.source,
            Post.sector,
            Post.organisation_name,
            Post.created_at,
            Thread.title,
            Centre.name.label("centre_name"),
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .where(
            WRITERS[name] == bindparam("writer_id"),
            Post.state == PostState.VISIBLE,
            policy.visible_to(actor),
        )
    )
    return _ordered(statement, (Post.created_at, Post.id), has_place=has_place).limit(
        POSTS_PER_PAGE + 1
    )


def is_listed() -> ColumnElement[bool]:
    """A thread withdrawn before anybody replied stands in no list."""
    return or_(Thread.state == PostState.VISIBLE, Thread.reply_count > 0)


def _threads(actor: Actor) -> Rows:
    return (
        select(
            Thread.id,
            Thread.title,
            Thread.slug,
            Thread.kind,
            Account.display_name,
            FirstPost.c.sector,
            Thread.reply_count,
            Thread.created_at,
            Thread.last_post_at,
            Thread.last_shown,
            Thread.is_pinned,
            Thread.pinned_until,
            Thread.is_locked,
            Thread.locked_until,
            Thread.accepted_post_id,
            Centre.name.label("centre_name"),
            Board.title.label("board_title"),
        )
        .select_from(Thread)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .join(Account, Account.id == Thread.author_id)
        .join(FirstPost, and_(FirstPost.c.thread_id == Thread.id, FirstPost.c.number == 1))
        .where(policy.visible_to(actor), is_listed())
    )


ON_TOPIC = and_(ThreadTopic.thread_id == Thread.id, ThreadTopic.topic_id == bindparam("topic_id"))
BY_ACTIVITY = (Thread.last_post_at, Thread.id)
BY_ACTIVITY_ON_TOPIC = (ThreadTopic.last_post_at, ThreadTopic.thread_id)
# Of each list: what its threads have in common, and their order.
LISTS: dict[str, tuple[Callable[[Rows], Rows], tuple[Any, ...]]] = {
    "all": (lambda threads: threads, BY_ACTIVITY),
    "board": (
        lambda threads: threads.where(Thread.board_id == bindparam("board_id")),
        (Thread.is_pinned, *BY_ACTIVITY),
    ),
    "centre": (
        lambda threads: threads.where(Thread.centre_id == bindparam("centre_id")),
        BY_ACTIVITY,
    ),
    "topic": (lambda threads: threads.join(ThreadTopic, ON_TOPIC), BY_ACTIVITY_ON_TOPIC),
    "topic and centre": (
        lambda threads: threads.join(ThreadTopic, ON_TOPIC).where(
            ThreadTopic.centre_id == bindparam("centre_id")
        ),
        BY_ACTIVITY_ON_TOPIC,
    ),
}


def _rows(
    actor: Actor,
    name: str,
    which: dict[str, int],
    *,
    place: Sequence[Any] = (),
    limit: int = THREADS_PER_PAGE,
) -> list[Any]:
    """The rows of a page and one more, which tells whether there is a next page."""
    statement = _threads_of(actor, name, has_place=bool(place))
    return list(db.session.execute(statement, {**which, **_bound(place), "most": limit + 1}))


@once_for_visitors
def _threads_of(actor: Actor, name: str, *, has_place: bool) -> Rows:
    narrow, order = LISTS[name]
    ordered = _ordered(narrow(_threads(actor)), order, has_place=has_place)
    return ordered.limit(bindparam("most", type_=Integer()))


def _ordered(statement: Rows, order: tuple[Any, ...], *, has_place: bool) -> Rows:
    """The statement, newest first; ``has_place``: after a place in it, as ``_bound`` has it."""
    if has_place:
        places = [
            bindparam(f"place_{index}", type_=column.type) for index, column in enumerate(order)
        ]
        statement = before(statement, order, places)
    return statement.order_by(*(column.desc() for column in order))


def _bound(place: Sequence[Any]) -> dict[str, Any]:
    return {f"place_{index}": value for index, value in enumerate(place)}


def _by_activity(
    actor: Actor,
    name: str,
    which: dict[str, int],
    *,
    after: str,
    limit: int = THREADS_PER_PAGE,
    show: str = "centre and board",
) -> Page[ThreadRow]:
    place = decode_cursor(after, datetime, int) if after else ()
    rows = _rows(actor, name, which, place=place, limit=limit)
    more = rows[limit - 1] if len(rows) > limit else None
    cursor = encode_cursor(more.last_post_at, more.id) if more else ""
    return Page(_finish(actor, rows[:limit], show=show), cursor)


def _finish(actor: Actor, rows: Sequence[Any], *, show: str) -> list[ThreadRow]:
    ids = [row.id for row in rows]
    topics = _topics_of(ids)
    marks = _marks_of(actor, ids)
    return [
        ThreadRow(
            id=row.id,
            title=row.title,
            url=f"/threads/{row.id}/{row.slug}/",
            kind=row.kind,
            author_name=row.display_name,
            sector=row.sector,
            topics=topics[row.id],
            reply_count=row.reply_count,
            last_post_at=row.last_post_at,
            is_pinned=policy.holds(row.pinned_until, on=row.is_pinned),
            is_locked=policy.holds(row.locked_until, on=row.is_locked),
            is_answered=row.accepted_post_id is not None,
            centre_name=row.centre_name if "centre" in show else "",
            board_title=row.board_title if "board" in show else "",
            unread=row.id in marks and row.last_shown > marks[row.id],
        )
        for row in rows
    ]


def _topics_of(thread_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    topics: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = db.session.execute(_topics_by_threads(), {"thread_ids": list(thread_ids)})
    for thread_id, name, slug in rows:
        topics[thread_id].append((name, f"/topics/{slug}/"))
    return topics


@cache
def _topics_by_threads() -> Rows:
    return (
        select(ThreadTopic.thread_id, Topic.name, Topic.slug)
        .join(Topic, Topic.id == ThreadTopic.topic_id)
        .where(ThreadTopic.thread_id.in_(bindparam("thread_ids", expanding=True)))
        .order_by(Topic.name, Topic.id)
    )


def _marks_of(actor: Actor, thread_ids: Iterable[int]) -> dict[int, int]:
    """How far a member has read each thread; threads never opened are not in it."""
    if actor.actor_id is None:
        return {}
    rows = db.session.execute(
        select(ReadMark.thread_id, ReadMark.number).where(
            ReadMark.account_id == actor.actor_id, ReadMark.thread_id.in_(thread_ids)
        )
    )
    return {row.thread_id: row.number for row in rows}
