"""Counting the SQL statements of a page or a query."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

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


def writes(statements: list[str]) -> list[str]:
    """Those of the statements that change something."""
    return [text for text in statements if text.lstrip().upper().startswith(WRITING_WORDS)]
