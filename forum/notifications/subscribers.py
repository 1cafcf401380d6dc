"""Who is told of what: a notice on the site, and a mail.

Each handler may run again for the same event: the notice has a key that keeps it from being
told twice, and its mail has the same Message-ID.
"""

from collections.abc import Iterable

from forum.core import transactions
from forum.core.outbox import subscribe
from forum.moderation.events import (
    AppealDecided,
    AppealLodged,
    AuthorAsked,
    ComplaintAnswered,
    DecisionTaken,
    ItemEscalated,
    ReportClosed,
)
from forum.notifications import actions, email, queries
from forum.notifications.enums import NoticeKind
from forum.notifications.queries import Message

# What is told on the site alone: it takes nothing from anybody and asks for nothing.
NOT_MAILED = frozenset(
    {
        NoticeKind.THREAD_UNLOCKED,
        NoticeKind.THREAD_MOVED,
        NoticeKind.THREAD_MERGED,
        NoticeKind.THREAD_SPLIT,
        NoticeKind.THREAD_RETOPICED,
        NoticeKind.REPORT_WITHDRAWN,
    }
)


def register() -> None:
    """Subscribe to the events that somebody is told of."""
    subscribe(DecisionTaken, tell_of_decision)
    subscribe(AuthorAsked, tell_of_question)
    subscribe(AppealLodged, tell_of_appeal)
    subscribe(AppealDecided, tell_of_outcome)
    subscribe(ReportClosed, tell_of_report)
    subscribe(ComplaintAnswered, tell_of_complaint)
    subscribe(ItemEscalated, tell_of_escalation)


def tell_of_decision(event: DecisionTaken) -> None:
    """Tell the person concerned of a decision, unless it was undone meanwhile."""
    _tell([queries.tell_of_decision(event.decision_id)])


def tell_of_question(event: AuthorAsked) -> None:
    """Tell an author that a moderator asks them something."""
    _tell([queries.tell_of_question(event.item_event_id)])


def tell_of_appeal(event: AppealLodged) -> None:
    """Tell the appellant that the appeal has arrived, and when it is due."""
    _tell([queries.tell_of_appeal(event.appeal_id)])


def tell_of_outcome(event: AppealDecided) -> None:
    """Tell the appellant what was decided, and why."""
    _tell([queries.tell_of_outcome(event.appeal_id)])


def tell_of_report(event: ReportClosed) -> None:
    """Tell a reporter with an account what became of the report."""
    _tell([queries.tell_of_report(event.report_id)])


def tell_of_complaint(event: ComplaintAnswered) -> None:
    """Tell a complainant with an account that there is an answer."""
    _tell([queries.tell_of_complaint(event.complaint_id)])


def tell_of_escalation(event: ItemEscalated) -> None:
    """Tell those who may decide an item that it waits for them; one mail an hour at most."""
    _tell(queries.tell_of_escalation(event.item_id))


def _tell(messages: Iterable[Message | None]) -> None:
    told = [message for message in messages if message is not None]
    # A mail server that is away must keep nobody from being told on the site.
    for message in told:
        actions.keep_notice(message)
    mailed = [message for message in told if _is_mailed(message)]
    # The reading is over: no lock is held while a mail server thinks.
    transactions.pause()
    for message in mailed:
        email.send(message)


def _is_mailed(message: Message) -> bool:
    if message.kind in NOT_MAILED or not message.account.is_confirmed:
        return False
    return not queries.is_quiet(message.account.id, message.key)
