"""An item with all that is needed to decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import contains_eager

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.enums import NEIGHBOURS
from forum.centres.models import Centre
from forum.core.access import Actor, Decision, manages, no
from forum.core.db import db
from forum.core.texts import difference
from forum.moderation import policy
from forum.moderation.enums import ItemEventKind, ItemKind, ReportOutcome, ReportReason
from forum.moderation.models import Decision as Decided
from forum.moderation.models import ItemEvent, Report, ReviewItem
from forum.moderation.queries.clauses import ClauseChoice, clauses_for
from forum.moderation.queries.concerns import concern_of
from forum.moderation.queries.items import who_claimed
from forum.moderation.queries.queue import page_of
from forum.moderation.queries.records import NO_RECORD, Record, records_of
from forum.threads import queries as threads
from forum.threads.enums import HoldReason, PostState
from forum.threads.models import Post, Thread

EARLIER = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """A post before or after the one in question, as everybody reads it."""

    id: int
    number: int
    html: str
    author_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of the item's history; ``actor_name`` "" for the site."""

    at: datetime
    what: ItemEventKind
    text: str
    actor_name: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report; ``reporter_name`` "" for visitors."""

    at: datetime
    reason: ReportReason
    note: str
    reporter_name: str
    outcome: ReportOutcome


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """What the centre decided about the author before."""

    at: datetime
    kind: str
    rule: str
    path: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item of the queue with what it is about, and what the actor may do with it.

    ``may_decide`` tells why not; ``concern`` is why the actor is recused ("": they are not).
    """

    item: ReviewItem
    post: Post | None
    url: str
    before: Beside | None
    after: Beside | None
    changes: Sequence[tuple[str, str]]
    edit_note: str
    source: str
    record: Record
    earlier: Sequence[EarlierDecision]
    reports: Sequence[ReportLine]
    history: Sequence[HistoryLine]
    neighbours: Sequence[Centre]
    clauses: Sequence[ClauseChoice]
    concern: str
    may_decide: Decision
    may_release: bool
    is_mine: bool
    is_stale: bool

    @property
    def suggested(self) -> str:
        """The clause that the reasons of the item suggest; "" when none do."""
        return next((clause.value for clause in self.clauses if clause.is_suggested), "")


def show_item(actor: Actor, item: ReviewItem) -> ItemPage:
    """All that a moderator needs to decide the item, in a constant number of statements."""
    post = post_of(item)
    reports = _reports_on(item)
    changes, edit_note = _changes(item, post) if post else ([], "")
    beside = _beside(post) if post else {}
    concern = concern_of(actor, post) if post else ""
    return ItemPage(
        item=item,
        post=post,
        url=page_of(item),
        before=beside.get("before"),
        after=beside.get("after"),
        changes=changes,
        edit_note=edit_note,
        source=post.source if post else "",
        record=records_of([(item.author_id, item.centre_id)]).get(
            (item.author_id, item.centre_id), NO_RECORD
        ),
        earlier=_earlier_decisions(item),
        reports=reports,
        history=_history_of(item),
        neighbours=_neighbours_of(item.centre),
        clauses=clauses_for(item.centre_id, _reasons_of(item, reports)) if post else [],
        concern=concern,
        may_decide=_may_decide(actor, item, concern),
        may_release=item.claimed_by == actor.actor_id or manages(actor, item.centre_id),
        is_mine=item.claimed_by is not None and item.claimed_by == actor.actor_id,
        is_stale=policy.was_claimed_by_another(actor, item),
    )


def _may_decide(actor: Actor, item: ReviewItem, concern: str) -> Decision:
    decision = policy.can_claim(actor, item)
    if not decision:
        return decision
    if concern:
        return no(concern)
    if policy.is_claimed_by_another(actor, item) and not manages(actor, item.centre_id):
        return no(who_claimed(item))
    return decision


def _changes(item: ReviewItem, post: Post) -> tuple[Sequence[tuple[str, str]], str]:
    """What a waiting edit changes, or a revision after a rejection; with its author's note."""
    if item.kind is ItemKind.EDIT:
        held = threads.held_edit_of(post.id)
        return (difference(post.source, held.source), held.note) if held else ([], "")
    if HoldReason.REVISED not in {reason.get("why") for reason in item.reasons}:
        return [], ""
    before = threads.last_revision_of(post.id)
    return (difference(before.source, post.source), before.note) if before else ([], "")


def _reasons_of(item: ReviewItem, reports: Sequence[ReportLine]) -> list[str]:
    """Words of why the item waits: those of its reports first."""
    open_ones = [str(line.reason) for line in reports if line.outcome is ReportOutcome.OPEN]
    return [*open_ones, *(str(reason.get("why", "")) for reason in item.reasons)]


def post_of(item: ReviewItem) -> Post | None:
    """The post that the item is about, with thread, board and centre, whatever its state.

    The item is the gate: who may see that may see this, also in a neighbouring centre.
    """
    if item.post_id is None:
        return None
    return db.session.scalars(
        select(Post)
        .join(Post.thread)
        .join(Thread.board)
        .join(Board.centre)
        .join(Post.author)
        .options(
            contains_eager(Post.thread).contains_eager(Thread.board).contains_eager(Board.centre),
            contains_eager(Post.author).lazyload(Account.grants),
        )
        .where(Post.id == item.post_id)
    ).one()


def _beside(post: Post) -> dict[str, Beside]:
    """The nearest posts of the thread that can be read, by "before" and "after"."""
    visible = (Post.thread_id == post.thread_id, Post.state == PostState.VISIBLE)
    before = select(Post.id).where(*visible, Post.number < post.number)
    after = select(Post.id).where(*visible, Post.number > post.number)
    nearest = union_all(
        select(before.order_by(Post.number.desc()).limit(1).subquery()),
        select(after.order_by(Post.number).limit(1).subquery()),
    )
    rows = db.session.execute(
        select(Post.id, Post.number, Post.html, Account.display_name, Post.created_at)
        .join(Account, Account.id == Post.author_id)
        .where(Post.id.in_(nearest))
    )
    return {
        "before" if row.number < post.number else "after": Beside(
            row.id, row.number, row.html, row.display_name, row.created_at
        )
        for row in rows
    }


def _reports_on(item: ReviewItem) -> list[ReportLine]:
    rows = db.session.execute(
        select(Report.created_at, Report.reason, Report.note, Account.display_name, Report.outcome)
        .outerjoin(Account, Account.id == Report.reporter_id)
        .where(Report.item_id == item.id)
        .order_by(Report.id.desc())
    )
    return [
        ReportLine(row.created_at, row.reason, row.note, row.display_name or "", row.outcome)
        for row in rows
    ]


def _history_of(item: ReviewItem) -> list[HistoryLine]:
    rows = db.session.execute(
        select(ItemEvent.at, ItemEvent.what, ItemEvent.text, Account.display_name)
        .outerjoin(Account, Account.id == ItemEvent.actor_id)
        .where(ItemEvent.item_id == item.id)
        .order_by(ItemEvent.id)
    )
    return [HistoryLine(row.at, row.what, row.text, row.display_name or "") for row in rows]


def _earlier_decisions(item: ReviewItem) -> list[EarlierDecision]:
    rows = db.session.execute(
        select(Decided.at, Decided.kind, Decided.rule, Decided.entry_number, Decided.undone_at)
        .where(
            Decided.account_id == item.author_id,
            Decided.centre_id == item.centre_id,
            Decided.kind.in_(policy.RESTRICTIONS),
        )
        .order_by(Decided.at.desc(), Decided.id.desc())
        .limit(EARLIER)
    )
    return [
        EarlierDecision(
            at=row.at,
            kind=str(row.kind),
            rule=row.rule,
            path=f"/moderation-log/{row.entry_number}/",
            is_undone=row.undone_at is not None,
        )
        for row in rows
    ]


def _neighbours_of(centre: Centre) -> Sequence[Centre]:
    return db.session.scalars(
        select(Centre).where(Centre.region.in_(NEIGHBOURS[centre.region])).order_by(Centre.name)
    ).all()
