"""One action, one transaction."""

import functools
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from forum.core import tags
from forum.core.db import db
from forum.core.errors import Conflict, Invalid

CHANGED_MEANWHILE = (
    "Somebody else changed this at the same moment. Look again and repeat your change."
)

# What PostgreSQL says to one of two who wait for each other; the other goes on.
DEADLOCK = "40P01"

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[bool] = ContextVar("inside_action", default=False)
_after_commit: list[Callable[[], None]] = []
_explanations: dict[str, tuple[str, str]] = {}


def explain(constraint: str, message: str, *, field: str = "") -> None:
    """Say in words what it means when the named ``constraint`` refuses a change."""
    _explanations[constraint] = (message, field)


def after_commit(callback: Callable[[], None]) -> None:
    """Call ``callback`` whenever an action has committed."""
    if callback not in _after_commit:
        _after_commit.append(callback)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function`` one transaction: the outermost action commits, an error undoes all.

    Raises Invalid or Conflict in place of the database's IntegrityError, and Conflict
    when a versioned row was changed meanwhile or two actions waited for each other.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return function(*args, **kwargs)
        token = _inside.set(True)
        try:
            result = function(*args, **kwargs)
            db.session.flush()
            tags.write()
            db.session.commit()
        except IntegrityError as error:
            db.session.rollback()
            raise _explained(error) from error
        except StaleDataError as error:
            db.session.rollback()
            raise Conflict(CHANGED_MEANWHILE) from error
        except OperationalError as error:
            db.session.rollback()
            _tell_deadlock(error)
            raise
        except BaseException:
            db.session.rollback()
            raise
        finally:
            _inside.reset(token)
        for callback in _after_commit:
            callback()
        return result

    return run


def pause() -> None:
    """End the present transaction, so that slow work after it holds no lock."""
    if not _inside.get():
        db.session.commit()


def _tell_deadlock(error: OperationalError) -> None:
    if getattr(error.orig, "sqlstate", "") == DEADLOCK:
        raise Conflict(CHANGED_MEANWHILE) from error


def _explained(error: IntegrityError) -> Invalid | Conflict:
    # A new error each time: one that is raised again keeps the traceback of every earlier use.
    if explanation := _explanations.get(constraint_name(error)):
        message, field = explanation
        return Invalid(message, field=field)
    return Conflict(CHANGED_MEANWHILE)


def constraint_name(error: IntegrityError) -> str:
    """Name of the constraint that refused the change, on SQLite and PostgreSQL."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or "")
    text = str(error.orig)
    if match := re.match(r"UNIQUE constraint failed: (.+)", text):
        columns = [part.strip().rpartition(".") for part in match[1].split(",")]
        return _unique_name(columns[0][0], {column for _table, _dot, column in columns})
    if match := re.match(r"CHECK constraint failed: (\w+)", text):
        return match[1]
    return ""


def _unique_name(table: str, columns: set[str]) -> str:
    """Name of what keeps ``columns`` of ``table`` unique: SQLite only tells the columns."""
    known = db.metadata.tables[table]
    unique = (
        *(index for index in known.indexes if index.unique),
        *(c for c in known.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)),
    )
    for rule in unique:
        if {column.name for column in rule.columns} == columns:
            return str(rule.name)
    return ""
