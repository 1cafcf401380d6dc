"""Responses that staff enter, and the check by a second person."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.enums import Channel
from forum.consultations.forms import ConfirmForm, EnterForm
from forum.consultations.policy import responses as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.web.access import access, manager
from forum.web.login import current_actor

BASE = "/consultations/<int:consultation_id>/manage/entered/"


@bp.get(BASE)
@access(manager)
def entered(consultation_id: int) -> ResponseReturnValue:
    """What was entered by staff: drafts, and what waits for its check."""
    found = load_managed(consultation_id)
    actor = current_actor()
    return page(
        "consultations/entered.html",
        consultation=found,
        rows=[(one, policy.can_check(actor, one)) for one in queries.list_entered(found)],
        may_enter=policy.can_enter(found, clock.now()),
        form=ConfirmForm(),
    )


@bp.route(f"{BASE}new/", methods=["GET", "POST"])
@access(manager)
def enter(consultation_id: int) -> ResponseReturnValue:
    """Begin to enter answers that came by another way."""
    found = load_managed(consultation_id)
    ensure(policy.can_enter(found, clock.now()))
    form = EnterForm()
    if form.submitted() and (response := _enter(found, form)):
        reference = response.reference
        return redirect(url_for("consultations.page", reference=reference, number=1), 303)
    return page("consultations/enter.html", consultation=found, form=form), form.status


def _enter(found: Any, form: EnterForm) -> Any | None:
    """The draft; None when the form says why there is none."""
    try:
        return actions.enter_response(
            current_actor(),
            found,
            speaker=actions.Speaker(**form.speaker()),
            channel=Channel(form.channel.data),
            received_on=form.received_on.data,
        )
    except Invalid as error:
        form.refuse(error)
        return None


@bp.post(f"{BASE}<int:response_id>/check/")
@access(manager)
def check_entered(consultation_id: int, response_id: int) -> ResponseReturnValue:
    """Confirm that a response was entered as it was given."""
    found = load_managed(consultation_id)
    actions.check_response(current_actor(), queries.get_entered(found, response_id))
    flash(_("Checked."), "success")
    return redirect(url_for("consultations.entered", consultation_id=found.id), 303)
