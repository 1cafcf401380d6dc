"""What respondents do with their response."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from forum.accounts.enums import Region, Sector
from forum.consultations import queries
from forum.consultations.actions.answers import remove_unasked
from forum.consultations.actions.holding import HELD_FOR, ensure_free
from forum.consultations.enums import Channel, ResponseState
from forum.consultations.events import ResponseBegun, ResponseSubmitted, ResponseWithdrawn
from forum.consultations.models import Consultation, Respondent, Response
from forum.consultations.policy import responses as policy
from forum.consultations.policy import signing
from forum.consultations.policy.responses import Holder
from forum.core import audit, clock, tags
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_line
from forum.core.transactions import action
from forum.organisations.enums import SizeBand

# Without letters and digits that are easily taken for each other.
REFERENCE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_GROUPS = 3
GROUP_SIZE = 4
LONGEST_NAME = 120
# So many receipts of one response go out within that time.
MOST_RECEIPTS, RECEIPTS_WITHIN = 4, timedelta(hours=1)
CHECK_AGAIN = "The response was changed in another window. Check it again before you send it."


@dataclass(frozen=True, slots=True)
class Speaker:
    """For whom somebody responds; ``organisation_id`` is one the actor speaks for.

    A visitor's organisation has a name only. ``region`` None: national.
    """

    sector: Sector
    size: SizeBand | None = None
    region: Region | None = None
    organisation_id: int | None = None
    organisation_name: str = ""
    name: str = ""
    email: str = ""


@action
def begin_response(
    holder: Holder, consultation: Consultation, *, speaker: Speaker, submission_id: str
) -> Response:
    """A draft for the speaker, or the one that there is already.

    Raises NotAllowed when the consultation is not open to the actor, Invalid for values that
    cannot be accepted.
    """
    now = clock.now()
    ensure(policy.can_respond(holder.actor, consultation, now))
    key = _key(holder, speaker, submission_id)
    earlier = queries.response_of_key(consultation.id, key)
    if earlier is not None and earlier.state is not ResponseState.WITHDRAWN:
        return earlier
    if earlier is not None:
        _free_key(earlier)
    response = draft_for(holder, consultation, speaker)
    response.respondent = respondent_for(holder, consultation, speaker, key=key)
    db.session.add(response)
    db.session.flush()
    audit.record(None, "response.begin", response, centre_id=consultation.centre_id)
    if speaker.email:
        emit(ResponseBegun(response.id))
    return response


@action
def submit_response(
    holder: Holder,
    response: Response,
    *,
    may_publish: bool,
    may_name: bool,
    may_contact: bool,
    version: int | None = None,
) -> Response:
    """Let the response count; sending it again changes the three choices alone.

    ``version`` is the one that was checked; None: whatever it is. Answers to questions that are no
    longer asked are removed. Raises Invalid with the first question that is not answered as it
    must be, NotAllowed once the consultation has closed, Conflict while a colleague edits the
    response, or when it is no longer at ``version`` and not sent with these choices already.
    """
    now = clock.now()
    _ensure_may_send(holder, response, now)
    choices = (may_publish, may_name, may_contact)
    if version not in {None, response.version}:
        _ensure_sent_with(choices, response)
        return response
    refusals = queries.unanswered(response)
    if refusals:
        raise Invalid(refusals[0][1])
    remove_unasked(response)
    first = response.state is ResponseState.DRAFT
    response.state = ResponseState.SUBMITTED
    response.may_publish, response.may_name, response.may_contact = choices
    if first:
        response.submitted_at = now
        response.is_late = policy.came_late(response, now)
    response.saved_at = now
    response.edited_until = None
    if not policy.can_respond_in_time(response.consultation, now):
        # Numbers that are public already change.
        tags.touch(f"consultation:{response.consultation_id}")
    audit.record(
        _staff(holder, response),
        queries.SENDING,
        response,
        centre_id=response.consultation.centre_id,
    )
    # The page tells the same: whoever sends again and again is not mailed each time.
    if queries.count_sendings(response.id, since=now - RECEIPTS_WITHIN) <= MOST_RECEIPTS:
        emit(ResponseSubmitted(response.id, response.version, is_change=not first))
    return response


def _ensure_may_send(holder: Holder, response: Response, now: datetime) -> None:
    ensure(policy.can_open(holder, response))
    ensure(policy.can_change(response, now))
    ensure(signing.can_send(response))
    ensure(signing.can_change_sent(holder, response))
    ensure_free(holder, response)


def _ensure_sent_with(choices: tuple[bool, bool, bool], response: Response) -> None:
    """Pass for a button that was pressed twice."""
    stored = (response.may_publish, response.may_name, response.may_contact)
    if response.state is not ResponseState.SUBMITTED or stored != choices:
        raise Conflict(CHECK_AGAIN)


@action
def withdraw_response(holder: Holder, response: Response) -> None:
    """Take a response back, until closing; it no longer counts and is not published."""
    ensure(policy.can_open(holder, response))
    if response.state is ResponseState.WITHDRAWN:
        return
    now = clock.now()
    ensure(policy.can_withdraw(response, now))
    ensure_free(holder, response)
    response.state = ResponseState.WITHDRAWN
    response.withdrawn_at = now
    audit.record(None, "response.withdraw", response, centre_id=response.consultation.centre_id)
    emit(ResponseWithdrawn(response.id))


def _free_key(withdrawn: Response) -> None:
    """Let the owner of a withdrawn response respond anew; the old one stays as it is."""
    assert withdrawn.respondent is not None  # noqa: S101 — it was found by its key
    withdrawn.respondent.key = f"withdrawn:{withdrawn.id}"
    db.session.flush()


def draft_for(holder: Holder, consultation: Consultation, speaker: Speaker) -> Response:
    """A new draft, not yet in the session."""
    now = clock.now()
    is_joint = speaker.organisation_id is not None
    return Response(
        consultation=consultation,
        consultation_id=consultation.id,
        reference=make_reference(),
        is_organisation=is_joint or bool(speaker.organisation_name),
        is_registered=is_joint,
        sector=speaker.sector,
        size=speaker.size,
        region=speaker.region,
        began_at=now,
        saved_at=now,
        edition=consultation.edition,
        editor_id=holder.actor.actor_id if is_joint else None,
        edited_until=now + HELD_FOR if is_joint else None,
    )


def respondent_for(
    holder: Holder, consultation: Consultation, speaker: Speaker, *, key: str
) -> Respondent:
    """Who responds; raises Invalid for names that cannot be accepted."""
    return Respondent(
        consultation_id=consultation.id,
        key=key,
        name=accept_line(speaker.name, field="name", longest=LONGEST_NAME),
        email=speaker.email,
        account_id=holder.actor.actor_id,
        organisation_id=speaker.organisation_id,
        organisation_name=accept_line(
            speaker.organisation_name, field="organisation_name", longest=LONGEST_NAME
        ),
    )


def _key(holder: Holder, speaker: Speaker, submission_id: str) -> str:
    """What makes a response the only one of its respondent."""
    if speaker.organisation_id is not None:
        if speaker.organisation_id not in holder.organisations:
            raise Invalid("Choose an organisation that you speak for", field="behalf")
        return f"organisation:{speaker.organisation_id}"
    if holder.actor.actor_id is not None:
        return f"account:{holder.actor.actor_id}"
    return f"visitor:{submission_id or secrets.token_hex(16)}"


def make_reference() -> str:
    """What a respondent is known by: three groups of four signs."""
    groups = (
        "".join(secrets.choice(REFERENCE_SIGNS) for _sign in range(GROUP_SIZE))
        for _group in range(REFERENCE_GROUPS)
    )
    return "-".join(groups)


def _staff(holder: Holder, response: Response) -> Actor | None:
    """Staff are on record with what they entered; respondents stand in their response alone."""
    return None if response.channel is Channel.ONLINE else holder.actor
