"""Derived columns, kept true by the action that changes what they derive from.

- ``thread.last_number``: number of the newest post, whatever its state.
- ``thread.last_shown``: number of the newest post that is published, which is one that neither
  waits nor was rejected or retracted; 0 when there is none.
- ``thread.reply_count``: visible posts with a number above 1.
- ``thread.last_post_at`` (copied to ``thread_topic``): time of the newest visible post, or of the
  start of the thread when no post is visible.
- ``board.thread_count``: threads in state visible; ``board.post_count``: visible posts;
  ``board.last_post_at``: the newest ``last_post_at`` of its published threads.
- ``voice.posts``: visible posts of a speaker in a thread.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    String,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from forum.boards.models import Board
from forum.core import tags
from forum.core.db import db
from forum.core.errors import Conflict
from forum.threads.enums import UNPUBLISHED, Capacity, PostState
from forum.threads.models import Post, Thread, ThreadTopic, Voice


def take_number(thread_id: int, at: datetime, *, waits: bool, unless: ColumnElement[bool]) -> int:
    """Count a reply written ``at`` in its thread and give its number.

    One that ``waits`` takes a number only. Other writers of the thread wait until this one
    commits. Raises Conflict when the thread was merged into another meanwhile, or ``unless``
    holds.
    """
    number = Thread.last_number + 1
    shown = {
        "last_shown": number,
        "reply_count": Thread.reply_count + 1,
        "last_post_at": _later(Thread.last_post_at, at),
    }
    taken = db.session.execute(
        update(Thread)
        .where(Thread.id == thread_id, Thread.merged_into_id.is_(None), ~unless)
        .values(last_number=number, **({} if waits else shown))
        .returning(Thread.last_number),
        execution_options=_told(f"thread:{thread_id}"),
    ).scalar_one_or_none()
    if taken is None:
        raise Conflict("This thread has been merged into another. Post your reply there.")
    return taken


def count_new_reply(thread: Thread, at: datetime) -> None:
    """Count a reply that was just written on its topics and its board."""
    tags.touch(tags.HOME, f"centre:{thread.centre_id}")
    _update_topics(thread.id, _later(ThreadTopic.last_post_at, at))
    _update_board(
        thread.board_id,
        post_count=Board.post_count + 1,
        last_post_at=_later(Board.last_post_at, at),
    )


def count_new_thread(thread: Thread, at: datetime) -> None:
    """Count a thread that was just started, with its first post."""
    _update_board(
        thread.board_id,
        thread_count=Board.thread_count + 1,
        post_count=Board.post_count + 1,
        last_post_at=_later(Board.last_post_at, at),
    )


def count_state_change(post: Post, *, by: int) -> None:
    """Count that a post became visible (``by`` 1) or ceased to be (``by`` -1)."""
    thread = post.thread
    tags.touch(tags.HOME, f"centre:{thread.centre_id}")
    db.session.flush()
    is_first = post.number == 1
    at = _newest_visible(thread)
    _update_thread(
        thread.id, reply_count=Thread.reply_count + (0 if is_first else by), last_post_at=at
    )
    _update_topics(thread.id, at)
    _update_board(
        thread.board_id,
        thread_count=Board.thread_count + (by if is_first else 0),
        post_count=Board.post_count + by,
        last_post_at=_latest_of(thread.board_id),
    )
    count_voice(post, by=by)


def count_publication(post: Post) -> None:
    """Find the newest published post and thread, after a post was published or ceased to be."""
    thread = post.thread
    db.session.flush()
    newest = select(func.coalesce(func.max(Post.number), 0)).where(
        Post.thread_id == thread.id, Post.state.not_in(UNPUBLISHED)
    )
    _update_thread(thread.id, last_shown=newest.scalar_subquery())
    if post.number == 1:
        _update_board(thread.board_id, last_post_at=_latest_of(thread.board_id))


def _later(stored: InstrumentedAttribute[Any], at: datetime) -> ColumnElement[datetime]:
    """``at`` unless a later time is stored: who wrote first may have waited for their number."""
    return case((stored > at, stored), else_=at)


def _latest_of(board_id: int) -> ScalarSelect[datetime]:
    return (
        select(func.max(Thread.last_post_at))
        .where(Thread.board_id == board_id, Thread.state.not_in(UNPUBLISHED))
        .scalar_subquery()
    )


def recount_thread(thread_id: int) -> None:
    """Find every derived value of a thread anew, after posts came to it or went from it."""
    db.session.flush()
    of_thread = Post.thread_id == thread_id
    published = Post.state.not_in(UNPUBLISHED)
    visible = Post.state == PostState.VISIBLE
    newest = select(func.max(Post.created_at)).where(of_thread, visible).scalar_subquery()
    _update_thread(
        thread_id,
        last_number=_scalar(func.coalesce(func.max(Post.number), 0), of_thread),
        last_shown=_scalar(func.coalesce(func.max(Post.number), 0), of_thread, published),
        reply_count=_scalar(func.count(Post.id), of_thread, visible, Post.number > 1),
        last_post_at=func.coalesce(newest, Thread.created_at),
    )
    of_row = Thread.id == thread_id
    db.session.execute(
        update(ThreadTopic)
        .where(ThreadTopic.thread_id == thread_id)
        .values(
            last_post_at=_scalar(Thread.last_post_at, of_row),
            centre_id=_scalar(Thread.centre_id, of_row),
        ),
        execution_options={"synchronize_session": False},
    )
    _recount_voices(thread_id)


def recount_boards(board_ids: Collection[int]) -> None:
    """Find the derived values of boards anew, after threads or posts came or went."""
    db.session.flush()
    # Held first: what others have written by then is seen by the statement after it.
    held = select(Board.id).where(Board.id.in_(sorted(board_ids))).order_by(Board.id)
    for board_id in db.session.scalars(held.with_for_update()).all():
        here = Thread.board_id == board_id
        posts = select(func.count(Post.id)).join(Thread, Thread.id == Post.thread_id)
        _update_board(
            board_id,
            thread_count=_scalar(func.count(Thread.id), here, Thread.state == PostState.VISIBLE),
            post_count=posts.where(here, Post.state == PostState.VISIBLE).scalar_subquery(),
            last_post_at=_scalar(
                func.max(Thread.last_post_at), here, Thread.state.not_in(UNPUBLISHED)
            ),
        )


def _recount_voices(thread_id: int) -> None:
    speaker = case(
        (Post.capacity == Capacity.ORGANISATION, literal("o") + cast(Post.organisation_id, String)),
        else_=literal("a") + cast(Post.author_id, String),
    )
    heard = (
        select(Post.thread_id, Post.sector, speaker.label("speaker"), func.count(Post.id))
        .where(Post.thread_id == thread_id, Post.state == PostState.VISIBLE)
        .group_by(Post.thread_id, Post.sector, speaker)
    )
    db.session.execute(
        delete(Voice).where(Voice.thread_id == thread_id),
        execution_options={"synchronize_session": False},
    )
    db.session.execute(
        insert(Voice).from_select(
            [Voice.thread_id, Voice.sector, Voice.speaker, Voice.posts], heard
        )
    )


def _scalar(what: Any, *where: ColumnElement[bool]) -> Any:
    return select(what).where(*where).scalar_subquery()


def count_voice(post: Post, *, by: int) -> None:
    """Count ``by`` more visible posts of the post's speaker in its thread."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(Voice).values(
        thread_id=post.thread_id, sector=post.sector, speaker=speaker_of(post), posts=max(by, 0)
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Voice.thread_id, Voice.sector, Voice.speaker],
            set_={"posts": Voice.posts + by},
        ),
        execution_options=_told(f"thread:{post.thread_id}"),
    )


def speaker_of(post: Post) -> str:
    """Who speaks in the post: the organisation, or the person for themself."""
    if post.capacity is Capacity.ORGANISATION:
        return f"o{post.organisation_id}"
    return f"a{post.author_id}"


def _newest_visible(thread: Thread) -> datetime:
    newest = db.session.scalar(
        select(func.max(Post.created_at)).where(
            Post.thread_id == thread.id, Post.state == PostState.VISIBLE
        )
    )
    return newest or thread.created_at


def _update_thread(thread_id: int, **values: object) -> None:
    db.session.execute(
        update(Thread).where(Thread.id == thread_id).values(**values),
        execution_options=_told(f"thread:{thread_id}"),
    )


def _update_topics(thread_id: int, at: datetime | ColumnElement[datetime]) -> None:
    topics = db.session.scalars(
        update(ThreadTopic)
        .where(ThreadTopic.thread_id == thread_id)
        .values(last_post_at=at)
        .returning(ThreadTopic.topic_id),
        execution_options=_told(),
    )
    tags.touch(*(f"topic:{topic_id}" for topic_id in topics))


def _update_board(board_id: int, **values: object) -> None:
    db.session.execute(
        update(Board).where(Board.id == board_id).values(**values),
        execution_options=_told(f"board:{board_id}"),
    )


def _told(*names: str) -> dict[str, Any]:
    """Options of a statement that changes rows unseen by the session, and concerns ``names``."""
    return {"synchronize_session": False, tags.KEPT: names}
