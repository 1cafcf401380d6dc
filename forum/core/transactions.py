"""One action, one transaction."""

import functools
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from forum.core.db import db
from forum.core.errors import Conflict, Invalid

CHANGED_MEANWHILE = (
    "Somebody else changed this at the same moment. Look again and repeat your change."
)

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[bool] = ContextVar("inside_action", default=False)
_after_commit: list[Callable[[], None]] = []
_explanations: dict[str, Invalid] = {}


def explain(constraint: str, message: str, *, field: str = "") -> None:
    """Say in words what it means when the named ``constraint`` refuses a change."""
    _explanations[constraint] = Invalid(message, field=field)


def after_commit(callback: Callable[[], None]) -> None:
    """Call ``callback`` whenever an action has committed."""
    if callback not in _after_commit:
        _after_commit.append(callback)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function`` one transaction: the outermost action commits, an error undoes all.

    Raises Invalid or Conflict in place of the database's IntegrityError, and Conflict
    when a versioned row was changed meanwhile.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return function(*args, **kwargs)
        token = _inside.set(True)
        try:
            result = function(*args, **kwargs)
            db.session.commit()
        except IntegrityError as error:
            db.session.rollback()
            raise _explained(error) from error
        except StaleDataError as error:
            db.session.rollback()
            raise Conflict(CHANGED_MEANWHILE) from error
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


def _explained(error: IntegrityError) -> Invalid | Conflict:
    name = constraint_name(error)
    return _explanations.get(name) or Conflict(CHANGED_MEANWHILE)


def constraint_name(error: IntegrityError) -> str:
    """Name of the constraint that refused the change, on SQLite and PostgreSQL."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or "")
    text = str(error.orig)
    if match := re.match(r"UNIQUE constraint failed: (.+)", text):
        columns = [part.strip().split(".") for part in match[1].split(",")]
        return "_".join(["uq", columns[0][0], *(column[-1] for column in columns)])
    if match := re.match(r"CHECK constraint failed: (\w+)", text):
        return match[1]
    return ""
