"""Things of the API as lines of JSON and of CSV."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec.inspect import Metadata, StructType, UnionType, type_info

from forum.api.enums import Table
from forum.api.queries import SHAPES, Decision
from forum.core.canonical import read_canonical
from forum.core.tables import write_csv
from forum.moderation.exports import LOG_COLUMNS, log_csv
from forum.moderation.queries import Entry

SEPARATOR = ";"


def json_lines(items: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    """Each thing as one line of JSON, as the API tells it."""
    for item in items:
        yield msgspec.json.encode(item) + b"\n"


def csv_head(table: Table) -> bytes:
    """The line with the names of the columns."""
    return "".join(write_csv([columns(table)])).encode()


def csv_lines(table: Table, items: Sequence[Any]) -> Iterator[bytes]:
    """Each thing as one line of CSV; no cell is a formula for a spreadsheet."""
    if table is Table.DECISIONS:
        lines = log_csv(map(_entry, items))
        next(lines)
    else:
        lines = write_csv(_cells(table, item) for item in items)
    return (line.encode() for line in lines)


def columns(table: Table) -> Sequence[str]:
    """The names of the columns; those of a thing within the thing have a dot."""
    if table is Table.DECISIONS:
        return LOG_COLUMNS
    return [".".join(path) for path in _paths(table)]


@cache
def _paths(table: Table) -> Sequence[tuple[str, ...]]:
    return tuple(_paths_in(SHAPES[table]))


def _paths_in(shape: Any) -> Iterator[tuple[str, ...]]:
    for field in msgspec.structs.fields(shape):
        inner = _struct_in(type_info(field.type))
        if inner is None:
            yield (field.encode_name,)
        else:
            yield from ((field.encode_name, *path) for path in _paths_in(inner))


def _struct_in(info: Any) -> Any:
    """The class of a thing within a thing, if it is one (or none)."""
    while isinstance(info, Metadata):
        info = info.type
    parts = info.types if isinstance(info, UnionType) else (info,)
    return next((part.cls for part in parts if isinstance(part, StructType)), None)


def _cells(table: Table, item: msgspec.Struct) -> Sequence[object]:
    told = msgspec.to_builtins(item)
    return [_cell(told, path) for path in _paths(table)]


def _cell(told: Any, path: Sequence[str]) -> object:
    for name in path:
        told = told[name] if told is not None else None
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, list):
        return SEPARATOR.join(_text(one) for one in told)
    return "" if told is None else told


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _entry(decision: Decision) -> Entry:
    told = json.loads(bytes(decision.entry))
    body = told if isinstance(told, str) else bytes(decision.entry).decode()
    facts = read_canonical(body) or {}
    return Entry(int(facts.get("number", 0)), decision.hash, body, facts=facts)
