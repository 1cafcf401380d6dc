"""The review queue: a page of what waits, and how much waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock
from forum.core.access import Actor, manages
from forum.core.db import db
from forum.core.markup import extract
from forum.core.pages import Page, decode_cursor, encode_cursor
from forum.moderation import policy
from forum.moderation.enums import ItemKind, ItemState
from forum.moderation.models import Appeal, Complaint, ReviewItem
from forum.moderation.queries.concerns import concerns_of
from forum.moderation.queries.records import (
    NO_RECORD,
    Record,
    ReportCount,
    count_reports,
    records_of,
    who_is_asked,
)
from forum.organisations.models import Organisation
from forum.threads.models import HeldEdit, Post, Thread

PAGE_SIZE = 50
EXTRACT_LENGTH = 280
OF_POSTS = frozenset({ItemKind.PENDING_POST, ItemKind.REPORT, ItemKind.EDIT})

Claimant = aliased(Account)
Neighbour = aliased(Centre)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is wanted, and in which order.

    ``days``: only what has waited longer; ``claimed``: "mine", "others" or "nobody";
    ``by_score``: the highest score first, else the oldest.
    """

    kind: ItemKind | None = None
    centre: str = ""
    days: int = 0
    claimed: str = ""
    by_score: bool = False


@dataclass(frozen=True, slots=True)
class QueueRow:
    """An item as the list shows it; ``refusal`` is why the actor cannot decide it ("": can).

    ``url`` is "" when the page on which it is decided is not open to the actor.
    """

    id: int
    version: int
    kind: ItemKind
    url: str
    title: str
    thread_url: str
    centre_name: str
    board_title: str
    extract: str
    author_name: str
    author_url: str
    author_since: datetime | None
    record: Record
    reasons: Sequence[dict[str, Any]]
    reports: Sequence[ReportCount]
    score: int
    opened_at: datetime
    claimant: str
    is_mine: bool
    is_stale: bool
    is_escalated: bool
    neighbour: str
    asked: str
    refusal: str

    @property
    def is_of_post(self) -> bool:
        """Whether it can be decided together with others."""
        return self.kind in OF_POSTS

    @property
    def chosen(self) -> str:
        """The item and its version, as the form for many of them sends it."""
        return f"{self.id}:{self.version}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits in somebody's queue, and since when."""

    count: int
    oldest: datetime | None


def count_waiting(actor: Actor) -> Waiting:
    """What waits for the actor, in one statement."""
    parts = [
        select(func.count().label("number"), func.min(ReviewItem.opened_at).label("oldest")).where(
            ReviewItem.state == ItemState.OPEN, part
        )
        for part in policy.visible_parts(actor)
    ]
    if not parts:
        return Waiting(0, None)
    counted = union_all(*parts).subquery()
    row = db.session.execute(select(func.sum(counted.c.number), func.min(counted.c.oldest))).one()
    return Waiting(int(row[0]), row[1])


def list_queue(actor: Actor, wanted: QueueFilter, *, cursor: str = "") -> Page[QueueRow]:
    """A page of what waits for the actor, in a constant number of statements.

    Raises NotFound for a cursor of another list.
    """
    chosen = _chosen(actor, wanted, cursor=cursor, limit=PAGE_SIZE + 1)
    if chosen is None:
        return Page([], "")
    found = list(db.session.execute(_rows(chosen).order_by(*_order(wanted))))
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return Page(_complete(actor, shown), _cursor(wanted, last) if last else "")


def next_item(actor: Actor, wanted: QueueFilter, item: ReviewItem) -> int | None:
    """The item that follows in the actor's queue and is theirs to decide; None: no other.

    After the last comes the first again.
    """
    place = _cursor(wanted, item)
    for cursor in (place, ""):
        chosen = _chosen(
            actor, wanted, cursor=cursor, limit=1, more=[_is_free(actor), ReviewItem.id != item.id]
        )
        if chosen is None:
            return None
        if found := db.session.scalar(select(chosen.c.id)):
            return int(found)
    return None


def _is_free(actor: Actor) -> ColumnElement[bool]:
    """Not the actor's own, not claimed by another, not with managers when the actor is none."""
    is_free = and_(
        or_(ReviewItem.author_id.is_(None), ReviewItem.author_id != actor.actor_id),
        or_(ReviewItem.claimed_by.is_(None), ~_claimed_by_others(actor)),
    )
    if actor.is_admin:
        return is_free
    return and_(
        is_free,
        or_(
            ReviewItem.escalated_at.is_(None),
            ReviewItem.handed_to.is_not(None),
            ReviewItem.centre_id.in_(sorted(actor.managed_centres)),
        ),
    )


def _claimed_by_others(actor: Actor) -> ColumnElement[bool]:
    return and_(
        ReviewItem.claimed_by != actor.actor_id,
        ReviewItem.claimed_at > clock.now() - policy.CLAIM_FOR,
    )


def _chosen(
    actor: Actor,
    wanted: QueueFilter,
    *,
    cursor: str,
    limit: int,
    more: Sequence[ColumnElement[bool]] = (),
) -> Any:
    """Identifiers of the items wanted: the first of each part of the queue, put together.

    Each part is found and put in order by an index; together the database would sort them all.
    """
    conditions = [*_conditions(actor, wanted), *_after(wanted, cursor), *more]
    parts = [
        select(ReviewItem.id, ReviewItem.opened_at, ReviewItem.score)
        .where(ReviewItem.state == ItemState.OPEN, part, *conditions)
        .order_by(*_order(wanted))
        .limit(limit)
        .subquery()
        for part in policy.visible_parts(actor)
    ]
    if not parts:
        return None
    together = union_all(*(select(part) for part in parts)).subquery()
    return select(together.c.id).order_by(*_order(wanted, together.c)).limit(limit).subquery()


def _order(wanted: QueueFilter, columns: Any = ReviewItem) -> tuple[Any, ...]:
    oldest = (columns.opened_at, columns.id)
    return (columns.score.desc(), *oldest) if wanted.by_score else oldest


def _cursor(wanted: QueueFilter, row: Any) -> str:
    if wanted.by_score:
        return encode_cursor(row.score, row.opened_at, row.id)
    return encode_cursor(row.opened_at, row.id)


def _after(wanted: QueueFilter, cursor: str) -> list[ColumnElement[bool]]:
    """That an item stands behind the place of the cursor."""
    if not cursor:
        return []
    place = tuple_(ReviewItem.opened_at, ReviewItem.id)
    if not wanted.by_score:
        return [place > tuple_(*decode_cursor(cursor, datetime, int))]
    score, *last = decode_cursor(cursor, int, datetime, int)
    follows = and_(ReviewItem.score == score, place > tuple_(*last))
    return [or_(ReviewItem.score < score, follows)]


def _conditions(actor: Actor, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(ReviewItem.kind == wanted.kind)
    if wanted.centre:
        of_centre = select(Centre.id).where(Centre.slug == wanted.centre).scalar_subquery()
        conditions.append(ReviewItem.centre_id == of_centre)
    if wanted.days:
        conditions.append(ReviewItem.opened_at < clock.now() - timedelta(days=wanted.days))
    live = ReviewItem.claimed_at > clock.now() - policy.CLAIM_FOR
    if wanted.claimed == "mine":
        conditions += [ReviewItem.claimed_by == actor.actor_id, live]
    elif wanted.claimed == "others":
        conditions.append(_claimed_by_others(actor))
    elif wanted.claimed == "nobody":
        conditions.append(or_(ReviewItem.claimed_by.is_(None), ~live))
    return conditions


def _rows(chosen: Any) -> Select[Any]:
    """The chosen items with what they are about; of a long text only the beginning."""
    text = func.coalesce(
        HeldEdit.source, Post.source, Appeal.text, Complaint.text, Organisation.about, ""
    )
    is_edit = and_(HeldEdit.post_id == ReviewItem.post_id, ReviewItem.kind == ItemKind.EDIT)
    return (
        select(
            ReviewItem,
            func.coalesce(Thread.title, Organisation.name, "").label("title"),
            Thread.id.label("thread_id"),
            Post.number,
            Post.author_id,
            Post.organisation_id,
            Centre.name.label("centre_name"),
            Board.title.label("board_title"),
            func.substr(text, 1, 2 * EXTRACT_LENGTH).label("text"),
            Account.display_name.label("author_name"),
            Account.handle.label("author_handle"),
            Account.created_at.label("author_since"),
            Claimant.display_name.label("claimant"),
            Neighbour.name.label("neighbour"),
            ReviewItem.score,
            ReviewItem.opened_at,
            ReviewItem.id,
        )
        # First of all, since PostgreSQL keeps the order of so many joins.
        .select_from(chosen)
        .join(ReviewItem, ReviewItem.id == chosen.c.id)
        .join(Centre, Centre.id == ReviewItem.centre_id)
        .outerjoin(Post, Post.id == ReviewItem.post_id)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .outerjoin(Board, Board.id == Thread.board_id)
        .outerjoin(HeldEdit, is_edit)
        .outerjoin(Account, Account.id == ReviewItem.author_id)
        .outerjoin(Claimant, Claimant.id == ReviewItem.claimed_by)
        .outerjoin(Neighbour, Neighbour.id == ReviewItem.handed_to)
        .outerjoin(Appeal, _is_about(Appeal))
        .outerjoin(Complaint, _is_about(Complaint))
        .outerjoin(Organisation, _is_about(Organisation))
    )


def _is_about(table: Any) -> ColumnElement[bool]:
    return and_(ReviewItem.target_type == table.__tablename__, ReviewItem.target_id == table.id)


@dataclass(frozen=True, slots=True)
class _Judged:
    id: int
    author_id: int
    organisation_id: int | None
    thread_id: int


def _complete(actor: Actor, rows: Sequence[Any]) -> list[QueueRow]:
    items = [row.ReviewItem for row in rows]
    records = records_of([(item.author_id, item.centre_id) for item in items])
    reports = count_reports([item.id for item in items])
    asked = who_is_asked([item.id for item in items])
    concerns = concerns_of(
        actor,
        [
            _Judged(row.ReviewItem.id, row.author_id, row.organisation_id, row.thread_id)
            for row in rows
            if row.thread_id is not None
        ],
    )
    return [
        _row(
            row,
            actor,
            record=records.get((row.ReviewItem.author_id, row.ReviewItem.centre_id), NO_RECORD),
            reports=reports.get(row.id, []),
            asked=asked.get(row.id, ""),
            concern=concerns.get(row.id, ""),
        )
        for row in rows
    ]


def _row(row: Any, actor: Actor, *, concern: str, **more: Any) -> QueueRow:
    item: ReviewItem = row.ReviewItem
    claimed_by_another = policy.is_claimed_by_another(actor, item)
    may_decide = policy.can_decide(actor, item)
    refusal = may_decide.reason or concern
    if claimed_by_another and not manages(actor, item.centre_id):
        refusal = refusal or "Somebody else has claimed this."
    return QueueRow(
        id=item.id,
        version=item.version,
        kind=item.kind,
        url=page_of(item) if _has_page(actor, item) else "",
        title=row.title,
        thread_url=f"/posts/{item.post_id}/" if item.post_id else "",
        centre_name=row.centre_name,
        board_title=row.board_title or "",
        extract=extract(row.text, longest=EXTRACT_LENGTH),
        author_name=row.author_name or "",
        author_url=f"/people/{row.author_handle}/" if row.author_handle else "",
        author_since=row.author_since,
        reasons=item.reasons,
        score=item.score,
        opened_at=item.opened_at,
        claimant=row.claimant or "",
        is_mine=item.claimed_by is not None and item.claimed_by == actor.actor_id,
        is_stale=policy.was_claimed_by_another(actor, item),
        is_escalated=item.escalated_at is not None and item.handed_to is None,
        neighbour=row.neighbour or "",
        refusal=refusal,
        **more,
    )


def _has_page(actor: Actor, item: ReviewItem) -> bool:
    """Whether the actor may open the page on which the item is decided."""
    return item.kind is not ItemKind.ORGANISATION or manages(actor, item.centre_id)


def page_of(item: ReviewItem) -> str:
    """Where the item is decided."""
    pages = {
        ItemKind.ORGANISATION: f"/organisations/{item.target_id}/confirm/",
        ItemKind.APPEAL: f"/moderation/appeals/{item.target_id}/",
        ItemKind.COMPLAINT: f"/moderation/complaints/{item.target_id}/",
    }
    return pages.get(item.kind, item.path)


def next_after(actor: Actor, wanted: QueueFilter, item_id: int) -> int | None:
    """``next_item`` for an item that the actor may no longer see."""
    item = db.session.get(ReviewItem, item_id)
    return next_item(actor, wanted, item) if item else None


def only_centre(actor: Actor, wanted: QueueFilter) -> int:
    """The one centre that a list is of, else 0."""
    if wanted.centre:
        return db.session.scalar(select(Centre.id).where(Centre.slug == wanted.centre)) or 0
    return next(iter(actor.moderated_centres)) if len(actor.moderated_centres) == 1 else 0
