"""The steps that managers take: agree, announce, take back, extend, end, delete."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import policy, queries
from forum.consultations.actions import announcing, editing
from forum.consultations.forms import AnnounceForm, EndForm, ExtendForm, show_moment
from forum.consultations.policy.gate import gate
from forum.consultations.policy.length import length_of
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.web.access import access, manager
from forum.web.forms import Form
from forum.web.login import current_actor


@bp.route("/consultations/<int:consultation_id>/manage/announce/", methods=["GET", "POST"])
@access(manager)
def announce(consultation_id: int) -> ResponseReturnValue:
    """Announce a complete draft."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_announce(actor, found))
    form = AnnounceForm()
    if form.submitted():
        try:
            announcing.announce(actor, found, note=form.note.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Announced. It opens and closes by itself."), "success")
            return redirect(found.path, 303)
    items = gate(queries.basis_of(found))
    return page(
        "consultations/announce.html", consultation=found, form=form, items=items
    ), form.status


@bp.route("/consultations/<int:consultation_id>/manage/approve/", methods=["GET", "POST"])
@access(manager)
def approve(consultation_id: int) -> ResponseReturnValue:
    """Agree, as a second manager, to fewer than four weeks."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_approve(actor, found))
    form = Form()
    if form.submitted():
        try:
            announcing.approve_length(actor, found)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("You have agreed. Another manager can announce it."), "success")
            return _back(found)
    dated = found.opens_at and found.closes_at and found.opens_at < found.closes_at
    length = length_of(found.opens_at, found.closes_at, weeks=found.weeks) if dated else None
    return page(
        "consultations/approve.html", consultation=found, form=form, length=length
    ), form.status


@bp.route("/consultations/<int:consultation_id>/manage/take-back/", methods=["GET", "POST"])
@access(manager)
def take_back(consultation_id: int) -> ResponseReturnValue:
    """Make it a draft again, before it opens."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_take_back(actor, found))
    form = Form()
    if form.submitted():
        announcing.take_back(actor, found)
        flash(_("It is a draft again. Nobody but managers sees it."), "success")
        return _back(found)
    return page("consultations/take_back.html", consultation=found, form=form)


@bp.route("/consultations/<int:consultation_id>/manage/extend/", methods=["GET", "POST"])
@access(manager)
def extend(consultation_id: int) -> ResponseReturnValue:
    """Move the closing, for everyone."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_extend(actor, found))
    form = ExtendForm()
    if not form.is_submitted():
        show_moment(found.closes_at, form.closes_on, form.closes_hour)
    if form.submitted():
        try:
            announcing.extend(actor, found, closes_at=form.closes_at, note=form.note.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Extended, for everyone."), "success")
            return redirect(found.path, 303)
    return page("consultations/extend.html", consultation=found, form=form), form.status


@bp.route("/consultations/<int:consultation_id>/manage/end/", methods=["GET", "POST"])
@access(manager)
def end(consultation_id: int) -> ResponseReturnValue:
    """End it without an outcome."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_end(actor, found))
    form = EndForm()
    if form.submitted():
        try:
            announcing.end(actor, found, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Ended. The reason stands on its page."), "success")
            return redirect(found.path, 303)
    return page("consultations/end.html", consultation=found, form=form), form.status


@bp.route("/consultations/<int:consultation_id>/manage/delete/", methods=["GET", "POST"])
@access(manager)
def delete(consultation_id: int) -> ResponseReturnValue:
    """Remove a draft that was never announced."""
    actor = current_actor()
    found = load_managed(consultation_id)
    ensure(policy.can_delete(actor, found))
    form = Form()
    if form.submitted():
        editing.delete_draft(actor, found)
        flash(_("Draft deleted."), "success")
        return redirect(url_for("consultations.of_centre", centre=found.centre.slug), 303)
    return page("consultations/delete.html", consultation=found, form=form)


def _back(found: Any) -> ResponseReturnValue:
    return redirect(url_for("consultations.manage", consultation_id=found.id), 303)
