"""How long a consultation is open, how long it should be, and what its time overlaps with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from forum.core.clock import LONDON

WEEK = 7
# Fewer need a second manager.
SHORTEST_ALONE = 4 * WEEK
HOLIDAY_WEEKS = 2
LONGEST_DAYS = 366
AUGUST = 8
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """``days``: how long it is open, begun days counted whole; ``weeks`` are usual.

    ``overlaps`` names the holidays within it, for which two weeks more are usual.
    """

    days: int
    weeks: int
    overlaps: tuple[str, ...]

    @property
    def is_short(self) -> bool:
        """Whether it needs a reason even where no holidays fall into it."""
        return self.days < self.weeks * WEEK

    @property
    def is_very_short(self) -> bool:
        """Whether a second manager has to agree."""
        return self.days < SHORTEST_ALONE

    @property
    def lacks_holidays(self) -> bool:
        """Whether holidays fall into it and the two weeks for them were not added."""
        return bool(self.overlaps) and self.days < (self.weeks + HOLIDAY_WEEKS) * WEEK


def length_of(opens_at: datetime, closes_at: datetime, *, weeks: int) -> Length:
    """The length between two instants, the second after the first, by the days of London.

    ``weeks`` are usual at its centre. Counted by what clocks show, so that the end of summer time
    makes nothing shorter.
    """
    first, end = (
        moment.astimezone(LONDON).replace(tzinfo=None) for moment in (opens_at, closes_at)
    )
    days = -((first - end) // DAY)
    last = (end - timedelta(microseconds=1)).date()
    overlaps = tuple(_overlaps(first.date(), min(last, first.date() + timedelta(LONGEST_DAYS))))
    return Length(days, weeks, overlaps)


def _overlaps(first: date, last: date) -> Iterator[str]:
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    if any(day.month == AUGUST for day in days):
        yield "August"
    if any(_is_christmas(day) for day in days):
        yield "Christmas and New Year"
    for day in days:
        if (
            day.month != AUGUST
            and not _is_christmas(day)
            and (name := bank_holidays(day.year).get(day))
        ):
            yield f"{name} ({day:%-d %B %Y})"


def _is_christmas(day: date) -> bool:
    return (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 2)


@lru_cache(maxsize=32)
def bank_holidays(year: int) -> dict[date, str]:
    """Bank holidays in England (Banking and Financial Dealings Act 1971, and proclamations)."""
    import holidays  # noqa: PLC0415 — it weighs megabytes, and few requests need it

    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))
