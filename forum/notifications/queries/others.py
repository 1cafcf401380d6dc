"""Whom to tell of questions, appeals, reports, complaints and items passed on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.core.db import db
from forum.moderation import queries as moderation
from forum.moderation.enums import AppealState, ItemEventKind, ItemState, ReportOutcome
from forum.moderation.models import Appeal, Complaint, ItemEvent, Report, ReviewItem
from forum.notifications.enums import NoticeKind
from forum.notifications.queries.messages import STANDING, Message

OUTCOMES = {
    ReportOutcome.UPHELD: NoticeKind.REPORT_UPHELD,
    ReportOutcome.NOT_UPHELD: NoticeKind.REPORT_NOT_UPHELD,
    ReportOutcome.WITHDRAWN: NoticeKind.REPORT_WITHDRAWN,
}
APPEALS = {
    AppealState.UPHELD: NoticeKind.APPEAL_UPHELD,
    AppealState.REVERSED: NoticeKind.APPEAL_REVERSED,
}


def tell_of_question(item_event_id: int) -> Message | None:
    """What the author is told of a moderator's question that still waits for an answer."""
    event = db.session.get(ItemEvent, item_event_id)
    if event is None:
        return None
    item = event.item
    if item.author is None or item.state is not ItemState.OPEN or not moderation.is_asked(item.id):
        return None
    details: dict[str, Any] = {"post": item.post_id} if item.post_id else {}
    path = f"{STANDING}questions/{item.id}/"
    return Message(item.author, NoticeKind.AUTHOR_ASKED, path, f"question-{event.id}", details)


def tell_of_appeal(appeal_id: int) -> Message | None:
    """What the appellant is told of an appeal that waits."""
    appeal = db.session.get(Appeal, appeal_id)
    if appeal is None or appeal.state is not AppealState.WAITING:
        return None
    return Message(
        appeal.appellant,
        NoticeKind.APPEAL_LODGED,
        STANDING,
        f"appeal-{appeal.id}",
        {"until": appeal.due_at.isoformat()},
    )


def tell_of_outcome(appeal_id: int) -> Message | None:
    """What the appellant is told of an appeal that was decided."""
    appeal = db.session.get(Appeal, appeal_id)
    if appeal is None or appeal.state not in APPEALS:
        return None
    outcome = appeal.outcome
    return Message(
        appeal.appellant,
        APPEALS[appeal.state],
        outcome.entry_path if outcome else STANDING,
        f"appeal-decided-{appeal.id}",
        {"reason": outcome.reason if outcome else ""},
    )


def tell_of_report(report_id: int) -> Message | None:
    """What a reporter with an account is told of a report that is closed."""
    report = db.session.get(Report, report_id)
    if report is None or report.reporter is None or report.outcome not in OUTCOMES:
        return None
    return Message(
        report.reporter,
        OUTCOMES[report.outcome],
        f"/reports/{report.reference}/",
        f"report-{report.id}-{report.decision_id or 0}",
    )


def tell_of_complaint(complaint_id: int) -> Message | None:
    """What a complainant with an account is told of a complaint that was answered."""
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is None or complaint.account_id is None or complaint.answered_at is None:
        return None
    account = db.session.get(Account, complaint.account_id)
    if account is None:
        return None
    return Message(
        account,
        NoticeKind.COMPLAINT_ANSWERED,
        f"/complaints/{complaint.reference}/",
        f"complaint-{complaint.id}",
        {"centre": complaint.centre.name},
    )


def tell_of_escalation(item_id: int) -> Sequence[Message]:
    """What those are told who may decide an item that was passed to them and still waits.

    They are the managers of the centre (administrators where there is none), or moderators and
    managers of the neighbouring centre; whoever passed it on is left out.
    """
    item = db.session.get(ReviewItem, item_id)
    if item is None or item.state is not ItemState.OPEN or item.escalated_at is None:
        return ()
    passed = _last_passed(item)
    if passed is None:
        return ()
    over = item.handed_to is not None
    kind = NoticeKind.ITEM_HANDED_OVER if over else NoticeKind.ITEM_ESCALATED
    return [
        Message(account, kind, item.path, f"passed-{passed.id}", {"centre": item.centre.name})
        for account in _responsible(item)
        if account.id not in {passed.actor_id, item.author_id}
    ]


def _last_passed(item: ReviewItem) -> ItemEvent | None:
    return db.session.scalar(
        select(ItemEvent)
        .where(
            ItemEvent.item_id == item.id,
            ItemEvent.what.in_([ItemEventKind.ESCALATED, ItemEventKind.HANDED_OVER]),
        )
        .order_by(ItemEvent.id.desc())
        .limit(1)
    )


def _responsible(item: ReviewItem) -> Sequence[Account]:
    if item.handed_to is not None:
        return _holders(RoleGrant.centre_id == item.handed_to)
    managers = _holders(RoleGrant.role == Role.MANAGER, RoleGrant.centre_id == item.centre_id)
    return managers or _holders(RoleGrant.role == Role.ADMINISTRATOR)


def _holders(*which: Any) -> Sequence[Account]:
    grants = select(RoleGrant.account_id).where(*which)
    return db.session.scalars(
        select(Account).where(Account.id.in_(grants)).order_by(Account.id)
    ).all()
