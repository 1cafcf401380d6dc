"""Reads of centres and their councils."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.centres.models import Centre, Council
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A moderator or manager of a centre; ``url`` is "" when the profile is hidden."""

    name: str
    role: Role
    url: str


@dataclass(frozen=True, slots=True)
class ModeratorRow:
    """A moderator of a centre and the grant that makes them one."""

    grant_id: int
    name: str
    handle: str
    since: datetime


def list_centres() -> Sequence[Centre]:
    """All centres in the order of their regions' codes, from north to south."""
    return db.session.scalars(_centres()).all()


@cache
def _centres() -> Select[Centre]:
    return select(Centre).order_by(Centre.region)


def get_centre(actor: Actor, slug: str) -> Centre:
    """The centre with this slug.

    Raises NotFound when there is none.
    """
    del actor  # everybody may see every centre
    centre = db.session.scalar(_centre_by_slug(), {"slug": slug})
    if centre is None:
        raise NotFound("There is no such centre.")
    return centre


@cache
def _centre_by_slug() -> Select[Centre]:
    return select(Centre).where(Centre.slug == bindparam("slug"))


def councils_of(centre_id: int) -> Sequence[str]:
    """The names of the imported councils of the centre's region, in the order of short names."""
    return db.session.scalars(_councils_by_centre(), {"centre_id": centre_id}).all()


@cache
def _councils_by_centre() -> Select[str]:
    return (
        select(Council.name)
        .where(Council.centre_id == bindparam("centre_id"))
        .order_by(Council.short_name, Council.id)
    )


def staff_of(centre_id: int) -> Sequence[StaffRow]:
    """Who manages and who moderates the centre, managers first, each person once."""
    rows = db.session.execute(_staff_by_centre(), {"centre_id": centre_id})
    found: dict[int, StaffRow] = {}
    for key, name, handle, is_hidden, role in rows:
        url = "" if is_hidden else f"/people/{handle}/"
        found.setdefault(key, StaffRow(name=name, role=role, url=url))
    return list(found.values())


@cache
def _staff_by_centre() -> Select[*tuple[Any, ...]]:
    return (
        select(Account.id, Account.display_name, Account.handle, Account.is_hidden, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.centre_id == bindparam("centre_id"))
        # "manager" comes before "moderator" in the alphabet as well.
        .order_by(RoleGrant.role, Account.display_name, Account.id)
    )


def moderators_of(centre_id: int) -> Sequence[ModeratorRow]:
    """The moderators of the centre, by name, without its managers."""
    rows = db.session.execute(
        select(RoleGrant.id, Account.display_name, Account.handle, RoleGrant.granted_at)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.centre_id == centre_id, RoleGrant.role == Role.MODERATOR)
        .order_by(Account.display_name, RoleGrant.id)
    )
    return [ModeratorRow(*row) for row in rows]


def get_moderator_grant(centre_id: int, grant_id: int) -> RoleGrant:
    """What makes somebody a moderator of the centre; raises NotFound when there is none."""
    grant = db.session.scalar(
        select(RoleGrant).where(
            RoleGrant.id == grant_id,
            RoleGrant.centre_id == centre_id,
            RoleGrant.role == Role.MODERATOR,
        )
    )
    if grant is None:
        raise NotFound("There is no such moderator of this centre.")
    return grant
