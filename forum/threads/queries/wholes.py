"""Reads of threads as a whole: one to see, several to decide about, their trail."""

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import MovedInto, NotFound
from forum.threads import policy
from forum.threads.models import Post, Thread, TrailLine

LONGEST_TRAIL = 50


def get_thread(actor: Actor, thread_id: int) -> Thread:
    """The thread with its board, centre and author.

    Raises NotFound when there is none or the actor may not see it, MovedInto when it was merged
    into another that they may see.
    """
    thread = _find_thread(actor, thread_id)
    if thread is None or thread.merged_into_id is not None:
        raise _where_it_went(actor, thread_id)
    return thread


def _where_it_went(actor: Actor, thread_id: int) -> NotFound:
    """Why there is no thread: it leads to another, from merge to merge, or it does not."""
    merged_into = select(Thread.merged_into_id).where(Thread.id == thread_id)
    into_id = db.session.scalar(merged_into)
    while into_id is not None:
        into = _find_thread(actor, into_id)
        if into is not None and into.merged_into_id is None:
            return MovedInto(into.id, into.slug)
        into_id = db.session.scalar(select(Thread.merged_into_id).where(Thread.id == into_id))
    return NotFound("There is no such thread.")


def _find_thread(actor: Actor, thread_id: int) -> Thread | None:
    thread = db.session.scalar(_thread_by_id(), {"thread_id": thread_id})
    return thread if thread is not None and policy.can_see(actor, thread) else None


@cache
def _thread_by_id() -> Select[Thread]:
    """The statement of the hottest page: to put it together takes longer than to run it."""
    return (
        select(Thread)
        .join(Thread.board)
        .join(Board.centre)
        .join(Thread.author)
        .options(
            contains_eager(Thread.board).contains_eager(Board.centre),
            contains_eager(Thread.author).lazyload(Account.grants),
        )
        .where(Thread.id == bindparam("thread_id"))
    )


def hold_threads(thread_ids: Collection[int]) -> dict[int, Thread]:
    """The threads by identifier, read anew and held until this transaction ends.

    For actions that have seen to it who may; raises NotFound when one of them is missing.
    """
    found = db.session.scalars(
        select(Thread)
        .where(Thread.id.in_(sorted(thread_ids)))
        .order_by(Thread.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(set(thread_ids)):
        raise NotFound("There is no such thread.")
    return {thread.id: thread for thread in found}


def hold_posts(*which: ColumnElement[bool]) -> Sequence[int]:
    """Hold the posts of ``which`` until this transaction ends, in the order of their identifiers.

    For actions that change several of them, or hold their threads too: those come after
    (decision record 0028). Gives the identifiers of their threads.
    """
    held = db.session.scalars(
        select(Post.thread_id)
        .where(*which)
        .order_by(Post.id)
        .with_for_update(of=Post, key_share=True)
    )
    return sorted(set(held))


def first_post_of(thread_id: int) -> Post:
    """The first post of a thread; raises NotFound for a thread that was merged into another."""
    post = db.session.scalar(
        select(Post)
        .options(joinedload(Post.thread))
        .where(Post.thread_id == thread_id, Post.number == 1)
    )
    if post is None:
        raise NotFound("There is no such thread.")
    return post


def posts_after_first(actor: Actor, thread: Thread) -> Sequence[Post]:
    """Every reply of the thread that there is for the actor, with its author, oldest first."""
    return db.session.scalars(
        select(Post)
        .options(joinedload(Post.author).lazyload(Account.grants))
        .where(Post.thread_id == thread.id, Post.number > 1, policy.has_post(actor, thread))
        .order_by(Post.number)
    ).all()


def trail_of(thread: Thread) -> Sequence[TrailLine]:
    """What was done with the thread as a whole, oldest first; without a statement if nothing."""
    if not thread.has_trail:
        return []
    lines = db.session.scalars(
        select(TrailLine)
        .where(TrailLine.thread_id == thread.id)
        .order_by(TrailLine.id.desc())
        .limit(LONGEST_TRAIL)
    ).all()
    return lines[::-1]
