"""The database: models' base, names of constraints, settings of SQLite and PostgreSQL."""

from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Enum, Integer, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

SQLITE_BUSY_MILLISECONDS = 5000
SQLITE_CACHE_KIBIBYTES = 16 * 1024

# SQLite gives a deferred transaction no second chance to become a writing one, so a
# transaction that may write says so when it begins.
writing: ContextVar[bool] = ContextVar("writing", default=True)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite fills only a column declared INTEGER PRIMARY KEY by itself.
Key = BigInteger().with_variant(Integer(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant; only aware values go in, UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the time must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UTCDateTime()}  # noqa: RUF012 — SQLAlchemy reads it so


# Models derive from Model, not db.Model, which no type checker understands.
# What an action has committed is not read again for the redirect that follows it.
db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def words(kind: type[StrEnum]) -> Enum:
    """A column for the words of ``kind``, stored as text; no list of them in the schema."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda words: [word.value for word in words],
    )


def engine_options(url: str, *, statement_timeout: int) -> dict[str, Any]:
    """Options of the engine for ``url``; ``statement_timeout`` in seconds (PostgreSQL)."""
    # Errors of statements go into the log, which must not hold what people typed.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"timeout": SQLITE_BUSY_MILLISECONDS / 1000}}
    return options | {
        "pool_pre_ping": True,
        "pool_timeout": 3,
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": 3,
            # PgBouncer in transaction mode does not keep prepared statements.
            "prepare_threshold": None,
            "options": f"-c statement_timeout={statement_timeout}s -c timezone=UTC",
            # A server that went silent is noticed within three seconds.
            "tcp_user_timeout": 3000,
        },
    }


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    del entry
    if type(connection).__module__ != "sqlite3":
        return
    # The driver must not begin transactions by itself: _begin does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MILLISECONDS}")
    cursor.execute(f"PRAGMA cache_size=-{SQLITE_CACHE_KIBIBYTES}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")
