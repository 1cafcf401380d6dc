"""What is asked: parameters read into the filters of a list, and places in a list as text.

A place is signed for its list and its filters, so that one that was cut, made up or taken from
another list is refused instead of leading anywhere.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from msgspec.inspect import BoolType, IntType, UnionType, type_info

from forum.api.queries import OTHER_LIST, Paged
from forum.core.errors import Invalid

F = TypeVar("F", bound=Paged)
# How a list is asked for does not change which list it is.
PAGING = frozenset({"limit", "after"})
SHOWN = 60


def read(kind: type[F]) -> F:
    """The filters of the query; raises Invalid for a parameter that is unknown, twice or wrong."""
    known = {field.name: field.type for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for name, given in request.args.lists():
        if name not in known:
            raise Invalid(f"There is no parameter {name[:SHOWN]!r} here.", field=name[:SHOWN])
        if len(given) > 1:
            raise Invalid("This parameter is given more than once.", field=name)
        values[name] = _converted(given[0], known[name], name)
    return kind(**values)


def refuse_any() -> None:
    """Raise Invalid for whatever parameter: there is none here."""
    for name in request.args:
        raise Invalid(f"There is no parameter {name[:SHOWN]!r} here.", field=name[:SHOWN])


def _converted(text: str, kind: Any, name: str) -> Any:
    try:
        value = msgspec.convert(text, kind, strict=not _is_number_or_truth(kind))
        # Some moments that can be written are none that a database can hold.
        return value.astimezone(None) and value if isinstance(value, datetime) else value
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}.".replace(" | null", ""), field=name) from error
    except OverflowError as error:
        raise Invalid("This time is out of range.", field=name) from error


@cache
def _is_number_or_truth(kind: Any) -> bool:
    """Whether a text must be taken for something else, as the strict reading would not."""
    info = _plain(type_info(kind))
    parts = info.types if isinstance(info, UnionType) else (info,)
    return any(isinstance(_plain(part), IntType | BoolType) for part in parts)


def _plain(info: Any) -> Any:
    while isinstance(info, msgspec.inspect.Metadata):
        info = info.type
    return info


def place(filters: Paged) -> Sequence[Any] | None:
    """The place in the list after which the page begins, None for its beginning.

    Raises Invalid for a text that was not made here for this list.
    """
    if not filters.after:
        return None
    try:
        return list(_signer(filters).loads(filters.after))
    except (BadData, TypeError) as error:
        raise Invalid(OTHER_LIST, field="after") from error


def next_address(filters: Paged, last: Sequence[Any] | None) -> str | None:
    """Address of the page that begins after the place ``last``; None when there is none."""
    if last is None:
        return None
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in last]
    query = {**request.args, "after": _signer(filters).dumps(plain)}
    return f"{current_app.config['SITE_URL']}{request.path}?{urlencode(query)}"


def _signer(filters: Paged) -> URLSafeSerializer:
    asked = {
        field: value
        for field, value in msgspec.to_builtins(filters).items()
        if field not in PAGING and value is not None
    }
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"],
        salt=f"api:{request.path}?{urlencode(sorted(asked.items()))}",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
