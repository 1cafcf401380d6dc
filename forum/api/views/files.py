"""The open data: what the newest export holds, and its files."""

from flask import Response, current_app, render_template, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from forum.api import actions
from forum.api.exports.published import GONE
from forum.api.exports.runs import MANIFEST
from forum.api.queries.windows import OPEN_DATA
from forum.api.views.blueprint import bp
from forum.core.errors import NotFound
from forum.web.access import access, anyone
from forum.web.headers import PUBLIC
from forum.web.limits import reading
from forum.web.page_cache import cached, depends_on
from forum.web.uploads import POLICY


@bp.get("/open-data/")
@access(anyone)
@cached()
def open_data() -> ResponseReturnValue:
    """What the whole forum is offered as, from when it is, and how to check it."""
    depends_on(OPEN_DATA)
    found = actions.find_open_data(current_app.config["SETTINGS"])
    return render_template("api/open_data.html", found=found, manifest_name=MANIFEST)


@bp.get("/open-data/<name>")
@access(anyone)
@reading
def open_data_file(name: str) -> Response:
    """A file that the manifest names, or a part of one (RFC 9110, section 14)."""
    found = actions.find_open_data(current_app.config["SETTINGS"])
    if found is None:
        raise NotFound("The open data has not been made yet.")
    path = found.path(name)
    try:
        answer = send_file(path, mimetype=_type_of(name), etag=found.etag(name), conditional=True)
    except FileNotFoundError as error:
        raise NotFound(GONE) from error
    except RequestedRangeNotSatisfiable:
        answer = Response("", 416, {"Content-Range": f"bytes */{path.stat().st_size}"})
    return _for_all(answer, name)


def _for_all(answer: Response, name: str) -> Response:
    """Any cache may keep it and asks again each time; any site may read it."""
    answer.headers["Cache-Control"] = PUBLIC
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _type_of(name: str) -> str:
    return "application/gzip" if name.endswith(".gz") else "application/json"
