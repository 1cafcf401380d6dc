"""Runs migrations within the application, on SQLite and PostgreSQL."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum, event

import forum.features  # noqa: F401 — the tables of every feature must be known
from forum.core.db import UTCDateTime, db


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write plain types into new migrations, so that they stand without the code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def take_your_time(connection: Any) -> None:
    """Let a statement of a migration run for long; it waits for locks no longer than others."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def run() -> None:
    """Run the migrations on the configured database."""
    engine = db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            event.listen(connection, "begin", take_your_time)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: run them without --sql.")
run()
