"""What moderators do: hide, restore, lock, pin. The moderation feature brings the rest."""

from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.transactions import action
from forum.threads import policy
from forum.threads.actions import states
from forum.threads.events import ThreadLocked
from forum.threads.models import Post, Thread

LONGEST_REASON = 1_000


@action
def hide_post(actor: Actor, post: Post, *, reason: str) -> None:
    """Hide a post; a tombstone with the reason stands in its place."""
    ensure(policy.can_hide(actor, post))
    reason = _check_reason(reason)
    states.hide(post, rule="", reason=reason, entry=None)
    audit.record(actor, "post.hide", post, reason=reason, centre_id=post.thread.centre_id)


@action
def restore_post(actor: Actor, post: Post) -> None:
    """Show a hidden post again, as it was."""
    ensure(policy.can_restore(actor, post))
    states.show_again(post)
    audit.record(actor, "post.restore", post, centre_id=post.thread.centre_id)


@action
def lock_thread(actor: Actor, thread: Thread, *, reason: str) -> None:
    """End the debate for all but moderators; the reason is shown above it."""
    ensure(policy.can_moderate(actor, thread))
    reason = _check_reason(reason)
    thread.is_locked, thread.locked_until = True, None
    thread.locked_reason = reason
    db.session.flush()
    audit.record(actor, "thread.lock", thread, reason=reason, centre_id=thread.centre_id)
    emit(ThreadLocked(thread.id, thread.version))


@action
def unlock_thread(actor: Actor, thread: Thread) -> None:
    """Open the debate again."""
    ensure(policy.can_moderate(actor, thread))
    thread.is_locked, thread.locked_until = False, None
    thread.locked_reason = ""
    audit.record(actor, "thread.unlock", thread, centre_id=thread.centre_id)


@action
def pin_thread(actor: Actor, thread: Thread) -> None:
    """Keep the thread above the others of its board."""
    ensure(policy.can_moderate(actor, thread))
    thread.is_pinned, thread.pinned_until = True, None
    audit.record(actor, "thread.pin", thread, centre_id=thread.centre_id)


@action
def unpin_thread(actor: Actor, thread: Thread) -> None:
    """Let the thread stand in its order again."""
    ensure(policy.can_moderate(actor, thread))
    thread.is_pinned, thread.pinned_until = False, None
    audit.record(actor, "thread.unpin", thread, centre_id=thread.centre_id)


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid("Give a reason; the author will read it", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"Shorten the reason to {LONGEST_REASON:,} characters", field="reason")
    return reason
