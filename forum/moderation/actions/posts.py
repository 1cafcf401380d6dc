"""Decisions about posts: approve, reject, edit, hide, restore, keep."""

from dataclasses import dataclass
from typing import Any

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
from forum.moderation.actions.items import (
    close_edit,
    close_item,
    ensure_open,
    hold_item,
    hold_item_of,
)
from forum.moderation.actions.queueing import queue_held_edit
from forum.moderation.enums import DecisionKind, ItemKind
from forum.moderation.models import Decision, ReviewItem
from forum.threads import queries as threads
from forum.threads.actions import states
from forum.threads.actions.changing import apply_held_edit, drop_held_edit, replace_text
from forum.threads.actions.restoring import (
    keep_held_edit,
    put_held_edit,
    put_state,
    take_back_edit,
)
from forum.threads.actions.texts import prepare
from forum.threads.enums import PostState
from forum.threads.models import Post

# What is said of an edit that waits, when its post may have been reported, too.
OF_EDITS = frozenset({DecisionKind.APPROVE, DecisionKind.REJECT})
DECIDED = "This was decided, or taken back, while you were looking."


@dataclass(frozen=True, slots=True)
class Case:
    """A post to be judged, its item if there is one, and how both were before."""

    post: Post
    item: ReviewItem | None
    before: dict[str, Any]
    parent: Decision | None = None


@deciding
def approve(
    actor: Actor, item_id: int, *, version: int, ruling: Ruling, parent: Decision | None = None
) -> Decision:
    """Let a waiting post, or the waiting edit of a post, be read by everybody."""
    item, post = _open(actor, item_id, version)
    if item.kind is ItemKind.EDIT:
        return _approve_edit(actor, item, post, ruling, parent)
    if post.state is not PostState.PENDING:
        raise Conflict(DECIDED)
    before = _before(post, item)
    states.publish(post)
    return _decide(actor, DecisionKind.APPROVE, Case(post, item, before, parent), ruling)


def _approve_edit(
    actor: Actor, item: ReviewItem, post: Post, ruling: Ruling, parent: Decision | None
) -> Decision:
    before = _before(post, item) | {"edits": post.edits, "held_edit": keep_held_edit(post)}
    apply_held_edit(post)
    return _decide(actor, DecisionKind.APPROVE, Case(post, item, before, parent), ruling)


@deciding
def reject(
    actor: Actor, item_id: int, *, version: int, ruling: Ruling, parent: Decision | None = None
) -> Decision:
    """Do not publish a waiting post or edit; the author reads why and may revise it."""
    item, post = _open(actor, item_id, version)
    before = _before(post, item)
    if item.kind is ItemKind.EDIT:
        before["held_edit"] = keep_held_edit(post)
        drop_held_edit(post)
        return _decide(actor, DecisionKind.REJECT, Case(post, item, before, parent), ruling)
    if post.state is not PostState.PENDING:
        raise Conflict(DECIDED)
    decision = _decide(actor, DecisionKind.REJECT, Case(post, item, before, parent), ruling)
    states.reject(post, rule=decision.rule, reason=decision.reason, entry=decision.entry_number)
    return decision


@deciding
def keep(
    actor: Actor, item_id: int, *, version: int, ruling: Ruling, parent: Decision | None = None
) -> Decision:
    """Leave a reported post as it is; the reports are not upheld.

    A post that the site hid by itself, for several reports, is shown again.
    """
    item, post = _open(actor, item_id, version)
    if item.kind is not ItemKind.REPORT:
        raise Invalid("Approve or reject this.")
    before = _before(post, item)
    if post.state is PostState.HIDDEN and queries.was_hidden_by_site(post):
        states.show_again(post)
    return _decide(actor, DecisionKind.KEEP, Case(post, item, before, parent), ruling)


@deciding
def edit_and_approve(
    actor: Actor, item_id: int, *, version: int, source: str, ruling: Ruling
) -> Decision:
    """Change a waiting post, with a note that everybody sees, and publish it."""
    item, post = _open(actor, item_id, version)
    if item.kind is not ItemKind.PENDING_POST or post.state is not PostState.PENDING:
        raise Conflict(DECIDED)
    before = _before(post, item) | {"edits": post.edits}
    decision = _decide(actor, DecisionKind.EDIT, Case(post, item, before), ruling)
    replace_text(post, prepare(source), editor_id=actor.actor_id, note=decision.reason)
    states.publish(post)
    return decision


@deciding
def hide_of_item(
    actor: Actor, item_id: int, *, version: int, ruling: Ruling, parent: Decision | None = None
) -> Decision:
    """Hide the post that an item of the queue is about."""
    _item, post = _open(actor, item_id, version)
    return hide_post(actor, post, ruling=ruling, version=version, parent=parent)


@deciding
def hide_post(
    actor: Actor,
    post: Post,
    *,
    ruling: Ruling,
    version: int | None = None,
    parent: Decision | None = None,
) -> Decision:
    """Hide a post that could be read; a tombstone with rule and reason takes its place.

    ``version`` is that of the post's open item as it was shown, None when there was none.
    """
    post = threads.hold_post(post.id)
    item = hold_item_of(post)
    ensure(policy.can_judge(actor, post, post.thread.centre_id, item))
    if item is not None:
        ensure_open(actor, item, version)
    ensure_disinterested(actor, post, item)
    if post.state is PostState.HIDDEN and not queries.was_hidden_by_site(post):
        raise Conflict("Somebody has hidden this post already.")
    if post.state not in {PostState.VISIBLE, PostState.HIDDEN}:
        raise Conflict(DECIDED)
    before = _before(post, item)
    decision = _decide(actor, DecisionKind.HIDE, Case(post, item, before, parent), ruling)
    if post.state is PostState.HIDDEN:
        states.show_again(post)
    states.hide(post, rule=decision.rule, reason=decision.reason, entry=decision.entry_number)
    return decision


@deciding
def restore_post(actor: Actor, post: Post, *, ruling: Ruling) -> Decision:
    """Show a hidden post again, as it was; an edit that waited waits again."""
    post = threads.hold_post(post.id)
    item = hold_item_of(post)
    ensure(policy.can_judge(actor, post, post.thread.centre_id, item))
    ensure_disinterested(actor, post, item)
    if post.state is not PostState.HIDDEN:
        raise Conflict("This post is not hidden.")
    before = _before(post, item)
    states.show_again(post)
    decision = _decide(actor, DecisionKind.RESTORE, Case(post, item, before), ruling)
    queue_held_edit(post.id)
    return decision


def hide_until_reviewed(post: Post, item: ReviewItem, ruling: Ruling) -> Decision:
    """Within an action, hide a reported post for the site itself; its item stays open."""
    matter = Matter(
        centre_id=post.thread.centre_id,
        name="post",
        path=post.path,
        item=item,
        post=post,
        thread=post.thread,
        account_id=post.author_id,
        before=_before(post, None),
    )
    decision = record_decision(None, DecisionKind.HIDE, matter, ruling)
    states.hide(post, rule=decision.rule, reason=decision.reason, entry=decision.entry_number)
    return decision


def restore_as_before(decision: Decision) -> None:
    """Give the post of ``decision`` the state and the words that it had before."""
    post = db.session.get_one(Post, decision.post_id)
    before = decision.before
    if "edits" in before:
        _take_back_edit(post, before["edits"])
    if before.get("held_edit"):
        put_held_edit(post, before["held_edit"])
    put_state(
        post,
        PostState(before["state"]),
        rule=before["hidden_rule"],
        reason=before["hidden_reason"],
        entry=before["entry_number"],
        holds=before["holds"],
    )


def _take_back_edit(post: Post, edits: int) -> None:
    if post.edits != edits + 1:
        raise Conflict("This post was edited since.")
    take_back_edit(post)


def _open(actor: Actor, item_id: int, version: int) -> tuple[ReviewItem, Post]:
    """The item and its post, held, when the actor may decide about them now."""
    post_id = queries.post_of_item(item_id)
    post = threads.hold_post(post_id) if post_id is not None else None
    item = hold_item(item_id)
    ensure_open(actor, item, version)
    if post is None:
        raise Invalid("This item is not about a post.")
    ensure_disinterested(actor, post, item)
    return item, post


def _before(post: Post, item: ReviewItem | None) -> dict[str, Any]:
    """What undoing needs to restore post and item exactly."""
    return {
        "state": str(post.state),
        "hidden_rule": post.hidden_rule,
        "hidden_reason": post.hidden_reason,
        "entry_number": post.entry_number,
        "holds": post.holds,
    } | ({"item": _item_before(item)} if item is not None else {})


def _item_before(item: ReviewItem) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "handed_to": item.handed_to,
        "escalated_at": item.escalated_at.isoformat() if item.escalated_at else None,
    }


def _decide(actor: Actor, kind: DecisionKind, case: Case, ruling: Ruling) -> Decision:
    post, item = case.post, case.item
    matter = Matter(
        centre_id=post.thread.centre_id,
        name="post",
        path=post.path,
        item=item,
        post=post,
        thread=post.thread,
        account_id=post.author_id,
        before=case.before,
        parent=case.parent,
        since=item.opened_at if item else None,
    )
    decision = record_decision(actor, kind, matter, ruling)
    if item is not None:
        of_edit = item.kind is ItemKind.EDIT and kind in OF_EDITS
        (close_edit if of_edit else close_item)(actor, item, decision)
    db.session.flush()
    return decision
