"""Versions of what public pages show, raised in the transaction that changes it.

A tag is a word such as "thread:12". A page that was kept is still true while every tag that it
depends on has the version that it had when the page was made. To forget a tag is worse than to
raise one too many, so whatever is not known to be private, or to concern certain tags, raises
EVERYTHING, on which every page depends:

- a model says by ``page_tags`` what its change concerns: names of tags, none when it is private;
- a statement that changes many rows says so by the execution option ``page_tags``.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Insert, String, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from forum.core.db import Model, db

EVERYTHING = "everything"
# Pages that show the newest of all centres.
HOME = "home"
# Lists of members.
PEOPLE = "people"
# What the search finds.
SEARCH = "search"
KEPT = "page_tags"


class Private:
    """Marks a model of which no page for visitors shows anything."""

    page_tags: ClassVar[Sequence[str]] = ()


class PageTag(Private, Model):
    """How often a tag was raised; one that never was has no row and the version 0."""

    __tablename__ = "page_tag"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]


def touch(*names: str) -> None:
    """Raise the tags ``names`` when the present transaction commits."""
    db.session.info.setdefault(KEPT, set()).update(names)


def write() -> None:
    """Raise the tags that were touched; the last statement of a transaction.

    In the order of their names, so that two transactions never wait for each other.
    """
    names = sorted(db.session.info.pop(KEPT, ()))
    if not names:
        return
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        _raise(insert),
        [{"name": name, "version": 1} for name in names],
        execution_options={KEPT: ()},
    )


@cache
def _raise(insert: Callable[..., Any]) -> Insert:
    """Put together once, since every transaction that changes a page ends with it."""
    table: Any = PageTag.__table__
    raised: Insert = insert(table).on_conflict_do_update(
        index_elements=[table.c.name], set_={"version": table.c.version + 1}
    )
    return raised


def versions(names: Iterable[str]) -> dict[str, int]:
    """The versions of those of ``names`` that were ever raised, as this transaction sees them."""
    rows = db.session.execute(
        select(PageTag.name, PageTag.version).where(PageTag.name.in_(sorted(names)))
    )
    return {row.name: row.version for row in rows}


def _note_objects(session: Session, _context: object, _instances: object) -> None:
    for thing in (*session.new, *session.dirty, *session.deleted):
        if thing in session.dirty and not session.is_modified(thing):
            continue
        touch(*getattr(thing, KEPT, (EVERYTHING,)))


def _note_statement(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    told = state.execution_options.get(KEPT)
    if told is None:
        table: Any = state.statement.table  # type: ignore[attr-defined]  # what it changes
        told = () if table.name in _private_tables() else (EVERYTHING,)
    touch(*told)


@cache
def _private_tables() -> frozenset[str]:
    return frozenset(
        str(mapper.class_.__tablename__)
        for mapper in Model.registry.mappers
        if getattr(mapper.class_, KEPT, None) == ()
    )


def _forget(session: Session, *_more: Any) -> None:
    session.info.pop(KEPT, None)


event.listen(db.session, "before_flush", _note_objects)
event.listen(db.session, "do_orm_execute", _note_statement)
event.listen(db.session, "after_rollback", _forget)
