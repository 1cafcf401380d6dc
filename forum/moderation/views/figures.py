"""Figures of moderation, for everybody."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from forum.core.errors import NotFound
from forum.moderation import exports, queries
from forum.moderation.views.blueprint import bp
from forum.web.access import access, anyone


@bp.get("/moderation-figures/")
@access(anyone)
def figures() -> ResponseReturnValue:
    """The figures of all centres together, and each centre's in a line."""
    return _page(queries.ALL)


@bp.get("/moderation-figures/<centre>/")
@access(anyone)
def centre_figures(centre: str) -> ResponseReturnValue:
    """The figures of one centre, or of decisions about the whole site."""
    if centre == queries.ALL:
        raise NotFound("There is no such centre.")
    return _page(centre)


@bp.get("/moderation-figures/<centre>/csv/<table>/")
@access(anyone)
def figures_csv(centre: str, table: str) -> ResponseReturnValue:
    """A table of a page of figures as CSV; the page of all is called "all"."""
    if table not in queries.TABLES:
        raise NotFound("There is no such table.")
    rows = "".join(exports.figures_csv(queries.figures_of(centre), table))
    answer = Response(rows, content_type="text/csv; charset=utf-8")
    name = f"moderation-{table}.csv"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _page(centre: str) -> ResponseReturnValue:
    return render_template(
        "moderation/figures.html",
        figures=queries.figures_of(centre),
        hidden=exports.HIDDEN,
    )
