"""Whom to tell of what happens to organisations: read when it is told, so that it is true."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.core.db import db
from forum.organisations.enums import MembershipState
from forum.organisations.models import Membership, Organisation


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told."""

    account_id: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to whom; ``person`` is the member it is about ("" when none)."""

    recipients: Sequence[Recipient]
    organisation_id: int
    organisation: str
    path: str
    reason: str
    person: str = ""


def notice_to_centre(organisation_id: int) -> Notice | None:
    """To the managers of the region's centre, or to administrators, about an organisation."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        return None
    grants = select(RoleGrant.account_id)
    if organisation.centre_id is None:
        grants = grants.where(RoleGrant.role == Role.ADMINISTRATOR)
    else:
        grants = grants.where(
            RoleGrant.role == Role.MANAGER, RoleGrant.centre_id == organisation.centre_id
        )
    return _about(organisation, _people(grants))


def notice_to_registrant(organisation_id: int) -> Notice | None:
    """To whoever registered an organisation."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        return None
    wanted = select(Account.id).where(Account.id == organisation.created_by)
    return _about(organisation, _people(wanted))


def notice_to_stewards(membership_id: int) -> Notice | None:
    """To an organisation's stewards, about somebody who wishes to join it."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.state is not MembershipState.WAITING:
        return None
    stewards = select(Membership.account_id).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.is_steward.is_(True),
        Membership.state == MembershipState.CONFIRMED,
    )
    return _about(
        membership.organisation, _people(stewards), person=membership.account.display_name
    )


def notice_to_member(membership_id: int) -> Notice | None:
    """To whoever holds a membership."""
    membership = db.session.get(Membership, membership_id)
    if membership is None:
        return None
    wanted = select(Account.id).where(Account.id == membership.account_id)
    return _about(membership.organisation, _people(wanted), reason=membership.refusal)


def _people(ids: Select[int]) -> Sequence[Recipient]:
    rows = db.session.execute(
        select(Account.id, Account.email, Account.display_name)
        .where(Account.id.in_(ids), Account.confirmed_at.is_not(None))
        .order_by(Account.id)
    )
    return [Recipient(key, email, name) for key, email, name in rows]


def _about(
    organisation: Organisation,
    recipients: Sequence[Recipient],
    *,
    person: str = "",
    reason: str = "",
) -> Notice:
    return Notice(
        recipients=recipients,
        organisation_id=organisation.id,
        organisation=organisation.name,
        path=organisation.path,
        reason=reason or organisation.refusal,
        person=person,
    )
