"""The internal sign-off of an organisation, before its response is sent."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.forms import SignOffForm
from forum.consultations.policy import signing as policy
from forum.consultations.policy.responses import Holder
from forum.consultations.views.beginning import current_holder
from forum.consultations.views.blueprint import bp
from forum.consultations.views.responding import parts_of
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.web.access import access, member
from forum.web.forms import CONFLICT, wants


@bp.route("/responses/<reference>/sign-off/", methods=["GET", "POST"])
@access(member)
def sign_off(reference: str) -> ResponseReturnValue:
    """Read what is to be sent for the organisation, and sign it off or give it back."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    ensure(policy.can_sign(holder, found, clock.now()))
    form = SignOffForm(version=found.version)
    status = form.status
    if form.submitted():
        try:
            _decide(holder, found, form)
        except Invalid as error:
            form.refuse(error)
            status = form.status
        except Conflict as error:
            form.begin_from(found.version)
            form.refuse(Invalid(error.message))
            status = CONFLICT
        else:
            return redirect(url_for("consultations.response", reference=reference), 303)
    return _show(found, form), status


def _decide(holder: Holder, found: Any, form: SignOffForm) -> None:
    if wants("give-back"):
        note = form.note.data or ""
        actions.give_back(holder, found, version=form.began_from, note=note)
        flash(_("Given back. Those who write it are told."), "success")
    else:
        actions.sign_off(holder, found, version=form.began_from)
        flash(_("Signed off. It can be sent now."), "success")


def _show(found: Any, form: SignOffForm) -> str:
    return render_template(
        "consultations/answering/sign_off.html",
        response=found,
        consultation=found.consultation,
        parts=parts_of(found),
        unanswered=queries.unanswered(found),
        form=form,
    )


@bp.post("/responses/<reference>/sign-off/ask/")
@access(member)
def ask_sign_off(reference: str) -> ResponseReturnValue:
    """Ask that a steward signs the response off before it is sent."""
    holder = current_holder()
    try:
        actions.ask_sign_off(holder, queries.get_response(holder, reference))
    except Invalid as error:
        flash(error.message, "error")
    else:
        flash(_("The stewards of your organisation are asked."), "success")
    return redirect(url_for("consultations.response", reference=reference), 303)


@bp.post("/responses/<reference>/sign-off/waive/")
@access(member)
def waive_sign_off(reference: str) -> ResponseReturnValue:
    """Let the response be sent without a sign-off."""
    holder = current_holder()
    actions.waive_sign_off(holder, queries.get_response(holder, reference))
    flash(_("It can be sent without a sign-off."), "success")
    return redirect(url_for("consultations.response", reference=reference), 303)
