"""Appeals as those see them who decide: moderators of other centres."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core import clock
from forum.core.errors import Conflict, Invalid
from forum.moderation import actions, queries
from forum.moderation.forms import OutcomeForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, staff
from forum.web.forms import CONFLICT, wants
from forum.web.login import current_actor

DECIDE = {"uphold": actions.uphold_decision, "reverse": actions.reverse_decision}


@bp.route("/moderation/appeals/<int:appeal_id>/", methods=["GET", "POST"])
@access(staff)
def judge_appeal(appeal_id: int) -> ResponseReturnValue:
    """An appeal, and the two ways to decide it."""
    appeal = queries.get_appeal(current_actor(), appeal_id)
    item = queries.item_of(appeal.id)
    form = OutcomeForm(version=str(item.version))
    if form.submitted():
        try:
            return _decide(appeal, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            form.refuse(Invalid(error.message))
            form.begin_from(queries.item_of(appeal_id).version)
            return _page(appeal_id, form), CONFLICT
    return _page(appeal_id, form), form.status


def _decide(appeal: Any, form: OutcomeForm) -> ResponseReturnValue:
    act = next((DECIDE[name] for name in DECIDE if wants(name)), None)
    if act is None:
        raise Invalid(_("Choose what becomes of the decision"))
    ruling = actions.Ruling(reason=form.reason.data or "", staff_note=form.staff_note.data or "")
    act(current_actor(), appeal.id, version=form.began_from, ruling=ruling)
    flash(_("The appeal is decided. Whoever lodged it reads your reason."), "success")
    return redirect(url_for("moderation.judge_appeal", appeal_id=appeal.id), 303)


def _page(appeal_id: int, form: OutcomeForm) -> str:
    actor = current_actor()
    appeal = queries.get_appeal(actor, appeal_id)
    return render_template(
        "moderation/judge_appeal.html",
        appeal=appeal,
        decision=appeal.decision,
        sanction=queries.sanction_of(appeal.decision_id),
        may=queries.can_take_up(actor, appeal.decision),
        form=form,
        now=clock.now(),
    )
