"""What is different below /api/: no cookies, errors as problem details, any site may read.

Problem details are those of RFC 9457. The headers that tell a limit follow the draft
"RateLimit header fields for HTTP" of the IETF's working group for HTTP APIs.
"""

import math
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec
from flask import Flask, Response, request

from forum.web.limits import limiter

ROOT = "/api/"
FOR_MACHINES = "/api/v1/"
MEDIA_TYPE = "application/problem+json"
EXPOSED = "Link, ETag, RateLimit, RateLimit-Policy, Retry-After"
DETAILS = {
    404: "There is nothing at this address, or it is not public.",
    405: "Everything here can be read alone, with GET or HEAD.",
    429: "Too many requests. Wait as long as Retry-After says, in seconds.",
    500: "Something went wrong here. It was logged.",
    503: "The database cannot be reached. Try again as Retry-After says, in seconds.",
}
OTHERWISE = "The request could not be understood."


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, as RFC 9457 has it; ``parameter`` names the one that was wrong."""

    type: str = "about:blank"
    title: str
    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    detail: str
    parameter: str | None = None


def is_wanted() -> bool:
    """Whether whoever asks is a program, so that an error is told as a problem."""
    return request.path.startswith(ROOT) and request.path != ROOT


def answer(status: int, detail: str = "", *, parameter: str | None = None) -> Response:
    """The problem as an answer; without ``detail`` the sentence that fits the status."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or DETAILS.get(status, OTHERWISE),
        parameter=parameter,
    )
    return Response(msgspec.json.encode(problem), status, content_type=MEDIA_TYPE)


def init_problems(app: Flask) -> None:
    """Take no notice of cookies, and write the headers of the API; after the page cache."""
    app.after_request(_write_headers)
    app.wsgi_app = WithoutCookies(app.wsgi_app)  # type: ignore[method-assign]  # Flask's way to add middleware


class WithoutCookies:
    """WSGI middleware: who is signed in gets the same answers from the API as everybody."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, below the API without its cookies."""
        if environ.get("PATH_INFO", "").startswith(FOR_MACHINES):
            environ.pop("HTTP_COOKIE", None)
        return self.inner(environ, start_response)


def _write_headers(response: Response) -> Response:
    if not request.path.startswith(FOR_MACHINES):
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Max-Age"] = "86400"
    if current := limiter.current_limit:
        amount, window = current.limit.amount, current.limit.get_expiry()
        seconds = min(window, max(0, math.ceil(current.reset_at - time.time())))
        headers["RateLimit-Policy"] = f'"api";q={amount};w={window}'
        headers["RateLimit"] = f'"api";r={max(0, current.remaining)};t={seconds}'
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            headers["Retry-After"] = str(max(1, seconds))
    return response
