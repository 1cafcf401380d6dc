"""When what names respondents goes, and holding it back."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import queries
from forum.consultations.actions import retention as actions
from forum.consultations.forms import HoldForm
from forum.consultations.policy import retention as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.web.access import access, manager
from forum.web.forms import wants
from forum.web.login import current_actor


@bp.route("/consultations/<int:consultation_id>/manage/retention/", methods=["GET", "POST"])
@access(manager)
def retention(consultation_id: int) -> ResponseReturnValue:
    """What names respondents: until when it is kept, what will go, and legal holds."""
    found = load_managed(consultation_id)
    form = HoldForm()
    if form.is_submitted():
        ensure(policy.can_hold(current_actor(), found))
    if form.submitted() and _change(found, form):
        flash(_("Saved."), "success")
        return redirect(url_for("consultations.retention", consultation_id=found.id), 303)
    return page(
        "consultations/retention.html",
        consultation=found,
        form=form,
        left=queries.identities_left(found.id),
        removed=queries.identities_removed(found.id),
        holds=queries.holds_of(found.id),
        may_hold=policy.can_hold(current_actor(), found),
    ), form.status


def _change(found: Any, form: HoldForm) -> bool:
    """Set or lift the hold; False when the form says why it was not."""
    change = actions.lift_hold if wants("lift") else actions.hold_identities
    try:
        change(current_actor(), found, reason=form.reason.data or "")
    except Invalid as error:
        form.refuse(error)
        return False
    return True
