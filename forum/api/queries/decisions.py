"""Decisions of moderators, as entries of the public log."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Raw
from sqlalchemy import Select, select

from forum.api.queries.filters import DecisionFilters
from forum.api.queries.shapes import Decision
from forum.api.queries.slices import Found, Rows, Slice, Source
from forum.centres.models import Centre
from forum.core.canonical import read_canonical
from forum.core.db import db
from forum.core.errors import NotFound
from forum.moderation.models import LogEntry
from forum.moderation.queries import NO_CENTRE

LOG = "log"


def _entries() -> Select[*tuple[Any, ...]]:
    return select(LogEntry.number, LogEntry.hash, LogEntry.body)


def _shape(rows: Rows, site: str) -> list[Decision]:
    del site  # an entry tells addresses as it was sealed
    return [Decision(hash=row.hash, entry=_entry(row.body)) for row in rows]


def _entry(body: str) -> Raw:
    """The body as it is stored, to the last byte, so that its hash can be checked."""
    if read_canonical(body) is None:
        return Raw(json.dumps(body, ensure_ascii=True).encode())
    return Raw(body.encode())


DECISIONS = Source(LogEntry.number, _entries, _shape)


def list_decisions(
    filters: DecisionFilters, *, after: Sequence[Any] | None, site: str
) -> Slice[Decision]:
    """Entries of the public log, newest first."""
    items, _rows, last = DECISIONS.slice(
        _entries().where(*_conditions(filters)),
        [LogEntry.number],
        after=after,
        limit=filters.limit,
        site=site,
        newest=True,
    )
    return Slice(items, last, tags=[LOG])


def _conditions(filters: DecisionFilters) -> Iterable[Any]:
    if filters.centre == NO_CENTRE:
        yield LogEntry.centre_id.is_(None)
    elif filters.centre is not None:
        centre = select(Centre.id).where(Centre.slug == filters.centre).scalar_subquery()
        yield LogEntry.centre_id == centre
    if filters.action is not None:
        yield LogEntry.action == filters.action
    if filters.since is not None:
        yield LogEntry.at >= filters.since
    if filters.until is not None:
        yield LogEntry.at < filters.until


def get_decision(number: int) -> Found[Decision]:
    """The entry with this number; raises NotFound."""
    rows = db.session.execute(_entries().where(LogEntry.number == number)).all()
    if not rows:
        raise NotFound("There is no such entry in the log.")
    return Found(_shape(rows, "")[0], tags=[LOG])
