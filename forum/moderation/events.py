"""What happens in moderation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """Something was decided; whom it concerns is told, and those who reported it."""

    decision_id: int


@dataclass(frozen=True, slots=True)
class AuthorAsked:
    """A moderator asks the author of a waiting or reported post something."""

    item_event_id: int


@dataclass(frozen=True, slots=True)
class AppealLodged:
    """A decision was appealed."""

    appeal_id: int


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """An appeal was decided; the appellant is told."""

    appeal_id: int


@dataclass(frozen=True, slots=True)
class ItemEscalated:
    """An item waits for the managers of a centre, or for a neighbouring one."""

    item_id: int


@dataclass(frozen=True, slots=True)
class ReportClosed:
    """What became of a report; a reporter with an account is told."""

    report_id: int


@dataclass(frozen=True, slots=True)
class ComplaintAnswered:
    """A complaint was answered; a complainant with an account is told."""

    complaint_id: int
