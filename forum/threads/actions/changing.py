"""What authors do with their posts later: edit, withdraw, accept an answer."""

from collections.abc import Callable

from sqlalchemy import delete, select

from forum.core import audit, clock, markup
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.transactions import action
from forum.threads import policy
from forum.threads.actions import counting
from forum.threads.actions.writing import add_mentions, prepare
from forum.threads.enums import PostState
from forum.threads.models import Mention, Post, PostRevision

RERENDER_BATCH = 500


@action
def edit_post(actor: Actor, post: Post, *, source: str, note: str, version: int) -> Post:
    """Replace the text of a post; the text before is kept in its history.

    ``version`` is the one that the actor began to edit: raises Conflict when somebody has
    changed the post since. Raises Invalid for a text that cannot be accepted, or when a
    moderator gives no note for somebody else's post.
    """
    ensure(policy.can_edit(actor, post))
    if post.version != version:
        raise Conflict("Somebody changed this post while you were writing.")
    if post.author_id != actor.actor_id and not note.strip():
        raise Invalid("Say what you changed and why", field="note")
    text = prepare(source)
    if text.source == post.source:
        return post
    now = clock.now()
    db.session.add(
        PostRevision(
            post_id=post.id,
            version=post.edits + 1,
            source=post.source,
            written_at=post.edited_at or post.created_at,
            replaced_at=now,
            replaced_by=actor.actor_id,
            note=note.strip()[:200],
        )
    )
    post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER
    post.edits += 1
    post.edited_at = now
    db.session.execute(delete(Mention).where(Mention.post_id == post.id))
    add_mentions(post, text.mentioned)
    audit.record(actor, "post.edit", post, centre_id=post.thread.centre_id, reason=note.strip())
    return post


@action
def withdraw_post(actor: Actor, post: Post) -> None:
    """Take a post back; a tombstone stays in its place."""
    ensure(policy.can_withdraw(actor, post))
    change_state(post, PostState.WITHDRAWN)
    audit.record(actor, "post.withdraw", post, centre_id=post.thread.centre_id)


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


def change_state(post: Post, state: PostState) -> None:
    """Give a post (and by its first post, the thread) another state and count it."""
    was_visible = post.state is PostState.VISIBLE
    post.state = state
    if post.number == 1:
        post.thread.state = state
    if was_visible != (state is PostState.VISIBLE):
        counting.count_state_change(post, by=-1 if was_visible else 1)


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
