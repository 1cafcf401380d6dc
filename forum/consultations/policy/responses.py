"""Who may respond to a consultation, and open, change and submit a response."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from forum.consultations.enums import Channel, ResponseState, Stage
from forum.consultations.models import Consultation, Respondent, Response
from forum.consultations.stages import stage_of
from forum.core import clock
from forum.core.access import YES, Actor, Decision, manages, no
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.models import Membership, Organisation


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever asks for a response.

    ``organisations`` are the ids of those that the actor speaks for, ``stewarded`` of those that
    they are a steward of, ``opened`` the references of responses without an account that were
    begun or opened by their link in this browser.
    """

    actor: Actor
    organisations: AbstractSet[int] = frozenset()
    opened: AbstractSet[str] = frozenset()
    stewarded: AbstractSet[int] = frozenset()


def can_respond(actor: Actor, consultation: Consultation, now: datetime) -> Decision:
    """Whether the actor may begin a response at ``now``.

    A suspension is from debate: who is suspended is still consulted.
    """
    if not (decision := _is_open(consultation, now)):
        return decision
    if not actor.is_authenticated:
        if consultation.takes_visitors:
            return YES
        return no("Sign in to respond to this consultation.")
    return YES if actor.is_confirmed else no("Confirm your email address before you respond.")


def can_transcribe(actor: Actor, consultation: Consultation) -> Decision:
    """Whether the actor may enter responses that came on paper or by other ways."""
    if manages(actor, consultation.centre_id):
        return YES
    return no("Only managers of this centre can do this.")


def can_enter(consultation: Consultation, now: datetime) -> Decision:
    """Whether answers that came by other ways can be entered: until there is an outcome."""
    if consultation.identities_removed_at is not None:
        return no("What named respondents was removed, so no more answers are taken.")
    if stage_of(consultation, now) in {Stage.OPEN, Stage.ANALYSING}:
        return YES
    return no("Answers can be entered from the opening until there is an outcome.")


def can_check(actor: Actor, response: Response) -> Decision:
    """Whether the actor may confirm, as a second person, what a colleague entered."""
    if not (decision := can_transcribe(actor, response.consultation)):
        return decision
    if response.channel is Channel.ONLINE or response.state is not ResponseState.SUBMITTED:
        return no("There is nothing to check.")
    if response.checker_id is not None:
        return no("It was checked.")
    if response.transcriber_id == actor.actor_id:
        return no("Somebody else has to check what you entered.")
    return YES


def can_respond_in_time(consultation: Consultation, now: datetime) -> Decision:
    """Whether it is open at ``now``."""
    return _is_open(consultation, now)


def days_of(consultation: Consultation) -> tuple[date, date]:
    """The first and last day in London on which answers are taken, late ones among them.

    For a consultation with dates, as every one has that was announced.
    """
    opens_at, last = consultation.opens_at, consultation.late_until or consultation.closes_at
    assert opens_at is not None  # noqa: S101 — the gate asks for dates
    assert last is not None  # noqa: S101 — the same
    return clock.london_day(opens_at), clock.london_day(last)


def came_late(response: Response, now: datetime) -> bool:
    """Whether the response came after closing; one that was entered, by the day it came."""
    closes_at = response.consultation.closes_at
    if response.received_on is not None and closes_at is not None:
        return response.received_on > clock.london_day(closes_at)
    return is_late(response.consultation, now)


def can_open(holder: Holder, response: Response) -> Decision:
    """Whether the holder may read the response; twin of ``openable_by``."""
    respondent = response.respondent
    if response.channel is not Channel.ONLINE:
        return can_transcribe(holder.actor, response.consultation)
    if respondent is None:
        return no("The identity of this response was removed.")
    if respondent.organisation_id is not None:
        mine = respondent.organisation_id in holder.organisations
    elif respondent.account_id is not None:
        mine = respondent.account_id == holder.actor.actor_id
    else:
        mine = response.reference in holder.opened
    return YES if mine else no("This is somebody else's response.")


def openable_by(holder: Holder) -> ColumnElement[bool]:
    """Filter for Response joined with Respondent (outer) and Consultation; twin of ``can_open``."""
    actor = holder.actor
    online = Response.channel == Channel.ONLINE
    offline = Response.channel != Channel.ONLINE
    ways = [
        and_(
            online,
            Respondent.account_id.is_(None),
            Respondent.organisation_id.is_(None),
            Respondent.response_id.is_not(None),
            Response.reference.in_(sorted(holder.opened)),
        )
    ]
    if actor.actor_id is not None:
        ways.append(
            and_(
                online,
                Respondent.organisation_id.is_(None),
                Respondent.account_id == actor.actor_id,
            )
        )
        ways.append(and_(online, Respondent.organisation_id.in_(sorted(holder.organisations))))
        ways.append(and_(offline, Consultation.centre_id.in_(sorted(actor.managed_centres))))
    if actor.is_admin:
        ways.append(offline)
    return or_(*ways)


def can_change(response: Response, now: datetime) -> Decision:
    """Whether answers of the response may change at ``now``."""
    if response.state is ResponseState.WITHDRAWN:
        return no("This response was withdrawn.")
    if response.channel is not Channel.ONLINE:
        if response.state is not ResponseState.DRAFT:
            return no(_ENTERED)
        return can_enter(response.consultation, now)
    if response.state is ResponseState.DRAFT and is_late(response.consultation, now):
        return YES
    return _is_open(response.consultation, now)


def can_withdraw(response: Response, now: datetime) -> Decision:
    """Whether the response may be withdrawn at ``now``: until closing."""
    if response.state is not ResponseState.SUBMITTED:
        return no("Only a response that was sent can be withdrawn.")
    if decision := _is_open(response.consultation, now):
        return decision
    return no(f"{decision.reason} The centre can still take your response out: ask its managers.")


def is_late(consultation: Consultation, now: datetime) -> bool:
    """Whether a response that is sent at ``now`` comes late, and is taken by the stated rule."""
    return (
        stage_of(consultation, now) is Stage.ANALYSING
        and consultation.late_until is not None
        and now < consultation.late_until
    )


def can_edit(actor: Actor, response: Response, now: datetime, *, editor: str) -> Decision:
    """Whether the actor may write in a joint draft that somebody, called ``editor``, may hold."""
    if not is_held_by_other(actor, response, now):
        return YES
    until = clock.datetime_words(response.edited_until or now)
    return no(f"{editor or 'A colleague'} is editing this response until {until}.")


def is_held_by_other(actor: Actor, response: Response, now: datetime) -> bool:
    """Whether another member holds the joint draft at ``now``."""
    return (
        response.is_organisation
        and response.editor_id is not None
        and response.editor_id != actor.actor_id
        and response.edited_until is not None
        and now < response.edited_until
    )


def speaks_for(account_id: int | None) -> ColumnElement[bool]:
    """Filter for Organisation: those that the account may speak for now."""
    return Organisation.id.in_(
        select(Membership.organisation_id).where(
            Membership.account_id == account_id, Membership.state == MembershipState.CONFIRMED
        )
    ) & (Organisation.state == OrganisationState.CONFIRMED)


_ENTERED = "This response was entered. What is wrong in it is taken out and entered anew."


def _is_open(consultation: Consultation, now: datetime) -> Decision:
    stage = stage_of(consultation, now)
    if stage is Stage.OPEN:
        return YES
    if stage in {Stage.DRAFT, Stage.FORTHCOMING}:
        return no("This consultation has not opened yet.")
    closed = clock.datetime_words(consultation.closes_at or now)
    return no(f"This consultation closed on {closed}.")
