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
    site = app.wsgi_app
    files = WhiteNoise(
        site,
        root=folder,
        prefix=PREFIX,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
    )
    app.wsgi_app = _with_headers(files, security_headers(settings), site)  # type: ignore[method-assign,assignment]  # Flask's way to add middleware


def _address(manifest: dict[str, str], name: str) -> str:
    return PREFIX + manifest[name]


def _with_headers(
    files: WSGIApplication, headers: dict[str, str], site: WSGIApplication
) -> WSGIApplication:
    """Add ``headers`` to every answer about a file, also that it has not changed (304).

    The site itself answers for one that has gone since the start, as in the midst of an upgrade.
    """

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PREFIX):
            return site(environ, start_response)

        def start(status: str, given: list[tuple[str, str]], *error: Any) -> Any:
            known = {name for name, _value in given}
            more = [(name, value) for name, value in headers.items() if name not in known]
            return start_response(status, given + more, *error)

        try:
            return files(environ, start)
        except FileNotFoundError:
            return site(environ, start_response)

    return respond
