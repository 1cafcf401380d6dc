"""Documents: for everybody to read, and for managers to write."""

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import policy, queries
from forum.consultations.actions import documents
from forum.consultations.forms import ConfirmForm, DocumentForm
from forum.consultations.views.blueprint import bp
from forum.consultations.views.public import load
from forum.consultations.views.showing import load_managed, page
from forum.core.access import ensure
from forum.core.errors import Invalid, NotFound
from forum.web.access import access, anyone, manager
from forum.web.forms import wants
from forum.web.login import current_actor
from forum.web.page_cache import cached
from forum.web.uploads import download, takes_file


@bp.get("/consultations/<int:consultation_id>/<slug>/documents/<int:document_id>/")
@access(anyone)
@cached()
def document(consultation_id: int, slug: str, document_id: int) -> ResponseReturnValue:
    """A document as text, with its file."""
    found = load(consultation_id)
    shown = queries.get_document(found, document_id)
    if slug != found.slug:
        return redirect(f"{found.path}documents/{shown.id}/", 301)
    return page("consultations/document.html", consultation=found, document=shown)


@bp.get("/consultations/<int:consultation_id>/<slug>/documents/<int:document_id>/file/")
@access(anyone)
def document_file(consultation_id: int, slug: str, document_id: int) -> Response:
    """The file of a document, as a download."""
    del slug
    found = queries.get_consultation(current_actor(), consultation_id)
    upload = queries.get_document(found, document_id).upload
    if upload is None:
        raise NotFound("This document has no file.")
    return download(
        upload.content, name=upload.name, media_type=upload.media_type, digest=upload.sha256
    )


@bp.get("/consultations/<int:consultation_id>/manage/documents/")
@access(manager)
def manage_documents(consultation_id: int) -> ResponseReturnValue:
    """The documents, to change, order and remove them."""
    found = load_managed(consultation_id)
    ensure(policy.can_edit(current_actor(), found))
    return page(
        "consultations/documents.html",
        consultation=found,
        documents=queries.documents_of(found.id),
        form=ConfirmForm(),
        may_build=policy.can_build(current_actor(), found),
    )


@bp.route("/consultations/<int:consultation_id>/manage/documents/new/", methods=["GET", "POST"])
@access(manager)
@takes_file
def add_document(consultation_id: int) -> ResponseReturnValue:
    """Add a document."""
    found = load_managed(consultation_id)
    ensure(policy.can_edit(current_actor(), found))
    form = DocumentForm()
    if form.submitted():
        try:
            documents.add_document(current_actor(), found, **_values(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Document added."), "success")
            return _to_documents(found)
    return page("consultations/add_document.html", consultation=found, form=form), form.status


@bp.route(
    "/consultations/<int:consultation_id>/manage/documents/<int:document_id>/",
    methods=["GET", "POST"],
)
@access(manager)
@takes_file
def edit_document(consultation_id: int, document_id: int) -> ResponseReturnValue:
    """Change a document."""
    found = load_managed(consultation_id)
    ensure(policy.can_edit(current_actor(), found))
    shown = queries.get_document(found, document_id)
    form = DocumentForm(title=shown.title, text=shown.text)
    if form.submitted():
        try:
            documents.edit_document(current_actor(), found, shown, **_values(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Document changed."), "success")
            return _to_documents(found)
    body = page("consultations/edit_document.html", consultation=found, document=shown, form=form)
    return body, form.status


@bp.post("/consultations/<int:consultation_id>/manage/documents/<int:document_id>/move/")
@access(manager)
def move_document(consultation_id: int, document_id: int) -> ResponseReturnValue:
    """Move a document of a draft up or down."""
    found = load_managed(consultation_id)
    moved = queries.get_document(found, document_id)
    documents.move_document(current_actor(), found, moved, up=wants("up"))
    return _to_documents(found)


@bp.post("/consultations/<int:consultation_id>/manage/documents/<int:document_id>/remove/")
@access(manager)
def remove_document(consultation_id: int, document_id: int) -> ResponseReturnValue:
    """Take a document out of a draft."""
    found = load_managed(consultation_id)
    documents.remove_document(current_actor(), found, queries.get_document(found, document_id))
    flash(_("Document removed."), "success")
    return _to_documents(found)


def _values(form: DocumentForm) -> dict[str, Any]:
    file, name = form.chosen
    return {
        "title": form.title.data or "",
        "text": form.text.data or "",
        "file": file,
        "filename": name,
        "note": form.note.data or "",
    }


def _to_documents(found: Any) -> ResponseReturnValue:
    return redirect(url_for("consultations.manage_documents", consultation_id=found.id), 303)
