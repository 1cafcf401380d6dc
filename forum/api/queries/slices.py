"""What all lists have in common: rows by keyset, and batches for the export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Row, Select, func, select, tuple_

from forum.core.access import Anonymous
from forum.core.db import UTCDateTime, db
from forum.core.errors import Invalid

T = TypeVar("T")
Rows = Sequence[Row[*tuple[Any, ...]]]

# The API is the same for everybody, so it tells what visitors may see.
VISITOR = Anonymous()
OTHER_LIST = "This is no place in this list. Follow the address in next, as it is."


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One thing, what it depends on (``core.tags``), and until when it is true (None: for good)."""

    item: T
    tags: Sequence[str] = ()
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Rows of a list; ``last`` is the place after them, None at the end of the list."""

    items: Sequence[T]
    last: Sequence[Any] | None = None
    tags: Sequence[str] = ()
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where a table of the API comes from.

    ``rows`` selects all that visitors may see, in no order; ``shape`` makes what is told of
    some rows and the address of the site; ``key`` is the column that numbers the rows.
    """

    key: Any
    rows: Callable[[], Select[*tuple[Any, ...]]]
    shape: Callable[[Rows, str], list[T]]

    def slice(
        self,
        statement: Select[*tuple[Any, ...]],
        order: Sequence[Any],
        *,
        after: Sequence[Any] | None,
        limit: int,
        site: str,
        newest: bool = False,
    ) -> tuple[list[T], Rows, Sequence[Any] | None]:
        """What is told of the next rows in the order of ``order``, the rows, and the place after.

        ``newest``: in descending order. Raises Invalid when ``after`` is no place in such a list.
        """
        place = None if after is None else _typed(after, order)
        if place is not None:
            columns, values = tuple_(*order), tuple_(*place, types=[one.type for one in order])
            statement = statement.where(columns < values if newest else columns > values)
        ordered = statement.order_by(*(column.desc() if newest else column for column in order))
        found = db.session.execute(ordered.limit(limit + 1)).all()
        rows = found[:limit]
        more = len(found) > limit
        last = [getattr(rows[-1], column.key) for column in order] if more else None
        return self.shape(rows, site), rows, last

    def batch(self, *, after: int, until: int, limit: int, site: str) -> tuple[list[T], int | None]:
        """What is told of the next rows with a key above ``after`` and up to ``until``.

        Also the key after which to go on, None when there are no more.
        """
        statement = self.rows().where(self.key > after, self.key <= until).order_by(self.key)
        rows = db.session.execute(statement.limit(limit)).all()
        more = getattr(rows[-1], self.key.key) if len(rows) == limit else None
        return self.shape(rows, site), more

    def last_key(self) -> int:
        """The highest key that there is, of what visitors may see and of what they may not."""
        return db.session.scalar(select(func.max(self.key))) or 0


def _typed(values: Sequence[Any], order: Sequence[Any]) -> tuple[Any, ...]:
    kinds = tuple(datetime if isinstance(one.type, UTCDateTime) else int for one in order)
    try:
        return msgspec.convert(list(values), tuple[kinds])  # type: ignore[valid-type]  # made here
    except msgspec.ValidationError as error:
        raise Invalid(OTHER_LIST, field="after") from error
