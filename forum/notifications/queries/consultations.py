"""Whom to tell of the dates of consultations, and of posts that they cite."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.consultations import queries as consultations
from forum.consultations.enums import Reminder, SignOff
from forum.consultations.events import (
    IdentitiesRemoved,
    ManagersReminded,
    MemberConcerned,
    SignOffAsked,
    SignOffDecided,
)
from forum.consultations.models import Citation, Consultation
from forum.consultations.policy.signing import sign_off_of
from forum.core.db import db
from forum.notifications.enums import NoticeKind
from forum.notifications.queries.messages import Message
from forum.threads.models import Post

KINDS = {
    Reminder.OPENS: NoticeKind.CONSULTATION_OPENS,
    Reminder.CLOSES: NoticeKind.CONSULTATION_CLOSES,
    Reminder.CLOSED: NoticeKind.CONSULTATION_CLOSED,
    Reminder.OUTCOME_DUE: NoticeKind.OUTCOME_DUE,
    Reminder.OVERDUE: NoticeKind.OUTCOME_OVERDUE,
    Reminder.RETENTION: NoticeKind.IDENTITIES_DUE,
}
SIGN_OFFS = {
    SignOff.WAITING: NoticeKind.SIGN_OFF_ASKED,
    SignOff.SIGNED: NoticeKind.SIGNED_OFF,
    SignOff.RETURNED: NoticeKind.SIGN_OFF_REFUSED,
}


def tell_of_date(event: ManagersReminded) -> Sequence[Message]:
    """What the managers of the centre are told of a date; nothing when it ended meanwhile."""
    consultation = db.session.get(Consultation, event.consultation_id)
    if consultation is None or consultation.announced_at is None:
        return ()
    is_retention = event.what == Reminder.RETENTION
    if consultation.ended_at and not is_retention:
        return ()
    day = datetime.fromisoformat(event.at)
    return [
        Message(
            manager,
            KINDS[Reminder(event.what)],
            f"/consultations/{consultation.id}/manage/{'retention/' if is_retention else ''}",
            f"reminder-{event.what}-{consultation.id}-{day:%Y%m%d%H%M}",
            {"consultation": consultation.title, "date": event.at},
        )
        for manager in _managers(consultation)
    ]


def tell_of_removal(event: IdentitiesRemoved) -> Sequence[Message]:
    """What the managers of the centre are told once nothing names respondents any longer."""
    consultation = db.session.get(Consultation, event.consultation_id)
    if consultation is None or consultation.identities_removed_at is None:
        return ()
    removed = consultations.identities_removed(consultation.id)
    details = {
        "consultation": consultation.title,
        "date": consultation.identities_removed_at.isoformat(),
        "removed": asdict(removed),
    }
    return [
        Message(
            manager,
            NoticeKind.IDENTITIES_REMOVED,
            f"/consultations/{consultation.id}/manage/retention/",
            f"identities-removed-{consultation.id}",
            details,
        )
        for manager in _managers(consultation)
    ]


def tell_of_edition(event: MemberConcerned) -> Sequence[Message]:
    """What a member is told of an edition of a consultation; nothing when they respond no more."""
    news = consultations.news_of(event.consultation_id, event.edition)
    kind = NoticeKind.CONSULTATION_EXTENDED if news.is_longer else NoticeKind.CONSULTATION_CHANGED
    return [
        Message(
            account,
            kind,
            f"{news.path}respond/",
            f"{respondents_key(event.consultation_id)}edition-{event.edition}",
            {"consultation": news.title, "note": news.note, "until": news.closes_at.isoformat()},
        )
        for account in consultations.members_concerned(
            event.consultation_id, account_id=event.account_id
        )
    ]


def tell_of_sign_off(event: SignOffAsked | SignOffDecided) -> Sequence[Message]:
    """What stewards are told of a response that waits, and those who write it of the decision.

    Nothing when something else has become of it meanwhile; nobody is told what they did.
    """
    response = consultations.response_with_respondent(event.response_id)
    if response is None or response.consultation.closes_at is None:
        return ()
    state = sign_off_of(response)
    if isinstance(event, SignOffAsked) is not (state is SignOff.WAITING) or state not in SIGN_OFFS:
        return ()
    is_asked = state is SignOff.WAITING
    path = f"/responses/{response.reference}/"
    people = consultations.stewards_of if is_asked else consultations.writers_of
    when = datetime.fromisoformat(event.at)
    return [
        Message(
            account,
            SIGN_OFFS[state],
            f"{path}sign-off/" if is_asked else path,
            f"{respondents_key(response.consultation_id)}{response.id}-{state}-{when:%Y%m%d%H%M%S}",
            {
                "consultation": response.consultation.title,
                "note": response.sign_off_note,
                "until": response.consultation.closes_at.isoformat(),
            },
        )
        for account in people(response)
        if account.id != event.by
    ]


def respondents_key(consultation_id: int) -> str:
    """How keys of notices begin that tell who responds to a consultation."""
    return f"respondent-{consultation_id}-"


def _managers(consultation: Consultation) -> Sequence[Account]:
    return db.session.scalars(
        select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Role.MANAGER, RoleGrant.centre_id == consultation.centre_id)
        .order_by(Account.id)
    ).all()


def tell_of_citation(citation_id: int) -> Message | None:
    """What the author of a cited post is told; nothing when it was taken back or is their own."""
    citation = db.session.get(Citation, citation_id)
    if citation is None:
        return None
    post = db.session.get_one(Post, citation.post_id)
    if post.author_id == citation.cited_by:
        return None
    consultation = db.session.get_one(Consultation, citation.consultation_id)
    return Message(
        post.author,
        NoticeKind.POST_CITED,
        consultation.path,
        f"cited-{consultation.id}-{post.id}",
        {"post": post.id, "consultation": consultation.title},
    )
