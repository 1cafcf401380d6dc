"""Items of the queue: opened, claimed, passed on, closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import flag_modified

from forum.centres.enums import NEIGHBOURS
from forum.centres.models import Centre
from forum.core import audit, clock
from forum.core.access import Actor, ensure, manages, no
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import ensure_version, note_event
from forum.moderation.enums import (
    DecisionKind,
    ItemEventKind,
    ItemKind,
    ItemState,
    ReportOutcome,
)
from forum.moderation.events import AuthorAsked, ItemEscalated, ReportClosed
from forum.moderation.models import Decision, Report, ReviewItem
from forum.threads.models import Post

LONGEST_NOTE = 2_000
UPHOLDING = frozenset(
    {
        DecisionKind.HIDE,
        DecisionKind.REDACT,
        DecisionKind.REJECT,
        DecisionKind.EDIT,
        DecisionKind.WARN,
    }
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What is put into the queue and why; ``reasons`` are dictionaries with a word ``why``."""

    kind: ItemKind
    target_type: str
    target_id: int
    centre_id: int
    post_id: int | None = None
    author_id: int | None = None
    reasons: Sequence[dict[str, Any]] = field(default_factory=tuple)
    score: int = 0


def open_item(actor: Actor | None, opening: Opening) -> ReviewItem:
    """Put something into the queue: the row of its target is made, reopened or added to."""
    _make_row(opening)
    item = db.session.scalars(
        select(ReviewItem)
        .where(
            ReviewItem.target_type == opening.target_type,
            ReviewItem.target_id == opening.target_id,
        )
        .with_for_update()
    ).one()
    if item.times_opened == 0 or item.state is ItemState.CLOSED:
        _open_again(actor, item, opening)
    else:
        if opening.kind is not ItemKind.REPORT:
            item.kind = opening.kind
        item.reasons = [*item.reasons, *(r for r in opening.reasons if r not in item.reasons)]
        item.score += opening.score
        # Whoever has it open must not decide about a text or a report not seen: a new version.
        flag_modified(item, "reasons")
    db.session.flush()
    return item


def open_item_of(
    actor: Actor | None,
    post: Post,
    kind: ItemKind,
    *,
    reasons: Sequence[dict[str, Any]],
    score: int = 0,
) -> ReviewItem:
    """Put a post into the queue of its centre, or add to its item there."""
    return open_item(
        actor,
        Opening(
            kind=kind,
            target_type="post",
            target_id=post.id,
            centre_id=post.thread.centre_id,
            post_id=post.id,
            author_id=post.author_id,
            reasons=tuple(reasons),
            score=score,
        ),
    )


def _make_row(opening: Opening) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.flush()
    db.session.execute(
        insert(ReviewItem)
        .values(
            kind=opening.kind,
            state=ItemState.CLOSED,
            centre_id=opening.centre_id,
            target_type=opening.target_type,
            target_id=opening.target_id,
            post_id=opening.post_id,
            author_id=opening.author_id,
            reasons=[],
            score=0,
            opened_at=clock.now(),
            times_opened=0,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["target_type", "target_id"])
    )


def _open_again(actor: Actor | None, item: ReviewItem, opening: Opening) -> None:
    what = ItemEventKind.REOPENED if item.times_opened else ItemEventKind.OPENED
    item.kind = opening.kind
    item.state = ItemState.OPEN
    item.centre_id = opening.centre_id
    item.reasons = list(opening.reasons)
    item.score = opening.score
    item.opened_at = clock.now()
    item.closed_at = None
    item.times_opened += 1
    item.handed_to = item.escalated_at = item.claimed_by = item.claimed_at = None
    note_event(actor, item, what)


def close_item(actor: Actor | None, item: ReviewItem, decision: Decision | None) -> None:
    """Close an item and the reports on it, whose authors hear what became of them."""
    item.state = ItemState.CLOSED
    item.closed_at = clock.now()
    item.claimed_by = item.claimed_at = None
    if decision is None:
        note_event(actor, item, ItemEventKind.CLOSED)
        _close_reports(item, ReportOutcome.WITHDRAWN, None)
        return
    note_event(actor, item, ItemEventKind.DECIDED, str(decision.kind))
    upheld = decision.kind in UPHOLDING
    _close_reports(item, ReportOutcome.UPHELD if upheld else ReportOutcome.NOT_UPHELD, decision)


def close_edit(actor: Actor | None, item: ReviewItem, decision: Decision | None) -> None:
    """An edit no longer waits; what was reported of the post itself is still to be looked at."""
    if not item.score:
        close_item(actor, item, decision)
        return
    item.kind = ItemKind.REPORT
    if decision is not None:
        note_event(actor, item, ItemEventKind.DECIDED, str(decision.kind))


def _close_reports(item: ReviewItem, outcome: ReportOutcome, decision: Decision | None) -> None:
    closed = db.session.scalars(
        update(Report)
        .where(Report.item_id == item.id, Report.outcome == ReportOutcome.OPEN)
        .values(
            outcome=outcome,
            closed_at=clock.now(),
            decision_id=decision.id if decision else None,
        )
        .returning(Report.id)
    ).all()
    for report_id in sorted(closed):
        emit(ReportClosed(report_id))


def hold_item(item_id: int) -> ReviewItem:
    """The item, read anew and held until this transaction ends; raises NotFound."""
    item = db.session.scalar(
        select(ReviewItem)
        .where(ReviewItem.id == item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise NotFound("There is no such item.")
    return item


def hold_item_of(post: Post) -> ReviewItem | None:
    """The open item about the post, held until this transaction ends; None when there is none."""
    return db.session.scalar(
        select(ReviewItem)
        .where(
            ReviewItem.target_type == "post",
            ReviewItem.target_id == post.id,
            ReviewItem.state == ItemState.OPEN,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def ensure_open(actor: Actor, item: ReviewItem, version: int | None) -> None:
    """Raise unless the actor may decide the item as it was shown, and nobody else has it.

    ``version`` None: any. Raises Conflict, telling what the other did, or NotAllowed.
    """
    ensure(policy.can_decide(actor, item))
    if item.state is not ItemState.OPEN:
        raise Conflict(queries.what_happened(item))
    if policy.is_claimed_by_another(actor, item) and not manages(actor, item.centre_id):
        raise Conflict(queries.who_claimed(item))
    if version is not None:
        ensure_version(item, version)


@action
def claim_item(actor: Actor, item_id: int) -> ReviewItem:
    """Take the item for oneself for half an hour; a claim that has gone stale is taken over.

    Raises Conflict when somebody else has it, or it was decided.
    """
    item = hold_item(item_id)
    ensure(policy.can_see(actor, item))
    if item.state is not ItemState.OPEN:
        raise Conflict(queries.what_happened(item))
    ensure(policy.can_claim(actor, item))
    if policy.is_claimed_by_another(actor, item):
        raise Conflict(queries.who_claimed(item))
    if item.claimed_by != actor.actor_id:
        note_event(actor, item, ItemEventKind.CLAIMED)
    item.claimed_by, item.claimed_at = actor.actor_id, clock.now()
    audit.record(actor, "item.claim", item, centre_id=item.centre_id)
    return item


@action
def release_item(actor: Actor, item_id: int) -> None:
    """Let others have the item; managers may release the claim of somebody else."""
    item = hold_item(item_id)
    ensure(policy.can_decide(actor, item))
    if item.claimed_by != actor.actor_id and not manages(actor, item.centre_id):
        ensure(no("Only whoever claimed this, or a manager, can release it."))
    item.claimed_by = item.claimed_at = None
    note_event(actor, item, ItemEventKind.RELEASED)
    audit.record(actor, "item.release", item, centre_id=item.centre_id)


@action
def note_item(actor: Actor, item_id: int, *, text: str) -> None:
    """Add a note to the item, for staff alone."""
    item = hold_item(item_id)
    ensure(policy.can_see(actor, item))
    note_event(actor, item, ItemEventKind.NOTED, _accept(text, missing="Write a note"))
    audit.record(actor, "item.note", item, centre_id=item.centre_id)


@action
def ask_author(actor: Actor, item_id: int, *, text: str) -> None:
    """Ask the author of what waits something; they are told and answer on their standing page."""
    item = hold_item(item_id)
    ensure_open(actor, item, None)
    if item.author_id is None:
        raise Invalid("There is nobody to ask.")
    event = note_event(
        actor, item, ItemEventKind.ASKED, _accept(text, missing="Write what you want to know")
    )
    audit.record(actor, "item.ask", item, centre_id=item.centre_id)
    db.session.flush()
    emit(AuthorAsked(event.id))


@action
def answer_moderator(actor: Actor, item_id: int, *, text: str) -> None:
    """Answer what a moderator asked about one's own post; raises NotFound when nobody asked."""
    item = hold_item(item_id)
    if item.author_id != actor.actor_id or not queries.is_asked(item.id):
        raise NotFound("There is no question for you.")
    note_event(actor, item, ItemEventKind.ANSWERED, _accept(text, missing="Write your answer"))
    audit.record(actor, "item.answer", item, centre_id=item.centre_id)


@action
def escalate_item(actor: Actor, item_id: int, *, text: str) -> None:
    """Pass the item to the managers of the centre, with a note of why.

    Also for those who are recused: passing on decides nothing.
    """
    item = hold_item(item_id)
    ensure(policy.can_see(actor, item))
    if item.state is not ItemState.OPEN:
        raise Conflict(queries.what_happened(item))
    if item.kind is ItemKind.APPEAL:
        raise Invalid("Appeals cannot be passed on.")
    note = _accept(text, missing="Say why you pass this on")
    item.escalated_at = clock.now()
    item.handed_to = item.claimed_by = item.claimed_at = None
    note_event(actor, item, ItemEventKind.ESCALATED, note)
    audit.record(actor, "item.escalate", item, centre_id=item.centre_id)
    emit(ItemEscalated(item.id))


@action
def hand_over_item(actor: Actor, item_id: int, *, centre: str, text: str) -> None:
    """Let the moderators of a neighbouring centre decide this one item.

    Raises Invalid unless ``centre`` is the slug of a neighbour.
    """
    item = hold_item(item_id)
    ensure(policy.can_see(actor, item))
    if item.state is not ItemState.OPEN:
        raise Conflict(queries.what_happened(item))
    if item.kind not in {ItemKind.PENDING_POST, ItemKind.REPORT, ItemKind.EDIT}:
        raise Invalid("Only posts and reports can be passed to another centre.")
    place = db.session.scalar(select(Centre).where(Centre.slug == centre))
    home = db.session.get_one(Centre, item.centre_id)
    if place is None or place.region not in NEIGHBOURS[home.region]:
        raise Invalid("Choose a neighbouring centre", field="centre")
    note = _accept(text, missing="Say why you pass this on")
    item.handed_to, item.escalated_at = place.id, clock.now()
    item.claimed_by = item.claimed_at = None
    note_event(actor, item, ItemEventKind.HANDED_OVER, f"{place.name}: {note}")
    audit.record(actor, "item.hand-over", item, centre_id=item.centre_id, to=place.slug)
    emit(ItemEscalated(item.id))


def _accept(text: str, *, missing: str) -> str:
    return accept_paragraphs(text, field="text", longest=LONGEST_NOTE, missing=missing)
