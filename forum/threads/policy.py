"""Who may see, write and change threads and posts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, true

from forum.accounts import policy as accounts
from forum.boards import policy as boards
from forum.boards.models import Board
from forum.core import clock
from forum.core.access import YES, Actor, Anonymous, Decision, moderates, no
from forum.core.db import db
from forum.threads.enums import UNPUBLISHED, PostState, ThreadKind
from forum.threads.models import Interest, Post, Thread

# Threads whose first post is in such a state are for their author and moderators alone.
CLOSED = UNPUBLISHED | {PostState.HIDDEN}
# A time is shown to the minute: the next full one.
ROUND_UP = timedelta(seconds=59)


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
    if thread.state not in CLOSED or _may_see_hidden(actor, thread):
        return YES
    return no("There is no such thread.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for a statement that joins ``Board`` to ``Thread``; twin of ``can_see``."""
    return and_(boards.visible_to(actor), or_(is_open(), _own_hidden(actor)))


def is_open() -> ColumnElement[bool]:
    """Filter for threads that whoever may read their board may read."""
    return Thread.state.not_in(CLOSED)


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


def can_see_post(actor: Actor, post: Judged) -> Decision:
    """Whether there is such a post for the actor, be it a tombstone; twin of ``posts_visible_to``.

    Posts that wait or were never published are for their author and moderators alone.
    """
    own = actor.actor_id is not None and post.author_id == actor.actor_id
    published = post.state not in UNPUBLISHED
    if can_see(actor, post.thread) and (
        published or own or moderates(actor, post.thread.centre_id)
    ):
        return YES
    return no("There is no such post.")


def posts_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for a statement that joins Thread and Board to Post; twin of ``can_see_post``."""
    return and_(visible_to(actor), _post_is(actor, Post.state.not_in(UNPUBLISHED)))


def can_read(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may read the text of the post; others see a tombstone or nothing."""
    if not can_see(actor, post.thread):
        return no("There is no such post.")
    if post.state is PostState.VISIBLE or moderates(actor, post.thread.centre_id):
        return YES
    if post.author_id == actor.actor_id:
        return YES
    return no("This post was hidden or withdrawn.")


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Filter for a statement that joins Thread and Board to Post; twin of ``can_read``."""
    return and_(visible_to(actor), _post_is(actor, Post.state == PostState.VISIBLE))


def can_cite(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may take visible posts of the thread as evidence in a consultation.

    Managers of any centre, in threads that everybody can read; for which consultations is said
    there.
    """
    if not (actor.is_admin or actor.managed_centres):
        return no("Only managers can do this.")
    return can_see(Anonymous(), thread)


def has_post(actor: Actor, thread: Thread) -> ColumnElement[bool]:
    """``posts_visible_to`` within a thread that the actor may see: it needs no join."""
    if moderates(actor, thread.centre_id):
        return true()
    if actor.actor_id is None:
        return Post.state.not_in(UNPUBLISHED)
    return is_post_for(literal(actor.actor_id))


def is_post_for(reader_id: ColumnElement[int], post: Any = Post) -> ColumnElement[bool]:
    """``has_post`` for whoever is not of the staff; ``reader_id`` is 0 for a visitor.

    ``post`` has the columns of the table, where a statement does without the model.
    """
    return or_(post.state.not_in(UNPUBLISHED), post.author_id == reader_id)


def _post_is(actor: Actor, state: ColumnElement[bool]) -> ColumnElement[bool]:
    """Posts in a certain state, and all those that are the actor's own or theirs to moderate."""
    if actor.is_admin:
        return true()
    if actor.actor_id is None:
        return state
    return or_(
        state,
        Post.author_id == actor.actor_id,
        Thread.centre_id.in_(sorted(actor.moderated_centres)),
    )


def can_start(actor: Actor, board: Board) -> Decision:
    """Whether the actor may start a thread on the board now."""
    return boards.can_start(actor, board) and keeps_pace(actor, board.centre_id)


def can_reply(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may post in the thread now."""
    return can_join(actor, thread) and keeps_pace(actor, thread.centre_id, thread)


def can_join(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may post in the thread, now or when slow mode lets them."""
    return can_draft(actor, thread) and boards.can_reply(actor, thread.board)


def can_draft(actor: Actor, thread: Thread) -> Decision:
    """Whether the actor may keep a draft of a reply: also while a suspension lasts."""
    if not (decision := can_see(actor, thread)):
        return decision
    if thread.state is PostState.HIDDEN:
        return no("A moderator has hidden this thread.")
    if thread.state in UNPUBLISHED:
        return no("Nobody can reply before a moderator has published this thread.")
    if not (decision := _is_open(actor, thread)):
        return decision
    return boards.can_draft_reply(actor, thread.board)


def keeps_pace(actor: Actor, centre_id: int, thread: Thread | None = None) -> Decision:
    """Whether slow mode, of the thread or of the member, lets the actor post now.

    The pause is counted from the author's latest post in the thread, or in the centre. Costs
    one statement, and only where slow mode is on.
    """
    pauses: list[tuple[int, ColumnElement[bool]]] = [
        (one.minutes, true() if one.centre_id is None else Thread.centre_id == one.centre_id)
        for one in actor.restrictions_in(centre_id)
        if one.kind == accounts.SLOW_MODE
    ]
    if thread is not None and slow_minutes(thread) and not moderates(actor, centre_id):
        pauses.append((slow_minutes(thread), Post.thread_id == thread.id))
    next_at = _next_post_at(actor, pauses)
    if next_at is None or next_at <= clock.now():
        return YES
    when = clock.datetime_words(next_at + ROUND_UP)
    return no(f"Slow mode is on. You can post again on {when}. Save a draft until then.")


def _next_post_at(
    actor: Actor, pauses: Sequence[tuple[int, ColumnElement[bool]]]
) -> datetime | None:
    if not pauses or actor.actor_id is None:
        return None
    longest = timedelta(minutes=max(minutes for minutes, _ in pauses))
    latest = db.session.execute(
        select(*(func.max(case((where, Post.created_at))) for _, where in pauses))
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.author_id == actor.actor_id, Post.created_at > clock.now() - longest)
    ).one()
    ends = [
        at + timedelta(minutes=minutes)
        for (minutes, _), at in zip(pauses, latest, strict=True)
        if at is not None
    ]
    return max(ends, default=None)


def is_locked(thread: Thread) -> bool:
    """Whether the thread is locked now."""
    return holds(thread.locked_until, on=thread.is_locked)


def is_pinned(thread: Thread) -> bool:
    """Whether the thread is pinned now."""
    return holds(thread.pinned_until, on=thread.is_pinned)


def slow_minutes(thread: Thread) -> int:
    """The pause between two posts of a member in the thread now, in minutes; 0: none."""
    return thread.slow_minutes if holds(thread.slow_until, on=thread.slow_minutes > 0) else 0


def holds(until: datetime | None, *, on: bool) -> bool:
    """Whether what is ``on`` has not ended by itself; ``until`` None: it does not end so."""
    return on and (until is None or until > clock.now())


def can_start_kind(actor: Actor, centre_id: int, kind: ThreadKind) -> Decision:
    """Whether the actor may start a thread of this kind in the centre."""
    if kind is ThreadKind.ANNOUNCEMENT and not moderates(actor, centre_id):
        return no("Only staff of the centre can make announcements.")
    return YES


def can_edit(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may edit the post: its author for a while, and a moderator.

    The author of a post that waits may change it at any time, and revise one that was rejected.
    """
    own = actor.actor_id is not None and post.author_id == actor.actor_id
    is_staff = moderates(actor, post.thread.centre_id)
    if not own and not is_staff:
        return no("You can only edit your own posts.")
    if own and not (decision := _is_free(actor, post.thread.board)):
        return decision
    if post.state is PostState.PENDING:
        return YES
    if own and post.state is PostState.REJECTED:
        return _can_send_again(actor, post)
    return _is_visible(post) if is_staff else _can_still_edit(actor, post)


def _is_free(actor: Actor, board: Board) -> Decision:
    return accounts.is_free(actor, board.centre_id, place=board.centre.name)


def _can_send_again(actor: Actor, post: Judged) -> Decision:
    board = post.thread.board
    may_post = boards.can_start if post.number == 1 else boards.can_reply
    return _is_open(actor, post.thread) and may_post(actor, board)


def _can_still_edit(actor: Actor, post: Judged) -> Decision:
    if not (decision := _is_open(actor, post.thread)):
        return decision
    window = timedelta(hours=post.thread.board.centre.edit_window_hours)
    if clock.now() >= post.created_at + window:
        return no("The time for editing this post has passed. Ask a moderator of the centre.")
    return _is_visible(post)


def can_withdraw(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may withdraw the post: its author, at any time, also while it waits."""
    if actor.actor_id is None or post.author_id != actor.actor_id:
        return no("You can only withdraw your own posts.")
    if post.state in {PostState.PENDING, PostState.REJECTED}:
        return YES
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


def can_redact(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may remove words from the post: a moderator, not from their own post."""
    if not (decision := can_moderate(actor, post.thread)):
        return decision
    if post.author_id == actor.actor_id:
        return no("You cannot moderate your own post. Edit it, or ask a colleague.")
    return YES


def can_restore(actor: Actor, post: Judged) -> Decision:
    """Whether the actor may show the hidden post again."""
    if not (decision := can_moderate(actor, post.thread)):
        return decision
    if post.author_id == actor.actor_id:
        return no("You cannot moderate your own post. Ask a colleague.")
    if post.state is not PostState.HIDDEN:
        return no("This post is not hidden.")
    return YES


def can_declare(actor: Actor) -> Decision:
    """Whether the actor may declare on their profile what they could gain or lose."""
    return accounts.can_take_part(actor)


def can_renew(actor: Actor, interest: Interest) -> Decision:
    """Whether the actor may declare the same again: their own, on the profile."""
    if not _is_own(actor, interest):
        return no("You can only declare for yourself.")
    if interest.thread_id is not None:
        return no("Declare it again with your next post in the thread.")
    return can_declare(actor)


def can_withdraw_interest(actor: Actor, interest: Interest) -> Decision:
    """Whether the actor may end the declaration: their own, at any time."""
    return YES if _is_own(actor, interest) else no("You can only withdraw your own declarations.")


def _is_own(actor: Actor, interest: Interest) -> bool:
    return actor.actor_id is not None and interest.account_id == actor.actor_id


def _is_open(actor: Actor, thread: Thread) -> Decision:
    if is_locked(thread) and not moderates(actor, thread.centre_id):
        if thread.locked_until is None:
            return no("This thread is locked.")
        return no(f"This thread is locked until {clock.datetime_words(thread.locked_until)}.")
    return YES


def _is_visible(post: Judged) -> Decision:
    if post.state is PostState.VISIBLE:
        return YES
    if post.state is PostState.PENDING:
        return no("This post waits for a moderator.")
    return no("This post was hidden, rejected or withdrawn.")
