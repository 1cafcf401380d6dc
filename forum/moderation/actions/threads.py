"""Decisions about threads: lock, pin, move, merge, split, topics, slow mode, holding.

Undoing restores what was before; what happened with the thread stays written in its trail.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from forum.boards import policy as boards
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import (
    Matter,
    Ruling,
    deciding,
    ensure_disinterested,
    record_decision,
)
from forum.moderation.enums import DecisionKind, ItemState
from forum.moderation.models import Decision, ReviewItem
from forum.threads import policy as rules
from forum.threads import queries as threads
from forum.threads.actions import threads as effects
from forum.threads.enums import ThreadHold, TrailKind
from forum.threads.models import Post, Thread

LONGEST_PAUSE = 24 * 60
MERGED = "This thread has been merged into another already."


@dataclass(frozen=True, slots=True)
class Act:
    """What is done with a thread, how it was before, and what its trail says of it."""

    kind: DecisionKind
    thread: Thread
    before: dict[str, Any]
    trail: TrailKind | None = None
    details: dict[str, Any] = field(default_factory=dict)


@deciding
def lock_thread(actor: Actor, thread: Thread, *, ruling: Ruling) -> Decision:
    """End the debate for all but moderators, until ``ruling.until`` or until it is undone."""
    thread = _open(actor, thread)
    if rules.is_locked(thread):
        raise Conflict("Somebody has locked this thread already.")
    before = effects.settings_of(thread, effects.LOCK)
    act = Act(DecisionKind.LOCK, thread, before, TrailKind.LOCKED, _until(ruling))
    decision = _decide(actor, act, ruling)
    effects.lock(thread, reason=decision.reason, until=ruling.until)
    return decision


@deciding
def unlock_thread(actor: Actor, thread: Thread, *, ruling: Ruling) -> Decision:
    """Open the debate again."""
    thread = _open(actor, thread)
    if not thread.is_locked:
        raise Conflict("This thread is not locked.")
    before = effects.settings_of(thread, effects.LOCK)
    effects.unlock(thread)
    return _decide(actor, Act(DecisionKind.UNLOCK, thread, before, TrailKind.UNLOCKED), ruling)


@deciding
def pin_thread(actor: Actor, thread: Thread, *, ruling: Ruling) -> Decision:
    """Keep the thread above the others of its board, until ``ruling.until`` if that is given."""
    thread = _open(actor, thread, arranges=True)
    if rules.is_pinned(thread):
        raise Conflict("Somebody has pinned this thread already.")
    before = effects.settings_of(thread, effects.PIN)
    effects.pin(thread, until=ruling.until)
    return _decide(actor, Act(DecisionKind.PIN, thread, before), ruling)


@deciding
def unpin_thread(actor: Actor, thread: Thread, *, ruling: Ruling) -> Decision:
    """Let the thread stand in its order again."""
    thread = _open(actor, thread, arranges=True)
    if not thread.is_pinned:
        raise Conflict("This thread is not pinned.")
    before = effects.settings_of(thread, effects.PIN)
    effects.unpin(thread)
    return _decide(actor, Act(DecisionKind.UNPIN, thread, before), ruling)


@deciding
def slow_thread(actor: Actor, thread: Thread, *, minutes: int, ruling: Ruling) -> Decision:
    """Let each member post once in so many minutes; 0 ends it.

    Raises Invalid for the field ``minutes`` unless it lies between 0 and LONGEST_PAUSE.
    """
    thread = _open(actor, thread)
    if not 0 <= minutes <= LONGEST_PAUSE:
        raise Invalid(f"Enter a number of minutes from 0 to {LONGEST_PAUSE:,}", field="minutes")
    if minutes == 0 == thread.slow_minutes:
        raise Invalid("This thread is not in slow mode. Enter 1 or more", field="minutes")
    before = effects.settings_of(thread, effects.SLOW)
    effects.slow(thread, minutes=minutes, until=ruling.until)
    details = {"minutes": minutes} | _until(ruling)
    act = Act(DecisionKind.SLOW_MODE, thread, before, TrailKind.SLOWED, details)
    return _decide(actor, act, ruling)


@deciding
def hold_thread(
    actor: Actor, thread: Thread, *, why: ThreadHold | None, ruling: Ruling
) -> Decision:
    """Let the posts of the thread wait for a moderator; None ends it."""
    thread = _open(actor, thread)
    if why is None and thread.hold is None:
        raise Invalid("The posts of this thread do not wait. Choose why they should", field="why")
    before = effects.settings_of(thread, effects.HOLD)
    effects.hold(thread, why=why, until=ruling.until)
    details = {"why": str(why) if why else ""} | _until(ruling)
    act = Act(DecisionKind.HOLD_POSTS, thread, before, TrailKind.HELD, details)
    return _decide(actor, act, ruling)


@deciding
def retopic_thread(
    actor: Actor, thread: Thread, *, topic_ids: Collection[int], ruling: Ruling
) -> Decision:
    """Tie the thread to other procurement topics, one to five."""
    thread = _open(actor, thread)
    before = effects.retopic(thread, topic_ids)
    if set(before) == set(topic_ids):
        raise Invalid("These are the topics of the thread already", field="topics")
    act = Act(DecisionKind.RETOPIC, thread, {"topics": before}, TrailKind.RETOPICED)
    return _decide(actor, act, ruling)


@deciding
def move_thread(actor: Actor, thread: Thread, *, board: Board, ruling: Ruling) -> Decision:
    """Put the thread on another board of a centre that the actor moderates."""
    thread = _open(actor, thread)
    _check_board(actor, thread, board)
    details = {"board": thread.board.title, "centre": thread.board.centre.name}
    before = {"board": thread.board_id, "last": thread.last_number}
    act = Act(DecisionKind.MOVE, thread, before, TrailKind.MOVED, details)
    decision = _decide(actor, act, ruling)
    effects.move(thread, board)
    _move_items(thread.id, board.centre_id)
    return decision


@deciding
def merge_threads(actor: Actor, thread: Thread, *, into: Thread, ruling: Ruling) -> Decision:
    """Let the posts of ``thread`` follow those of ``into``; its addresses lead there."""
    if thread.id == into.id:
        raise Invalid("A thread cannot be merged into itself. Choose another", field="into")
    threads.hold_posts(Post.thread_id == thread.id)
    threads.hold_threads([thread.id, into.id])
    thread, into = _open(actor, thread), _open(actor, into)
    if thread.board.readers != into.board.readers:
        raise Invalid(
            "Different people can read the two threads. Move one of them to the board of "
            "the other first",
            field="into",
        )
    before = effects.merge(thread, into)
    _move_items(into.id, into.centre_id)
    decision = _decide(actor, Act(DecisionKind.MERGE, thread, before), ruling)
    details = {"posts": before["posts"]}
    effects.add_trail(into, TrailKind.MERGED, entry=decision.entry_number, details=details)
    return decision


@deciding
def split_thread(
    actor: Actor,
    thread: Thread,
    *,
    post_ids: Collection[int],
    title: str,
    topic_ids: Collection[int],
    ruling: Ruling,
) -> Decision:
    """Put posts of the thread into a new one on the same board; ``before["new"]`` is its id."""
    threads.hold_posts(Post.id.in_(sorted(post_ids)))
    thread = _open(actor, thread)
    posts = db.session.scalars(
        select(Post)
        .where(Post.id.in_(sorted(post_ids)))
        .order_by(Post.id)
        .execution_options(populate_existing=True)
    ).all()
    if len(posts) != len(set(post_ids)):
        raise Invalid("Choose the posts to split off", field="posts")
    new, before = effects.split(thread, posts, title=title, topic_ids=topic_ids)
    details = {"thread": new.id, "posts": len(posts)}
    act = Act(DecisionKind.SPLIT, thread, before, TrailKind.SPLIT_OFF, details)
    decision = _decide(actor, act, ruling)
    origin = {"thread": thread.id, "posts": len(posts)}
    effects.add_trail(new, TrailKind.SPLIT, entry=decision.entry_number, details=origin)
    return decision


def restore_settings(decision: Decision) -> None:
    """Give the thread the settings that it had before the decision."""
    thread = _thread_of(decision)
    effects.put_settings(thread, decision.before)
    if decision.kind not in {DecisionKind.PIN, DecisionKind.UNPIN}:
        _note_undone(thread, decision)


def restore_topics(decision: Decision) -> None:
    """Give the thread the topics that it had before the decision."""
    thread = _thread_of(decision)
    effects.retopic(thread, decision.before["topics"])
    _note_undone(thread, decision)


def restore_board(decision: Decision) -> None:
    """Put the thread back on the board where it was."""
    thread = _thread_of(decision)
    board = db.session.get_one(Board, decision.before["board"])
    if board.readers != thread.board.readers and thread.last_number != decision.before["last"]:
        # What was written since was written for other readers.
        raise Conflict(effects.CHANGED)
    effects.move(thread, board)
    _move_items(thread.id, board.centre_id)
    _note_undone(thread, decision)


def restore_merged(decision: Decision) -> None:
    """Take the two threads apart again."""
    thread_id, before = decision.thread_id or 0, decision.before
    threads.hold_posts(Post.thread_id == before["into"], Post.number > before["offset"])
    held = threads.hold_threads([thread_id, before["into"]])
    thread, into = held[thread_id], held[before["into"]]
    effects.unmerge(thread, before)
    _move_items(thread.id, thread.centre_id)
    _note_undone(into, decision)


def restore_split(decision: Decision) -> None:
    """Put the posts that were split off back in their places."""
    thread_id, before = decision.thread_id or 0, decision.before
    threads.hold_posts(Post.thread_id == before["new"])
    held = threads.hold_threads([thread_id, before["new"]])
    if queries.was_decided_about(before["new"]):
        raise Conflict(effects.CHANGED)
    effects.unsplit(held[thread_id], before)
    _note_undone(held[thread_id], decision)


def _open(actor: Actor, thread: Thread, *, arranges: bool = False) -> Thread:
    """The thread, held, when the actor may decide about it now.

    Staff may pin (``arranges``) what they announce themselves.
    """
    thread = threads.hold_threads([thread.id])[thread.id]
    own = arranges and policy.can_arrange_own(actor, thread)
    if not own:
        ensure(policy.can_judge(actor, thread, thread.centre_id))
    if thread.merged_into_id is not None:
        raise Conflict(MERGED)
    if not own:
        ensure_disinterested(actor, threads.first_post_of(thread.id))
    return thread


def _check_board(actor: Actor, thread: Thread, board: Board) -> None:
    ensure(policy.can_move_to(actor, board.centre_id))
    ensure(boards.can_see(actor, board))
    if board.id == thread.board_id:
        raise Invalid("The thread is on this board already", field="board")
    if board.is_archived:
        raise Invalid("This board is archived. Choose one that is open", field="board")
    if not boards.can_see(thread.author, board):
        raise Invalid("Whoever started the thread cannot read this board", field="board")
    if thread.board.readers is not Readers.EVERYONE and board.readers is Readers.EVERYONE:
        raise Invalid(
            "This thread was written for members only. Choose a board that only members read",
            field="board",
        )


def _move_items(thread_id: int, centre_id: int) -> None:
    """What waits in the queue about posts of the thread belongs to the thread's centre."""
    posts = select(Post.id).where(Post.thread_id == thread_id)
    db.session.execute(
        update(ReviewItem)
        .where(ReviewItem.post_id.in_(posts), ReviewItem.state == ItemState.OPEN)
        .values(centre_id=centre_id),
        execution_options={"synchronize_session": False},
    )
    db.session.expire_all()


def _decide(actor: Actor, act: Act, ruling: Ruling) -> Decision:
    thread = act.thread
    matter = Matter(
        centre_id=thread.centre_id,
        name="thread",
        path=f"/threads/{thread.id}/",
        thread=thread,
        account_id=thread.author_id,
        before=act.before,
    )
    decision = record_decision(actor, act.kind, matter, ruling)
    if act.trail is not None:
        effects.add_trail(thread, act.trail, entry=decision.entry_number, details=act.details)
    return decision


def _thread_of(decision: Decision) -> Thread:
    thread_id = decision.thread_id or 0
    return threads.hold_threads([thread_id])[thread_id]


def _note_undone(thread: Thread, decision: Decision) -> None:
    details = {"what": str(decision.kind)}
    effects.add_trail(thread, TrailKind.UNDONE, entry=decision.entry_number, details=details)


def _until(ruling: Ruling) -> dict[str, Any]:
    return {"until": ruling.until.isoformat()} if ruling.until else {}
