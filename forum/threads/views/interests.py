"""What members declare that they could gain or lose."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.errors import Invalid
from forum.organisations import queries as organisations
from forum.threads import actions, policy, queries
from forum.threads.forms import ConfirmForm, InterestForm
from forum.threads.views.blueprint import bp
from forum.web.access import access, member
from forum.web.limits import posting
from forum.web.login import current_actor


@bp.route("/account/interests/", methods=["GET", "POST"])
@access(member)
@posting
def interests() -> ResponseReturnValue:
    """The member's declarations, and a form for another."""
    form = InterestForm()
    if form.submitted():
        try:
            actions.declare_interest(
                current_actor(), text=form.declared, organisation=form.organisation.data or ""
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return _done(_("Declared. It holds for 12 months."))
    return render_template("threads/interests.html", form=form, **_declared()), form.status


def _declared() -> dict[str, Any]:
    actor = current_actor()
    return {
        "live": queries.standing_interest(actor.actor_id or 0),
        "history": queries.standing_history(actor),
        "in_threads": queries.thread_interests(actor),
        "organisations": organisations.organisations_of(actor.actor_id or 0),
        "may_declare": policy.can_declare(actor),
        "button": ConfirmForm(),
    }


@bp.post("/account/interests/<int:interest_id>/renew/")
@access(member)
def renew_interest(interest_id: int) -> ResponseReturnValue:
    """Declare the same for another 12 months."""
    actor = current_actor()
    actions.renew_interest(actor, queries.get_interest(actor, interest_id))
    return _done(_("Renewed. It holds for 12 months."))


@bp.post("/account/interests/<int:interest_id>/withdraw/")
@access(member)
def withdraw_interest(interest_id: int) -> ResponseReturnValue:
    """End a declaration."""
    actor = current_actor()
    actions.withdraw_interest(actor, queries.get_interest(actor, interest_id))
    return _done(_("Withdrawn. What stands beside your posts stays there."))


def _done(text: str) -> ResponseReturnValue:
    flash(text, "success")
    return redirect(url_for("threads.interests"), 303)
