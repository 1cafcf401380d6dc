"""Whether the site can do its work."""

import functools
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from forum.accounts.models import Account
from forum.core import clock, outbox
from forum.core.db import db

LONGEST_LAG = timedelta(minutes=15)
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
    context = MigrationContext.configure(db.session.connection())
    present = context.get_current_revision() or ""
    needed, known = _revisions()
    return Migrations(present=present, needed=needed, known=known)


def readiness() -> dict[str, str]:
    """What the site needs for its work: "ok" for each thing, or a word for what is wrong."""
    try:
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


@functools.cache
def _revisions() -> tuple[str, frozenset[str]]:
    scripts = ScriptDirectory(str(MIGRATIONS))
    known = frozenset(script.revision for script in scripts.walk_revisions())
    return scripts.get_current_head() or "", known


def has_accounts() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(Account.id).limit(1)) is not None
