"""Who may see, write and change threads and posts."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_, true

from forum.boards import policy as boards
from forum.core import clock
from forum.core.access import YES, Actor, Decision, moderates, no
from forum.threads.enums import PostState, ThreadKind
from forum.threads.models import Post, Thread


class Judged(Protocol):
    """What a rule needs to know of a post: the post itself or its row on a page."""

    @property
    def thread(self) -> Thread: ...
    @property
    def author_id(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def state(self) -> PostState: ...
    @property
    def created_at(self) -> datetime: ...


def can_see(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may read the thread; twin of ``visible_to``."""
    if not boards.can_see(actor, thread.board):
        return no("Only members can read this board.")
    if thread.state is not PostState.HIDDEN or _may_see_hidden(actor, thread):
        return YES
    return no("A moderator has hidden this thread.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for a statement that joins ``Board`` to ``Thread``; twin of ``can_see``."""
    return and_(boards.visible_to(actor), or_(Thread.state != PostState.HIDDEN, _own_hidden(actor)))


def _may_see_hidden(actor: Actor, thread: Thread) -> bool:
    own = actor.actor_id is not None and thread.author_id == actor.actor_id
    return own or moderates(actor, thread.centre_id)


def _own_hidden(actor: Actor) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    if actor.actor_id is None:
        return false()
    return or_(
        Thread.author_id == actor.actor_id,
        Thread.centre_id.in_(sorted(actor.moderated_centres)),
    )


def can_read(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may read the text of the post; others see a tombstone."""
    if not can_see(actor, post.thread):
        return no("There is no such post.")
    if post.state is PostState.VISIBLE or moderates(actor, post.thread.centre_id):
        return YES
    if post.author_id == actor.actor_id:
        return YES
    return no("This post was hidden or withdrawn.")


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Filter for a statement that joins Thread and Board to Post; twin of ``can_read``."""
    if actor.is_admin:
        return visible_to(actor)
    readable = [Post.state == PostState.VISIBLE]
    if actor.actor_id is not None:
        readable += [
            Post.author_id == actor.actor_id,
            Thread.centre_id.in_(sorted(actor.moderated_centres)),
        ]
    return and_(visible_to(actor), or_(*readable))


def can_reply(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may post in the thread."""
    if not (decision := can_see(actor, thread)):
        return decision
    if thread.state is PostState.HIDDEN:
        return no("A moderator has hidden this thread.")
    if thread.is_locked and not moderates(actor, thread.centre_id):
        return no("This thread is locked.")
    return boards.can_reply(actor, thread.board)


def can_start_kind(actor: Actor, centre_id: int, kind: ThreadKind) -> Decision:
    """Whether the actor may start a thread of this kind in the centre."""
    if kind is ThreadKind.ANNOUNCEMENT and not moderates(actor, centre_id):
        return no("Only staff of the centre can make announcements.")
    return YES


def can_edit(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may edit the post: its author for a while, then a moderator."""
    if moderates(actor, post.thread.centre_id):
        return _is_visible(post)
    if actor.actor_id is None or post.author_id != actor.actor_id:
        return no("You can only edit your own posts.")
    if post.thread.is_locked:
        return no("This thread is locked.")
    window = timedelta(hours=post.thread.board.centre.edit_window_hours)
    if clock.now() >= post.created_at + window:
        return no("The time for editing this post has passed. Ask a moderator of the centre.")
    return _is_visible(post)


def can_withdraw(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may withdraw the post: its author, at any time."""
    if actor.actor_id is None or post.author_id != actor.actor_id:
        return no("You can only withdraw your own posts.")
    return _is_visible(post)


def can_accept(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may mark the post as the accepted answer of its question."""
    thread = post.thread
    if thread.kind is not ThreadKind.QUESTION or post.number == 1:
        return no("Only replies to questions can be accepted as answers.")
    own = actor.actor_id is not None and thread.author_id == actor.actor_id
    if not own and not moderates(actor, thread.centre_id):
        return no("Only whoever asked, or a moderator, can accept an answer.")
    return _is_visible(post)


def can_moderate(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may lock, pin, hide and restore in the thread."""
    if moderates(actor, thread.centre_id):
        return YES
    return no("Only moderators of this centre can do this.")


def can_hide(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may hide the post: a moderator, and not of their own post."""
    if not (decision := can_moderate(actor, post.thread)):
        return decision
    if post.author_id == actor.actor_id:
        return no("You cannot moderate your own post. Withdraw it, or ask a colleague.")
    return _is_visible(post)


def can_restore(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may show the hidden post again."""
    if not (decision := can_moderate(actor, post.thread)):
        return decision
    if post.author_id == actor.actor_id:
        return no("You cannot moderate your own post. Ask a colleague.")
    if post.state is not PostState.HIDDEN:
        return no("This post is not hidden.")
    return YES


def _is_visible(post: Judged) -> Decision:
    if post.state is PostState.VISIBLE:
        return YES
    return no("This post was hidden or withdrawn.")
