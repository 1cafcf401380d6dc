"""Which database a request reads: the primary, or its streaming replica.

- Only the primary is ever written to, and whoever has a session cookie reads it, so members read
  what they wrote.
- A public page made for a visitor is read from the replica in one snapshot. It is sent only when
  every tag of it (``core.tags``) has the version there that it has in the primary; otherwise
  the page is made again from the primary. So what was hidden is gone at once, however far the
  replica is behind. The search compares before it reads, since its tags are known.
- While the primary is away, whatever anybody reads is made from the replica as for a visitor, and
  says that nothing can be posted. What cannot be read there is answered 503.

A database that failed is left alone for a second, then asked by one request whether it is back.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Flask, Response, current_app, g, request
from psycopg import OperationalError, pq
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from forum.core import tags
from forum.core.breaker import Breaker
from forum.core.db import REPLICA, db, from_replica, writing
from forum.web.headers import SAFE_METHODS
from forum.web.login import ANONYMOUS, has_cookie

log = structlog.get_logger(__name__)

SECOND = "roundtable.second"
# No name of a tag has a line break.
VERSIONS = b"SELECT name, version FROM page_tag WHERE name = ANY(string_to_array($1, E'\\n'))"
REPLICA_CONNECT_SECONDS = 2
REST_SECONDS = 1.0
# So many pages in a row that were behind: the replica lags, and to try it costs more than it saves.
PATIENCE_WITH_LAG = 3
LAG_REST_SECONDS = 5.0


class Versions:
    """Asks a database for versions of tags, by connections of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        # Never more than threads that ask at once; both ends of a deque are safe to use by many.
        self._idle: deque[Any] = deque()

    def of(self, names: tuple[str, ...]) -> dict[str, int]:
        """The versions that are committed by now of those that were ever raised.

        Raises whatever the database's driver raises; the next call connects anew.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._ask(self._connect(), names)
        try:
            return self._ask(connection, names)
        except Exception:  # noqa: BLE001 — it may have been lost long ago, and the others with it
            self.close()
            return self._ask(self._connect(), names)

    def close(self) -> None:
        """Close the connections that nobody uses at present."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _ask(self, connection: Any, names: tuple[str, ...]) -> dict[str, int]:
        try:
            found = (_of_sqlite if self._is_sqlite else _of_postgresql)(connection, names)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        if not self._is_sqlite:
            connection.autocommit = True  # type: ignore[union-attr]  # psycopg's
        return connection


def _of_sqlite(connection: Any, names: tuple[str, ...]) -> dict[str, int]:
    marks = ",".join("?" * len(names))
    asked = f"SELECT name, version FROM page_tag WHERE name IN ({marks})"  # noqa: S608 — marks alone
    return dict(connection.execute(asked, names).fetchall())


def _of_postgresql(connection: Any, names: tuple[str, ...]) -> dict[str, int]:
    """By libpq itself: a cursor of psycopg takes longer than all else of a page that is kept.

    Raises OperationalError when the database does not answer or refuses.
    """
    found = connection.pgconn.exec_params(VERSIONS, ["\n".join(names).encode()])
    if found.status != pq.ExecStatus.TUPLES_OK:
        raise OperationalError(found.error_message.decode(errors="replace"))
    return {
        found.get_value(row, 0).decode(): int(found.get_value(row, 1))
        for row in range(found.ntuples)
    }


class Source:
    """A database to read from, and whether it answers."""

    def __init__(self, name: str, engine: Engine) -> None:
        self._versions = Versions(engine)
        self.answering = Breaker(name, seconds=REST_SECONDS)
        self.following = Breaker(
            f"{name} (lag)", seconds=LAG_REST_SECONDS, patience=PATIENCE_WITH_LAG
        )

    def versions(self, names: Iterable[str]) -> dict[str, int] | None:
        """The versions of those of ``names`` that were ever raised; None: it does not answer."""
        if not self.answering.may_try():
            return None
        try:
            found = self._versions.of(tuple(names))
        except Exception as error:  # noqa: BLE001 — whatever ails the database, readers go on
            self.answering.failed(type(error).__name__)
            return None
        self.answering.worked()
        return found

    def is_there(self) -> bool:
        """Whether it answers; one that did not is asked again after its rest."""
        return self.answering.is_closed or self.versions((tags.EVERYTHING,)) is not None

    def close(self) -> None:
        """Close the connections that nobody uses at present."""
        self._versions.close()


class Sources:
    """The primary database and its replica, if there is one, as this process knows them."""

    def __init__(self) -> None:
        self.primary = Source("primary", db.engine)
        self.replica = Source(REPLICA, db.engines[REPLICA]) if REPLICA in db.engines else None

    def close(self) -> None:
        """Close the connections that nobody uses at present."""
        self.primary.close()
        if self.replica is not None:
            self.replica.close()


def sources(app: Flask | None = None) -> Sources:
    """The databases of the application; found out in the process that serves."""
    app = app or current_app
    if "sources" not in app.extensions:
        with app.app_context():
            app.extensions["sources"] = Sources()
    return cast("Sources", app.extensions["sources"])


def init_sources(app: Flask) -> None:
    """Choose a database before each request, and look afterwards whether it was fit."""
    app.before_request(_choose)
    if app.config["SQLALCHEMY_BINDS"]:
        app.after_request(_judge)
        app.wsgi_app = SecondTry(app.wsgi_app)  # type: ignore[method-assign]  # Flask's way to add middleware
    app.context_processor(lambda: {"reading_only": is_reading_only()})


def is_reading_only() -> bool:
    """Whether the primary is away, so that this request reads the replica as a visitor."""
    return bool(g.get("is_reading_only", False))


def read_replica() -> bool:
    """Have the present page read from the replica, to be judged by its tags; says whether it is.

    Call it before anything is read, for a page that tells by ``depends_on`` what it shows.
    """
    replica = sources().replica if _may_read_replica() else None
    if replica is None or not (replica.following.may_try() and replica.is_there()):
        return False
    from_replica.set(True)
    return True


def read_current_replica(*names: str) -> None:
    """Have the present answer read from the replica if it knows all that ``names`` tell of."""
    known = (tags.EVERYTHING, *names)
    if not read_replica():
        return
    both = sources()
    if both.replica is None or both.replica.versions(known) != both.primary.versions(known):
        from_replica.set(False)
    else:
        g.is_judged = True


def note_outage(error: Exception) -> None:
    """Note that the database which the present request reads does not answer."""
    g.outage = type(error).__name__


def _may_read_replica() -> bool:
    return (
        bool(current_app.config["SQLALCHEMY_BINDS"])
        and not request.environ.get(SECOND)
        and not is_reading_only()
        and request.method in SAFE_METHODS
        and not has_cookie()
    )


def _choose() -> None:
    # Before anything that may ask the database, such as a limit that counts by account.
    writing.set(request.method not in SAFE_METHODS)
    from_replica.set(False)
    if writing.get() or not current_app.config["SQLALCHEMY_BINDS"]:
        return
    both = sources()
    if both.replica is not None and not both.primary.is_there() and both.replica.is_there():
        from_replica.set(True)
        g.is_reading_only = True
        g.actor = ANONYMOUS


def _judge(response: Response) -> Response:
    """Have the request answered once more when the database that it read was not fit."""
    if request.method not in SAFE_METHODS or request.environ.get(SECOND):
        return response
    both = sources()
    outage = g.get("outage")
    if is_reading_only():
        again = False
        if outage and both.replica is not None:
            both.replica.answering.failed(outage)
    elif from_replica.get():
        again = _is_unfit(both, response, outage)
    else:
        if outage:
            both.primary.answering.failed(outage)
        again = bool(outage) and both.replica is not None and both.replica.is_there()
    if again:
        request.environ[SECOND] = True
    return response


def _is_unfit(both: Sources, response: Response, outage: str | None) -> bool:
    """Whether an answer that was read from the replica must not be sent."""
    replica = cast("Source", both.replica)
    # What is not there, or elsewhere, may have come into being in the primary.
    if outage is None and response.status_code == HTTPStatus.OK:
        if g.get("is_judged"):
            return False
        try:
            if "page_versions" not in g:
                g.page_versions = tags.versions(g.page_tags)
        except SQLAlchemyError as error:
            outage = type(error).__name__
        else:
            return _is_behind(both.primary, replica)
    if outage is not None:
        replica.answering.failed(outage)
    return True


def _is_behind(primary: Source, replica: Source) -> bool:
    current = primary.versions(g.page_tags)
    if current == g.page_versions:
        replica.following.worked()
        return False
    if current is not None:
        replica.following.failed("behind")
    return True


class SecondTry:
    """WSGI middleware that asks the application again when its first answer was unfit."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer; the second one, if the first was read from the wrong database."""
        caught: list[Any] = []

        def catch(*said: Any) -> Any:
            caught[:] = said
            return _no_writing

        parts = self.inner(environ, catch)
        if environ.get(SECOND):
            _close(parts)
            return self.inner(environ, start_response)
        start_response(*caught)
        return parts


def _close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close is not None:
        close()


def _no_writing(_data: bytes) -> None:
    raise RuntimeError("the application must return its answer")
