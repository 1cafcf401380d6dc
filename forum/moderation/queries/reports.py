"""Reads of reports, and of how much those of a member count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import joinedload

from forum.accounts.enums import Role
from forum.accounts.models import RoleGrant
from forum.boards.models import Board
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.moderation.enums import ReportOutcome, ReportReason
from forum.moderation.models import Decision, Report, ReviewItem
from forum.moderation.queries.standing import established
from forum.threads import policy as threads
from forum.threads.models import Post, Thread

REPORTS_PER_PAGE = 20
REMEMBERED = timedelta(days=365)
FULL_WEIGHT = 100
VISITOR_WEIGHT = 50
LEAST_WEIGHT = 10
# A report needs such a weight to count towards hiding a post before a moderator has seen it.
HIDING_WEIGHT = 50
# So many upheld reports everybody is credited with at first.
CREDIT = 2
NO_REPORT = "There is no report with this reference."


@dataclass(frozen=True, slots=True)
class ReporterRecord:
    """What became of somebody's reports within the last 12 months."""

    upheld: int
    not_upheld: int

    @property
    def weight(self) -> int:
        """What a report counts for, in hundredths: 100 unless moderators disagreed with some."""
        share = (self.upheld + CREDIT) / (self.upheld + self.not_upheld + CREDIT)
        return max(LEAST_WEIGHT, round(FULL_WEIGHT * share))


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in the list of whoever made it.

    ``entry_path`` leads to the public log; ``thread_title`` is "" when the thread is hidden.
    """

    reference: str
    reason: ReportReason
    note: str
    created_at: datetime
    outcome: ReportOutcome
    closed_at: datetime | None
    post_path: str
    thread_title: str
    entry_path: str


def reporter_record(account_id: int) -> ReporterRecord:
    """How moderators judged the member's reports within the last 12 months."""
    rows = db.session.execute(
        select(Report.outcome, func.count())
        .where(Report.reporter_id == account_id, Report.closed_at > clock.now() - REMEMBERED)
        .group_by(Report.outcome)
    )
    counts = {row[0]: row[1] for row in rows}
    return ReporterRecord(
        counts.get(ReportOutcome.UPHELD, 0), counts.get(ReportOutcome.NOT_UPHELD, 0)
    )


def weight_of(actor: Actor) -> int:
    """What a report of the actor counts for, in hundredths."""
    if actor.actor_id is None or not actor.is_confirmed:
        return VISITOR_WEIGHT
    return reporter_record(actor.actor_id).weight


def find_report(post_id: int, submission_id: str) -> Report | None:
    """The report of the post that an earlier sending of the same form has made."""
    if not submission_id:
        return None
    return db.session.scalar(
        select(Report).where(Report.post_id == post_id, Report.submission_id == submission_id)
    )


def has_reported(actor: Actor, item: ReviewItem) -> bool:
    """Whether the actor has reported the post since its item was last opened."""
    if actor.actor_id is None:
        return False
    found = select(Report.id).where(
        Report.reporter_id == actor.actor_id,
        Report.item_id == item.id,
        Report.round == item.times_opened,
    )
    return db.session.scalar(found.limit(1)) is not None


def weighty_reasons(item: ReviewItem) -> Sequence[ReportReason]:
    """Reasons of the open reports of established members that count for much, one for each member.

    Oldest first.
    """
    rows = db.session.execute(
        select(Report.reporter_id, Report.reason)
        .where(
            Report.item_id == item.id,
            Report.outcome == ReportOutcome.OPEN,
            Report.weight >= HIDING_WEIGHT,
            Report.reporter_id.is_not(None),
        )
        .order_by(Report.id)
    ).all()
    known = established([row.reporter_id for row in rows])
    reasons = {row.reporter_id: row.reason for row in rows if row.reporter_id in known}
    return list(reasons.values())


def has_staff(centre_id: int, *, beside: int) -> bool:
    """Whether somebody other than the account ``beside`` moderates the centre."""
    found = select(RoleGrant.id).where(
        RoleGrant.centre_id == centre_id, RoleGrant.account_id != beside
    )
    return db.session.scalar(found.limit(1)) is not None


def is_staff_of(account_id: int, centre_id: int) -> bool:
    """Whether the account moderates the centre, or administers the site."""
    found = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        or_(RoleGrant.centre_id == centre_id, RoleGrant.role == Role.ADMINISTRATOR),
    )
    return db.session.scalar(found.limit(1)) is not None


def get_report(actor: Actor, reference: str) -> Report:
    """The report with this reference, for visitors and for whoever made it.

    Raises NotFound when there is none, or a member made it who is not the actor.
    """
    report = None
    if reference.isascii() and reference.isprintable():
        report = db.session.scalar(
            select(Report)
            .options(
                joinedload(Report.post).joinedload(Post.thread).joinedload(Thread.board),
                joinedload(Report.item),
            )
            .where(
                Report.reference == reference.upper(),
                or_(Report.reporter_id.is_(None), Report.reporter_id == actor.actor_id),
            )
        )
    if report is None:
        raise NotFound(NO_REPORT)
    return report


def entry_of(report: Report) -> str:
    """Address of the public log's entry about what answered the report; "" when nothing did."""
    decision = db.session.get(Decision, report.decision_id) if report.decision_id else None
    return decision.entry_path if decision else ""


def own_reports(actor: Actor, *, after: str = "") -> Page[ReportRow]:
    """The actor's reports, newest first."""
    statement = (
        select(
            Report,
            # A title is as hidden as its thread.
            case((threads.visible_to(actor), Thread.title), else_=""),
            Decision.entry_number,
        )
        .join(Post, Post.id == Report.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(Report.reporter_id == actor.actor_id)
        .order_by(Report.created_at.desc(), Report.id.desc())
        .limit(REPORTS_PER_PAGE + 1)
    )
    if after:
        statement = before(
            statement, (Report.created_at, Report.id), decode_cursor(after, datetime, int)
        )
    found = db.session.execute(statement).all()
    rows = [_report_row(*row) for row in found[:REPORTS_PER_PAGE]]
    last = found[len(rows) - 1][0] if len(found) > REPORTS_PER_PAGE else None
    return Page(rows, encode_cursor(last.created_at, last.id) if last else "")


def _report_row(report: Report, title: str, entry: int | None) -> ReportRow:
    return ReportRow(
        reference=report.reference,
        reason=report.reason,
        note=report.note,
        created_at=report.created_at,
        outcome=report.outcome,
        closed_at=report.closed_at,
        post_path=f"/posts/{report.post_id}/",
        thread_title=title,
        entry_path=f"/moderation-log/{entry}/" if entry else "",
    )
