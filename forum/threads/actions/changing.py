"""What authors do with their posts later: edit, withdraw, accept an answer."""

from collections.abc import Callable

from sqlalchemy import delete, select

from forum.core import audit, clock, markup
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import emit
from forum.core.transactions import action
from forum.threads import policy, queries
from forum.threads.actions.screening import Screening, Submission, screen
from forum.threads.actions.states import change_state
from forum.threads.actions.texts import Text, prepare
from forum.threads.actions.writing import add_mentions
from forum.threads.enums import UNPUBLISHED, HoldReason, PostState
from forum.threads.events import EditDropped, EditHeld, PostFlagged, PostHeld, PostWithdrawn
from forum.threads.models import HeldEdit, Mention, Post, PostRevision

LONGEST_NOTE = 200
RERENDER_BATCH = 500


@action
def edit_post(actor: Actor, post: Post, *, source: str, note: str, version: int) -> Post:
    """Replace the text of a post; the text before is kept in its history.

    The edit of a member may wait for a moderator: then the post stands as it was and has a
    HeldEdit. A post that waits goes on waiting with its new text; a rejected one is sent again.

    ``version`` is the one that the actor began to edit: raises Conflict when somebody has
    changed the post since. Raises Invalid for a text that cannot be accepted, or when a
    moderator gives no note for somebody else's post.
    """
    ensure(policy.can_edit(actor, post))
    if post.version != version:
        raise Conflict("Somebody changed this post while you were writing.")
    own = post.author_id == actor.actor_id
    if not own and not note.strip():
        raise Invalid("Say what you changed and why", field="note")
    text = prepare(source)
    if text.source == post.source:
        _leave(post)
        return post
    screening = _screen_edit(post, text) if own else Screening()
    if post.state is PostState.VISIBLE and screening.holds:
        return _hold_edit(post, text, note=note, screening=screening)
    replace_text(post, text, editor_id=actor.actor_id, note=note)
    _wait_again(post, screening)
    if screening.flags:
        emit(PostFlagged(post.id, tuple(screening.flags)))
    audit.record(actor, "post.edit", post, centre_id=post.thread.centre_id, reason=note.strip())
    return post


def _leave(post: Post) -> None:
    """The text is as before: an edit that waited is taken back."""
    if post.state is PostState.REJECTED:
        raise Invalid("Change your post before you send it again", field="source")
    if queries.held_edit_of(post.id):
        drop_held_edit(post)
        emit(EditDropped(post.id))


def _screen_edit(post: Post, text: Text) -> Screening:
    thread = post.thread
    screening = screen(
        Submission(post.author, thread.board, thread, "", text.source, text.html, post=post)
    )
    if not screening.holds and queries.held_edit_of(post.id):
        # Else a harmless word more would take an edit past the moderator who has it.
        return Screening(holds=[{"why": HoldReason.EDIT.value}], flags=screening.flags)
    return screening


def _wait_again(post: Post, screening: Screening) -> None:
    """A post that is not published waits with its new text, or waits again.

    Whoever is about to decide learns by PostHeld that it is another text.
    """
    if post.state is PostState.REJECTED:
        change_state(post, PostState.PENDING)
        post.hidden_rule, post.hidden_reason, post.entry_number = "", "", None
        holds = [{"why": HoldReason.REVISED.value}, *screening.holds]
    elif post.state is PostState.PENDING:
        holds = list(screening.holds) or post.holds
    else:
        return
    post.holds = holds
    db.session.flush()
    emit(PostHeld(post.id))


def replace_text(post: Post, text: Text, *, editor_id: int | None, note: str) -> None:
    """Give a post another text; the one before goes into its history."""
    now = clock.now()
    db.session.add(
        PostRevision(
            post_id=post.id,
            version=post.edits + 1,
            source=post.source,
            written_at=post.edited_at or post.created_at,
            replaced_at=now,
            replaced_by=editor_id,
            note=note.strip()[:LONGEST_NOTE],
            was_read=post.state is PostState.VISIBLE,
        )
    )
    post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER
    post.edits += 1
    post.edited_at = now
    db.session.execute(delete(Mention).where(Mention.post_id == post.id))
    add_mentions(post, text.mentioned)


def _hold_edit(post: Post, text: Text, *, note: str, screening: Screening) -> Post:
    """Keep an edit until a moderator has seen it, in place of one that waits already."""
    held = queries.held_edit_of(post.id) or HeldEdit(post_id=post.id)
    held.source, held.note = text.source, note.strip()[:LONGEST_NOTE]
    held.holds, held.written_at = list(screening.holds), clock.now()
    db.session.add(held)
    db.session.flush()
    audit.record(post.author, "post.edit-held", post, centre_id=post.thread.centre_id)
    emit(EditHeld(post.id))
    return post


def apply_held_edit(post: Post) -> None:
    """Let the edit that waits become the text of its post; without a gate.

    Raises Conflict when there is none, or when the post cannot be read by now.
    """
    held = queries.held_edit_of(post.id)
    if held is None or post.state is not PostState.VISIBLE:
        raise Conflict("This edit does not wait any more.")
    replace_text(post, prepare(held.source), editor_id=post.author_id, note=held.note)
    db.session.delete(held)
    db.session.flush()


def drop_held_edit(post: Post) -> None:
    """Delete the edit that waits, if there is one; the post stands. Without a gate."""
    db.session.execute(
        delete(HeldEdit).where(HeldEdit.post_id == post.id),
        execution_options={"synchronize_session": "fetch"},
    )


@action
def withdraw_post(actor: Actor, post: Post) -> None:
    """Take a post back; a tombstone stays in its place when others could read it."""
    # Read anew: what is counted is that of the thread in which it stands by now.
    post = queries.hold_post(post.id)
    ensure(policy.can_withdraw(actor, post))
    unpublished = post.state in UNPUBLISHED
    change_state(post, PostState.RETRACTED if unpublished else PostState.WITHDRAWN)
    post.holds = []
    drop_held_edit(post)
    audit.record(actor, "post.withdraw", post, centre_id=post.thread.centre_id)
    emit(PostWithdrawn(post.id))


@action
def accept_answer(actor: Actor, post: Post) -> None:
    """Mark the post as the accepted answer of its question, in place of any other."""
    ensure(policy.can_accept(actor, post))
    post.thread.accepted_post_id = post.id
    audit.record(actor, "answer.accept", post, centre_id=post.thread.centre_id)


@action
def unaccept_answer(actor: Actor, post: Post) -> None:
    """Take back that the post is the accepted answer."""
    ensure(policy.can_accept(actor, post))
    if post.thread.accepted_post_id != post.id:
        raise NotAllowed("This post is not the accepted answer.")
    post.thread.accepted_post_id = None
    audit.record(actor, "answer.unaccept", post, centre_id=post.thread.centre_id)


def rerender_posts(progress: Callable[[int], object]) -> int:
    """Render again the posts that an older renderer made, in batches; returns how many.

    ``progress`` is told the size of each finished batch. It can be stopped and called again.
    """
    done = 0
    while count := _rerender_batch():
        done += count
        progress(count)
    return done


@action
def _rerender_batch() -> int:
    posts = db.session.scalars(
        select(Post)
        .where(Post.renderer != markup.RENDERER)
        .order_by(Post.id)
        .limit(RERENDER_BATCH)
        .with_for_update()
    ).all()
    for post in posts:
        post.html = prepare(post.source).html
        post.renderer = markup.RENDERER
    db.session.flush()
    db.session.expunge_all()
    return len(posts)
