"""The public log: pages, exports and daily heads. The same for everybody."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.centres import queries as centres
from forum.core import atom
from forum.moderation import exports, queries
from forum.moderation.enums import SEAT_WORDS
from forum.moderation.forms import LogFilterForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, anyone
from forum.web.page_cache import cached, depends_on

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
ATOM = f"{atom.MIME_TYPE}; charset=utf-8"
PATH = "/moderation-log/"
FILTERS = ("centre", "action", "clause", "from", "to")


@bp.get("/moderation-log/")
@access(anyone)
def log() -> ResponseReturnValue:
    """The log, newest first, all of it or what was chosen."""
    form = _filter_form()
    if not form.validate():
        return _refuse(form)
    after = request.args.get("after", "")
    page = queries.list_entries(form.filters, after=after)
    return render_template(
        "moderation/log.html",
        form=form,
        page=page,
        after=after,
        query=urlencode(form.chosen),
        head=queries.last_head(),
        **_words(page.rows),
    )


@bp.get("/moderation-log/<int:number>/")
@access(anyone)
def log_entry(number: int) -> ResponseReturnValue:
    """One entry, what it is tied to, and how to check it."""
    entry = queries.get_entry(number)
    return render_template(
        "moderation/log_entry.html",
        entry=entry,
        corrections=queries.corrections_of(number),
        parts=queries.parts_of_entry(number),
        most_parts=queries.MOST_PARTS,
        **_words([entry]),
    )


@bp.get("/moderation-log/json/")
@access(anyone)
def log_json() -> ResponseReturnValue:
    """The chosen entries as JSON, oldest first."""
    form = _filter_form()
    if not form.validate():
        return _refuse(form)
    return _stream(
        exports.log_json(queries.walk_entries(form.filters)), JSON, "moderation-log.json"
    )


@bp.get("/moderation-log/csv/")
@access(anyone)
def log_csv() -> ResponseReturnValue:
    """The chosen entries as a table, oldest first."""
    form = _filter_form()
    if not form.validate():
        return _refuse(form)
    return _stream(exports.log_csv(queries.walk_entries(form.filters)), CSV, "moderation-log.csv")


@bp.get("/moderation-log/atom/")
@access(anyone)
@cached(*FILTERS)
def log_atom() -> ResponseReturnValue:
    """The newest of the chosen entries as a feed."""
    form = _filter_form()
    if not form.validate():
        return _refuse(form)
    depends_on("log")
    query = f"?{urlencode(form.chosen)}" if form.chosen else ""
    feed = exports.log_atom(
        queries.list_entries(form.filters, limit=queries.ENTRIES_IN_A_FEED).rows,
        site_url=current_app.config["SITE_URL"],
        address=f"{PATH}atom/{query}",
        page=f"{PATH}{query}",
        title=_("Moderation log – %(site)s", site=current_app.config["SITE_NAME"]),
        author=current_app.config["SITE_NAME"],
        centres=_centre_names(),
    )
    return Response(feed, content_type=ATOM)


@bp.get("/moderation-log/heads/")
@access(anyone)
def log_heads() -> ResponseReturnValue:
    """The last entry of each day of a month."""
    month = request.args.get("month", "")
    return render_template("moderation/log_heads.html", heads=queries.heads_of(month))


@bp.get("/moderation-log/heads/json/")
@access(anyone)
def log_heads_json() -> ResponseReturnValue:
    """The last entry of every day, newest first."""
    return _stream(exports.heads_json(queries.walk_heads()), JSON, "moderation-log-heads.json")


def _filter_form() -> LogFilterForm:
    form = LogFilterForm(formdata=request.args)
    form.offer_centres(_centre_names().items())
    return form


def _centre_names() -> dict[str, str]:
    return {centre.slug: centre.name for centre in centres.list_centres()}


def _refuse(form: LogFilterForm) -> ResponseReturnValue:
    return render_template("moderation/log.html", form=form, page=None), form.status


def _words(entries: Sequence[queries.Entry]) -> dict[str, object]:
    """What a template needs to tell of entries in words."""
    return {
        "seats": SEAT_WORDS,
        "centres": _centre_names(),
        "targets": queries.public_targets(entries),
    }


def _stream(pieces: Iterator[str], content_type: str, name: str) -> Response:
    answer = Response(stream_with_context(pieces), content_type=content_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
