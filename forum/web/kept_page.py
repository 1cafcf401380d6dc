"""One page that is kept for visitors: its bodies, what it depends on, and how it is answered."""

import functools
import gzip
import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli
from werkzeug.http import parse_accept_header

from forum.core import clock

# What Python needs for a page besides its bodies, roughly.
OVERHEAD_BYTES = 3000
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
# While the database cannot be asked nothing can be hidden in it either; still, not for ever.
TRUSTED_SECONDS = 300
COUNTED = "ratelimit"
OWN_HEADERS = frozenset({"content-length", "x-request-id", "vary", "set-cookie", "date", COUNTED})


@dataclass(slots=True)
class KeptPage:
    """A page with what it depends on; its body is made in gzip too when that is asked for."""

    headers: list[tuple[str, str]]
    tags: tuple[str, ...]
    versions: Mapping[str, int]
    bodies: dict[str, bytes]
    etag: str
    checked_at: float
    end: float
    made: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """Bytes that it takes in memory."""
        return OVERHEAD_BYTES + sum(map(len, self.bodies.values()))

    def add_gzip(self) -> bool:
        """Have it in gzip too; says whether that is new."""
        if "gzip" in self.bodies:
            return False
        plain = brotli.decompress(self.bodies["br"])
        self.bodies["gzip"] = gzip.compress(plain, GZIP_LEVEL, mtime=0)
        return True

    @property
    def is_over(self) -> bool:
        """Whether something on it has run out by itself."""
        return clock.now().timestamp() >= self.end

    @property
    def is_trusted(self) -> bool:
        """Whether it was confirmed so recently that it may be shown without asking."""
        return time.monotonic() - self.checked_at < TRUSTED_SECONDS

    def is_ahead_of(self, versions: Mapping[str, int] | None) -> bool:
        """Whether it shows a change that is not in ``versions``."""
        known = versions or {}
        return any(version > known.get(name, 0) for name, version in self.versions.items())


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
    page: KeptPage,
    encoding: str,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    more: tuple[tuple[str, str], ...] = (),
) -> Iterable[bytes]:
    """The kept page in ``encoding`` with ``more`` headers, or 304 when the browser has it."""
    etag = f'"{page.etag}-{encoding}"'
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if asked and _matches(asked, etag):
        start_response("304 Not Modified", [*page.headers, ("ETag", etag), *more])
        return []
    body = page.bodies.get(encoding) or brotli.decompress(page.bodies["br"])
    headers = page.made.get(encoding)
    if headers is None:
        headers = [*page.headers, ("ETag", etag), ("Content-Length", str(len(body)))]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        page.made[encoding] = headers
    start_response("200 OK", [*headers, *more])
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
