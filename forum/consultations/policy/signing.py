"""The internal sign-off of an organisation: who asks for it, who gives it, what it holds back."""

from datetime import datetime

from forum.consultations.enums import ResponseState, SignOff
from forum.consultations.models import Response
from forum.consultations.policy.responses import Holder, can_change, can_open
from forum.core.access import YES, Decision, no

STEWARDS_ONLY = "Only a steward of the organisation can do this."


def sign_off_of(response: Response) -> SignOff:
    """How far the sign-off of a response has come."""
    if not response.wants_sign_off:
        return SignOff.UNASKED
    if response.signed_off_by is not None:
        return SignOff.SIGNED
    return SignOff.RETURNED if response.sign_off_note else SignOff.WAITING


def can_ask(holder: Holder, response: Response, now: datetime) -> Decision:
    """Whether the holder may ask that a steward signs off before the response is sent."""
    if not (decision := _can_write(holder, response, now)):
        return decision
    if response.respondent is None or response.respondent.organisation_id is None:
        return no("Only responses of an organisation that is registered here are signed off.")
    if response.state is not ResponseState.DRAFT:
        return no("This response was sent.")
    if sign_off_of(response) in {SignOff.UNASKED, SignOff.RETURNED}:
        return YES
    return no("A steward was asked already.")


def can_sign(holder: Holder, response: Response, now: datetime) -> Decision:
    """Whether the holder may sign the response off, or give it back."""
    if not (decision := _can_write(holder, response, now)):
        return decision
    if not is_steward(holder, response):
        return no(STEWARDS_ONLY)
    if sign_off_of(response) is SignOff.WAITING:
        return YES
    return no("Nobody waits for a sign-off of this response.")


def can_waive(holder: Holder, response: Response, now: datetime) -> Decision:
    """Whether the holder may let the response be sent without a sign-off."""
    if not (decision := _can_write(holder, response, now)):
        return decision
    if not is_steward(holder, response):
        return no(STEWARDS_ONLY)
    if response.state is ResponseState.DRAFT and response.wants_sign_off:
        return YES
    return no("Nobody asked for a sign-off of this response.")


def can_send(response: Response) -> Decision:
    """Whether nothing of the sign-off holds the response back."""
    if sign_off_of(response) in {SignOff.UNASKED, SignOff.SIGNED}:
        return YES
    return no("A steward of your organisation has to sign this response off before it is sent.")


def can_change_sent(holder: Holder, response: Response) -> Decision:
    """Whether the holder may change what was signed off and sent: only stewards may."""
    if response.state is not ResponseState.SUBMITTED or not response.wants_sign_off:
        return YES
    if is_steward(holder, response):
        return YES
    return no("A steward signed off what was sent, so only a steward can change it.")


def is_steward(holder: Holder, response: Response) -> bool:
    """Whether the holder is a steward of the organisation that responds."""
    respondent = response.respondent
    return respondent is not None and respondent.organisation_id in holder.stewarded


def _can_write(holder: Holder, response: Response, now: datetime) -> Decision:
    if not (decision := can_open(holder, response)):
        return decision
    return can_change(response, now)
