"""Who is told of what: a notice on the site, and a mail.

Each handler may run again for the same event: the notice has a key that keeps it from being
told twice, and its mail has the same Message-ID.
"""

from collections.abc import Iterable

from forum.consultations.events import (
    IdentitiesRemoved,
    ManagersReminded,
    MemberConcerned,
    PostCited,
    SignOffAsked,
    SignOffDecided,
)
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
from forum.organisations.events import (
    MembershipConfirmed,
    MembershipRefused,
    MembershipRequested,
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)

# What is told on the site alone: it takes nothing from anybody and asks for nothing, or the mail
# about it comes from the organisations.
NOT_MAILED = frozenset(
    {
        NoticeKind.THREAD_UNLOCKED,
        NoticeKind.THREAD_MOVED,
        NoticeKind.THREAD_MERGED,
        NoticeKind.THREAD_SPLIT,
        NoticeKind.THREAD_RETOPICED,
        NoticeKind.REPORT_WITHDRAWN,
        NoticeKind.ORGANISATION_WAITS,
        NoticeKind.ORGANISATION_CONFIRMED,
        NoticeKind.ORGANISATION_REFUSED,
        NoticeKind.MEMBERSHIP_REQUESTED,
        NoticeKind.MEMBERSHIP_CONFIRMED,
        NoticeKind.MEMBERSHIP_REFUSED,
        NoticeKind.POST_CITED,
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
    subscribe(OrganisationRegistered, tell_of_organisation)
    subscribe(OrganisationConfirmed, tell_of_organisation)
    subscribe(OrganisationRefused, tell_of_organisation)
    subscribe(MembershipRequested, tell_of_membership)
    subscribe(MembershipConfirmed, tell_of_membership)
    subscribe(MembershipRefused, tell_of_membership)
    subscribe(ManagersReminded, tell_of_date)
    subscribe(IdentitiesRemoved, tell_of_removal)
    subscribe(IdentitiesRemoved, forget_respondents)
    subscribe(MemberConcerned, tell_of_edition)
    subscribe(SignOffAsked, tell_of_sign_off)
    subscribe(SignOffDecided, tell_of_sign_off)
    subscribe(PostCited, tell_of_citation)


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


def tell_of_organisation(event: queries.OrganisationEvent) -> None:
    """Tell managers of an organisation that waits, or whoever registered it of the decision."""
    _tell(queries.tell_of_organisation(event))


def tell_of_membership(event: queries.MembershipEvent) -> None:
    """Tell stewards of somebody who wishes to join, or that person of the decision."""
    _tell(queries.tell_of_membership(event))


def tell_of_date(event: ManagersReminded) -> None:
    """Tell the managers of a centre of a date of its consultation."""
    _tell(queries.tell_of_date(event))


def tell_of_removal(event: IdentitiesRemoved) -> None:
    """Tell the managers of a centre that what named respondents was removed, and how much."""
    _tell(queries.tell_of_removal(event))


def forget_respondents(event: IdentitiesRemoved) -> None:
    """Remove what told members about their responses, which would say that they responded."""
    actions.forget_respondents(event.consultation_id)


def tell_of_edition(event: MemberConcerned) -> None:
    """Tell a member who responds to a consultation that it has changed."""
    _tell(queries.tell_of_edition(event))


def tell_of_sign_off(event: SignOffAsked | SignOffDecided) -> None:
    """Tell stewards of a response that waits for them, or its writers of what was decided."""
    _tell(queries.tell_of_sign_off(event))


def tell_of_citation(event: PostCited) -> None:
    """Tell the author of a post that it was taken as evidence."""
    _tell([queries.tell_of_citation(event.citation_id)])


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
