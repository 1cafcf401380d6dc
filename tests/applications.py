"""The applications of a test process, and their databases."""

import fcntl
import shutil
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import flask_migrate
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, Dialect, event, update

from forum import config
from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core.db import db
from forum.factory import create_app
from tests.client import Client
from tests.databases import PostgresDatabases, SqliteDatabases

SENDER = "Roundtable <noreply@roundtable.example>"


class Applications:
    """One application for each kind of database, kept for the whole process."""

    def __init__(self, folder: Path, *, templates: Path, common: Path) -> None:
        self.folder = folder
        # Of all processes of the run.
        self.common = common
        # Every process would compile every template twice otherwise.
        self.templates = FileSystemBytecodeCache(str(templates))
        self.made: list[Flask] = []
        self.servers: list[SqliteDatabases | PostgresDatabases] = []
        self.databases = cache(self._databases)
        self.shared = cache(self._shared)
        self.own = cache(self._own)
        self.demo = cache(self._demo)

    def make(self, url: str, folder: Path, **environ: str) -> Flask:
        """An application on the database of ``url`` with more ``FORUM_*`` settings."""
        app = create_app(
            config.load(
                {
                    "FORUM_ENVIRONMENT": "testing",
                    "FORUM_SECRET_KEY": "a secret for tests alone, of no worth elsewhere",
                    "FORUM_SITE_URL": "http://localhost",
                    "FORUM_INSTANCE": str(folder),
                    "FORUM_DATABASE_URL": url,
                    "FORUM_MAIL_FROM": SENDER,
                    "FORUM_LOG_LEVEL": "WARNING",
                    "FORUM_LOG_FORMAT": "console",
                    "FORUM_PAGE_CACHE": "0",
                    **environ,
                }
            )
        )
        app.test_client_class = Client
        app.jinja_env.bytecode_cache = self.templates
        self.made.append(app)
        return app

    def _databases(self, backend: str) -> SqliteDatabases | PostgresDatabases:
        """The databases of one kind, with one called "migrated" to copy from."""
        databases = SqliteDatabases(self.folder) if backend == "sqlite" else PostgresDatabases()
        self.servers.append(databases)
        app = self.make(databases.create("migrated"), self.folder)
        with app.app_context():
            flask_migrate.upgrade()
            # The members of tests are new: where their posts wait, a test says so.
            db.session.execute(update(Centre).values(holding=Holding.NEVER))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        return databases

    def _shared(self, backend: str, name: str = "shared") -> Flask:
        if name == "demo":
            self.demo(backend)
            url = self.databases(backend).url("demo")
        else:
            url = self.databases(backend).create(name, template="migrated")
        app = self.make(url, self.folder)
        if name != "worn":
            with app.app_context():
                event.listen(db.engine, "before_cursor_execute", _refuse_what_stays)
        return app

    def _demo(self, backend: str) -> str:
        """What the command said that made the database called "demo"."""
        if backend == "postgresql":
            return self._load_demo(backend)
        file = self.demo_file()
        shutil.copy(file, self.folder / file.name)
        return file.with_suffix(".txt").read_text(encoding="utf-8")

    def demo_file(self) -> Path:
        """The SQLite database with the demo content, loaded once for all processes."""
        file = self.common / "demo.sqlite3"
        with (self.common / "demo.lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                said = self._load_demo("sqlite")
                file.with_suffix(".txt").write_text(said, encoding="utf-8")
                self.databases("sqlite").create("finished", template="demo")
                (self.folder / "finished.sqlite3").rename(file)
        return file

    def _load_demo(self, backend: str) -> str:
        """What the real command says when it loads the demo content into a new database."""
        app = self.make(self.databases(backend).create("demo"), self.folder)
        with app.app_context():
            flask_migrate.upgrade()
            result = app.test_cli_runner().invoke(args=["demo"], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            # As in all databases of tests.
            db.session.execute(update(Centre).values(holding=Holding.NEVER))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        return result.output

    def _own(self, backend: str, name: str) -> Flask:
        return self.make(self.databases(backend).url(name), self.folder)

    def close(self) -> None:
        """Close every connection and drop every database."""
        for app in self.made:
            with app.app_context():
                db.engine.dispose()
        for databases in self.servers:
            for name in ("migrated", "shared", "worn", "demo", "own", "live", "bare", "replica"):
                databases.drop(name)


def _refuse_what_stays(
    _connection: object, _cursor: object, statement: str, *_rest: object
) -> None:
    """A rollback undoes neither statistics nor sequences: later tests would find other plans."""
    stays = statement.upper().startswith("ANALYZE") or "setval(" in statement
    assert not stays, f"this needs own_database or worn_database: {statement}"


def undone(app: Flask) -> Iterator[Flask]:
    """The application within its context, and a transaction that is rolled back."""
    with app.app_context():
        engines = db._app_engines[app]
        engine = engines[None]
        _do_not_compile_savepoints(engine.dialect)
        with engine.connect() as connection:
            transaction = connection.begin()
            engines[None] = connection  # type: ignore[assignment]  # a session binds to either
            try:
                yield app
            finally:
                db.session.remove()
                transaction.rollback()
                engines[None] = engine


def _do_not_compile_savepoints(dialect: Dialect) -> None:
    """Each session of a test stands in savepoints, which SQLAlchemy would compile every time."""
    for name, words in (
        ("do_savepoint", "SAVEPOINT"),
        ("do_release_savepoint", "RELEASE SAVEPOINT"),
        ("do_rollback_to_savepoint", "ROLLBACK TO SAVEPOINT"),
    ):
        setattr(dialect, name, partial(_say, words))


def _say(words: str, connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"{words} {name}")
