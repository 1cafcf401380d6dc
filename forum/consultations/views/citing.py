"""Posts of the debate as evidence: cited from the post, or from the consultation."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.forms import CitationForm, CiteForm, CiteInForm, ConfirmForm
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.threads import queries as threads
from forum.web.access import access, manager
from forum.web.login import current_actor

BASE = "/consultations/<int:consultation_id>/manage/citations/"
ONE = f"{BASE}<int:citation_id>/"


@bp.route("/posts/<int:post_id>/cite/", methods=["GET", "POST"])
@access(manager)
def cite_post(post_id: int) -> ResponseReturnValue:
    """Take a post as evidence in one of the consultations that one looks after."""
    post = threads.get_post(current_actor(), post_id)
    ensure(policy.can_be_cited(post))
    form = CiteInForm()
    form.offer(queries.citable_consultations(current_actor()))
    if form.submitted():
        try:
            _cite_in(post, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The post is cited."), "success")
            return redirect(url_for("threads.post", post_id=post_id), 303)
    return render_template("consultations/cite_post.html", post=post, form=form), form.status


def _cite_in(post: Any, form: CiteInForm) -> None:
    consultation, theme = form.places[form.place.data]
    theme_id, note = theme.id if theme else None, form.note.data or ""
    actions.cite_post(current_actor(), consultation, post, theme_id=theme_id, note=note)


@bp.route(BASE, methods=["GET", "POST"])
@access(manager)
def citations(consultation_id: int) -> ResponseReturnValue:
    """The posts that are cited, with a form for another."""
    found = load_managed(consultation_id)
    form = CiteForm()
    form.offer(queries.themes_of(found.id))
    if form.submitted():
        try:
            _cite_at(found, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The post is cited."), "success")
            return _to_list(found)
    return _citations_page(found, form), form.status


def _cite_at(found: Any, form: CiteForm) -> None:
    actor = current_actor()
    ensure(policy.can_cite(actor, found, clock.now()))
    try:
        post = queries.post_at(actor, form.post.data or "")
        ensure(policy.can_be_cited(post))
    except (NotFound, NotAllowed) as error:
        raise Invalid(error.message, field="post") from None
    actions.cite_post(actor, found, post, theme_id=form.theme_id, note=form.note.data or "")


def _citations_page(found: Any, form: CiteForm) -> str:
    return page(
        "consultations/citations.html",
        consultation=found,
        cited=queries.citations_of(found.id),
        may_cite=policy.can_cite(current_actor(), found, clock.now()),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )


@bp.route(ONE, methods=["GET", "POST"])
@access(manager)
def edit_citation(consultation_id: int, citation_id: int) -> ResponseReturnValue:
    """Give a citation another theme or note."""
    found = load_managed(consultation_id)
    ensure(policy.can_cite(current_actor(), found, clock.now()))
    about = queries.get_citation(found, citation_id)
    form = CitationForm(note=about.note, theme=str(about.theme_id or ""))
    form.offer(queries.themes_of(found.id))
    if form.submitted():
        try:
            actions.edit_citation(
                current_actor(), found, about, theme_id=form.theme_id, note=form.note.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return _to_list(found)
    return page(
        "consultations/edit_citation.html", consultation=found, citation=about, form=form
    ), form.status


@bp.post(f"{ONE}remove/")
@access(manager)
def take_back_citation(consultation_id: int, citation_id: int) -> ResponseReturnValue:
    """No longer take a post as evidence."""
    found = load_managed(consultation_id)
    actions.take_back_citation(current_actor(), found, queries.get_citation(found, citation_id))
    flash(_("The post is no longer cited."), "success")
    return _to_list(found)


def _to_list(found: Any) -> ResponseReturnValue:
    return redirect(url_for("consultations.citations", consultation_id=found.id), 303)
