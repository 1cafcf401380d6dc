"""Errors of commands as sentences instead of tracebacks."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from forum.core.errors import RoundtableError

P = ParamSpec("P")
R = TypeVar("R")


def in_sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Let ``command`` end with a sentence and a non-zero exit when it cannot do its work."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except RoundtableError as error:
            raise click.ClickException(error.message) from error
        except OSError as error:
            name = error.filename or "What is needed"
            raise click.ClickException(f"{name} cannot be read: {error.strerror}.") from error
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used: {reason}. "
                "Check FORUM_DATABASE_URL (behind PgBouncer FORUM_PGBOUNCER, too), and run: "
                "flask --app wsgi db upgrade"
            ) from error

    return run
