"""The database: models' base, names of constraints, settings of SQLite and PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Enum, Integer, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

SQLITE_BUSY_MILLISECONDS = 5000
SQLITE_CACHE_KIBIBYTES = 4 * 1024
# A process that hangs inside a transaction must not hold its locks for ever.
IDLE_SECONDS = 60

# SQLite gives a deferred transaction no second chance to become a writing one, so a
# transaction that may write says so when it begins.
writing: ContextVar[bool] = ContextVar("writing", default=True)

# The bind of the replica, and whether the present request reads it; nothing is ever written there.
REPLICA = "replica"
from_replica: ContextVar[bool] = ContextVar("from_replica", default=False)

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


class Session(FlaskSession):
    """A session that reads the replica where the request was sent there."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        """The engine, or connection, for a statement."""
        if from_replica.get():
            return db.engines[REPLICA]
        return super().get_bind(*args, **kwargs)


# Models derive from Model, not db.Model, which no type checker understands.
# What an action has committed is not read again for the redirect that follows it.
db = SQLAlchemy(
    metadata=Model.metadata, session_options={"expire_on_commit": False, "class_": Session}
)


@contextmanager
def reading_primary() -> Iterator[None]:
    """Ask the primary database itself, wherever the request reads otherwise."""
    token = from_replica.set(False)
    try:
        yield
    finally:
        from_replica.reset(token)


def hold_snapshot() -> None:
    """Let all that the transaction that begins now reads be of one state of the database.

    On SQLite every transaction does so; on PostgreSQL only a repeatable read. A session within
    somebody else's transaction reads as that does.
    """
    bind = db.session.get_bind()
    if bind.dialect.name == "postgresql" and isinstance(bind, Engine):
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def reading() -> Iterator[None]:
    """Read alone: on SQLite a transaction that may write keeps everybody else from writing."""
    token = writing.set(False)
    try:
        yield
    finally:
        writing.reset(token)


@contextmanager
def beside() -> Iterator[OrmSession]:
    """A short transaction by a session of its own, while the present one goes on reading."""
    token = writing.set(True)
    try:
        with db.session.session_factory() as session, session.begin():
            yield session
    finally:
        writing.reset(token)


def words(kind: type[StrEnum]) -> Enum:
    """A column for the words of ``kind``, stored as text; no list of them in the schema."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=30,
        values_callable=lambda words: [word.value for word in words],
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """How long PostgreSQL may take, in seconds, and how it is reached.

    ``pooled``: through PgBouncer in transaction mode, which keeps nothing of a session from
    one transaction to the next. ``connections``: kept by each process.
    """

    statement: int = 10
    lock: int = 5
    connect: int = 3
    connections: int = 5
    pooled: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        """Names and values of the parameters of PostgreSQL."""
        return {
            "statement_timeout": f"{self.statement}s",
            "lock_timeout": f"{self.lock}s",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
            "timezone": "UTC",
            # Statements are short: compiling one takes longer than running it.
            "jit": "off",
        }


def engine_options(url: str, limits: Limits) -> dict[str, Any]:
    """Options of the engine for ``url`` within ``limits`` (which SQLite has no need of)."""
    # Errors of statements go into the log, which must not hold what people typed.
    options: dict[str, Any] = {"hide_parameters": True, "json_deserializer": msgspec.json.decode}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"timeout": SQLITE_BUSY_MILLISECONDS / 1000}}
    connect: dict[str, Any] = {
        "connect_timeout": limits.connect,
        # Prepared statements belong to a session, which PgBouncer does not keep.
        "prepare_threshold": None,
        # A server that went silent is noticed as soon as one that does not answer at all.
        "tcp_user_timeout": limits.connect * 1000,
    }
    if not limits.pooled:
        connect["options"] = " ".join(f"-c {name}={x}" for name, x in limits.parameters.items())
    return options | {
        "pool_pre_ping": True,
        "pool_size": limits.connections,
        "pool_timeout": 3,
        "pool_recycle": 1800,
        "connect_args": connect,
    }


def init_databases(app: Any, limits: Limits) -> None:
    """Connect the application, a Flask, with its databases.

    Behind PgBouncer the parameters are set anew in each transaction.
    """
    db.init_app(app)
    if not limits.pooled:
        return
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "postgresql":
                event.listen(engine, "begin", _setter(limits))


def _setter(limits: Limits) -> Callable[[Any], None]:
    calls = ", ".join(f"set_config('{name}', '{x}', true)" for name, x in limits.parameters.items())

    def set_parameters(connection: Any) -> None:
        connection.exec_driver_sql(f"SELECT {calls}")

    return set_parameters


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
