"""Reads of centres and their councils."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

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


def list_centres() -> Sequence[Centre]:
    """All centres in the order of their regions' codes, from north to south."""
    return db.session.scalars(select(Centre).order_by(Centre.region)).all()


def get_centre(actor: Actor, slug: str) -> Centre:
    """The centre with this slug.

    Raises NotFound when there is none.
    """
    del actor  # everybody may see every centre
    centre = db.session.scalar(select(Centre).where(Centre.slug == slug))
    if centre is None:
        raise NotFound("There is no such centre.")
    return centre


def councils_of(centre_id: int) -> Sequence[Council]:
    """The imported councils of the centre's region, by name."""
    return db.session.scalars(
        select(Council)
        .where(Council.centre_id == centre_id)
        .order_by(Council.short_name, Council.id)
    ).all()


def staff_of(centre_id: int) -> Sequence[StaffRow]:
    """Who manages and who moderates the centre, managers first, each person once."""
    rows = db.session.execute(
        select(Account.id, Account.display_name, Account.handle, Account.is_hidden, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.centre_id == centre_id)
        # "manager" comes before "moderator" in the alphabet as well.
        .order_by(RoleGrant.role, Account.display_name, Account.id)
    )
    found: dict[int, StaffRow] = {}
    for key, name, handle, is_hidden, role in rows:
        url = "" if is_hidden else f"/people/{handle}/"
        found.setdefault(key, StaffRow(name=name, role=role, url=url))
    return list(found.values())
