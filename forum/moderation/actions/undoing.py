"""Taking decisions back: undone by whoever decided, or reversed on appeal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from forum.core import clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import (
    Matter,
    Ruling,
    deciding,
    note_event,
    record_decision,
)
from forum.moderation.actions.items import hold_item
from forum.moderation.actions.restoring import RESTORERS
from forum.moderation.actions.settling import settle
from forum.moderation.enums import (
    DecisionKind,
    ItemEventKind,
    ItemKind,
    ItemState,
    ReportOutcome,
)
from forum.moderation.models import Decision, Report, ReviewItem
from forum.threads import queries as threads
from forum.threads.models import Post

SUPERSEDED = "Something was decided about this since. Undo the later decision first."


@deciding
def undo_decision(actor: Actor, decision_id: int) -> Decision:
    """Take back one's own decision within ten minutes; all is as before, the item waits again.

    Undoing a bulk decision undoes every decision that it holds. Raises Conflict when something
    was decided about the same thing since.
    """
    decision = queries.hold_decision(decision_id)
    ensure(policy.can_undo(actor, decision))
    taken_back = take_back(actor, decision, kind=DecisionKind.UNDO, ruling=Ruling())
    if decision.kind is DecisionKind.BULK:
        for part in _hold_parts(decision):
            take_back(actor, part, kind=DecisionKind.UNDO, ruling=Ruling(), parent=taken_back)
            _reopen_item(actor, part)
    else:
        _reopen_item(actor, decision)
    return taken_back


def _hold_parts(decision: Decision) -> Sequence[Decision]:
    """The decisions that a bulk decision holds, with their posts and threads, all held."""
    parts = [queries.hold_decision(part.id) for part in queries.parts_of(decision)]
    of_parts = Post.id.in_([part.post_id for part in parts])
    threads.hold_threads(threads.hold_posts(of_parts))
    return parts


def take_back(
    actor: Actor,
    decision: Decision,
    *,
    kind: DecisionKind,
    ruling: Ruling,
    parent: Decision | None = None,
    item: ReviewItem | None = None,
) -> Decision:
    """Restore what was before ``decision`` and record it as ``kind`` (undo or reverse).

    ``item`` is that of the appeal, when there is one.
    Raises Conflict when something was decided about the same thing since.
    """
    if queries.has_later_decision(decision):
        raise Conflict(SUPERSEDED)
    if decision.kind is not DecisionKind.BULK:
        _restore(decision)
    matter = Matter(
        centre_id=decision.centre_id,
        name=decision.target_name,
        path=decision.target_path,
        item=item or decision.item,
        post=decision.post,
        thread=decision.thread,
        account_id=decision.account_id,
        parent=parent,
        corrects=decision,
        since=item.opened_at if item else None,
    )
    taken_back = record_decision(actor, kind, matter, ruling)
    decision.undone_at = clock.now()
    decision.undone_by_id = taken_back.id
    db.session.flush()
    settle(actor, decision, taken_back)
    return taken_back


def _restore(decision: Decision) -> None:
    if decision.kind not in RESTORERS:
        raise Conflict("This cannot be undone. A new decision can correct it.")
    RESTORERS[decision.kind](decision)


def _reopen_item(actor: Actor, decision: Decision) -> None:
    """The item waits again since when it waited, with its reports."""
    was = decision.before.get("item")
    if decision.item_id is None or was is None:
        return
    item = hold_item(decision.item_id)
    reports = queries.reports_closed_by(decision)
    if item.state is ItemState.OPEN:
        _add_to_open(item, ItemKind(was["kind"]), reports)
    else:
        _open_as_before(item, was)
    for report in reports:
        _reopen_report(report)
    note_event(actor, item, ItemEventKind.UNDONE, str(decision.kind))


def _open_as_before(item: ReviewItem, was: Mapping[str, Any]) -> None:
    item.kind = ItemKind(was["kind"])
    item.state = ItemState.OPEN
    item.closed_at = None
    item.handed_to = was["handed_to"]
    escalated = was["escalated_at"]
    item.escalated_at = datetime.fromisoformat(escalated) if escalated else None


def _add_to_open(item: ReviewItem, kind: ItemKind, reports: Sequence[Report]) -> None:
    """Since the decision the item was opened again: what it waited for before is added."""
    if kind is not ItemKind.REPORT:
        item.kind = kind
    item.score += sum(report.weight for report in reports)


def _reopen_report(report: Report) -> None:
    report.outcome = ReportOutcome.OPEN
    report.closed_at = None
    report.decision_id = None
