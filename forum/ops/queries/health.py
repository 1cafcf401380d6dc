"""Whether the site can do its work."""

import functools
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import String, column, func, inspect, literal, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from forum.accounts.models import Account
from forum.core import clock, outbox
from forum.core.db import REPLICA, db, reading_primary

LONGEST_LAG = timedelta(minutes=15)
# PostgreSQL writes its log in files of this size.
SEGMENT_BYTES = 16 * 1024 * 1024
IS_STANDBY = text("SELECT pg_is_in_recovery()")
# A replica that was promoted is behind nobody.
BEHIND = text(
    "SELECT CASE WHEN pg_is_in_recovery()"
    " THEN pg_wal_lsn_diff(CAST(:position AS pg_lsn), pg_last_wal_replay_lsn()) ELSE 0 END"
)
MIGRATIONS = Path(__file__).parents[3] / "migrations"


@dataclass(frozen=True, slots=True)
class Migrations:
    """Which revision the database has ("" when it is empty) and which the code needs."""

    present: str
    needed: str
    known: frozenset[str]

    @property
    def is_current(self) -> bool:
        """Whether code and database fit."""
        return self.present == self.needed

    @property
    def is_newer(self) -> bool:
        """Whether the database has a revision that the code does not know."""
        return bool(self.present) and self.present not in self.known


def migrations() -> Migrations:
    """How far the database has been migrated."""
    needed, known = _revisions()
    return Migrations(present=_revision() or "", needed=needed, known=known)


def _revision() -> str | None:
    """What Alembic has noted; asked without it, since it weighs as much as all templates."""
    noted = table("alembic_version", column("version_num", String))
    if not inspect(db.session.connection()).has_table(noted.name):
        return None
    return db.session.scalar(select(noted.c.version_num))


def readiness() -> dict[str, str]:
    """What the site needs for its work: "ok" for each thing, or a word for what is wrong.

    The replica is told of too, when there is one; the site does its work without it.
    """
    with reading_primary():
        checks = _of_primary()
        if REPLICA in db.engines:
            checks[REPLICA] = _of_replica(_position() if checks["database"] == "ok" else None)
    return checks


def _of_primary() -> dict[str, str]:
    try:
        if db.engine.dialect.name == "postgresql" and db.session.scalar(IS_STANDBY):
            return {"database": "read-only"}
        is_current = migrations().is_current
        oldest = outbox.oldest_waiting() if is_current else None
    except SQLAlchemyError:
        db.session.rollback()
        return {"database": "unreachable"}
    late = oldest is not None and clock.now() - oldest > LONGEST_LAG
    return {
        "database": "ok",
        "migrations": "ok" if is_current else "not current",
        "outbox": "late" if late else "ok",
    }


def _position() -> str | None:
    """Where the primary's log ends; None on SQLite."""
    if db.engine.dialect.name != "postgresql":
        return None
    return db.session.scalar(select(func.pg_current_wal_lsn().cast(String)))


def _of_replica(position: str | None) -> str:
    """How the replica does: "late" when it lacks more than a segment of the primary's log."""
    try:
        with db.engines[REPLICA].connect() as replica:
            behind = replica.scalar(
                BEHIND if position else select(literal(0)), {"position": position}
            )
    except SQLAlchemyError:
        return "unreachable"
    return "ok" if behind is not None and behind <= SEGMENT_BYTES else "late"


@functools.cache
def _revisions() -> tuple[str, frozenset[str]]:
    known = frozenset(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/*_*.py"))
    return (MIGRATIONS / "HEAD").read_text(encoding="ascii").strip(), known


def has_accounts() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(Account.id).limit(1)) is not None
