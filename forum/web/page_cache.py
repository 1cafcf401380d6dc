"""Pages for visitors, kept whole and compressed, and served while they are true.

A view says by ``cached`` that its page is the same for every visitor and which parameters it
knows, and by ``depends_on`` what the page shows. The page is kept with the versions that those
tags had in the transaction that it was made in (``core.tags``); it is served only while they are
current, which one indexed statement asks each time: what is hidden is gone the moment it commits.

Which pages are kept when there is no room for all is decided by how often they were asked for
(TinyLFU), so that a crawler who asks for each page once does not drive out what people read.

While the primary database is away, pages of the replica are kept apart (``web.sources``).
"""

import functools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, g, redirect, request
from moka_py import Moka
from sqlalchemy.exc import SQLAlchemyError

from forum.core import clock, tags
from forum.core.db import hold_snapshot
from forum.web.kept_page import COUNTED, KeptPage, answer, choose_encoding, keep
from forum.web.login import has_cookie
from forum.web.sources import Source, Sources, is_reading_only, read_replica, sources

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., Any])
Key = tuple[str, str, str, str]

ENVIRON = "roundtable.page"
AWAY = "away"
MEGABYTE = 1_000_000
UNCONFIRMED = ("Cache-Status", "Roundtable; hit; detail=unconfirmed")
# What runs out by itself without anybody saying so, such as a declared interest.
LONGEST_KEPT = timedelta(days=1)
FOR_EVER = datetime.max.replace(tzinfo=UTC)


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
                read_replica()
                # The page and its tags' versions, of one state of the database.
                hold_snapshot()
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
    is_kept = current_app.config["PAGE_CACHE"] or current_app.config["SQLALCHEMY_BINDS"]
    return bool(is_kept) and request.method in {"GET", "HEAD"} and not has_cookie()


def init_page_cache(app: Flask, *, megabytes: int) -> None:
    """Keep pages of up to ``megabytes`` in front of the application; 0 keeps none."""
    app.config["PAGE_CACHE"] = megabytes > 0
    app.after_request(_hand_over)
    if megabytes:
        app.wsgi_app = PageCache(app, app.wsgi_app, size=megabytes * MEGABYTE)  # type: ignore[method-assign]  # Flask's way to add middleware


def _hand_over(response: Response) -> Response:
    """Tell the cache in front of what the page was made, when it may be kept."""
    kept: dict[str, Any] | None = request.environ.get(ENVIRON)
    if kept is None:
        return response
    # A first answer that was thrown away may have told something, too.
    kept.clear()
    if "page_tags" in g and response.status_code == HTTPStatus.OK:
        with suppress(SQLAlchemyError):
            kept["versions"] = g.page_versions = tags.versions(g.page_tags)
            kept["tags"] = tuple(sorted(g.page_tags))
            kept["end"] = min(clock.now() + LONGEST_KEPT, g.get("page_end", FOR_EVER)).timestamp()
            kept["mode"] = AWAY if is_reading_only() else ""
    return response


@dataclass(frozen=True, slots=True)
class Found:
    """A page that may be shown, where it is kept, and headers of this answer alone."""

    key: Key
    page: KeptPage
    headers: tuple[tuple[str, str], ...] = ()


class PageCache:
    """WSGI middleware that answers visitors from memory."""

    def __init__(self, app: Flask, inner: WSGIApplication, *, size: int) -> None:
        self.app = app
        self.inner = inner
        self.cookie = app.config["SESSION_COOKIE_NAME"]
        self.turns = Turns()
        self.kept: Moka[Key, KeptPage] = Moka(size, weigher=lambda _key, page: page.weight)
        self.hits = 0
        self.misses = 0

    @functools.cached_property
    def sources(self) -> Sources:
        """The databases that know what is current; found out in the process that serves."""
        return sources(self.app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and keep that."""
        if not self._is_for_visitors(environ):
            return self.inner(environ, start_response)
        key = (environ.get("HTTP_HOST", ""), environ["PATH_INFO"], environ["QUERY_STRING"], "")
        if found := self._find(key):
            return self._answer(found, environ, start_response)
        with self.turns.take(key):
            # Somebody else may have made it while this request waited for its turn.
            if found := self._find(key):
                return self._answer(found, environ, start_response)
            return self._make(key, environ, start_response)

    def _is_for_visitors(self, environ: WSGIEnvironment) -> bool:
        return (
            environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and self.cookie not in environ.get("HTTP_COOKIE", "")
            and not environ["PATH_INFO"].startswith("/static/")
        )

    def _find(self, key: Key) -> Found | None:
        found = self._confirmed(key, self.sources.primary)
        if found is not None or self.sources.primary.is_there():
            return found
        return self._while_away(key)

    def _confirmed(self, key: Key, source: Source) -> Found | None:
        """The page, if ``source`` has the versions that it was made of."""
        page = self.kept.get(key)
        if page is None or page.is_over or source.versions(page.tags) != page.versions:
            return None
        page.checked_at = time.monotonic()
        self.hits += 1
        return Found(key, page)

    def _while_away(self, key: Key) -> Found | None:
        """What may be shown while the primary does not answer.

        What was made from the replica, unless it is behind what was last shown from the
        primary; without a replica the page last shown, for a while.
        """
        page = self.kept.get(key)
        replica = self.sources.replica
        if page is not None and page.is_trusted and not page.is_over:
            current = replica.versions(page.tags) if replica is not None else None
            if current is None or page.is_ahead_of(current):
                return Found(key, page, (UNCONFIRMED,))
        return self._confirmed((*key[:3], AWAY), replica) if replica is not None else None

    def _answer(
        self, found: Found, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        encoding = choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding == "gzip" and found.page.add_gzip():
            # It weighs more now.
            self.kept.set(found.key, found.page)
        return answer(found.page, encoding, environ, start_response, found.headers)

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
            parts = self.inner(environ, catch)
        finally:
            environ["REQUEST_METHOD"] = "HEAD" if asked_for_head else "GET"
        status, headers = caught[-1]
        if "tags" not in about or not _is_public(headers):
            start_response(status, headers)
            # Sent on as it comes, since it may be long and made while it is sent.
            return _none_of(parts) if asked_for_head else parts
        # Whoever has it made is told what is left of their limit.
        own = tuple(pair for pair in headers if pair[0].lower() == COUNTED)
        found = Found((*key[:3], about["mode"]), keep(headers, _read_all(parts), about), own)
        self.kept.set(found.key, found.page)
        return self._answer(found, environ, start_response)


def _is_public(headers: list[tuple[str, str]]) -> bool:
    given = {name.lower(): value for name, value in headers}
    return "set-cookie" not in given and given.get("cache-control", "").startswith("public")


def _read_all(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        _none_of(parts)


def _none_of(parts: Iterable[bytes]) -> Iterable[bytes]:
    """Nothing, once the application was told that it need not go on."""
    close = getattr(parts, "close", None)
    if close is not None:
        close()
    return []


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
