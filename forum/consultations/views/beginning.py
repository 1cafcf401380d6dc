"""Beginning a response, and coming back to it by a private link."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.email import reference_of
from forum.consultations.enums import ResponseState
from forum.consultations.forms import BeginForm
from forum.consultations.policy.responses import Holder, can_respond
from forum.consultations.views.blueprint import bp
from forum.core import clock
from forum.core.errors import Invalid, NotAllowed, NotFound
from forum.web import limits
from forum.web.access import access, anyone
from forum.web.login import current_actor

OPENED = "responses"
MOST_OPENED = 20


def remember(reference: str) -> None:
    """Let this browser open the response without an account."""
    others = [other for other in session.get(OPENED, []) if other != reference]
    session[OPENED] = [*others, reference][-MOST_OPENED:]


def current_holder() -> Holder:
    """Whoever sent the present request, with what they may open."""
    return queries.holder_of(current_actor(), session.get(OPENED, []))


@bp.route("/consultations/<int:consultation_id>/<slug>/respond/", methods=["GET", "POST"])
@access(anyone)
@limits.responding
def respond(consultation_id: int, slug: str) -> ResponseReturnValue:
    """Begin a response, or find the one that was begun."""
    del slug
    holder = current_holder()
    consultation = queries.get_consultation(holder.actor, consultation_id)
    organisations = queries.organisations_to_speak_for(holder.actor)
    form = BeginForm(sector=holder.actor.sector_value or None)
    if holder.actor.is_authenticated:
        form.offer(organisations)
    if form.submitted() and (begun := _begin(holder, consultation, form, organisations)):
        return redirect(_first_page(begun), 303)
    page = render_template(
        "consultations/answering/begin.html",
        consultation=consultation,
        organisations=organisations,
        begun=queries.responses_of(holder, consultation.id),
        decision=can_respond(holder.actor, consultation, clock.now()),
        form=form,
    )
    return page, form.status


def _begin(
    holder: Holder, consultation: Any, form: BeginForm, organisations: Sequence[Any]
) -> Any | None:
    """The response that was begun; None when the form says why it was not."""
    try:
        begun = actions.begin_response(
            holder,
            consultation,
            speaker=_speaker(form, organisations),
            submission_id=form.submission_id.data or "",
        )
    except NotAllowed as error:
        form.refuse(Invalid(error.message))
        return None
    except Invalid as error:
        form.refuse(error)
        return None
    if not holder.actor.is_authenticated:
        remember(begun.reference)
    return begun


def _speaker(form: BeginForm, organisations: Sequence[Any]) -> actions.Speaker:
    """For whom the form speaks; facts of an organisation here are its own."""
    for one in organisations:
        if one.id == form.organisation_id:
            return actions.Speaker(
                sector=one.sector,
                size=one.size,
                region=one.region,
                organisation_id=one.id,
                organisation_name=one.name,
            )
    if form.organisation_id is not None:
        raise Invalid(_("Choose an organisation that you speak for"), field="behalf")
    return actions.Speaker(**form.speaker())


def _first_page(begun: Any) -> str:
    if begun.state is ResponseState.DRAFT:
        return url_for("consultations.page", reference=begun.reference, number=1)
    return url_for("consultations.response", reference=begun.reference)


@bp.get("/responses/return/<link>/")
@access(anyone)
def come_back(link: str) -> ResponseReturnValue:
    """Open the response of a mailed link in this browser."""
    reference = reference_of(link)
    if reference is None:
        raise NotFound("This link is not whole. Copy all of it from the message.")
    remember(reference)
    return redirect(url_for("consultations.response", reference=reference), 303)
