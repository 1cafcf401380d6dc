"""Posts for feeds: only what every visitor may read, whoever asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.threads import policy
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread, ThreadTopic

Rows = Select[*tuple[Any, ...]]

ENTRIES_A_PART = 30
VISITOR = Anonymous()


@dataclass(frozen=True, slots=True)
class FeedPost:
    """A post with all that a feed tells of it; ``author_url`` is "" when they show no page."""

    id: int
    number: int
    thread_id: int
    thread_title: str
    thread_path: str
    centre: tuple[str, str]
    author_name: str
    author_url: str
    organisation_name: str
    interest: str | None
    html: str
    created_at: datetime
    edited_at: datetime | None


def new_threads(*, centre_id: int | None = None, after: str = "") -> Page[FeedPost]:
    """First posts of the threads of one centre or all, the thread that was started last first.

    ``after`` is the cursor of the part before. Raises NotFound for a cursor not made here.
    """
    chosen = _visible_threads(Thread.id)
    if centre_id is not None:
        chosen = chosen.where(Thread.centre_id == centre_id)
    return _first_posts(chosen, Thread.id, after=after)


def new_threads_of_board(board_id: int, *, after: str = "") -> Page[FeedPost]:
    """First posts of a board's threads, the thread that was started last first."""
    chosen = _visible_threads(Thread.id).where(Thread.board_id == board_id)
    return _first_posts(chosen, Thread.id, after=after)


def new_threads_on_topic(topic_id: int, *, after: str = "") -> Page[FeedPost]:
    """First posts of the threads on a topic, the thread that was started last first."""
    tied = and_(ThreadTopic.thread_id == Thread.id, ThreadTopic.topic_id == topic_id)
    chosen = _visible_threads(ThreadTopic.thread_id).join(ThreadTopic, tied)
    return _first_posts(chosen, ThreadTopic.thread_id, after=after)


def posts_of_thread(thread_id: int, *, after: str = "") -> Page[FeedPost]:
    """The posts of a thread, newest first."""
    statement = _posts().where(Post.thread_id == thread_id)
    if after:
        statement = before(statement, [Post.number], decode_cursor(after, int))
    return _part(
        _rows(statement.order_by(Post.number.desc())), lambda row: encode_cursor(row.number)
    )


def posts_of_person(account_id: int, *, after: str = "") -> Page[FeedPost]:
    """What a member has written, newest first."""
    return _by_time(Post.author_id == account_id, after)


def posts_for_organisation(organisation_id: int, *, after: str = "") -> Page[FeedPost]:
    """What was written for an organisation, newest first."""
    return _by_time(Post.organisation_id == organisation_id, after)


def _by_time(which: ColumnElement[bool], after: str) -> Page[FeedPost]:
    order = (Post.created_at, Post.id)
    statement = _posts().where(which)
    if after:
        statement = before(statement, order, decode_cursor(after, datetime, int))
    rows = _rows(statement.order_by(*(column.desc() for column in order)))
    return _part(rows, lambda row: encode_cursor(row.created_at, row.id))


def _visible_threads(key: Any) -> Rows:
    """Threads whose first post may be read; its state is the thread's, too."""
    return (
        select(key.label("thread_id"))
        .select_from(Thread)
        .join(Board, Board.id == Thread.board_id)
        .where(
            policy.visible_to(VISITOR),
            Thread.state == PostState.VISIBLE,
            Thread.merged_into_id.is_(None),
        )
    )


def _first_posts(chosen: Rows, key: Any, *, after: str) -> Page[FeedPost]:
    """First posts of the newest threads; these are chosen first, from an index alone."""
    if after:
        chosen = before(chosen, [key], decode_cursor(after, int))
    newest = chosen.order_by(key.desc()).limit(ENTRIES_A_PART + 1).subquery()
    statement = _posts().join(newest, newest.c.thread_id == Thread.id).where(Post.number == 1)
    rows = _rows(statement.order_by(newest.c.thread_id.desc()))
    return _part(rows, lambda row: encode_cursor(row.thread_id))


def _posts() -> Rows:
    return (
        select(
            Post.id,
            Post.number,
            Post.thread_id,
            Thread.title,
            Thread.slug,
            Centre.slug.label("centre_slug"),
            Centre.name.label("centre_name"),
            Account.display_name,
            Account.handle,
            Account.is_hidden,
            Post.organisation_name,
            Post.interest,
            Post.html,
            Post.created_at,
            Post.edited_at,
        )
        .select_from(Thread)
        .join(Post, Post.thread_id == Thread.id)
        .join(Board, Board.id == Thread.board_id)
        .join(Centre, Centre.id == Thread.centre_id)
        .join(Account, Account.id == Post.author_id)
        .where(policy.readable_by(VISITOR))
    )


def _rows(ordered: Rows) -> Sequence[Any]:
    """The rows of a part and one more, which tells whether there is another."""
    return db.session.execute(ordered.limit(ENTRIES_A_PART + 1)).all()


def _part(rows: Sequence[Any], cursor_of: Callable[[Any], str]) -> Page[FeedPost]:
    shown = rows[:ENTRIES_A_PART]
    cursor = cursor_of(shown[-1]) if len(rows) > len(shown) else ""
    return Page([_feed_post(row) for row in shown], cursor)


def _feed_post(row: Any) -> FeedPost:
    return FeedPost(
        id=row.id,
        number=row.number,
        thread_id=row.thread_id,
        thread_title=row.title,
        thread_path=f"/threads/{row.thread_id}/{row.slug}/",
        centre=(row.centre_slug, row.centre_name),
        author_name=row.display_name,
        author_url="" if row.is_hidden else f"/people/{row.handle}/",
        organisation_name=row.organisation_name,
        interest=row.interest,
        html=row.html,
        created_at=row.created_at,
        edited_at=row.edited_at,
    )
