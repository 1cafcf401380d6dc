"""Windows of keys: the parts in which tables are exported, and what was taken away from each.

What was exported must go when it is hidden or redacted. So whatever takes something away raises
a tag (``core.tags``) of the window that holds it, in its own transaction; a part is true while
the tag has the version that it had before the part was read.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from forum.api.enums import Table
from forum.core.db import db
from forum.core.tags import PageTag

SIZE = 10_000
# On which the page of the open data depends.
OPEN_DATA = "open-data"
ALL = f"{OPEN_DATA}:all"


def window_of(key: int) -> int:
    """The window that holds the key; keys count from 1, windows from 0."""
    return (key - 1) // SIZE


def tag_of(table: Table, window: int) -> str:
    """The tag that is raised when something in the window is taken away."""
    return f"{OPEN_DATA}:{table}:{window}"


def tags_of(table: Table, keys: Iterable[int]) -> set[str]:
    """The tags of the windows that hold the keys, with that of the page."""
    return {OPEN_DATA, *(tag_of(table, window_of(key)) for key in keys)}


def windows_of(key: Any, where: Any) -> list[int]:
    """The windows that hold the rows for which ``where`` is true; ``key`` is their column."""
    window = ((key - 1) // SIZE).label("window")
    # Past the session: this is asked while it flushes.
    return sorted(db.session.connection().scalars(select(window).where(where).distinct()))


def raised() -> Mapping[str, int]:
    """The versions of the tags of all windows from which anything was ever taken away."""
    rows = db.session.execute(
        select(PageTag.name, PageTag.version)
        # All that begin so, by the primary key: ";" comes after ":".
        .where(PageTag.name >= f"{OPEN_DATA}:", PageTag.name < f"{OPEN_DATA};")
    )
    return {row.name: row.version for row in rows}


def version_of(versions: Mapping[str, int], table: Table, window: int) -> int:
    """How often something was taken away from the window, among ``versions``."""
    return versions.get(ALL, 0) + versions.get(tag_of(table, window), 0)
