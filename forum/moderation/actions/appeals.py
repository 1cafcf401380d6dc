"""Appeals: lodged by the person restricted, decided by somebody of another centre."""

from datetime import timedelta

from forum.accounts import queries as accounts
from forum.centres import queries as centres
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import (
    Matter,
    Recused,
    Ruling,
    deciding,
    record_decision,
)
from forum.moderation.actions.items import (
    Opening,
    close_item,
    ensure_open,
    hold_item,
    open_item,
)
from forum.moderation.actions.queueing import queue_held_edit
from forum.moderation.actions.undoing import take_back
from forum.moderation.enums import AppealState, DecisionKind, ItemKind
from forum.moderation.events import AppealDecided, AppealLodged
from forum.moderation.models import Appeal, Decision, ReviewItem
from forum.threads.actions import states
from forum.threads.actions.changing import apply_held_edit
from forum.threads.enums import PostState
from forum.threads.models import Post

LONGEST_TEXT = 5_000
DECIDED_WITHIN = timedelta(days=14)
# The state in which a decision left a post; another one shows that something happened since.
LEFT_AS = {
    DecisionKind.HIDE: PostState.HIDDEN,
    DecisionKind.REJECT: PostState.REJECTED,
}
CHANGED = (
    "The author has changed or withdrawn the post since, or it was judged again: there is "
    "nothing to restore. You can uphold the decision, or leave it until that is settled."
)


@action
def lodge_appeal(actor: Actor, decision_id: int, *, text: str) -> Appeal:
    """Ask another centre to look again at a decision about oneself; once for each decision.

    Raises NotFound for decisions about others, NotAllowed when there is nothing to appeal or
    it is too late, and Invalid when it was appealed already or the text is not acceptable.
    """
    decision = queries.hold_decision(queries.get_decision_about(actor, decision_id).id)
    ensure(policy.can_appeal(actor, decision))
    if queries.appeal_of(decision.id) is not None:
        raise Invalid("This decision was appealed already. There is one appeal.")
    ensure(queries.is_worth_appealing(decision))
    text = accept_paragraphs(
        text, field="text", longest=LONGEST_TEXT, missing="Say why the decision is wrong"
    )
    now = clock.now()
    appeal = Appeal(
        decision=decision,
        appellant_id=actor.actor_id,
        text=text,
        lodged_at=now,
        due_at=now + DECIDED_WITHIN,
        state=AppealState.WAITING,
    )
    db.session.add(appeal)
    db.session.flush()
    _queue(actor, appeal)
    audit.record(actor, "appeal.lodge", appeal, centre_id=decision.centre_id)
    emit(AppealLodged(appeal.id))
    return appeal


def _queue(actor: Actor, appeal: Appeal) -> ReviewItem:
    decision = appeal.decision
    return open_item(
        actor,
        Opening(
            kind=ItemKind.APPEAL,
            target_type="appeal",
            target_id=appeal.id,
            centre_id=decision.centre_id or _home_of(appeal.appellant_id),
            post_id=decision.post_id,
            author_id=appeal.appellant_id,
            reasons=({"why": "appeal", "against": str(decision.kind)},),
        ),
    )


def _home_of(account_id: int) -> int:
    """The centre of the member's region, which stays out of appeals against the whole site."""
    account = accounts.find_account(account_id)
    places = centres.list_centres()
    home = [place for place in places if account and place.region == account.region]
    return (home or list(places))[0].id


@action
def withdraw_appeal(actor: Actor, decision_id: int) -> None:
    """Take one's own appeal back; there is no other against the same decision.

    Raises Conflict when it was decided meanwhile.
    """
    decision = queries.hold_decision(queries.get_decision_about(actor, decision_id).id)
    found = queries.appeal_of(decision.id)
    if found is None:
        raise Invalid("You have not appealed this decision.")
    appeal = queries.hold_appeal(found.id)
    item = hold_item(queries.item_of(appeal.id).id)
    if appeal.state is not AppealState.WAITING:
        raise Conflict("This appeal was decided, or withdrawn, already.")
    appeal.state = AppealState.WITHDRAWN
    appeal.decided_at = clock.now()
    close_item(actor, item, None)
    audit.record(actor, "appeal.withdraw", appeal, centre_id=decision.centre_id)


@deciding
def uphold_decision(actor: Actor, appeal_id: int, *, version: int, ruling: Ruling) -> Decision:
    """Decide that the decision appealed against stands; ``ruling.reason`` is public.

    ``version`` is that of the appeal's item as it was shown.
    """
    appeal, item = _open(actor, appeal_id, version)
    decision = appeal.decision
    matter = Matter(
        centre_id=decision.centre_id,
        name=decision.target_name,
        path=decision.target_path,
        item=item,
        post=decision.post,
        thread=decision.thread,
        account_id=decision.account_id,
        corrects=decision,
        since=appeal.lodged_at,
    )
    outcome = record_decision(actor, DecisionKind.UPHOLD_DECISION, matter, ruling)
    appeal.state = AppealState.UPHELD
    appeal.decided_at = clock.now()
    appeal.outcome = outcome
    close_item(actor, item, outcome)
    db.session.flush()
    emit(AppealDecided(appeal.id))
    return outcome


@deciding
def reverse_decision(actor: Actor, appeal_id: int, *, version: int, ruling: Ruling) -> Decision:
    """Decide that the decision appealed against was wrong, and restore what was before it.

    What was rejected is published, with its time and in its place. Raises Conflict when the
    post was changed, withdrawn or judged again since.
    """
    appeal, item = _open(actor, appeal_id, version)
    decision = appeal.decision
    post = decision.post
    if post is not None and _was_changed(decision, post):
        raise Conflict(CHANGED)
    outcome = take_back(actor, decision, kind=DecisionKind.REVERSE, ruling=ruling, item=item)
    if decision.kind is DecisionKind.REJECT and post is not None:
        _publish(decision, post)
    elif decision.kind is DecisionKind.HIDE and post is not None:
        queue_held_edit(post.id)
    return outcome


def _open(actor: Actor, appeal_id: int, version: int) -> tuple[Appeal, ReviewItem]:
    """The appeal and its item, held, when the actor may decide them now."""
    decision = queries.hold_decision(queries.find_appeal(appeal_id).decision_id)
    appeal = queries.hold_appeal(appeal_id)
    item = hold_item(queries.item_of(appeal_id).id)
    ensure_open(actor, item, version)
    ensure(queries.can_take_up(actor, decision))
    concern = (
        queries.concern_of(actor, decision.post)
        if decision.post is not None
        else queries.concern_about(actor, appeal.appellant_id)
    )
    if concern:
        raise Recused(concern, post_id=decision.post_id, item_id=item.id)
    return appeal, item


def _was_changed(decision: Decision, post: Post) -> bool:
    if "held_edit" in decision.before:
        return post.state is not PostState(decision.before["state"])
    return post.state is not LEFT_AS.get(decision.kind, post.state)


def _publish(decision: Decision, post: Post) -> None:
    """What was wrongly rejected need not wait once more."""
    if "held_edit" in decision.before:
        apply_held_edit(post)
    else:
        states.publish(post)
