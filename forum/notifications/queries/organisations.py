"""Whom to tell of organisations and of those who speak for them; they are mailed elsewhere."""

from collections.abc import Sequence

from forum.accounts.models import Account
from forum.core.db import db
from forum.notifications.enums import NoticeKind
from forum.notifications.queries.messages import Message
from forum.organisations import queries as organisations
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.events import (
    MembershipConfirmed,
    MembershipRefused,
    MembershipRequested,
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)
from forum.organisations.models import Membership, Organisation
from forum.organisations.queries import Notice

OrganisationEvent = OrganisationRegistered | OrganisationConfirmed | OrganisationRefused
MembershipEvent = MembershipRequested | MembershipConfirmed | MembershipRefused

WITH_REASON = (NoticeKind.ORGANISATION_REFUSED, NoticeKind.MEMBERSHIP_REFUSED)
ORGANISATIONS = {
    OrganisationRegistered: (OrganisationState.WAITING, NoticeKind.ORGANISATION_WAITS),
    OrganisationConfirmed: (OrganisationState.CONFIRMED, NoticeKind.ORGANISATION_CONFIRMED),
    OrganisationRefused: (OrganisationState.REFUSED, NoticeKind.ORGANISATION_REFUSED),
}
MEMBERSHIPS = {
    MembershipRequested: (MembershipState.WAITING, NoticeKind.MEMBERSHIP_REQUESTED),
    MembershipConfirmed: (MembershipState.CONFIRMED, NoticeKind.MEMBERSHIP_CONFIRMED),
    MembershipRefused: (MembershipState.REFUSED, NoticeKind.MEMBERSHIP_REFUSED),
}


def tell_of_organisation(event: OrganisationEvent) -> Sequence[Message]:
    """What managers are told of an organisation that waits, and its registrant of the decision.

    Nothing when something else has become of it meanwhile.
    """
    state, kind = ORGANISATIONS[type(event)]
    organisation = db.session.get(Organisation, event.organisation_id)
    if organisation is None or organisation.state is not state:
        return ()
    if kind is NoticeKind.ORGANISATION_WAITS:
        notice = organisations.notice_to_centre(organisation.id)
        return _messages(notice, kind, "/organisations/waiting/", event.key)
    notice = organisations.notice_to_registrant(organisation.id)
    is_refused = state is OrganisationState.REFUSED
    path = f"/organisations/{organisation.id}/edit/" if is_refused else organisation.path
    return _messages(notice, kind, path, event.key)


def tell_of_membership(event: MembershipEvent) -> Sequence[Message]:
    """What stewards are told of a wish to join, and whoever wished it of the decision.

    Nothing when something else has become of it meanwhile.
    """
    state, kind = MEMBERSHIPS[type(event)]
    membership = db.session.get(Membership, event.membership_id)
    if membership is None or membership.state is not state:
        return ()
    if kind is NoticeKind.MEMBERSHIP_REQUESTED:
        notice = organisations.notice_to_stewards(membership.id)
        path = f"/organisations/{membership.organisation_id}/members/"
        return _messages(notice, kind, path, event.key)
    notice = organisations.notice_to_member(membership.id)
    return _messages(notice, kind, "/account/organisations/", event.key)


def _messages(notice: Notice | None, kind: NoticeKind, path: str, key: str) -> Sequence[Message]:
    if notice is None:
        return ()
    reason = notice.reason if kind in WITH_REASON else ""
    details = {"organisation": notice.organisation, "reason": reason}
    return [
        Message(
            db.session.get_one(Account, recipient.account_id),
            kind,
            path,
            f"organisation-{key}",
            details,
        )
        for recipient in notice.recipients
    ]
