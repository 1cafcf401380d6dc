"""The time, always aware and in UTC, and how it reads; tests set it with ``at``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
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


def date_words(moment: datetime) -> str:
    """The day in London's time, as in 22 November 2026."""
    return f"{moment.astimezone(LONDON):%-d %B %Y}"


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
