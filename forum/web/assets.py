"""Addresses of the built styles, scripts and pictures."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from whitenoise import WhiteNoise

from forum.config import ConfigError, Settings
from forum.web.headers import security_headers

PREFIX = "/static/"


def init_assets(app: Flask, settings: Settings, folder: Path) -> None:
    """Serve the built files of ``folder`` with far-future caching; names carry a hash.

    Raises ConfigError when they were not built.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"There are no built assets in {folder}. Run: make install"]) from None
    app.jinja_env.globals["asset"] = partial(_address, manifest)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's way to add middleware
        app.wsgi_app,
        root=folder,
        prefix=PREFIX,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )
    app.wsgi_app = _with_headers(app.wsgi_app, security_headers(settings))  # type: ignore[method-assign,assignment]  # as above


def _address(manifest: dict[str, str], name: str) -> str:
    return PREFIX + manifest[name]


def _with_headers(inner: WSGIApplication, headers: dict[str, str]) -> WSGIApplication:
    """Add ``headers`` to every answer about a file, also that it has not changed (304)."""

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX):
            return inner(environ, start_response)

        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Any:
            known = {name for name, _value in given}
            more = [(name, value) for name, value in headers.items() if name not in known]
            return start_response(status, given + more, *error)

        return inner(environ, start)

    return respond
