"""What becomes of a post, without a gate: for the actions of those who may decide it.

Each function keeps counters, voices and ``last_shown`` true, and raises Conflict when the post
is no longer in a state to which it can be done.
"""

from datetime import datetime

from sqlalchemy import func, select

from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.outbox import emit
from forum.threads.actions import counting
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.events import PostHidden, PostPublished, PostRestored
from forum.threads.models import Post, PostRevision

STANDINGS = {
    PostState.VISIBLE: "This post can be read already.",
    PostState.PENDING: "This post waits for a moderator.",
    PostState.REJECTED: "This post was rejected already.",
    PostState.HIDDEN: "This post is hidden already.",
    PostState.WITHDRAWN: "The author has withdrawn this post.",
    PostState.RETRACTED: "The author has withdrawn this post.",
}


def publish(post: Post) -> None:
    """Let a waiting (or rejected) post be read, in its place and with its time of posting."""
    _expect(post, PostState.PENDING, PostState.REJECTED)
    change_state(post, PostState.VISIBLE)
    post.holds = []
    _clear_decision(post)
    post.edited_at = _edited_for_readers(post)
    db.session.flush()
    emit(PostPublished(post.id))


def reject(post: Post, *, rule: str, reason: str, entry: int | None) -> None:
    """Keep a waiting post from being read; its author reads ``rule`` and ``reason``."""
    _expect(post, PostState.PENDING)
    change_state(post, PostState.REJECTED)
    _set_decision(post, rule=rule, reason=reason, entry=entry)
    db.session.flush()


def hide(post: Post, *, rule: str, reason: str, entry: int | None) -> None:
    """Put a tombstone with ``rule`` and ``reason`` in the place of a post."""
    _expect(post, PostState.VISIBLE)
    change_state(post, PostState.HIDDEN)
    _set_decision(post, rule=rule, reason=reason, entry=entry)
    db.session.flush()
    emit(PostHidden(post.id, post.version))


def show_again(post: Post) -> None:
    """Show a hidden post as it was."""
    _expect(post, PostState.HIDDEN)
    change_state(post, PostState.VISIBLE)
    _clear_decision(post)
    db.session.flush()
    emit(PostRestored(post.id, post.version))


def change_state(post: Post, state: PostState) -> None:
    """Give a post (and by its first post, the thread) another state and count it."""
    before = post.state
    post.state = state
    if post.number == 1:
        post.thread.state = state
    was_visible, is_visible = before is PostState.VISIBLE, state is PostState.VISIBLE
    if was_visible != is_visible:
        counting.count_state_change(post, by=1 if is_visible else -1)
    if (before in UNPUBLISHED) != (state in UNPUBLISHED):
        counting.count_publication(post)


def _expect(post: Post, *states: PostState) -> None:
    if post.state not in states:
        raise Conflict(STANDINGS[post.state])


def _set_decision(post: Post, *, rule: str, reason: str, entry: int | None) -> None:
    post.hidden_rule, post.hidden_reason, post.entry_number = rule, reason, entry


def _clear_decision(post: Post) -> None:
    _set_decision(post, rule="", reason="", entry=None)


def _edited_for_readers(post: Post) -> datetime | None:
    """When the text last changed for its readers; not what the author did while it waited."""
    if not post.edits:
        return None
    return db.session.scalar(
        select(func.max(PostRevision.replaced_at)).where(
            PostRevision.post_id == post.id,
            PostRevision.was_read | (PostRevision.replaced_by != post.author_id),
        )
    )
