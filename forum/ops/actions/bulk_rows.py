"""Rows in bulk: the quickest door that each database has, for the largest tables."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index

from forum.core.db import Model, db
from forum.search.models import SearchDocument
from forum.threads.models import Post, Voice

CACHE_KIBIBYTES = 256 * 1024

# fmt: off
POST_COLUMNS = (
    "id", "thread_id", "number", "author_id", "capacity", "sector",
    "organisation_id", "organisation_name", "source", "html", "renderer", "state",
    "created_at", "edits", "hidden_reason", "submission_id", "version",
)
# fmt: on
VOICE_COLUMNS = ("thread_id", "sector", "speaker", "posts")
DOCUMENT_COLUMNS = ("id", "name", "title", "body")


def take_time() -> None:
    """On PostgreSQL: let this transaction work, wait for locks and think as long as it must.

    Making an index takes longer than any statement of a page may, and the database itself may
    be vacuuming a table that is wanted.
    """
    connection = db.session.connection()
    if not _is_sqlite(connection):
        for name in ("statement", "lock", "idle_in_transaction_session"):
            connection.exec_driver_sql(f"SET LOCAL {name}_timeout = 0")


def write_posts(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write posts, their values in the order of POST_COLUMNS."""
    _write(Post, POST_COLUMNS, rows)


def write_voices(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write voices, their values in the order of VOICE_COLUMNS."""
    _write(Voice, VOICE_COLUMNS, rows)


def write_documents(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write documents of the search, their values in the order of DOCUMENT_COLUMNS."""
    _write(SearchDocument, DOCUMENT_COLUMNS, rows)


def lay_aside_indexes() -> None:
    """On SQLite: drop the indexes of posts that are made quicker afterwards, all at once.

    It is undone with the rest of the transaction should the load not come to its end.
    """
    connection = db.session.connection()
    if _is_sqlite(connection):
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
        for index in _plain_indexes():
            index.drop(connection)


def make_indexes() -> None:
    """Make again what ``lay_aside_indexes`` dropped."""
    connection = db.session.connection()
    if _is_sqlite(connection):
        for index in _plain_indexes():
            index.create(connection)


def _plain_indexes() -> list[Index]:
    indexes = Model.metadata.tables[Post.__tablename__].indexes
    return sorted(
        (index for index in indexes if not index.unique), key=lambda index: str(index.name)
    )


def time_writer() -> Callable[[datetime], datetime | str]:
    """Makes of a time in UTC, to the second, what the database's driver wants."""
    if _is_sqlite(db.session.connection()):
        return lambda moment: f"{moment.replace(tzinfo=None).isoformat(' ')}.000000"
    return lambda moment: moment


def _write(model: type[Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    connection = db.session.connection()
    names = ", ".join(columns)
    if _is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {model.__tablename__} ({names}) VALUES ({marks})"  # noqa: S608 — our own names
        connection.exec_driver_sql(statement, list(rows))
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {model.__tablename__} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
