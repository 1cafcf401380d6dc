"""Figures of moderation: how many wait, how long it takes, what was decided, in which sectors.

The last twelve calendar months in UTC, the present one included. Everybody can count kinds,
months and appeals in the public log, so they are shown as they are. The log tells no sectors:
small numbers of these are hidden, and they are counted to the end of the last month, so that
nobody sees which number grows with a new entry of the log (decision record 0019).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, extract, func, or_, select, true

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.centres.models import Centre
from forum.core import clock
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.suppression import FEWEST, Cell, cells_to_hide
from forum.moderation.enums import DecisionKind, ItemState
from forum.moderation.models import Decision, ReviewItem
from forum.threads.enums import UNPUBLISHED
from forum.threads.models import Post

MONTHS = 12
ALL = "all"
SITE = "site"
NOBODY = "none"
MEDIAN = 50
HIGH = 95
SECONDS_AN_HOUR = 3600
TABLES = ("kinds", "months", "sectors", "places")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it counts and how many; ``count`` None is hidden."""

    word: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of a centre, of the whole site ("site") or of all together ("all").

    ``median`` and ``high`` (the 95th percentile) are hours to a decision, None where there are
    too few.
    """

    slug: str
    waiting: int
    oldest: datetime | None
    decisions: int
    median: float | None
    high: float | None
    appeals: int
    reversals: int

    @property
    def rate(self) -> int | None:
        """Reversed appeals of a hundred; None when there was none."""
        return round(100 * self.reversals / self.appeals) if self.appeals else None


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
        places=[counts.place(place) for place in names if place != ALL] if slug == ALL else (),
    )


def _names() -> dict[str, str]:
    """Names of the centres by slug, in the order of the regions; "" for the other two places."""
    rows = db.session.execute(select(Centre.slug, Centre.name).order_by(Centre.region))
    return {ALL: "", **{row.slug: row.name for row in rows}, SITE: ""}


class _Counts:
    """Every number by table, place and column, and which of the sectors may be shown."""

    def __init__(self, centres: Sequence[str], now: datetime) -> None:
        self.places = [*centres, ALL]
        self.begin = _months_before(now, MONTHS - 1)
        months = [f"{_months_after(self.begin, count):%Y-%m}" for count in range(MONTHS)]
        self.columns: dict[str, Sequence[str]] = {
            "kinds": [str(kind) for kind in DecisionKind],
            "months": months,
            "sectors": [*(str(sector) for sector in Sector), NOBODY],
        }
        self.numbers: Counter[tuple[str, ...]] = Counter()
        self.oldest: dict[str, datetime] = {}
        self.hours: dict[tuple[str, int], float] = {}
        self._count_all()
        self.hidden = _hidden(
            *(
                tuple((cell, self.numbers[table, *cell]) for cell in self.cells)
                for table in ("sectors", "secret")
            )
        )

    @property
    def cells(self) -> Sequence[Cell]:
        """Place and sector of each number that may have to be hidden."""
        return [(place, str(sector)) for place in self.places for sector in Sector]

    def _count_all(self) -> None:
        """Ask the database for everything."""
        since = Decision.at >= self.begin
        self._count("kinds", [Decision.kind], since)
        self._count("months", [extract("year", Decision.at), extract("month", Decision.at)], since)
        this_month = _months_after(self.begin, MONTHS - 1)
        whole_months = Decision.at >= _months_after(self.begin, -1), Decision.at < this_month
        self._count_sectors(and_(*whole_months))
        self._count_waiting()
        self._measure(since)

    def _add(self, number: int, table: str, place: str, *column: str) -> None:
        self.numbers[table, place, *column] += number
        self.numbers[table, ALL, *column] += number

    def _count(self, table: str, columns: Sequence[Any], since: ColumnElement[bool]) -> None:
        for slug, *words, number in db.session.execute(_counted(columns, since)):
            self._add(number, table, slug or SITE, _word(words))

    def _count_sectors(self, since: ColumnElement[bool]) -> None:
        """Sectors of the members concerned, and how much of that the log does not tell.

        It leads to posts, beside which everybody reads the sector of the author. Who is behind a
        sanction, or a post that was never published, nobody else knows.
        """
        is_secret = or_(
            and_(Decision.post_id.is_(None), Decision.thread_id.is_(None)),
            Post.state.in_(UNPUBLISHED),
        )
        for slug, sector, secret, number in db.session.execute(
            _counted([Account.sector, func.coalesce(is_secret, ~true())], since)
        ):
            column = str(sector) if sector is not None else NOBODY
            self._add(number, "sectors", slug or SITE, column)
            self._add(number if secret else 0, "secret", slug or SITE, column)

    def _count_waiting(self) -> None:
        rows = db.session.execute(
            select(Centre.slug, func.count(ReviewItem.id), func.min(ReviewItem.opened_at))
            .join(Centre, Centre.id == ReviewItem.centre_id)
            .where(ReviewItem.state == ItemState.OPEN)
            .group_by(Centre.slug)
        )
        for slug, number, oldest in rows:
            self._add(number, "waiting", slug)
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

    def rows(self, table: str, place: str) -> Sequence[Row]:
        """The lines of a table; kinds of decision that never came up are left out."""
        return [
            Row(column, self.numbers[table, place, column])
            if table != "sectors" or (place, column) not in self.hidden
            else Row(column, None)
            for column in self.columns[table]
            if table != "kinds" or self.numbers[table, place, column]
        ]

    def place(self, slug: str) -> Place:
        """What is said of a place in single numbers."""
        kinds = {kind: self.numbers["kinds", slug, kind] for kind in self.columns["kinds"]}
        return Place(
            slug=slug,
            waiting=self.numbers["waiting", slug],
            oldest=self.oldest.get(slug),
            decisions=sum(kinds.values()),
            median=self.hours.get((slug, MEDIAN)),
            high=self.hours.get((slug, HIGH)),
            appeals=kinds[DecisionKind.UPHOLD_DECISION] + kinds[DecisionKind.REVERSE],
            reversals=kinds[DecisionKind.REVERSE],
        )


@lru_cache(maxsize=4)
def _hidden(
    numbers: tuple[tuple[Cell, int], ...], secret: tuple[tuple[Cell, int], ...]
) -> frozenset[Cell]:
    """What to hide; kept for equal numbers."""
    small = frozenset(cell for cell, number in secret if 0 < number < FEWEST)
    return cells_to_hide(dict(numbers), total=ALL, secret=small)


def _counted(columns: Sequence[Any], since: ColumnElement[bool]) -> Select[Any]:
    """Decisions by slug of the centre, None for the whole site, and ``columns``."""
    return (
        select(Centre.slug, *columns, func.count(Decision.id))
        .select_from(Decision)
        .outerjoin(Centre, Centre.id == Decision.centre_id)
        .outerjoin(Account, Account.id == Decision.account_id)
        .outerjoin(Post, Post.id == Decision.post_id)
        .where(since)
        .group_by(Centre.slug, *columns)
    )


def _is_rank(rank: Any, number: Any, share: int) -> tuple[ColumnElement[bool], ...]:
    return rank * 100 >= number * share, (rank - 1) * 100 < number * share


def _word(words: Sequence[Any]) -> str:
    if len(words) == 1:
        return str(words[0])
    return f"{int(words[0]):04}-{int(words[1]):02}"


def _months_after(begin: datetime, count: int) -> datetime:
    months = begin.year * 12 + begin.month - 1 + count
    return begin.replace(year=months // 12, month=months % 12 + 1)


def _months_before(now: datetime, count: int) -> datetime:
    """The first instant of the month so many months before that of ``now``."""
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return _months_after(begin, -count)
