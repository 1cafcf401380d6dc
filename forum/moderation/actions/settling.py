"""What else becomes true when a decision is taken back: its appeal and the reports it answered."""

from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.outbox import emit
from forum.moderation import queries
from forum.moderation.actions.items import close_item, hold_item
from forum.moderation.enums import AppealState, DecisionKind, ReportOutcome
from forum.moderation.events import AppealDecided, ReportClosed
from forum.moderation.models import Decision


def settle(actor: Actor, decision: Decision, taken_back: Decision) -> None:
    """Within an action, close the appeal that waits against ``decision``, which fell.

    When it was reversed, the reports that it upheld count as not upheld.
    """
    appeal = queries.hold_waiting_appeal_of(decision.id)
    if appeal is not None:
        appeal.state = AppealState.REVERSED
        appeal.decided_at = clock.now()
        appeal.outcome = taken_back
        close_item(actor, hold_item(queries.item_of(appeal.id).id), taken_back)
        db.session.flush()
        emit(AppealDecided(appeal.id))
    if taken_back.kind is DecisionKind.REVERSE:
        _turn_reports(decision, taken_back)


def _turn_reports(decision: Decision, taken_back: Decision) -> None:
    for report in queries.reports_closed_by(decision):
        report.outcome = ReportOutcome.NOT_UPHELD
        report.decision_id = taken_back.id
        emit(ReportClosed(report.id))
