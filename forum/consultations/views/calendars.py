"""Calendars that people subscribe to."""

from flask import Response, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.centres import queries as centres
from forum.consultations import exports, queries
from forum.consultations.views.blueprint import bp
from forum.core.access import Anonymous
from forum.web.access import access, anyone
from forum.web.page_cache import cached, depends_on


@bp.get("/feeds/consultations.ics")
@access(anyone)
@cached()
def calendar() -> ResponseReturnValue:
    """The dates of all centres' consultations."""
    depends_on("consultations")
    return _calendar(_("Consultations"))


@bp.get("/feeds/centres/<centre>/consultations.ics")
@access(anyone)
@cached()
def centre_calendar(centre: str) -> ResponseReturnValue:
    """The dates of a centre's consultations."""
    place = centres.get_centre(Anonymous(), centre)
    depends_on("consultations")
    return _calendar(_("Consultations of %(centre)s", centre=place.name), centre_id=place.id)


def _calendar(name: str, *, centre_id: int | None = None) -> ResponseReturnValue:
    """What everybody may read: a calendar is the same for all."""
    rows = queries.list_dated(Anonymous(), centre_id=centre_id)
    body = exports.calendar(rows, name=name, site_url=current_app.config["SITE_URL"])
    return Response(body, mimetype="text/calendar")
