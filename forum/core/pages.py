"""Pages of lists: by number where things are numbered, by keyset everywhere else."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_

from forum.core.errors import NotFound

T = TypeVar("T")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])
LONGEST_CURSOR = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page and the cursor of the next one ("" when this is the last)."""

    rows: Sequence[T]
    next_cursor: str


def encode_cursor(*values: datetime | int | str) -> str:
    """The place after a row, as text for an address."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps(plain, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> tuple[Any, ...]:
    """The values that ``encode_cursor`` was given, each of its type in ``types``.

    Raises NotFound when the text was cut, forged or made for another list.
    """
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError("another list's")
        return tuple(_typed(value, kind) for value, kind in zip(values, types, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise NotFound("That page of the list does not exist.") from error


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("naive time")
        return moment.astimezone(UTC)
    if type(value) is not kind:
        raise ValueError("wrong type")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("too large")
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("no text of ours")
    return value


def before(statement: S, columns: Sequence[Any], values: Sequence[Any]) -> S:
    """Only the rows that stand, in descending order of ``columns``, after ``values``."""
    return statement.where(tuple_(*columns) < tuple_(*values))


def number_pages(last_number: int, *, size: int) -> int:
    """How many pages of ``size`` hold things numbered 1 to ``last_number`` (at least one)."""
    return max(1, -(-last_number // size))
