"""Figures of moderation: how many wait, how long it takes, what was decided; small numbers hidden.

The last twelve calendar months in UTC, the present one included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, or_, select

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.centres.models import Centre
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.suppression import FEWEST, Cell, Sum, cells_to_hide
from forum.moderation.enums import DecisionKind, ItemState
from forum.moderation.models import Decision, ReviewItem

MONTHS = 12
ALL = "all"
SITE = "site"
NOBODY = "none"
MEDIAN = 50
HIGH = 95
SECONDS_AN_HOUR = 3600
OUTCOMES = (str(DecisionKind.UPHOLD_DECISION), str(DecisionKind.REVERSE))
TABLES = ("kinds", "months", "sectors", "places")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it counts and how many; ``count`` None is hidden."""

    word: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of a centre, of the whole site ("site") or of all together ("all").

    Counts that are None are hidden. ``median`` and ``high`` (the 95th percentile) are hours to a
    decision, None where there are too few; ``rate`` is the share of appeals that were reversed,
    in percent.
    """

    slug: str
    waiting: int | None
    oldest: datetime | None
    decisions: int | None
    median: float | None
    high: float | None
    appeals: int | None
    reversals: int | None

    @property
    def rate(self) -> int | None:
        """Reversed appeals of a hundred; None when there is none or it would tell too much."""
        if not self.appeals or self.reversals is None:
            return None
        return round(100 * self.reversals / self.appeals)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a page shows: ``places`` only on that of all."""

    place: Place
    names: Mapping[str, str]
    first: datetime
    until: datetime
    kinds: Sequence[Row]
    months: Sequence[Row]
    sectors: Sequence[Row]
    places: Sequence[Place]


def figures_of(slug: str = ALL) -> Figures:
    """The figures of a centre, of SITE or of ALL; raises NotFound for another word.

    A constant number of statements; the database sorts for the percentiles and hands over no
    more than four rows for each place. Everything is counted whatever page is asked for, since
    what may be shown on one depends on what the others show.
    """
    names = _names()
    if slug not in names:
        raise NotFound("There is no such centre.")
    now = clock.now()
    counts = _Counts([place for place in names if place != ALL], now)
    return Figures(
        place=counts.place(slug),
        names=names,
        first=counts.begin,
        until=now,
        kinds=counts.rows("kinds", slug),
        months=counts.rows("months", slug),
        sectors=counts.rows("sectors", slug),
        places=[counts.place(place) for place in counts.places] if slug == ALL else (),
    )


def _names() -> dict[str, str]:
    """Names of the centres by slug, in the order of the regions; "" for the other two places."""
    rows = db.session.execute(select(Centre.slug, Centre.name).order_by(Centre.region))
    return {ALL: "", **{row.slug: row.name for row in rows}, SITE: ""}


class _Counts:
    """Every number, and which of them may be shown."""

    def __init__(self, places: Sequence[str], now: datetime) -> None:
        self.places = places
        self.begin = _months_before(now, MONTHS - 1)
        months = [f"{_months_after(self.begin, count):%Y-%m}" for count in range(MONTHS)]
        self.columns: dict[str, Sequence[str]] = {
            "kinds": [str(kind) for kind in DecisionKind],
            "months": months,
            "sectors": [*(str(sector) for sector in Sector), NOBODY],
        }
        self.values: dict[Cell, int] = {}
        self.oldest: dict[str, datetime] = {}
        self.hours: dict[tuple[str, int], float] = {}
        self.count()
        values = tuple(sorted(self.values.items()))
        self.hidden = _hidden(values, tuple(self.sums), self.told_by_the_log())

    @property
    def sums(self) -> Sequence[Sum]:
        """Every sum that the pages, taken together, let somebody do."""
        places, sums = [*self.places, ALL], []
        for table, columns in self.columns.items():
            for place in places:
                parts = tuple((table, place, column) for column in columns)
                sums.append(Sum(("decisions", place), parts))
            sums += [self._across(table, column) for column in columns]
        outcomes = [tuple(("kinds", place, word) for word in OUTCOMES) for place in places]
        sums += [Sum(("appeals", p), o) for p, o in zip(places, outcomes, strict=True)]
        return [*sums, *(self._across(name) for name in ("decisions", "appeals", "waiting"))]

    def _across(self, table: str, *column: str) -> Sum:
        return Sum((table, ALL, *column), tuple((table, place, *column) for place in self.places))

    def told_by_the_log(self) -> frozenset[Cell]:
        """What anybody can count in the public log, which names no sectors."""
        tables = {"kinds", "months", "decisions", "appeals"}
        return frozenset(cell for cell in self.values if cell[0] in tables)

    def count(self) -> None:
        """Ask the database for everything."""
        since = Decision.at >= self.begin
        self._count("kinds", [Decision.kind], since)
        self._count("months", [extract("year", Decision.at), extract("month", Decision.at)], since)
        self._count("sectors", [Account.sector], since)
        self._count_waiting()
        self._measure(since)
        for item in self.sums:
            self.values[item.total] = sum(self.values.setdefault(part, 0) for part in item.parts)

    def _count(self, table: str, columns: Sequence[Any], since: ColumnElement[bool]) -> None:
        counted = (
            select(Centre.slug, *columns, func.count(Decision.id))
            .select_from(Decision)
            .outerjoin(Centre, Centre.id == Decision.centre_id)
            .outerjoin(Account, Account.id == Decision.account_id)
            .where(since)
            .group_by(Centre.slug, *columns)
        )
        for slug, *words, number in db.session.execute(counted):
            self.values[table, slug or SITE, _word(words)] = number

    def _count_waiting(self) -> None:
        rows = db.session.execute(
            select(Centre.slug, func.count(ReviewItem.id), func.min(ReviewItem.opened_at))
            .join(Centre, Centre.id == ReviewItem.centre_id)
            .where(ReviewItem.state == ItemState.OPEN)
            .group_by(Centre.slug)
        )
        for slug, number, oldest in rows:
            self.values["waiting", slug] = number
            self.oldest[slug] = oldest
        if self.oldest:
            self.oldest[ALL] = min(self.oldest.values())

    def _measure(self, since: ColumnElement[bool]) -> None:
        """Percentiles by nearest rank: the smallest value that so many in a hundred reach."""
        order = (Decision.waited_seconds, Decision.id)
        ranked = (
            select(
                Centre.slug,
                Decision.waited_seconds.label("seconds"),
                func.row_number().over(order_by=order).label("rank_all"),
                func.count().over().label("of_all"),
                func.row_number().over(partition_by=Centre.slug, order_by=order).label("rank"),
                func.count().over(partition_by=Centre.slug).label("of"),
            )
            .select_from(Decision)
            .outerjoin(Centre, Centre.id == Decision.centre_id)
            .where(since, Decision.waited_seconds.is_not(None))
            .subquery()
        ).c
        picks = {
            (every, share): and_(number >= FEWEST, *_is_rank(rank, number, share))
            for every, rank, number in (
                (False, ranked.rank, ranked.of),
                (True, ranked.rank_all, ranked.of_all),
            )
            for share in (MEDIAN, HIGH)
        }
        rows = db.session.execute(
            select(ranked.slug, ranked.seconds, *picks.values()).where(or_(*picks.values()))
        )
        for slug, seconds, *fits in rows:
            for (every, share), fit in zip(picks, fits, strict=True):
                if fit:
                    self.hours[ALL if every else slug or SITE, share] = seconds / SECONDS_AN_HOUR

    def shown(self, *cell: str) -> int | None:
        """The number in a cell; None when it is hidden."""
        return None if cell in self.hidden else self.values[cell]

    def rows(self, table: str, place: str) -> Sequence[Row]:
        """The lines of a table; kinds of decision that never came up are left out."""
        return [
            Row(column, self.shown(table, place, column))
            for column in self.columns[table]
            if table != "kinds" or self.shown(table, place, column) != 0
        ]

    def place(self, slug: str) -> Place:
        """What is said of a place in single numbers."""
        decisions = self.shown("decisions", slug)
        may_measure = decisions is not None
        return Place(
            slug=slug,
            waiting=self.shown("waiting", slug),
            oldest=self.oldest.get(slug),
            decisions=decisions,
            median=self.hours.get((slug, MEDIAN)) if may_measure else None,
            high=self.hours.get((slug, HIGH)) if may_measure else None,
            appeals=self.shown("appeals", slug),
            reversals=self.shown("kinds", slug, OUTCOMES[1]),
        )


@lru_cache(maxsize=4)
def _hidden(
    values: tuple[tuple[Cell, int], ...], sums: tuple[Sum, ...], told: frozenset[Cell]
) -> frozenset[Cell]:
    """What to hide from visitors, and from those who count in the log; kept for equal numbers."""
    return cells_to_hide(dict(values), sums, known=(frozenset(), told))


def _is_rank(rank: Any, number: Any, share: int) -> tuple[ColumnElement[bool], ...]:
    return rank * 100 >= number * share, (rank - 1) * 100 < number * share


def _word(words: Sequence[Any]) -> str:
    if len(words) == 1:
        return str(words[0]) if words[0] is not None else NOBODY
    return f"{int(words[0]):04}-{int(words[1]):02}"


def _months_after(begin: datetime, count: int) -> datetime:
    months = begin.year * 12 + begin.month - 1 + count
    return begin.replace(year=months // 12, month=months % 12 + 1)


def _months_before(now: datetime, count: int) -> datetime:
    """The first instant of the month so many months before that of ``now``."""
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return _months_after(begin, -count)
