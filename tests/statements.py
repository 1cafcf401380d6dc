"""Counting the SQL statements of a page or a query."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from forum.core.db import db

TRANSACTION_WORDS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA")
WRITING_WORDS = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def count_statements() -> Iterator[list[str]]:
    """The statements sent to the database within the block; those of transactions are left out."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(TRANSACTION_WORDS):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plans_of(read: Callable[[], object], mark: str) -> list[str]:
    """How the database finds what ``read`` asks: a plan for each statement that holds ``mark``."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if mark in statement:
            seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    connection = db.session.connection()
    return [
        "\n".join(line[-1] for line in connection.exec_driver_sql(explain + statement, parameters))
        for statement, parameters in seen
    ]


def writes(statements: list[str]) -> list[str]:
    """Those of the statements that change something."""
    return [text for text in statements if text.lstrip().upper().startswith(WRITING_WORDS)]
