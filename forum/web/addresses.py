"""Parts of addresses."""

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

LARGEST_KEY = 2**63 - 1


class KeyConverter(IntegerConverter):
    """A number that a key column can hold; anything larger is no address of ours."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST_KEY, **kwargs})


def init_addresses(app: Flask) -> None:
    """Bound ``<int:…>`` and refuse NUL; to be called before routes are added."""
    app.url_map.converters["int"] = KeyConverter
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    # PostgreSQL keeps no NUL in a text, so nothing of ours has one in its address.
    if "\x00" in request.path or b"%00" in request.query_string:
        abort(404)
