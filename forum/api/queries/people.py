"""Organisations, and members who show a public page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from forum.accounts import policy as accounts
from forum.accounts.models import Account
from forum.api.queries.filters import OrganisationFilters, PersonFilters
from forum.api.queries.shapes import Author, Person
from forum.api.queries.shapes import Organisation as OrganisationShape
from forum.api.queries.slices import VISITOR, Found, Rows, Slice, Source
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.tags import PEOPLE
from forum.organisations import policy as organisations
from forum.organisations.models import Organisation


def author_columns() -> tuple[Any, ...]:
    """Columns from which ``author_of`` tells who wrote something."""
    return Account.display_name, Account.handle, Account.is_hidden


def author_of(row: Any, site: str) -> Author:
    """Who wrote it: whoever shows no public page is told by name alone, as beside their posts."""
    handle = None if row.is_hidden else row.handle
    url = f"{site}/people/{handle}/" if handle else None
    return Author(name=row.display_name, handle=handle, url=url)


def account_id_of(handle: str) -> Any:
    """The member with the handle and a public page, as part of a statement."""
    return (
        select(Account.id)
        .where(Account.handle == handle.lower(), Account.is_hidden.is_(False))
        .scalar_subquery()
    )


def _organisations() -> Select[*tuple[Any, ...]]:
    return select(
        Organisation.id,
        Organisation.name,
        Organisation.slug,
        Organisation.sector,
        Organisation.kind,
        Organisation.size,
        Organisation.region,
        Organisation.company_number,
        Organisation.charity_number,
        Organisation.about,
    ).where(organisations.visible_to(VISITOR))


def _shape_organisations(rows: Rows, site: str) -> list[OrganisationShape]:
    return [
        OrganisationShape(
            id=row.id,
            name=row.name,
            sector=row.sector,
            kind=row.kind,
            size=row.size,
            region=row.region,
            company_number=row.company_number,
            charity_number=row.charity_number,
            about=row.about,
            url=f"{site}/organisations/{row.id}/{row.slug}/",
        )
        for row in rows
    ]


def _people() -> Select[*tuple[Any, ...]]:
    return select(
        Account.id,
        Account.handle,
        Account.display_name,
        Account.sector,
        Account.region,
        Account.about,
        Account.created_at,
    ).where(accounts.visible_to(VISITOR), Account.confirmed_at.is_not(None))


def _shape_people(rows: Rows, site: str) -> list[Person]:
    return [
        Person(
            handle=row.handle,
            name=row.display_name,
            sector=row.sector,
            region=row.region,
            about=row.about,
            member_since=row.created_at,
            url=f"{site}/people/{row.handle}/",
        )
        for row in rows
    ]


ORGANISATIONS_SOURCE = Source(Organisation.id, _organisations, _shape_organisations)
PEOPLE_SOURCE = Source(Account.id, _people, _shape_people)


def list_organisations(
    filters: OrganisationFilters, *, after: Sequence[Any] | None, site: str
) -> Slice[OrganisationShape]:
    """Confirmed organisations, in the order in which they were registered."""
    statement = _organisations()
    for column, value in (
        (Organisation.sector, filters.sector),
        (Organisation.region, filters.region),
        (Organisation.kind, filters.kind),
    ):
        if value is not None:
            statement = statement.where(column == value)
    items, _rows, last = ORGANISATIONS_SOURCE.slice(
        statement, [Organisation.id], after=after, limit=filters.limit, site=site
    )
    return Slice(items, last)


def get_organisation(organisation_id: int, *, site: str) -> Found[OrganisationShape]:
    """The organisation; raises NotFound when there is none that was confirmed."""
    rows = db.session.execute(_organisations().where(Organisation.id == organisation_id)).all()
    if not rows:
        raise NotFound("There is no such organisation.")
    tag = f"organisation:{organisation_id}"
    return Found(_shape_organisations(rows, site)[0], tags=[tag])


def list_people(filters: PersonFilters, *, after: Sequence[Any] | None, site: str) -> Slice[Person]:
    """Members who show a public page, in the order in which they joined."""
    statement = _people()
    if filters.sector is not None:
        statement = statement.where(Account.sector == filters.sector)
    if filters.region is not None:
        statement = statement.where(Account.region == filters.region)
    items, _rows, last = PEOPLE_SOURCE.slice(
        statement, [Account.id], after=after, limit=filters.limit, site=site
    )
    return Slice(items, last, tags=[PEOPLE])


def get_person(handle: str, *, site: str) -> Found[Person]:
    """The member with the handle; raises NotFound when none with it shows a public page."""
    rows = db.session.execute(_people().where(Account.handle == handle.lower())).all()
    if not rows:
        raise NotFound("There is no such member, or they do not show a public page.")
    return Found(_shape_people(rows, site)[0], tags=[f"person:{rows[0].id}"])
