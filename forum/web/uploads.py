"""Requests that carry a file may be larger than others: only where a view says so."""

import io
from collections.abc import Callable
from typing import IO, Any, TypeVar

from flask import Flask, Response, request, send_file

V = TypeVar("V", bound=Callable[..., Any])

# What a browser may do with a download that it opens after all: nothing.
POLICY = "default-src 'none'; sandbox"
# A file of 10 MB, and the other fields of its form.
LARGEST_WITH_FILE = 10 * 1024 * 1024 + 256 * 1024


def takes_file(view: V) -> V:
    """Let requests to the view be as large as LARGEST_WITH_FILE."""
    view.takes_file = True  # type: ignore[attr-defined]  # read before each request
    return view


def init_uploads(app: Flask) -> None:
    """Raise the limit before anything reads the form; to be called before the check of tokens."""

    @app.before_request
    def allow_file() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_file", False):
            request.max_content_length = LARGEST_WITH_FILE


def download(
    content: bytes | IO[bytes], *, name: str, media_type: str, digest: str = ""
) -> Response:
    """A file, or one that is open at its beginning, as a download.

    Browsers neither show it nor run what it holds. ``digest`` is its SHA-256 in hexadecimal,
    which tells whether a copy is still the same.
    """
    answer = send_file(
        io.BytesIO(content) if isinstance(content, bytes) else content,
        mimetype=media_type,
        as_attachment=True,
        download_name=name,
        etag=digest or False,
        conditional=bool(digest),
    )
    answer.headers["Content-Security-Policy"] = POLICY
    # Who may keep it is decided as for every other answer (web/headers.py).
    answer.headers.pop("Cache-Control", None)
    return answer
