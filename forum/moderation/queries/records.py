"""What staff know of the authors and items of a queue: for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from forum.core.db import db
from forum.moderation.enums import (
    DecisionKind,
    ItemEventKind,
    ReportOutcome,
    ReportReason,
)
from forum.moderation.models import Decision, ItemEvent, Report

COUNTED = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.EDIT: "approved",
    DecisionKind.REJECT: "rejected",
    DecisionKind.HIDE: "hidden",
}


@dataclass(frozen=True, slots=True)
class Record:
    """How many posts of a member a centre approved, rejected and hid; undone ones left out."""

    approved: int = 0
    rejected: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class ReportCount:
    """How often a reason was given for reporting something."""

    reason: ReportReason
    number: int


NO_RECORD = Record()


def records_of(
    pairs: Sequence[tuple[int | None, int]],
) -> dict[tuple[int | None, int | None], Record]:
    """Records by account and centre, for pairs of their ids, in one statement."""
    accounts = sorted({account for account, _centre in pairs if account is not None})
    rows = db.session.execute(
        select(Decision.account_id, Decision.centre_id, Decision.kind, func.count())
        .where(
            Decision.account_id.in_(accounts),
            Decision.kind.in_(COUNTED),
            Decision.undone_at.is_(None),
        )
        .group_by(Decision.account_id, Decision.centre_id, Decision.kind)
    )
    counts: defaultdict[tuple[int | None, int | None], dict[str, int]] = defaultdict(dict)
    for account_id, centre_id, kind, number in rows:
        counted = counts[account_id, centre_id]
        counted[COUNTED[kind]] = counted.get(COUNTED[kind], 0) + number
    return {pair: Record(**counted) for pair, counted in counts.items()}


def count_reports(items: Sequence[int]) -> dict[int, list[ReportCount]]:
    """Open reports on each item by reason, the most frequent first, in one statement."""
    number = func.count()
    rows = db.session.execute(
        select(Report.item_id, Report.reason, number)
        .where(Report.item_id.in_(items), Report.outcome == ReportOutcome.OPEN)
        .group_by(Report.item_id, Report.reason)
        .order_by(number.desc(), Report.reason)
    )
    found: defaultdict[int, list[ReportCount]] = defaultdict(list)
    for item_id, reason, times in rows:
        found[item_id].append(ReportCount(reason, times))
    return found


def who_is_asked(items: Sequence[int]) -> dict[int, str]:
    """Of items whose author was asked something: "asked", or "answered", in one statement."""
    last = (
        select(func.max(ItemEvent.id))
        .where(
            ItemEvent.item_id.in_(items),
            ItemEvent.what.in_([ItemEventKind.ASKED, ItemEventKind.ANSWERED]),
        )
        .group_by(ItemEvent.item_id)
    )
    rows = db.session.execute(
        select(ItemEvent.item_id, ItemEvent.what).where(ItemEvent.id.in_(last))
    )
    return {item_id: str(what) for item_id, what in rows}
