"""Reads of the public log: pages, one entry, everything in batches, daily heads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Anonymous
from forum.core.canonical import read_canonical
from forum.core.clock import LONDON
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.core.transactions import pause
from forum.moderation.models import Appeal, Decision, LogEntry
from forum.threads import policy as threads
from forum.threads.models import Post, Thread

ENTRIES_A_PAGE = 20
ENTRIES_IN_A_FEED = 50
BATCH = 500
MOST_PARTS = 500
NO_CENTRE = "site"
OWN_PATH = re.compile(r"/(posts|threads|organisations)/(\d{1,18})/(?:[a-z0-9-]*/?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: all without; ``first`` and ``last`` are days in London, both included.

    ``centre`` is a slug, or NO_CENTRE for decisions about the whole site.
    """

    centre: str = ""
    action: str = ""
    clause: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the public log; what it says is read from ``body`` alone.

    ``facts`` is empty when the body was damaged and cannot be read.
    """

    number: int
    hash: str
    body: str
    facts: dict[str, Any]

    @property
    def path(self) -> str:
        """Address of the entry."""
        return f"/moderation-log/{self.number}/"

    @property
    def is_whole(self) -> bool:
        """Whether the body can be read."""
        return bool(self.facts)

    def word(self, name: str) -> str:
        """A fact that is a text; "" when there is none."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def link(self, name: str) -> int | None:
        """A fact that is the number of another entry; None when there is none."""
        value = self.facts.get(name)
        return value if type(value) is int and value > 0 else None

    def instant(self, name: str) -> datetime | None:
        """A fact that is a time; None when there is none."""
        try:
            return datetime.fromisoformat(self.word(name)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def part(self, fact: str, name: str) -> str:
        """A text within the fact ``rules`` or ``target``; "" when there is none."""
        inner = self.facts.get(fact)
        value = inner.get(name) if isinstance(inner, dict) else None
        return str(value) if isinstance(value, str | int) else ""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a day (in UTC): who keeps number and hash can prove later changes."""

    day: date
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads of a month, newest first, and the months beside it ("" when there is none)."""

    month: str
    rows: Sequence[Head]
    older: str
    newer: str


def list_entries(filters: Filters, *, after: str = "", limit: int = ENTRIES_A_PAGE) -> Page[Entry]:
    """A page of the log, newest first; raises NotFound for a cursor that is none."""
    statement = _chosen(filters).order_by(LogEntry.number.desc()).limit(limit + 1)
    if after:
        statement = before(statement, [LogEntry.number], decode_cursor(after, int))
    rows = [_entry(row) for row in db.session.execute(statement)]
    more = encode_cursor(rows[limit - 1].number) if len(rows) > limit else ""
    return Page(rows=rows[:limit], next_cursor=more)


def walk_entries(filters: Filters) -> Iterator[Entry]:
    """Every entry that there is now, oldest first; no transaction stays open between batches."""
    last = db.session.scalar(select(func.max(LogEntry.number))) or 0
    number: int | None = 0
    while number is not None:
        statement = _chosen(filters).where(LogEntry.number > number, LogEntry.number <= last)
        rows = db.session.execute(statement.order_by(LogEntry.number).limit(BATCH)).all()
        # Whoever reads slowly must not hold a connection meanwhile.
        pause()
        yield from map(_entry, rows)
        number = rows[-1].number if len(rows) == BATCH else None


def get_entry(number: int) -> Entry:
    """One entry; raises NotFound."""
    row = db.session.execute(_chosen(Filters()).where(LogEntry.number == number)).one_or_none()
    if row is None:
        raise NotFound("There is no such entry in the log.")
    return _entry(row)


def last_head() -> Head | None:
    """The newest entry as a head; None while the log is empty."""
    row = db.session.execute(
        select(LogEntry.at, LogEntry.number, LogEntry.hash)
        .order_by(LogEntry.number.desc())
        .limit(1)
    ).one_or_none()
    return Head(day=row.at.date(), number=row.number, hash=row.hash) if row else None


def corrections_of(number: int) -> Sequence[int]:
    """Numbers of the entries that undid, upheld or reversed this one, oldest first."""
    later = aliased(Decision)
    undone = select(later.entry_number).join(Decision, Decision.undone_by_id == later.id)
    heard = (
        select(later.entry_number)
        .join(Appeal, Appeal.outcome_id == later.id)
        .join(Decision, Decision.id == Appeal.decision_id)
    )
    of_this = Decision.entry_number == number
    return sorted(db.session.scalars(undone.where(of_this).union(heard.where(of_this))))


def parts_of_entry(number: int) -> Sequence[int]:
    """Numbers of the entries that were decided together under this one, at most MOST_PARTS."""
    parent = aliased(Decision)
    return db.session.scalars(
        select(Decision.entry_number)
        .join(parent, Decision.parent_id == parent.id)
        .where(parent.entry_number == number)
        .order_by(Decision.entry_number)
        .limit(MOST_PARTS)
    ).all()


def public_targets(entries: Sequence[Entry]) -> frozenset[str]:
    """Those addresses of the entries' targets that visitors may open, in two statements."""
    paths = {path for entry in entries if (path := entry.part("target", "path"))}
    found = {path: match for path in paths if (match := OWN_PATH.fullmatch(path))}
    keys = {
        kind: sorted({int(match[2]) for match in found.values() if match[1] == kind})
        for kind in ("posts", "threads")
    }
    visitor = Anonymous()
    posts = (
        select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .where(Post.id.in_(keys["posts"]), threads.posts_visible_to(visitor))
    )
    shown = {"posts": set(db.session.scalars(posts))}
    debates = (
        select(Thread.id)
        .join(Board, Board.id == Thread.board_id)
        .where(Thread.id.in_(keys["threads"]), threads.visible_to(visitor))
    )
    shown["threads"] = set(db.session.scalars(debates))
    return frozenset(
        path
        for path, match in found.items()
        # The log names addresses of organisations only when they are public.
        if match[1] == "organisations" or int(match[2]) in shown[match[1]]
    )


def heads_of(month: str) -> Heads:
    """The daily heads of a month such as "2026-11" ("": the newest that has an entry).

    Raises NotFound for a month that is none.
    """
    newest = db.session.scalar(select(func.max(LogEntry.at)))
    begin = _begin_of(month or f"{newest or datetime(2000, 1, 1, tzinfo=UTC):%Y-%m}")
    end = (begin + timedelta(days=32)).replace(day=1)
    last_of_days = (
        select(func.max(LogEntry.number))
        .where(LogEntry.at >= begin, LogEntry.at < end)
        .group_by(func.date(LogEntry.at))
    )
    rows = db.session.execute(
        select(LogEntry.at, LogEntry.number, LogEntry.hash)
        .where(LogEntry.number.in_(last_of_days))
        .order_by(LogEntry.number.desc())
    )
    older = db.session.scalar(select(func.max(LogEntry.at)).where(LogEntry.at < begin))
    newer = db.session.scalar(select(func.min(LogEntry.at)).where(LogEntry.at >= end))
    return Heads(
        month=f"{begin:%Y-%m}",
        rows=[Head(day=row.at.date(), number=row.number, hash=row.hash) for row in rows],
        older=f"{older:%Y-%m}" if older else "",
        newer=f"{newer:%Y-%m}" if newer else "",
    )


def walk_heads() -> Iterator[Head]:
    """Every daily head, newest first, a month at a time."""
    month = ""
    while True:
        heads = heads_of(month)
        pause()
        yield from heads.rows
        if not heads.older:
            return
        month = heads.older


def _begin_of(month: str) -> datetime:
    if not re.fullmatch(r"[2-9]\d{3}-(0[1-9]|1[0-2])", month, re.ASCII) or month > "9998":
        raise NotFound("There is no such month.")
    return datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)


def _chosen(filters: Filters) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = select(LogEntry.number, LogEntry.hash, LogEntry.body)
    if filters.centre == NO_CENTRE:
        statement = statement.where(LogEntry.centre_id.is_(None))
    elif filters.centre:
        centre = select(Centre.id).where(Centre.slug == filters.centre).scalar_subquery()
        statement = statement.where(LogEntry.centre_id == centre)
    if filters.action:
        statement = statement.where(LogEntry.action == filters.action)
    if filters.clause:
        statement = statement.where(LogEntry.clause == filters.clause)
    if filters.first:
        statement = statement.where(LogEntry.at >= _midnight(filters.first))
    if filters.last:
        statement = statement.where(LogEntry.at < _midnight(filters.last + timedelta(days=1)))
    return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _entry(row: Any) -> Entry:
    return Entry(row.number, row.hash, row.body, facts=read_canonical(row.body) or {})
