"""The description of the API (OpenAPI 3.1), made from the routes and the classes that serve."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from flask import current_app
from flask_babel import gettext as _
from werkzeug.routing import Rule

from forum.api.views.answering import JSON, Operation
from forum.web.problems import MEDIA_TYPE, Problem

VERSION = "1.0.0"
REFERENCES = "#/components/schemas/{name}"
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
KEY = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
WORD = {"type": "string", "pattern": "^[A-Za-z0-9-]+$", "maxLength": 60}
PROBLEMS = {
    "400": "A parameter is unknown, given twice or wrong.",
    "404": "There is no such thing, or it is not public.",
    "405": "Only GET and HEAD are known here.",
    "429": "Too many requests; Retry-After tells how many seconds to wait.",
    "500": "Something went wrong here.",
    "503": "The database is away; Retry-After tells how many seconds to wait.",
}
HEADERS = {
    "ETag": "Send it back in If-None-Match, and be told 304 while nothing has changed.",
    "RateLimit-Policy": "How many requests are allowed in how many seconds.",
    "RateLimit": "How many are left, and in how many seconds they begin to count anew.",
}
NEXT = "The next page, with rel=next; there is none on the last."
ABOUT = (
    "What every visitor of the forum can read, for other programs. It needs no key. Nobody who "
    "is signed in is told more. What moderators hide is gone at once."
)


def operations() -> Iterator[tuple[Rule, Operation]]:
    """Every route of the API with what it answers, by address."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        operation = getattr(current_app.view_functions[rule.endpoint], "operation", None)
        if operation is not None:
            yield rule, operation


def document() -> dict[str, Any]:
    """The description as OpenAPI 3.1 has it."""
    found = list(operations())
    kinds = [Problem, *dict.fromkeys(operation.shape for _rule, operation in found)]
    asked = list(
        dict.fromkeys(operation.filters for _rule, operation in found if operation.filters)
    )
    references, schemas = msgspec.json.schema_components(kinds, ref_template=REFERENCES)
    _asked, parameters = msgspec.json.schema_components(asked, ref_template=REFERENCES)
    words = {name: schema for name, schema in parameters.items() if "enum" in schema}
    shapes = dict(zip(kinds, references, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _("%(site)s read API", site=current_app.config["SITE_NAME"]),
            "version": VERSION,
            "description": ABOUT,
        },
        "servers": [{"url": current_app.config["SITE_URL"]}],
        "paths": {
            address_of(rule): {"get": _get(rule, operation, shapes, parameters)}
            for rule, operation in found
        },
        "components": {"schemas": {**schemas, **words}},
    }


def address_of(rule: Rule) -> str:
    """The address of a route as the description writes it, as in /posts/{post_id}/."""
    return PART.sub(r"{\2}", rule.rule)


def _get(
    rule: Rule, operation: Operation, shapes: dict[Any, Any], parameters: dict[str, Any]
) -> dict[str, Any]:
    query = parameters[operation.filters.__name__] if operation.filters else None
    responses = {
        "200": _answer(operation, shapes[operation.shape]),
        "304": {"description": "What the ETag in If-None-Match stands for has not changed."},
        **{status: _problem(text, shapes[Problem]) for status, text in PROBLEMS.items()},
    }
    return {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": operation.summary,
        "tags": [str(operation.table)],
        "parameters": [
            *(_part(kind, name) for kind, name in PART.findall(rule.rule)),
            *(
                _parameter(name, given)
                for name, given in (query or {"properties": {}})["properties"].items()
            ),
        ],
        "responses": responses,
    }


def _part(kind: str, name: str) -> dict[str, Any]:
    schema = KEY if kind == "int" else WORD
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameter(name: str, given: dict[str, Any]) -> dict[str, Any]:
    schema, description = without_null(given)
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }


def without_null(given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """A schema that is not null, since one leaves it out instead, and its description."""
    schema = {key: value for key, value in given.items() if key not in {"description", "default"}}
    if given.get("default") not in {None, ""}:
        schema["default"] = given["default"]
    chosen = [one for one in schema.pop("anyOf", ()) if one != {"type": "null"}]
    schema = {**schema, **(chosen[0] if chosen else {})}
    inner = schema.pop("description", "")
    return schema, given.get("description", inner)


def _answer(operation: Operation, schema: Any) -> dict[str, Any]:
    told = {**HEADERS, **({"Link": NEXT} if operation.filters else {})}
    return {
        "description": operation.summary,
        "headers": {
            name: {"description": text, "schema": {"type": "string"}} for name, text in told.items()
        },
        "content": {JSON: {"schema": schema}},
    }


def _problem(text: str, schema: Any) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
