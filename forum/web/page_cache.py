"""Pages for visitors, kept whole and compressed, and served while they are true.

A view says by ``cached`` that its page is the same for every visitor and which parameters it
knows, and by ``depends_on`` what the page shows. The page is kept with the versions that those
tags had in the transaction that it was made in (``core.tags``); it is served only while they
are current, which one indexed statement asks for each time. So what was hidden is gone from
every process the moment it is committed.

Which pages are kept when there is no room for all is decided by how often they were asked for
(W-TinyLFU), so that a crawler who asks for each page once does not drive out what people read.
"""

import functools
import gzip
import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli
import structlog
from flask import Flask, Response, current_app, g, redirect, request
from sqlalchemy import Engine
from theine import Cache
from werkzeug.http import parse_accept_header

from forum.core import clock, tags
from forum.core.db import db
from forum.web.login import has_cookie

log = structlog.get_logger(__name__)

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., Any])
Key = tuple[str, str, str]

ENVIRON = "roundtable.page"
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
# While the database cannot be asked nothing can be hidden in it either; still, not for ever.
TRUSTED_SECONDS = 300
# What runs out by itself without anybody saying so, such as a declared interest.
LONGEST_KEPT = timedelta(days=1)
FOR_EVER = datetime.max.replace(tzinfo=UTC)
SMALLEST_COMPRESSED = 200
OWN_HEADERS = frozenset({"content-length", "x-request-id", "vary", "set-cookie", "date"})


def cached(*parameters: str) -> Callable[[V], V]:
    """Let the view's page be kept for visitors; ``parameters`` are those of its address.

    Any other parameter is redirected away, so that nobody can fill the cache with copies.
    """
    known = frozenset(parameters)

    def decorate(view: V) -> V:
        @functools.wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            if not known.issuperset(request.args):
                return redirect(_with_known(known), 301)
            if _may_be_kept():
                g.page_tags = {tags.EVERYTHING}
                _hold_snapshot()
            return view(*args, **kwargs)

        return cast("V", run)

    return decorate


def depends_on(*names: str) -> None:
    """Say that the page being made shows what the tags ``names`` stand for."""
    if "page_tags" in g:
        g.page_tags.update(names)


def good_until(moment: datetime | None) -> None:
    """Say that the page being made is no longer true at ``moment``; None: nothing runs out."""
    if "page_tags" in g and moment is not None:
        g.page_end = min(moment, g.get("page_end", moment))


def _with_known(known: frozenset[str]) -> str:
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name in known]
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def _may_be_kept() -> bool:
    is_kept: bool = current_app.config["PAGE_CACHE"]
    return is_kept and request.method in {"GET", "HEAD"} and not has_cookie()


def _hold_snapshot() -> None:
    """Let the whole page, and its tags' versions, be read from one state of the database.

    On SQLite every transaction does so; on PostgreSQL only a repeatable read.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def init_page_cache(app: Flask, *, pages: int) -> None:
    """Keep up to ``pages`` pages in front of the application; 0 keeps none."""
    app.config["PAGE_CACHE"] = pages > 0
    app.after_request(_hand_over)
    if pages:
        app.wsgi_app = PageCache(app, app.wsgi_app, pages=pages)  # type: ignore[method-assign]  # Flask's way to add middleware


def _hand_over(response: Response) -> Response:
    """Tell the cache in front of what the page was made, when it may be kept."""
    kept: dict[str, Any] | None = request.environ.get(ENVIRON)
    if kept is not None and "page_tags" in g and response.status_code == HTTPStatus.OK:
        kept["tags"] = tuple(sorted(g.page_tags))
        kept["versions"] = tags.versions(g.page_tags)
        kept["end"] = min(clock.now() + LONGEST_KEPT, g.get("page_end", FOR_EVER)).timestamp()
    return response


@dataclass(slots=True)
class KeptPage:
    """A page with what it depends on; bodies are made in other encodings when asked for."""

    headers: list[tuple[str, str]]
    tags: tuple[str, ...]
    versions: Mapping[str, int]
    bodies: dict[str, bytes]
    etag: str
    checked_at: float
    end: float
    made: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


class PageCache:
    """WSGI middleware that answers visitors from memory."""

    def __init__(self, app: Flask, inner: WSGIApplication, *, pages: int) -> None:
        self.app = app
        self.inner = inner
        self.pages = pages
        self.cookie = app.config["SESSION_COOKIE_NAME"]
        self.turns = Turns()
        self.hits = 0
        self.misses = 0

    @functools.cached_property
    def kept(self) -> Cache[Key, KeptPage]:
        """The pages; made in the process that serves, since it starts a thread."""
        return Cache(self.pages)

    @functools.cached_property
    def versions(self) -> "Versions":
        """Asks the database what is current."""
        with self.app.app_context():
            return Versions(db.engine)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and keep that."""
        if not self._is_for_visitors(environ):
            return self.inner(environ, start_response)
        key = (environ.get("HTTP_HOST", ""), environ["PATH_INFO"], environ["QUERY_STRING"])
        if page := self._find(key):
            return answer(page, environ, start_response)
        with self.turns.take(key):
            # Somebody else may have made it while this request waited for its turn.
            if page := self._find(key):
                return answer(page, environ, start_response)
            return self._make(key, environ, start_response)

    def _is_for_visitors(self, environ: WSGIEnvironment) -> bool:
        return (
            environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and self.cookie not in environ.get("HTTP_COOKIE", "")
            and not environ["PATH_INFO"].startswith("/static/")
        )

    def _find(self, key: Key) -> KeptPage | None:
        page, found = self.kept.get(key)
        if not found or page is None or time.time() >= page.end:
            return None
        now = time.monotonic()
        try:
            current = self.versions.of(page.tags) == page.versions
        except Exception as error:  # noqa: BLE001 — whatever ails the database, readers go on
            log.warning("page_cache.unchecked", error=type(error).__name__)
            return page if now - page.checked_at < TRUSTED_SECONDS else None
        if not current:
            return None
        page.checked_at = now
        self.hits += 1
        return page

    def _make(
        self, key: Key, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        self.misses += 1
        about: dict[str, Any] = {}
        environ[ENVIRON] = about
        caught: list[tuple[str, list[tuple[str, str]]]] = []

        def catch(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            caught.append((status, headers))
            return start_response(status, headers, *error) if error else _no_writing

        asked_for_head = environ["REQUEST_METHOD"] == "HEAD"
        environ["REQUEST_METHOD"] = "GET"
        try:
            body = _read_all(self.inner(environ, catch))
        finally:
            environ["REQUEST_METHOD"] = "HEAD" if asked_for_head else "GET"
        status, headers = caught[-1]
        if "tags" not in about or not _is_public(headers):
            start_response(status, headers)
            return [] if asked_for_head else [body]
        page = keep(headers, body, about)
        self.kept.set(key, page)
        return answer(page, environ, start_response)


def keep(headers: list[tuple[str, str]], body: bytes, about: dict[str, Any]) -> KeptPage:
    """A page to be kept, in the encoding that most browsers ask for.

    ``about`` has its tags, their versions and its end in seconds since 1970.
    """
    plain = [(name, value) for name, value in headers if name.lower() not in OWN_HEADERS]
    return KeptPage(
        headers=[
            *plain,
            ("Vary", "Accept-Encoding, Cookie"),
            ("Surrogate-Key", " ".join(about["tags"])),
        ],
        tags=about["tags"],
        versions=about["versions"],
        bodies={"br": brotli.compress(body, quality=BROTLI_QUALITY)},
        etag=hashlib.sha256(body).hexdigest()[:32],
        checked_at=time.monotonic(),
        end=about["end"],
    )


def answer(
    page: KeptPage, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """The kept page in an encoding that is accepted, or 304 when the browser has it."""
    encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    etag = f'"{page.etag}-{encoding}"'
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if asked and _matches(asked, etag):
        start_response("304 Not Modified", [*page.headers, ("ETag", etag)])
        return []
    body = _encoded(page, encoding)
    headers = page.made.get(encoding)
    if headers is None:
        headers = [*page.headers, ("ETag", etag), ("Content-Length", str(len(body)))]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        page.made[encoding] = headers
    start_response("200 OK", list(headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@functools.lru_cache(maxsize=256)
def choose_encoding(accepted: str) -> str:
    """The best of br, gzip and identity that the header ``accepted`` allows."""
    offered = parse_accept_header(accepted[:500])
    for encoding in ("br", "gzip"):
        if offered.quality(encoding) > 0 and encoding in accepted:
            return encoding
    return "identity"


def _matches(asked: str, etag: str) -> bool:
    """Whether the header If-None-Match names the page (RFC 9110, section 13.1.2)."""
    if asked == etag or asked.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in asked.split(","))


def _encoded(page: KeptPage, encoding: str) -> bytes:
    if encoding not in page.bodies:
        plain = brotli.decompress(page.bodies["br"])
        page.bodies[encoding] = (
            gzip.compress(plain, GZIP_LEVEL, mtime=0) if encoding == "gzip" else plain
        )
    return page.bodies[encoding]


def _is_public(headers: list[tuple[str, str]]) -> bool:
    given = {name.lower(): value for name, value in headers}
    return "set-cookie" not in given and given.get("cache-control", "").startswith("public")


def _read_all(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()


def _no_writing(_data: bytes) -> None:
    raise RuntimeError("the application must return its answer")


class Turns:
    """Lets those who ask for the same page at the same time make it once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Key, tuple[threading.Lock, int]] = {}

    @contextmanager
    def take(self, key: Key) -> Iterator[None]:
        """One's turn with ``key``."""
        with self._lock:
            turn, count = self._waiting.get(key, (threading.Lock(), 0))
            self._waiting[key] = (turn, count + 1)
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, count = self._waiting.pop(key)
                if count > 1:
                    self._waiting[key] = (turn, count - 1)


class Versions:
    """Asks the database for versions of tags, by connections of its own."""

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
            connection = self._connect()
        try:
            found = dict(connection.execute(*self._statement(names)).fetchall())
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def close(self) -> None:
        """Close the connections that nobody uses at present."""
        while self._idle:
            self._idle.pop().close()

    def _statement(self, names: tuple[str, ...]) -> tuple[str, Any]:
        if self._is_sqlite:
            marks = ",".join("?" * len(names))
            return f"SELECT name, version FROM page_tag WHERE name IN ({marks})", names  # noqa: S608 — marks alone
        return "SELECT name, version FROM page_tag WHERE name = ANY(%s)", (list(names),)

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        if not self._is_sqlite:
            connection.autocommit = True  # type: ignore[union-attr]  # psycopg's
        return connection
