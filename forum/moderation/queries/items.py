"""Reads of the queue's items."""

from sqlalchemy import ScalarSelect, literal, or_, select
from sqlalchemy.orm import joinedload

from forum.accounts.models import Account
from forum.core.access import Actor
from forum.core.clock import datetime_words
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation import policy
from forum.moderation.enums import DecisionKind, ItemEventKind, ItemKind, ItemState, Seat
from forum.moderation.models import Appeal, Decision, ItemEvent, ReviewItem
from forum.threads.models import Post

# What was done, as a sentence about it goes on: "A moderator …".
DONE = {
    DecisionKind.APPROVE: "approved this",
    DecisionKind.REJECT: "rejected this",
    DecisionKind.EDIT: "edited and approved this",
    DecisionKind.HIDE: "hid this post",
    DecisionKind.RESTORE: "restored this post",
    DecisionKind.REDACT: "redacted this post",
    DecisionKind.KEEP: "left this post as it is",
    DecisionKind.UNDO: "undid a decision about this",
    DecisionKind.CONFIRM_ORGANISATION: "confirmed this organisation",
    DecisionKind.REFUSE_ORGANISATION: "refused this organisation",
    DecisionKind.REVERSE: "reversed the decision",
    DecisionKind.UPHOLD_DECISION: "upheld the decision",
}
MEANWHILE = "Somebody changed this item while you were looking. Look again."


def get_item(actor: Actor, item_id: int) -> ReviewItem:
    """The item with centre, author and claimant; raises NotFound unless it is in one's queue."""
    item = db.session.scalar(
        select(ReviewItem)
        .options(
            joinedload(ReviewItem.centre),
            joinedload(ReviewItem.author).lazyload(Account.grants),
            joinedload(ReviewItem.claimant).lazyload(Account.grants),
        )
        .where(ReviewItem.id == item_id, policy.visible_to(actor))
    )
    if item is None:
        raise NotFound("There is no such item in your queue.")
    return item


def post_of_item(item_id: int) -> int | None:
    """Identifier of the post that the item waits for a decision about; None: of no post."""
    return db.session.scalar(
        select(ReviewItem.post_id).where(ReviewItem.id == item_id, ReviewItem.target_type == "post")
    )


def what_happened(item: ReviewItem) -> str:
    """What somebody else did with the item meanwhile, as a sentence."""
    decision = db.session.scalar(
        select(Decision)
        .options(joinedload(Decision.actor))
        .where(or_(Decision.item_id == item.id, Decision.id == _outcome_of(item)))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    if item.state is ItemState.CLOSED and decision is not None:
        who = decision.actor.display_name if decision.actor else "The site"
        done = DONE.get(decision.kind, "decided this")
        return f"{who} {done} on {datetime_words(decision.at)}. Nothing was changed."
    if item.state is ItemState.CLOSED:
        return "The author took this back while you were looking. Nothing was changed."
    return MEANWHILE


def _outcome_of(item: ReviewItem) -> ScalarSelect[int | None]:
    """What became of the appeal that the item is about, if it is about one."""
    return (
        select(Appeal.outcome_id)
        .where(Appeal.id == item.target_id, literal(item.kind is ItemKind.APPEAL))
        .scalar_subquery()
    )


def who_claimed(item: ReviewItem) -> str:
    """Who works on the item at present, as a sentence."""
    name = item.claimant.display_name if item.claimant else "Somebody"
    return f"{name} has claimed this item. Choose another, or ask them to release it."


def is_asked(item_id: int) -> bool:
    """Whether a question to the author is the last that was said between them."""
    last = db.session.scalar(
        select(ItemEvent.what)
        .where(
            ItemEvent.item_id == item_id,
            ItemEvent.what.in_([ItemEventKind.ASKED, ItemEventKind.ANSWERED]),
        )
        .order_by(ItemEvent.id.desc())
        .limit(1)
    )
    return last is ItemEventKind.ASKED


def was_hidden_by_site(post: Post) -> bool:
    """Whether several reports hid the post, and no moderator has looked at it since."""
    last = db.session.scalar(
        select(Decision)
        .where(Decision.post_id == post.id, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return last is not None and last.kind is DecisionKind.HIDE and last.seat is Seat.SITE
