"""What can go wrong for a person's own reasons; each has one place on the web."""

from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


class RoundtableError(Exception):
    """A refusal with a sentence that may be shown."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(RoundtableError):
    """There is no such thing, or the actor may not know of it."""


class MovedInto(NotFound):
    """What was asked for has become part of another thing: ``into_id``, called ``slug``."""

    def __init__(self, into_id: int, slug: str) -> None:
        super().__init__("This has become part of another thread.")
        self.into_id = into_id
        self.slug = slug


class NotAllowed(RoundtableError):
    """The actor may see the thing but not do this with it."""


class Conflict(RoundtableError):
    """Somebody else changed the thing first."""


class Invalid(RoundtableError):
    """A value cannot be accepted; ``field`` names the form field it came from.

    ``others`` are refusals of other fields that were found together with this one.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.others: tuple[Invalid, ...] = ()


def together(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """What two checks give; raises Invalid for both when both refuse."""
    try:
        checked = first()
    except Invalid as error:
        try:
            second()
        except Invalid as other:
            error.others = (other,)
        raise
    return checked, second()
