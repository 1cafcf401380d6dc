"""The time, always aware and in UTC, and how it reads; tests set it with ``at``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOON = 12
_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """The present instant in UTC."""
    return _fixed.get() or datetime.now(UTC)


def datetime_words(moment: datetime) -> str:
    """The instant in London's time, as in 22 November 2026 at 2:05pm."""
    local = moment.astimezone(LONDON)
    return f"{local:%-d %B %Y at %-I:%M}{'am' if local.hour < NOON else 'pm'}"


def london_day(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def date_words(moment: datetime) -> str:
    """The day in London's time, as in 22 November 2026."""
    return f"{london_day(moment):%-d %B %Y}"


def from_london(day: date, hour: time) -> datetime:
    """The instant at which clocks in London show ``hour`` on ``day``, in UTC.

    Raises ValueError with a sentence for a time that is left out when summer time begins, or
    comes twice when it ends.
    """
    shown = datetime.combine(day, hour)
    first, second = (shown.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(LONDON).replace(tzinfo=None) != shown:
        raise ValueError(f"Clocks go forward on that day: there is no {hour:%H:%M}")
    raise ValueError(f"Clocks go back on that day: {hour:%H:%M} comes twice")


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the time at ``moment`` (aware) within the block.

    Raises ValueError for a naive ``moment``.
    """
    if moment.tzinfo is None:
        raise ValueError("the time must be aware")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
