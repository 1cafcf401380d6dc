"""Addresses of the built styles, scripts and pictures."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from forum.config import ConfigError, Settings
from forum.web.headers import security_headers

PREFIX = "/static/"
YEAR_SECONDS = 365 * 24 * 3600


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
        max_age=YEAR_SECONDS,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers(security_headers(settings)),
        allow_all_origins=False,
    )


def _address(manifest: dict[str, str], name: str) -> str:
    return PREFIX + manifest[name]


def _headers(values: dict[str, str]) -> Callable[..., None]:
    def add(headers: Headers, path: str, url: str) -> None:
        del path, url
        for name, value in values.items():
            headers[name] = value

    return add
