"""Responses and evidence as files for managers, and what is published for everybody."""

from typing import IO, Any

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from forum.config import Settings
from forum.consultations import actions, exports, queries
from forum.consultations.enums import FileFormat
from forum.consultations.forms import FORMAT_NAMES, ConfirmForm, ExportForm
from forum.consultations.policy import exporting as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid, NotFound
from forum.web.access import access, anyone, manager
from forum.web.limits import exporting, ordering
from forum.web.login import current_actor
from forum.web.page_cache import cached, depends_on
from forum.web.uploads import download

BASE = "/consultations/<int:consultation_id>/manage/exports/"
PUBLIC = "/consultations/<int:consultation_id>/<slug>/responses/download/"


@bp.route(BASE, methods=["GET", "POST"])
@access(manager)
@ordering
def order_export(consultation_id: int) -> ResponseReturnValue:
    """Order a file with all responses, and see those that one has ordered."""
    found, form = _load_managed(consultation_id), ExportForm()
    if form.submitted():
        try:
            order = actions.order_export(
                current_actor(),
                found,
                _settings(),
                kind=FileFormat(form.format.data),
                with_names=bool(form.with_names.data),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(_address_of(order), 303)
    return _orders(found, form), form.status


@bp.get(f"{BASE}<int:export_id>/")
@access(manager)
def export(consultation_id: int, export_id: int) -> ResponseReturnValue:
    """How far a file is, and where it can be had."""
    found = _load_managed(consultation_id)
    order = queries.get_export(current_actor(), found, export_id)
    return render_template(
        "consultations/export.html", consultation=found, order=order, formats=FORMAT_NAMES
    )


@bp.get(f"{BASE}<int:export_id>/file/")
@access(manager)
def export_file(consultation_id: int, export_id: int) -> ResponseReturnValue:
    """A file that is ready, as a download."""
    found = _load_managed(consultation_id)
    order = queries.get_export(current_actor(), found, export_id)
    return _download(actions.open_export(order, _settings()), found, order.format)


@bp.post("/consultations/<int:consultation_id>/manage/evidence/")
@access(manager)
@ordering
def evidence(consultation_id: int) -> ResponseReturnValue:
    """Order the evidence file."""
    found = _load_managed(consultation_id)
    order = actions.order_evidence(current_actor(), found)
    return redirect(_address_of(order), 303)


@bp.get(PUBLIC)
@access(anyone)
def published_files(consultation_id: int, slug: str) -> ResponseReturnValue:
    """The files with what is published of the responses."""
    found = _load_published(consultation_id)
    if slug != found.slug:
        return redirect(f"{found.path}responses/download/", 301)
    count = queries.count_published(found)
    is_long = count > actions.AT_ONCE
    return render_template(
        "consultations/published_files.html",
        consultation=found,
        count=count,
        is_long=is_long,
        formats=FORMAT_NAMES,
        orders=queries.published_exports(found) if is_long else {},
        form=ConfirmForm() if is_long else None,
    )


@bp.post(f"{PUBLIC}<any(csv,xlsx,json):kind>/")
@access(anyone)
@ordering
def order_published(consultation_id: int, slug: str, kind: str) -> ResponseReturnValue:
    """Have a file made for everybody."""
    del slug
    found = _load_published(consultation_id)
    actions.order_published(current_actor(), found, kind=FileFormat(kind))
    return redirect(f"{found.path}responses/download/", 303)


@bp.get(f"{PUBLIC}<any(csv,xlsx,json):kind>/")
@access(anyone)
@exporting
def published_export(consultation_id: int, slug: str, kind: str) -> ResponseReturnValue:
    """What is published of the responses, as a download."""
    del slug
    found = _load_published(consultation_id)
    file = actions.open_published(found, _settings(), kind=FileFormat(kind))
    return _download(file, found, FileFormat(kind))


@bp.get("/consultations/<int:consultation_id>/<slug>/questions/columns/")
@access(anyone)
@cached()
def columns(consultation_id: int, slug: str) -> ResponseReturnValue:
    """What the columns of the tables mean, as a CSV table."""
    del slug
    found = queries.get_consultation(current_actor(), consultation_id)
    depends_on(f"consultation:{found.id}")
    extract = queries.Extract(found)
    sheet = exports.Sheet(extract, queries.questions_to_export(extract), "")
    answer = Response("".join(exports.columns_csv(sheet)), content_type="text/csv; charset=utf-8")
    name = f"consultation-{found.id}-columns.csv"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _load_managed(consultation_id: int) -> Any:
    found = load_managed(consultation_id)
    ensure(policy.can_export(current_actor(), found))
    return found


def _load_published(consultation_id: int) -> Any:
    """The consultation once it has closed; raises NotFound before that."""
    found = queries.get_consultation(current_actor(), consultation_id)
    decision = policy.can_export_published(found, clock.now())
    if not decision:
        raise NotFound(decision.reason)
    return found


def _orders(found: Any, form: ExportForm) -> str:
    return render_template(
        "consultations/exports.html",
        consultation=found,
        form=form,
        orders=queries.list_exports(current_actor(), found),
        formats=FORMAT_NAMES,
    )


def _address_of(order: Any) -> str:
    return url_for(
        "consultations.export", consultation_id=order.consultation_id, export_id=order.id
    )


def _download(file: IO[bytes], found: Any, kind: FileFormat) -> Response:
    """The file, which is closed when it was sent."""
    about = "evidence" if kind is FileFormat.ZIP else "responses"
    name = f"consultation-{found.id}-{about}.{kind}"
    return download(file, name=name, media_type=exports.MEDIA_TYPES[kind])


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
