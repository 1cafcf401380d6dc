"""Atom feeds of consultations: which were announced, and what happened to one."""

from collections.abc import Iterable

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.consultations import queries as consultations
from forum.core import atom
from forum.core.access import Anonymous
from forum.feeds import exports, queries
from forum.feeds.exports import Source
from forum.feeds.queries import Step
from forum.feeds.views.blueprint import bp
from forum.web.access import access, anyone
from forum.web.page_cache import cached, depends_on

KINDS = {
    "announced": _l("Announced"),
    "edition": _l("Changed or extended"),
    "results": _l("Results published"),
    "late": _l("The outcome will be late"),
    "outcome": _l("Outcome published"),
    "ended": _l("Ended without an outcome"),
}


@bp.get("/feeds/consultations/")
@access(anyone)
@cached()
def announced() -> ResponseReturnValue:
    """The consultations of all centres that were announced last."""
    depends_on("consultations")
    about = Source(
        name="consultations",
        title=_("Consultations"),
        subtitle=_("Consultations of all centres, as they are announced"),
        address=request.path,
        page="/consultations/",
    )
    steps = (
        (
            f"{one.title} – {one.centre.name}",
            Step(str(one.id), "announced", one.announced_at, one.summary, one.path),
        )
        for one in queries.announced()
        if one.announced_at is not None
    )
    return _answer(about, steps)


@bp.get("/feeds/consultations/<int:consultation_id>/")
@access(anyone)
@cached()
def consultation(consultation_id: int) -> ResponseReturnValue:
    """What has happened to a consultation."""
    found = consultations.get_consultation(Anonymous(), consultation_id)
    depends_on(f"consultation:{found.id}")
    about = Source(
        name=f"consultation/{found.id}",
        title=found.title,
        subtitle=found.summary,
        address=request.path,
        page=found.path,
    )
    return _answer(about, ((str(KINDS[step.kind]), step) for step in queries.steps_of(found)))


def _answer(about: Source, steps: Iterable[tuple[str, Step]]) -> Response:
    document = exports.write_steps(
        about,
        steps,
        site_url=current_app.config["SITE_URL"],
        site_name=current_app.config["SITE_NAME"],
    )
    return Response(document, content_type=f"{atom.MIME_TYPE}; charset=utf-8")
