"""How a post was before: for the actions that take a decision back. No gate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.core.db import db
from forum.core.errors import Conflict
from forum.threads.actions.states import change_state
from forum.threads.actions.texts import prepare
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit, Post, PostRevision

GONE = "The author has taken this back since."


def put_state(
    post: Post,
    state: PostState,
    *,
    rule: str,
    reason: str,
    entry: int | None,
    holds: Sequence[dict[str, Any]],
) -> None:
    """Give the post the state and the words that it had; nobody is told by this alone.

    Raises Conflict when its author has taken it back meanwhile.
    """
    if post.state in {PostState.WITHDRAWN, PostState.RETRACTED}:
        raise Conflict(GONE)
    if post.state is not state:
        change_state(post, state)
    post.hidden_rule, post.hidden_reason, post.entry_number = rule, reason, entry
    post.holds = list(holds)
    db.session.flush()


def keep_held_edit(post: Post) -> dict[str, Any] | None:
    """The edit that waits, as JSON values for ``put_held_edit``."""
    held = db.session.scalar(select(HeldEdit).where(HeldEdit.post_id == post.id))
    if held is None:
        return None
    return {
        "source": held.source,
        "note": held.note,
        "holds": held.holds,
        "written_at": held.written_at.isoformat(),
    }


def put_held_edit(post: Post, kept: dict[str, Any]) -> None:
    """Let an edit wait again, unless its author has written another."""
    if keep_held_edit(post) is not None:
        raise Conflict("The author has changed this post since.")
    written_at = datetime.fromisoformat(kept["written_at"])
    db.session.add(
        HeldEdit(
            post_id=post.id,
            source=kept["source"],
            note=kept["note"],
            holds=kept["holds"],
            written_at=written_at,
        )
    )
    db.session.flush()


def take_back_edit(post: Post) -> None:
    """Give the post the text before its last edit, which vanishes from its history."""
    last = db.session.scalars(
        select(PostRevision)
        .where(PostRevision.post_id == post.id)
        .order_by(PostRevision.version.desc())
        .limit(2)
    ).all()
    if not last:
        raise Conflict("This post has not been edited.")
    text = prepare(last[0].source)
    post.source, post.html = text.source, text.html
    post.edits -= 1
    post.edited_at = last[1].replaced_at if len(last) > 1 else None
    db.session.delete(last[0])
    db.session.flush()
