"""What becomes of a thread as a whole, without a gate: for the actions of those who may decide it.

Each function keeps counters and voices true. What it gives back, JSON values, is what the
function that takes it back needs; that one raises Conflict when something has happened since.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, func, insert, select, update

from forum.boards.models import Board
from forum.core import clock, tags
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.threads import queries
from forum.threads.actions import counting
from forum.threads.actions.texts import clean_title, slug_of
from forum.threads.actions.writing import check_topics
from forum.threads.enums import PostState, ThreadHold, ThreadKind, TrailKind
from forum.threads.events import ThreadLocked
from forum.threads.models import (
    Draft,
    Interest,
    Post,
    ReadMark,
    Thread,
    ThreadTopic,
    TrailLine,
)
from forum.topics.models import Topic

LOCK = ("is_locked", "locked_until", "locked_reason")
PIN = ("is_pinned", "pinned_until")
SLOW = ("slow_minutes", "slow_until")
HOLD = ("hold", "hold_until")
TIMES = frozenset({"locked_until", "pinned_until", "slow_until", "hold_until"})
CHANGED = "Something has happened in this thread since, so this cannot be undone any more."


def settings_of(thread: Thread, names: Sequence[str]) -> dict[str, Any]:
    """Columns of the thread as JSON values; ``names`` is LOCK, PIN, SLOW or HOLD."""
    values = {name: getattr(thread, name) for name in names}
    return {name: _as_json(value) for name, value in values.items()}


def put_settings(thread: Thread, values: Mapping[str, Any]) -> None:
    """Give the thread the columns that ``settings_of`` gave."""
    for name, value in values.items():
        if name in TIMES:
            setattr(thread, name, datetime.fromisoformat(value) if value else None)
        else:
            setattr(thread, name, ThreadHold(value) if name == "hold" and value else value)
    db.session.flush()


def lock(thread: Thread, *, reason: str, until: datetime | None) -> None:
    """End the debate for all but moderators; the reason is shown above it."""
    thread.is_locked, thread.locked_reason, thread.locked_until = True, reason, until
    db.session.flush()
    emit(ThreadLocked(thread.id, thread.version))


def unlock(thread: Thread) -> None:
    """Open the debate again."""
    thread.is_locked, thread.locked_reason, thread.locked_until = False, "", None


def pin(thread: Thread, *, until: datetime | None) -> None:
    """Keep the thread above the others of its board."""
    thread.is_pinned, thread.pinned_until = True, until


def unpin(thread: Thread) -> None:
    """Let the thread stand in its order again."""
    thread.is_pinned, thread.pinned_until = False, None


def slow(thread: Thread, *, minutes: int, until: datetime | None) -> None:
    """Let each member post once in so many minutes; 0 ends it."""
    thread.slow_minutes, thread.slow_until = minutes, until if minutes else None


def hold(thread: Thread, *, why: ThreadHold | None, until: datetime | None) -> None:
    """Let the posts of the thread wait for a moderator; None ends it."""
    thread.hold, thread.hold_until = why, until if why else None


def add_trail(
    thread: Thread, kind: TrailKind, *, entry: int | None, details: Mapping[str, Any] | None = None
) -> None:
    """Write below the title of the thread what was done with it."""
    thread.has_trail = True
    db.session.add(
        TrailLine(
            thread_id=thread.id,
            at=clock.now(),
            kind=kind,
            details=dict(details or {}),
            entry_number=entry,
        )
    )
    db.session.flush()


def retopic(thread: Thread, topic_ids: Collection[int]) -> list[int]:
    """Tie the thread to other topics, one to five; gives the identifiers of those before.

    Raises Invalid for the field ``topics``.
    """
    tied = check_topics(sorted(topic_ids))
    before = _topic_ids(thread)
    _tie_to(thread, tied)
    return before


def move(thread: Thread, board: Board) -> None:
    """Put the thread, with all its posts, on another board."""
    boards = {thread.board_id, board.id}
    thread.board, thread.centre_id = board, board.centre_id
    db.session.flush()
    _run(update(Draft).where(Draft.thread_id == thread.id).values(board_id=board.id))
    _recount([thread.id], boards)


def merge(thread: Thread, into: Thread) -> dict[str, Any]:
    """Let the posts of ``thread`` follow those of ``into``, with their times and authors.

    Every address of ``thread`` leads to ``into`` from then on.
    """
    db.session.flush()
    offset, count = into.last_number, _count_posts(thread.id)
    before = {
        "into": into.id,
        "offset": offset,
        "last": offset + thread.last_number,
        "posts": count,
        "state": str(thread.state),
        "accepted": thread.accepted_post_id,
        "took_accepted": False,
        "topics": _topic_ids(thread),
        "drafts": _move_drafts(thread, into),
        "interests": _move_interests(thread.id, into.id),
    }
    _run(
        update(Post)
        .where(Post.thread_id == thread.id)
        .values(thread_id=into.id, number=Post.number + offset)
    )
    if into.accepted_post_id is None and into.kind is ThreadKind.QUESTION:
        into.accepted_post_id = thread.accepted_post_id
        before["took_accepted"] = thread.accepted_post_id is not None
    thread.merged_into_id, thread.state = into.id, PostState.RETRACTED
    thread.accepted_post_id = None
    _run(delete(ThreadTopic).where(ThreadTopic.thread_id == thread.id))
    _recount([thread.id, into.id], {thread.board_id, into.board_id})
    return before


def unmerge(thread: Thread, before: Mapping[str, Any]) -> None:
    """Take a merge back: both threads are as they were."""
    into = queries.hold_threads([thread.id, before["into"]])[before["into"]]
    moved = (
        Post.thread_id == into.id,
        Post.number > before["offset"],
        Post.number <= before["last"],
    )
    if (
        thread.merged_into_id != into.id
        or into.last_number != before["last"]
        or _number(select(func.count(Post.id)).where(*moved)) != before["posts"]
    ):
        raise Conflict(CHANGED)
    _run(
        update(Post)
        .where(*moved)
        .values(thread_id=thread.id, number=Post.number - before["offset"])
    )
    first = select(Post.state).where(Post.thread_id == thread.id, Post.number == 1)
    thread.state = db.session.scalar(first) or PostState(before["state"])
    thread.merged_into_id, thread.accepted_post_id = None, before["accepted"]
    if before["took_accepted"] and into.accepted_post_id == before["accepted"]:
        into.accepted_post_id = None
    _tie_to(thread, db.session.scalars(select(Topic).where(Topic.id.in_(before["topics"]))).all())
    _take_back_drafts(before["drafts"], thread)
    _run(update(Interest).where(Interest.id.in_(before["interests"])).values(thread_id=thread.id))
    _recount([thread.id, into.id], {thread.board_id, into.board_id})


def split(
    thread: Thread, posts: Sequence[Post], *, title: str, topic_ids: Collection[int]
) -> tuple[Thread, dict[str, Any]]:
    """Put ``posts``, in the order of their times, into a new thread on the same board.

    The others keep their numbers. Raises Invalid for ``posts``, ``title`` or ``topics``.
    """
    chosen = sorted(posts, key=lambda post: (post.created_at, post.number))
    _check_split(thread, chosen)
    title, tied = clean_title(title), check_topics(sorted(topic_ids))
    new = _begin(thread, chosen[0], title)
    before = {
        "new": new.id,
        "posts": [[post.id, post.number] for post in chosen],
        "accepted": thread.accepted_post_id,
    }
    _renumber([(post.id, new.id, number) for number, post in enumerate(chosen, start=1)])
    if thread.accepted_post_id in {post.id for post in chosen}:
        is_reply = thread.accepted_post_id != chosen[0].id
        new.accepted_post_id = thread.accepted_post_id if is_reply else None
        thread.accepted_post_id = None
    _tie_to(new, tied)
    _copy_interests(thread.id, new.id)
    _recount([thread.id, new.id], {thread.board_id})
    before |= {"last": thread.last_number, "new_last": new.last_number}
    _run(
        update(ReadMark)
        .where(ReadMark.thread_id == thread.id, ReadMark.number > thread.last_number)
        .values(number=thread.last_number)
    )
    return new, before


def unsplit(thread: Thread, before: Mapping[str, Any]) -> None:
    """Take a split back: the posts stand where they stood; the new thread's address leads here."""
    new = queries.hold_threads([thread.id, before["new"]])[before["new"]]
    ids = [post_id for post_id, _number_before in before["posts"]]
    still_there = select(func.count(Post.id)).where(Post.thread_id == new.id, Post.id.in_(ids))
    if (
        new.merged_into_id is not None
        or thread.last_number != before["last"]
        or new.last_number != before["new_last"]
        or thread.board_id != new.board_id
        or not _number(still_there) == len(ids) == _count_posts(new.id)
    ):
        raise Conflict(CHANGED)
    _renumber([(post_id, thread.id, number) for post_id, number in before["posts"]])
    thread.accepted_post_id = thread.accepted_post_id or before["accepted"]
    new.accepted_post_id, new.merged_into_id = None, thread.id
    new.state = PostState.RETRACTED
    _run(delete(ThreadTopic).where(ThreadTopic.thread_id == new.id))
    _run(delete(Interest).where(Interest.thread_id == new.id))
    _move_drafts(new, thread)
    _recount([thread.id, new.id], {thread.board_id})


def _check_split(thread: Thread, chosen: Sequence[Post]) -> None:
    if not chosen:
        raise Invalid("Choose the posts to split off", field="posts")
    if any(post.thread_id != thread.id for post in chosen):
        raise Conflict("Some of these posts are not in this thread any more. Choose again.")
    if any(post.number == 1 for post in chosen):
        raise Invalid(
            "The first post stays with its thread. Leave it out, or move the whole thread",
            field="posts",
        )
    if chosen[0].state is not PostState.VISIBLE:
        raise Invalid(
            "The first post of the new thread must be one that everybody can read", field="posts"
        )


def _begin(thread: Thread, first: Post, title: str) -> Thread:
    new = Thread(
        board=thread.board,
        centre_id=thread.centre_id,
        author_id=first.author_id,
        title=title,
        slug=slug_of(title),
        kind=thread.kind,
        state=first.state,
        created_at=first.created_at,
        last_post_at=first.created_at,
    )
    db.session.add(new)
    db.session.flush()
    return new


def _renumber(places: Sequence[tuple[int, int, int]]) -> None:
    """Give posts their (thread, number), past the counting of versions: no text changes."""
    db.session.flush()
    table = Post.__table__
    db.session.connection().execute(
        update(table)  # type: ignore[arg-type]  # a declared class has a Table
        .where(table.c.id == bindparam("post"))
        .values(thread_id=bindparam("thread"), number=bindparam("place")),
        [{"post": post, "thread": thread, "place": place} for post, thread, place in places],
    )


def _recount(thread_ids: Collection[int], board_ids: Collection[int]) -> None:
    """Count anew; every object is read again, as posts were moved by statements."""
    for thread_id in sorted(thread_ids):
        counting.recount_thread(thread_id)
    counting.recount_boards(board_ids)
    tags.touch(tags.EVERYTHING)
    db.session.expire_all()


def _tie_to(thread: Thread, tied: Collection[Topic]) -> None:
    _run(delete(ThreadTopic).where(ThreadTopic.thread_id == thread.id))
    rows = [
        {
            "thread_id": thread.id,
            "topic_id": topic.id,
            "centre_id": thread.centre_id,
            "last_post_at": thread.last_post_at,
        }
        for topic in tied
    ]
    db.session.execute(insert(ThreadTopic), rows)


def _topic_ids(thread: Thread) -> list[int]:
    tied = select(ThreadTopic.topic_id).where(ThreadTopic.thread_id == thread.id)
    return list(db.session.scalars(tied.order_by(ThreadTopic.topic_id)))


def _move_drafts(thread: Thread, into: Thread) -> list[int]:
    """Let drafts of replies follow their thread; who has begun one there keeps both."""
    writers = select(Draft.account_id).where(Draft.thread_id == into.id)
    moved = db.session.scalars(
        select(Draft.id).where(Draft.thread_id == thread.id, Draft.account_id.not_in(writers))
    ).all()
    _put_drafts(moved, into)
    return list(moved)


def _take_back_drafts(moved: Sequence[int], thread: Thread) -> None:
    writers = select(Draft.account_id).where(Draft.thread_id == thread.id)
    free = select(Draft.id).where(Draft.id.in_(moved), Draft.account_id.not_in(writers))
    _put_drafts(db.session.scalars(free).all(), thread)


def _put_drafts(draft_ids: Sequence[int], thread: Thread) -> None:
    place = {"thread_id": thread.id, "board_id": thread.board_id}
    _run(update(Draft).where(Draft.id.in_(draft_ids)).values(**place))


def _move_interests(thread_id: int, into_id: int) -> list[int]:
    declared = select(Interest.id).where(Interest.thread_id == thread_id).order_by(Interest.id)
    moved = list(db.session.scalars(declared))
    _run(update(Interest).where(Interest.id.in_(moved)).values(thread_id=into_id))
    return moved


def _copy_interests(thread_id: int, new_id: int) -> None:
    """Interests declared in the thread hold for what was split off from it too."""
    names = ("account_id", "organisation_id", "text", "declared_at", "expires_at", "withdrawn_at")
    for declared in db.session.scalars(select(Interest).where(Interest.thread_id == thread_id)):
        same = {name: getattr(declared, name) for name in names}
        db.session.add(Interest(thread_id=new_id, **same))


def _count_posts(thread_id: int) -> int:
    return _number(select(func.count(Post.id)).where(Post.thread_id == thread_id))


def _number(statement: Any) -> int:
    return db.session.scalar(statement) or 0


def _run(statement: Any) -> "CursorResult[Any] | Any":
    db.session.flush()
    return db.session.execute(statement, execution_options={"synchronize_session": False})


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, ThreadHold) else value
