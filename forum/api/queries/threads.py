"""Threads that every visitor can read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from forum.accounts.models import Account
from forum.api.queries.filters import ThreadFilters
from forum.api.queries.people import account_id_of, author_columns, author_of
from forum.api.queries.shapes import Thread as ThreadShape
from forum.api.queries.slices import VISITOR, Found, Rows, Slice, Source
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.tags import HOME
from forum.threads import policy
from forum.threads import queries as threads
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, Thread, ThreadTopic
from forum.topics.models import Topic, TopicDivision

FirstPost = Post.__table__.alias("first_post")


def _threads() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Thread.id,
            Centre.slug.label("centre"),
            Thread.board_id,
            Thread.title,
            Thread.slug,
            Thread.kind,
            *author_columns(),
            FirstPost.c.sector,
            Thread.created_at,
            Thread.last_post_at,
            Thread.reply_count,
            Thread.is_pinned,
            Thread.pinned_until,
            Thread.is_locked,
            Thread.locked_until,
            Thread.accepted_post_id,
        )
        .select_from(Thread)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .join(Account, Account.id == Thread.author_id)
        .join(FirstPost, and_(FirstPost.c.thread_id == Thread.id, FirstPost.c.number == 1))
        .where(policy.visible_to(VISITOR))
        # As on the pages: one withdrawn before anybody replied stands in no list.
        .where(or_(Thread.state == PostState.VISIBLE, Thread.reply_count > 0))
    )


def _shape(rows: Rows, site: str) -> list[ThreadShape]:
    topics = _topics_of([row.id for row in rows])
    return [
        ThreadShape(
            id=row.id,
            centre=row.centre,
            board_id=row.board_id,
            title=row.title,
            kind=row.kind,
            author=author_of(row, site),
            sector=row.sector,
            topics=list(topics[row.id]),
            cpv_divisions=sorted({one for found in topics[row.id].values() for one in found}),
            created_at=row.created_at,
            last_post_at=row.last_post_at,
            reply_count=row.reply_count,
            is_pinned=policy.holds(row.pinned_until, on=row.is_pinned),
            is_locked=policy.holds(row.locked_until, on=row.is_locked),
            accepted_post_id=row.accepted_post_id,
            url=f"{site}/threads/{row.id}/{row.slug}/",
        )
        for row in rows
    ]


def _topics_of(thread_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """The CPV divisions of each topic of each thread, by the topic's slug."""
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    rows = db.session.execute(
        select(ThreadTopic.thread_id, Topic.slug, TopicDivision.division)
        .join(Topic, Topic.id == ThreadTopic.topic_id)
        .outerjoin(TopicDivision, TopicDivision.topic_id == Topic.id)
        .where(ThreadTopic.thread_id.in_(thread_ids))
        .order_by(Topic.slug, TopicDivision.division)
    )
    for thread_id, slug, division in rows:
        divisions = found[thread_id].setdefault(slug, [])
        if division is not None:
            divisions.append(division)
    return found


def _end(rows: Rows) -> datetime | None:
    """When the first pin or lock of the threads ends by itself."""
    ends: Iterable[datetime | None] = (
        end for row in rows for end in (row.pinned_until, row.locked_until)
    )
    return min((end for end in ends if end is not None and end > clock.now()), default=None)


THREADS = Source(Thread.id, _threads, _shape)


def list_threads(
    filters: ThreadFilters, *, after: Sequence[Any] | None, site: str
) -> Slice[ThreadShape]:
    """Threads, newest activity first."""
    statement = _threads()
    order: tuple[Any, Any] = (Thread.last_post_at, Thread.id)
    if filters.topic is not None:
        topic = select(Topic.id).where(Topic.slug == filters.topic).scalar_subquery()
        on_topic = and_(ThreadTopic.thread_id == Thread.id, ThreadTopic.topic_id == topic)
        statement = statement.join(ThreadTopic, on_topic)
        # The same values, in the table whose index has the threads of a topic in order.
        order = (ThreadTopic.last_post_at, ThreadTopic.thread_id)
        statement = statement.add_columns(ThreadTopic.thread_id)
    statement = statement.where(*_conditions(filters, order[0]))
    items, rows, last = THREADS.slice(
        statement, order, after=after, limit=filters.limit, site=site, newest=True
    )
    return Slice(items, last, tags=[HOME], end=_end(rows))


def _conditions(filters: ThreadFilters, at: Any) -> Iterable[Any]:
    if filters.centre is not None:
        of = ThreadTopic.centre_id if filters.topic is not None else Thread.centre_id
        yield of == select(Centre.id).where(Centre.slug == filters.centre).scalar_subquery()
    if filters.board is not None:
        yield Thread.board_id == filters.board
    if filters.author is not None:
        yield Thread.author_id == account_id_of(filters.author)
    if filters.kind is not None:
        yield Thread.kind == filters.kind
    if filters.answered is not None:
        is_open = Thread.accepted_post_id.is_(None)
        yield Thread.kind == ThreadKind.QUESTION
        yield ~is_open if filters.answered else is_open
    if filters.since is not None:
        yield at >= filters.since
    if filters.until is not None:
        yield at < filters.until


def get_thread(thread_id: int, *, site: str) -> Found[ThreadShape]:
    """The thread.

    Raises NotFound when there is none that visitors find, MovedInto for one that was merged.
    """
    rows = db.session.execute(_threads().where(Thread.id == thread_id)).all()
    if not rows:
        threads.get_thread(VISITOR, thread_id)
        raise NotFound("This thread was withdrawn before anybody replied.")
    return Found(_shape(rows, site)[0], tags=[f"thread:{thread_id}"], end=_end(rows))
