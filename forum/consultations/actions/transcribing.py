"""What staff enter for those who answered on paper, by email, by telephone or at an event."""

import secrets
from datetime import date

from forum.consultations.actions.responding import Speaker, draft_for, respondent_for
from forum.consultations.enums import Channel
from forum.consultations.models import Consultation, Response
from forum.consultations.policy import responses as policy
from forum.consultations.policy.responses import Holder
from forum.core import audit, clock, tags
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.transactions import action

NO_SUCH_DAY = "Give the day on which the answers came, while they were taken"


@action
def enter_response(
    actor: Actor,
    consultation: Consultation,
    *,
    speaker: Speaker,
    channel: Channel,
    received_on: date | None,
) -> Response:
    """A draft for the answers that somebody gave by ``channel`` on the day ``received_on``.

    Raises Invalid for a day before the opening, after the last on which answers are taken, or to
    come.
    """
    ensure(policy.can_transcribe(actor, consultation))
    ensure(policy.can_enter(consultation, clock.now()))
    if channel is Channel.ONLINE:
        raise Invalid("Choose how the answers came", field="channel")
    _check_day(consultation, received_on)
    holder = Holder(actor)
    response = draft_for(holder, consultation, speaker)
    response.channel = channel
    response.received_on = received_on
    response.transcriber_id = actor.actor_id
    response.respondent = respondent_for(
        holder, consultation, speaker, key=f"entered:{secrets.token_hex(16)}"
    )
    response.respondent.account_id = None
    db.session.add(response)
    audit.record(actor, "response.enter", response, centre_id=consultation.centre_id)
    return response


@action
def check_response(actor: Actor, response: Response) -> None:
    """Confirm, as a second person, that a response was entered as it was given."""
    ensure(policy.can_check(actor, response))
    response.checker_id = actor.actor_id
    tags.touch(f"consultation:{response.consultation_id}")
    audit.record(actor, "response.check", response, centre_id=response.consultation.centre_id)


def _check_day(consultation: Consultation, day: date | None) -> None:
    opened, last = policy.days_of(consultation)
    if day is None or not opened <= day <= min(last, clock.london_day(clock.now())):
        raise Invalid(NO_SUCH_DAY, field="received_on")
