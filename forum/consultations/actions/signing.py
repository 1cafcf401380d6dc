"""The internal sign-off of an organisation, before its response is sent."""

from forum.consultations import queries
from forum.consultations.actions.holding import ensure_free
from forum.consultations.enums import ResponseState
from forum.consultations.events import SignOffAsked, SignOffDecided
from forum.consultations.models import Response
from forum.consultations.policy import signing as policy
from forum.consultations.policy.responses import Holder
from forum.core import audit, clock
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.texts import accept_paragraphs
from forum.core.transactions import action

LONGEST_NOTE = 2_000
CHANGED = "The response was changed while you were reading it. Look at it again."


@action
def ask_sign_off(holder: Holder, response: Response) -> None:
    """Ask that a steward signs the response off before it is sent, and tell the stewards.

    Raises Conflict while a colleague edits it, Invalid when the organisation has no steward.
    """
    ensure(policy.can_ask(holder, response, clock.now()))
    ensure_free(holder, response)
    if not queries.stewards_of(response):
        raise Invalid("Your organisation has no steward who could sign this off.")
    response.wants_sign_off = True
    response.edited_until = None
    wait_for_steward(holder, response)
    _record(response, "ask-sign-off")


@action
def sign_off(holder: Holder, response: Response, *, version: int) -> None:
    """Agree, as a steward, to the response as it is at ``version``; it can be sent then.

    Raises Conflict when it was changed since, or while a colleague edits it.
    """
    _ensure_signable(holder, response, version)
    response.signed_off_by = holder.actor.actor_id
    _decided(holder, response, "sign-off")


@action
def give_back(holder: Holder, response: Response, *, version: int, note: str) -> None:
    """Give the response back, as a steward, with a ``note`` for those who write it.

    Raises Invalid without a note, Conflict as ``sign_off`` does.
    """
    _ensure_signable(holder, response, version)
    response.sign_off_note = accept_paragraphs(
        note, field="note", longest=LONGEST_NOTE, missing="Say what should change"
    )
    _decided(holder, response, "give-back")


@action
def waive_sign_off(holder: Holder, response: Response) -> None:
    """Let the response be sent without a sign-off, as a steward."""
    ensure(policy.can_waive(holder, response, clock.now()))
    response.wants_sign_off = False
    response.signed_off_by, response.sign_off_note = None, ""
    _record(response, "waive-sign-off")


def ask_anew(holder: Holder, response: Response) -> None:
    """What was signed has changed: a draft waits for a steward again, who is told.

    A steward who changes what was sent signs it by doing so.
    """
    if response.signed_off_by is None:
        return
    if response.state is ResponseState.SUBMITTED:
        response.signed_off_by = holder.actor.actor_id
    else:
        wait_for_steward(holder, response)


def wait_for_steward(holder: Holder, response: Response) -> None:
    """Let the response wait, and have the stewards told of it."""
    response.signed_off_by, response.sign_off_note = None, ""
    emit(SignOffAsked(response.id, holder.actor.actor_id or 0, clock.now().isoformat()))


def _ensure_signable(holder: Holder, response: Response, version: int) -> None:
    ensure(policy.can_sign(holder, response, clock.now()))
    ensure_free(holder, response)
    if response.version != version:
        raise Conflict(CHANGED)


def _decided(holder: Holder, response: Response, tag: str) -> None:
    emit(SignOffDecided(response.id, holder.actor.actor_id or 0, clock.now().isoformat()))
    _record(response, tag)


def _record(response: Response, verb: str) -> None:
    """Without the person: respondents stand in their response alone."""
    audit.record(None, f"response.{verb}", response, centre_id=response.consultation.centre_id)
