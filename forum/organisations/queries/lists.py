"""Reads of organisations and memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select, tuple_
from sqlalchemy.orm import contains_eager, selectinload

from forum.accounts.enums import Region, Sector
from forum.accounts.models import Account
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, decode_cursor, encode_cursor
from forum.organisations import policy
from forum.organisations.enums import MembershipState, OrganisationKind, OrganisationState
from forum.organisations.models import Membership, Organisation

PAGE_SIZE = 50
MOST_WAITING = 200
MOST_FOUND = 10
LONGEST_KEY = 9

ListColumns = tuple[int, str, str, Sector, OrganisationKind, Region | None]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation in a list; ``region`` is "" for national ones."""

    id: int
    name: str
    url: str
    sector: str
    kind: str
    region: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody's membership; ``url`` is "" when the profile is hidden."""

    id: int
    name: str
    url: str
    state: MembershipState
    is_steward: bool
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class MemberChoices:
    """A membership and what the actor may decide about it."""

    member: MemberRow
    may_confirm: bool
    may_refuse: bool
    may_appoint: bool


def get_organisation(actor: Actor, organisation_id: int) -> Organisation:
    """The organisation with its memberships.

    Raises NotFound when there is none that the actor may see.
    """
    organisation = db.session.scalar(
        select(Organisation)
        .options(selectinload(Organisation.memberships))
        .where(Organisation.id == organisation_id, policy.visible_to(actor))
    )
    if organisation is None:
        raise NotFound("There is no such organisation.")
    return organisation


def get_membership(actor: Actor, membership_id: int) -> Membership:
    """The membership, for its holder and for those who may decide about it.

    Raises NotFound for everybody else.
    """
    membership = db.session.scalar(
        select(Membership)
        .join(Membership.organisation)
        .options(contains_eager(Membership.organisation).selectinload(Organisation.memberships))
        .where(Membership.id == membership_id)
    )
    if membership is None or not (
        membership.account_id == actor.actor_id
        or policy.can_manage_members(actor, membership.organisation)
    ):
        raise NotFound("There is no such membership.")
    return membership


def organisations_of(account_id: int) -> Sequence[Organisation]:
    """The organisations that a member may speak for, by name: both sides are confirmed."""
    return db.session.scalars(_organisations_by_member(), {"account_id": account_id}).all()


@cache
def _organisations_by_member() -> Select[Organisation]:
    """Asked with every form for a post: to put it together takes longer than to run it."""
    return (
        select(Organisation)
        .where(has_speaker(bindparam("account_id")))
        .order_by(Organisation.name, Organisation.id)
    )


def has_speaker(account_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Filter of organisations that a member may speak for."""
    confirmed = select(Membership.organisation_id).where(
        Membership.account_id == account_id, Membership.state == MembershipState.CONFIRMED
    )
    return and_(Organisation.id.in_(confirmed), Organisation.state == OrganisationState.CONFIRMED)


def namesake(name: str, region: Region | None) -> Organisation | None:
    """An organisation of this name and region that waits or was confirmed, whatever its case."""
    # Compared here, since SQLite knows the case of plain letters only.
    same_region = Organisation.region.is_(None) if region is None else Organisation.region == region
    candidates = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(same_region, Organisation.state != OrganisationState.REFUSED)
        .order_by(Organisation.id)
    )
    for key, other in candidates:
        if other.casefold() == name.casefold():
            return db.session.get_one(Organisation, key)
    return None


def find_named(text: str) -> Sequence[tuple[int, str]]:
    """Number and name of confirmed organisations: of this number, else of this name.

    Without one of this name, some whose names hold the text, shortest first.
    """
    confirmed = select(Organisation.id, Organisation.name).where(
        Organisation.state == OrganisationState.CONFIRMED
    )
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY:
        confirmed = confirmed.where(Organisation.id == int(text))
        return [(key, name) for key, name in db.session.execute(confirmed)]
    # Compared here, since SQLite knows the case of plain letters only.
    wanted = text.casefold()
    rows = db.session.execute(confirmed.order_by(Organisation.name, Organisation.id))
    found = [(key, name) for key, name in rows if wanted in name.casefold()]
    exact = [(key, name) for key, name in found if name.casefold() == wanted]
    return exact or sorted(found, key=lambda one: len(one[1]))[:MOST_FOUND]


def list_organisations(
    *,
    sector: Sector | None = None,
    region: Region | None = None,
    national: bool = False,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page[OrganisationRow]:
    """Confirmed organisations by name; ``national`` leaves only those without a region.

    Raises NotFound for a cursor that is not of this list.
    """
    statement = _rows().where(Organisation.state == OrganisationState.CONFIRMED)
    if sector is not None:
        statement = statement.where(Organisation.sector == sector)
    if national:
        statement = statement.where(Organisation.region.is_(None))
    elif region is not None:
        statement = statement.where(Organisation.region == region)
    if cursor:
        statement = statement.where(_after(cursor))
    rows = [_row(row) for row in db.session.execute(statement.limit(size + 1))]
    next_cursor = encode_cursor(rows[size - 1].id) if len(rows) > size else ""
    return Page(rows[:size], next_cursor)


def waiting_for(actor: Actor) -> Sequence[OrganisationRow]:
    """Organisations that the actor may confirm or refuse, by name, at most MOST_WAITING."""
    statement = _rows().where(
        Organisation.state == OrganisationState.WAITING, policy.decidable_by(actor)
    )
    return [_row(row) for row in db.session.execute(statement.limit(MOST_WAITING))]


def waiting_members_for(actor: Actor) -> Sequence[OrganisationRow]:
    """Organisations that the actor sees to as staff and that somebody waits to join, by name.

    At most MOST_WAITING.
    """
    statement = _rows().where(
        Organisation.state == OrganisationState.CONFIRMED,
        policy.decidable_by(actor),
        Organisation.memberships.any(Membership.state == MembershipState.WAITING),
    )
    return [_row(row) for row in db.session.execute(statement.limit(MOST_WAITING))]


def members_of(organisation: Organisation) -> Sequence[MemberRow]:
    """Who speaks for the organisation or wishes to: waiting first, then stewards, by name."""
    rows = db.session.execute(
        select(
            Membership.id,
            Account.display_name,
            Account.handle,
            Account.is_hidden,
            Membership.state,
            Membership.is_steward,
            Membership.requested_at,
        )
        .join(Membership.account)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.state != MembershipState.LEFT,
        )
        .order_by(
            Membership.state != MembershipState.WAITING,
            Membership.state,
            Membership.is_steward.desc(),
            Account.display_name,
            Membership.id,
        )
    )
    return [
        MemberRow(key, name, "" if hidden else f"/people/{handle}/", state, steward, requested)
        for key, name, handle, hidden, state, steward, requested in rows
    ]


def members_with_choices(actor: Actor, organisation: Organisation) -> Sequence[MemberChoices]:
    """``members_of`` with what the actor may decide about each."""
    by_id = {membership.id: membership for membership in organisation.memberships}
    return [
        MemberChoices(
            row,
            may_confirm=bool(policy.can_confirm_membership(actor, by_id[row.id])),
            may_refuse=bool(policy.can_refuse_membership(actor, by_id[row.id])),
            may_appoint=bool(policy.can_appoint(actor, by_id[row.id])),
        )
        for row in members_of(organisation)
        if row.id in by_id
    ]


def speakers_of(organisation: Organisation) -> Sequence[MemberRow]:
    """Who speaks for the organisation, without those who hide their profile."""
    return [
        row
        for row in members_of(organisation)
        if row.state is MembershipState.CONFIRMED and row.url
    ]


def memberships_of(account_id: int) -> Sequence[Membership]:
    """All memberships of a member that were not left, with their organisations, by name."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.organisation)
        .options(contains_eager(Membership.organisation))
        .where(Membership.account_id == account_id, Membership.state != MembershipState.LEFT)
        .order_by(Organisation.name, Organisation.id)
    ).all()


def _rows() -> Select[*ListColumns]:
    return select(
        Organisation.id,
        Organisation.name,
        Organisation.slug,
        Organisation.sector,
        Organisation.kind,
        Organisation.region,
    ).order_by(Organisation.name, Organisation.id)


def _row(row: Row[*ListColumns]) -> OrganisationRow:
    key, name, slug, sector, kind, region = row
    return OrganisationRow(
        id=key,
        name=name,
        url=f"/organisations/{key}/{slug}/",
        sector=str(sector),
        kind=str(kind),
        region=str(region or ""),
    )


def _after(cursor: str) -> ColumnElement[bool]:
    """Only what stands after the organisation of the cursor; a name is too long for one."""
    (last_id,) = decode_cursor(cursor, int)
    last_name = db.session.scalar(select(Organisation.name).where(Organisation.id == last_id))
    if last_name is None:
        raise NotFound("That page of the list does not exist.")
    return tuple_(Organisation.name, Organisation.id) > tuple_(last_name, last_id)
