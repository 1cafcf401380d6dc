"""Derived columns compared with what they derive from.

What each column means stands in ``counting.py`` and ``citing.py`` of ``forum/threads/actions/``.
Every function compares all rows, or those of ``only`` (ids), and gives a Difference for each
column that is wrong.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from forum.boards.models import Board
from forum.consultations import queries as consultations
from forum.core.db import db
from forum.threads.enums import UNPUBLISHED, Capacity, PostState
from forum.threads.models import Post, Thread, ThreadTopic, Voice

Only = Collection[int] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that is not the true one; ``key`` is the primary key of its row."""

    table: str
    key: tuple[Any, ...]
    column: str
    stored: Any
    true: Any

    def __str__(self) -> str:
        key = "/".join(str(part) for part in self.key)
        return f"{self.table} {key}: {self.column} is {self.stored}, should be {self.true}"


def wrong_threads(only: Only = None) -> list[Difference]:
    """Threads whose numbers of posts and replies, latest activity or state are wrong."""
    posts = _posts_by_thread()
    pairs: tuple[tuple[InstrumentedAttribute[Any], ColumnElement[Any]], ...] = (
        (Thread.last_number, func.coalesce(posts.c.last_number, 0)),
        (Thread.last_shown, func.coalesce(posts.c.last_shown, 0)),
        (Thread.reply_count, func.coalesce(posts.c.replies, 0)),
        (Thread.last_post_at, func.coalesce(posts.c.newest, Thread.created_at)),
        (Thread.state, func.coalesce(posts.c.first_state, Thread.state)),
    )
    statement = (
        select(Thread.id, *(column for pair in pairs for column in pair))
        .outerjoin(posts, posts.c.thread_id == Thread.id)
        .where(or_(*(stored != true for stored, true in pairs)), _among(Thread.id, only))
        .order_by(Thread.id)
    )
    names = [stored.key for stored, _ in pairs]
    return _differences("thread", names, db.session.execute(statement).all())


def wrong_thread_topics(only: Only = None) -> list[Difference]:
    """Ties to topics whose copied columns are not those of the thread; ``only`` of threads."""
    statement = (
        select(
            ThreadTopic.thread_id,
            ThreadTopic.topic_id,
            ThreadTopic.last_post_at,
            Thread.last_post_at,
            ThreadTopic.centre_id,
            Thread.centre_id,
        )
        .join(Thread, Thread.id == ThreadTopic.thread_id)
        .where(
            or_(
                ThreadTopic.last_post_at != Thread.last_post_at,
                ThreadTopic.centre_id != Thread.centre_id,
            ),
            _among(ThreadTopic.thread_id, only),
        )
        .order_by(ThreadTopic.thread_id, ThreadTopic.topic_id)
    )
    rows = db.session.execute(statement).all()
    return _differences("thread_topic", ["last_post_at", "centre_id"], rows, keys=2)


def wrong_boards(only: Only = None) -> list[Difference]:
    """Boards whose numbers of threads and posts or latest activity are wrong."""
    threads = _threads_by_board()
    posts = _posts_by_board()
    thread_count = func.coalesce(threads.c.threads, 0)
    post_count = func.coalesce(posts.c.posts, 0)
    statement = (
        select(
            Board.id,
            Board.thread_count,
            thread_count,
            Board.post_count,
            post_count,
            Board.last_post_at,
            threads.c.newest,
        )
        .outerjoin(threads, threads.c.board_id == Board.id)
        .outerjoin(posts, posts.c.board_id == Board.id)
        .where(
            or_(
                Board.thread_count != thread_count,
                Board.post_count != post_count,
                Board.last_post_at.is_distinct_from(threads.c.newest),
            ),
            _among(Board.id, only),
        )
        .order_by(Board.id)
    )
    names = ["thread_count", "post_count", "last_post_at"]
    return _differences("board", names, db.session.execute(statement).all())


def wrong_voices(only: Only = None) -> list[Difference]:
    """Voices whose number of visible posts is wrong; ``only`` of threads."""
    heard = _voices_heard()
    same = and_(
        Voice.thread_id == heard.c.thread_id,
        Voice.sector == heard.c.sector,
        Voice.speaker == heard.c.speaker,
    )
    stored = func.coalesce(Voice.posts, 0)
    wrong = (
        select(heard.c.thread_id, heard.c.sector, heard.c.speaker, stored, heard.c.posts)
        .outerjoin(Voice, same)
        .where(stored != heard.c.posts, _among(heard.c.thread_id, only))
    )
    unheard = (
        select(Voice.thread_id, Voice.sector, Voice.speaker, Voice.posts, literal(0))
        .outerjoin(heard, same)
        .where(heard.c.posts.is_(None), Voice.posts != 0, _among(Voice.thread_id, only))
    )
    rows = [*db.session.execute(wrong).all(), *db.session.execute(unheard).all()]
    rows.sort(key=lambda row: tuple(str(part) for part in row[:3]))
    return _differences("voice", ["posts"], rows, keys=3)


def wrong_citations(only: Only = None) -> list[Difference]:
    """Posts that do not say where they are cited; ``only`` of posts."""
    told = consultations.citations_told(only)
    statement = (
        select(Post.id, Post.citations)
        .where(
            or_(cast(Post.citations, String) != "[]", Post.id.in_(sorted(told))),
            _among(Post.id, only),
        )
        .order_by(Post.id)
    )
    rows = [(row.id, row.citations, told.get(row.id, [])) for row in db.session.execute(statement)]
    return _differences("post", ["citations"], rows)


def _posts_by_thread() -> Subquery:
    visible = Post.state == PostState.VISIBLE
    return (
        select(
            Post.thread_id,
            func.max(Post.number).label("last_number"),
            func.max(case((Post.state.not_in(UNPUBLISHED), Post.number))).label("last_shown"),
            func.sum(case((and_(visible, Post.number > 1), 1), else_=0)).label("replies"),
            func.max(case((visible, Post.created_at))).label("newest"),
            func.max(case((Post.number == 1, Post.state))).label("first_state"),
        )
        .group_by(Post.thread_id)
        .subquery()
    )


def _threads_by_board() -> Subquery:
    return (
        select(
            Thread.board_id,
            func.sum(case((Thread.state == PostState.VISIBLE, 1), else_=0)).label("threads"),
            func.max(case((Thread.state.not_in(UNPUBLISHED), Thread.last_post_at))).label("newest"),
        )
        .group_by(Thread.board_id)
        .subquery()
    )


def _posts_by_board() -> Subquery:
    return (
        select(Thread.board_id, func.count().label("posts"))
        .select_from(Post)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.state == PostState.VISIBLE)
        .group_by(Thread.board_id)
        .subquery()
    )


def _voices_heard() -> Subquery:
    speaker = case(
        (Post.capacity == Capacity.ORGANISATION, literal("o") + cast(Post.organisation_id, String)),
        else_=literal("a") + cast(Post.author_id, String),
    ).label("speaker")
    return (
        select(Post.thread_id, Post.sector, speaker, func.count().label("posts"))
        .where(Post.state == PostState.VISIBLE)
        .group_by(Post.thread_id, Post.sector, speaker)
        .subquery()
    )


def _among(column: ColumnElement[Any] | InstrumentedAttribute[Any], only: Only) -> Any:
    return literal(True) if only is None else column.in_(sorted(only))


def _differences(
    table: str, names: Sequence[str], rows: Sequence[Sequence[Any]], *, keys: int = 1
) -> list[Difference]:
    """After the ``keys`` columns of the key, each row holds a stored and a true value a name."""
    found = []
    for row in rows:
        values = iter(row[keys:])
        for name, stored, true in zip(names, values, values, strict=False):
            if stored != true:
                found.append(Difference(table, tuple(row[:keys]), name, stored, true))
    return found
