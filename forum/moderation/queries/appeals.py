"""Reads of appeals."""

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from forum.core.access import YES, Actor, no
from forum.core.access import Decision as Answer
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation import policy
from forum.moderation.enums import AppealState, DecisionKind, ItemState, Seat
from forum.moderation.models import Appeal, Decision, ItemEvent, Report, ReviewItem, Sanction
from forum.moderation.queries.decisions import has_later_decision
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from forum.threads.queries import held_edit_of

TARGET = "appeal"


def get_appeal(actor: Actor, appeal_id: int) -> Appeal:
    """The appeal with its decision; raises NotFound unless the actor may hear or has made it."""
    appeal = db.session.scalar(
        select(Appeal)
        .join(ReviewItem, (ReviewItem.target_type == TARGET) & (ReviewItem.target_id == Appeal.id))
        .options(
            joinedload(Appeal.decision).joinedload(Decision.centre),
            joinedload(Appeal.decision).joinedload(Decision.post).joinedload(Post.thread),
            joinedload(Appeal.decision).joinedload(Decision.thread).joinedload(Thread.board),
            joinedload(Appeal.appellant),
            joinedload(Appeal.outcome),
        )
        .where(
            Appeal.id == appeal_id,
            policy.visible_to(actor),
            Appeal.appellant_id != (actor.actor_id or 0),
        )
    )
    if appeal is None:
        raise NotFound("There is no such appeal for you to decide.")
    return appeal


def appeal_of(decision_id: int) -> Appeal | None:
    """The appeal against a decision, if there is one."""
    return db.session.scalar(select(Appeal).where(Appeal.decision_id == decision_id))


def hold_waiting_appeal_of(decision_id: int) -> Appeal | None:
    """The appeal against a decision that waits, held until this transaction ends."""
    return db.session.scalar(
        select(Appeal)
        .where(Appeal.decision_id == decision_id, Appeal.state == AppealState.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def get_own_appeal(actor: Actor, decision_id: int) -> Appeal:
    """The actor's own appeal against a decision that waits; raises NotFound."""
    appeal = appeal_of(decision_id)
    if (
        appeal is None
        or appeal.appellant_id != actor.actor_id
        or appeal.state is not AppealState.WAITING
    ):
        raise NotFound("There is no appeal of yours that waits.")
    return appeal


def find_appeal(appeal_id: int) -> Appeal:
    """The appeal, for whoever may hear it or not; raises NotFound."""
    appeal = db.session.get(Appeal, appeal_id)
    if appeal is None:
        raise NotFound("There is no such appeal.")
    return appeal


def hold_appeal(appeal_id: int) -> Appeal:
    """The appeal, read anew and held until this transaction ends; raises NotFound."""
    appeal = db.session.scalar(
        select(Appeal)
        .where(Appeal.id == appeal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if appeal is None:
        raise NotFound("There is no such appeal.")
    return appeal


def item_of(appeal_id: int) -> ReviewItem:
    """The queue's item of an appeal."""
    return db.session.scalars(
        select(ReviewItem).where(
            ReviewItem.target_type == TARGET, ReviewItem.target_id == appeal_id
        )
    ).one()


def sanction_of(decision_id: int) -> Sanction | None:
    """What a decision imposed on a member, if it did."""
    return db.session.scalar(select(Sanction).where(Sanction.decision_id == decision_id))


def took_part(actor: Actor, decision: Decision) -> bool:
    """Whether the actor had a hand in what was decided, or in what led to it.

    That is whoever decided about the same item or post, claimed, noted or passed on the item,
    or reported the post.
    """
    same_item = Decision.item_id == decision.item_id if decision.item_id else None
    same_post = Decision.post_id == decision.post_id if decision.post_id else None
    same = [clause for clause in (same_item, same_post) if clause is not None]
    decided = select(Decision.id).where(
        Decision.actor_id == actor.actor_id, or_(Decision.id == decision.id, *same)
    )
    handled = select(ItemEvent.id).where(
        ItemEvent.actor_id == actor.actor_id, ItemEvent.item_id == decision.item_id
    )
    reported = select(Report.id).where(
        Report.reporter_id == actor.actor_id, Report.post_id == decision.post_id
    )
    return any(
        db.session.scalar(found.limit(1)) is not None for found in (decided, handled, reported)
    )


def can_take_up(actor: Actor, decision: Decision) -> Answer:
    """Whether the actor is far enough from a decision to judge it again."""
    if took_part(actor, decision):
        return no("You took part in this, so somebody else must decide the appeal.")
    return YES


def is_worth_appealing(decision: Decision) -> Answer:
    """Whether taking the decision back would still restore something."""
    if decision.seat is Seat.SITE and decision.kind is DecisionKind.HIDE and _is_open(decision):
        return no("A moderator will look at this post. You can appeal if they decide against it.")
    if has_later_decision(decision):
        return no("Something else was decided about this since. Appeal the later decision.")
    post = decision.post
    if post is not None and decision.kind is DecisionKind.REJECT and _was_sent_again(decision):
        return no("You have sent this again, or withdrawn it. There is nothing to appeal now.")
    return YES


def _is_open(decision: Decision) -> bool:
    return decision.item is not None and decision.item.state is ItemState.OPEN


def _was_sent_again(decision: Decision) -> bool:
    if "held_edit" in decision.before:
        return held_edit_of(decision.post_id or 0) is not None
    return decision.post is not None and decision.post.state is not PostState.REJECTED
