"""Pages for people: the description of the API, and of what it tells."""

import json
from typing import Any

import msgspec
from flask import Response, render_template
from flask.typing import ResponseReturnValue

from forum.api.enums import Table
from forum.api.queries import Paged, Slice
from forum.api.views import describing
from forum.api.views.answering import JSON, Operation, plain, site
from forum.api.views.blueprint import bp
from forum.core.errors import NotFound
from forum.web.access import access, anyone
from forum.web.page_cache import cached, depends_on, good_until

DESCRIPTION = "application/vnd.oai.openapi+json;version=3.1"


@bp.get("/api/")
@access(anyone)
@cached()
def index() -> ResponseReturnValue:
    """What the API offers and how it is used."""
    return render_template("api/index.html", description=describing.document(), tables=list(Table))


@bp.get("/api/<table>/")
@access(anyone)
@cached()
def table(table: str) -> ResponseReturnValue:
    """What can be asked of a table, what it tells, and an example that was just read."""
    if table not in set(Table):
        raise NotFound("There is no such table.")
    found = [(rule, op) for rule, op in describing.operations() if op.table == table]
    return render_template(
        "api/table.html",
        table=table,
        description=describing.document(),
        addresses=[describing.address_of(rule) for rule, _operation in found],
        shape=found[0][1].item.__name__,
        example=_example(next(op for rule, op in found if op.filters and not rule.arguments)),
    )


def _example(operation: Operation) -> str:
    """The first thing of the list as JSON; "" while there is none."""
    found: Slice[Any] = operation.find((operation.filters or Paged)(limit=1), None)
    depends_on(*found.tags)
    good_until(found.end)
    if not found.items:
        return ""
    told = json.loads(msgspec.json.encode(found.items[0]))
    return json.dumps(told, indent=2, ensure_ascii=False)


@bp.get("/api/v1/")
@access(anyone)
@plain
def root() -> Response:
    """Where everything is, for programs."""
    addresses = {str(name): f"{site()}/api/v1/{name}/" for name in Table}
    told = {**addresses, "openapi": f"{site()}/api/v1/openapi.json", "pages": f"{site()}/api/"}
    answer = Response(msgspec.json.encode(told), content_type=JSON)
    answer.headers["Link"] = (
        f'<{told["openapi"]}>; rel="service-desc", <{told["pages"]}>; rel="service-doc"'
    )
    return answer


@bp.get("/api/v1/openapi.json")
@access(anyone)
@plain
def openapi() -> Response:
    """The description of the API for programs."""
    return Response(msgspec.json.encode(describing.document()), content_type=DESCRIPTION)
