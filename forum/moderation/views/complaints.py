"""Complaints about how a centre moderates: making, following and answering one."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.centres import queries as centres
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.moderation import actions, policy, queries
from forum.moderation.forms import ComplaintAnswerForm, ComplaintForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, anyone, manager
from forum.web.forms import CONFLICT
from forum.web.limits import complaining
from forum.web.login import current_actor


@bp.route("/centres/<centre>/complain/", methods=["GET", "POST"])
@access(anyone)
@complaining
def complain(centre: str) -> ResponseReturnValue:
    """Complain about how a centre moderates, with or without an account."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    form = ComplaintForm()
    if form.submitted():
        try:
            complaint = actions.complain(
                actor, place, text=form.text.data or "", submission_id=form.submission_id.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            address = url_for("moderation.follow_complaint", reference=complaint.reference)
            return redirect(address, 303)
    return render_template("moderation/complain.html", centre=place, form=form), form.status


@bp.get("/complaints/<reference>/")
@access(anyone)
def follow_complaint(reference: str) -> ResponseReturnValue:
    """What became of a complaint, for whoever knows its reference."""
    complaint = queries.complaint_by_reference(reference)
    page = make_response(render_template("moderation/follow_complaint.html", complaint=complaint))
    page.headers["Cache-Control"] = "private, no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page


@bp.route("/moderation/complaints/<int:complaint_id>/", methods=["GET", "POST"])
@access(manager)
def complaint(complaint_id: int) -> ResponseReturnValue:
    """Read a complaint and answer it."""
    actor = current_actor()
    found = queries.get_complaint(actor, complaint_id)
    ensure(policy.can_answer_complaint(actor, found))
    form, status = ComplaintAnswerForm(), 0
    if form.submitted():
        try:
            actions.answer_complaint(actor, found, answer=form.answer.data or "")
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            form.refuse(Invalid(error.message))
            status = CONFLICT
        else:
            flash(_("Complaint answered."), "success")
            return redirect(url_for("moderation.complaint", complaint_id=complaint_id), 303)
    page = render_template("moderation/complaint.html", complaint=found, form=form)
    return page, status or form.status
