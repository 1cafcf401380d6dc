"""Who may see, change and confirm organisations, and who may speak for them."""

from sqlalchemy import ColumnElement, and_, or_, true

from forum.accounts import policy as accounts
from forum.core.access import YES, Actor, Decision, manages, no
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.models import Membership, Organisation

MEMBERS_ONLY = "Sign in to do this."
UNCONFIRMED = "Confirm your email address first."
LIVE = frozenset({MembershipState.WAITING, MembershipState.CONFIRMED})


def can_see(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may see the organisation; twin of ``visible_to``."""
    if organisation.state is OrganisationState.CONFIRMED:
        return YES
    if _registered(actor, organisation) or _serves(actor, organisation):
        return YES
    return no("This organisation has not been confirmed.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for statements that select from Organisation; twin of ``can_see``."""
    if actor.is_admin:
        return true()
    visible = [Organisation.state == OrganisationState.CONFIRMED]
    if actor.actor_id is not None:
        visible += [
            Organisation.created_by == actor.actor_id,
            Organisation.centre_id.in_(sorted(actor.managed_centres)),
        ]
    return or_(*visible)


def can_register(actor: Actor) -> Decision:
    """Whether the actor may register an organisation."""
    if not actor.is_authenticated:
        return no(MEMBERS_ONLY)
    return accounts.is_free(actor) if actor.is_confirmed else no(UNCONFIRMED)


def can_edit(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may change what the organisation says of itself."""
    if is_steward(actor, organisation) or can_edit_identity(actor, organisation):
        return YES
    return no("Only a steward of the organisation can do this.")


def can_edit_identity(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may change name, sector, legal form, region and numbers.

    What was confirmed is not changed by the organisation itself: the confirmation would no
    longer say anything.
    """
    if _serves(actor, organisation) and not _interested(actor, organisation):
        return YES
    if organisation.state is not OrganisationState.CONFIRMED and _registered(actor, organisation):
        return YES
    return no("Ask the centre to change the name and the other facts that it confirmed.")


def can_decide(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may confirm or refuse the organisation.

    The managers of its region's centre may; for national organisations, administrators.
    """
    if not _serves(actor, organisation):
        return no("Only managers of the centre of the region can do this.")
    if _interested(actor, organisation):
        return no("You belong to this organisation. Somebody else must decide about it.")
    return YES


def decidable_by(actor: Actor) -> ColumnElement[bool]:
    """Filter for statements that select from Organisation; twin of ``can_decide``."""
    disinterested = and_(
        or_(Organisation.created_by.is_(None), Organisation.created_by != actor.actor_id),
        ~Organisation.memberships.any(
            and_(Membership.account_id == actor.actor_id, Membership.state.in_(LIVE))
        ),
    )
    if actor.is_admin:
        return disinterested
    return and_(Organisation.centre_id.in_(sorted(actor.managed_centres)), disinterested)


def can_join(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may ask to speak for the organisation."""
    if not (decision := can_register(actor)):
        return decision
    if organisation.state is not OrganisationState.CONFIRMED:
        return no("This organisation has not been confirmed.")
    membership = membership_of(actor, organisation)
    if membership is None or membership.state is MembershipState.LEFT:
        return YES
    if membership.state is MembershipState.REFUSED:
        return no("You asked before and were refused. Ask a steward of the organisation.")
    return no("You have asked to join this organisation already.")


def can_leave(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may give the membership up: their own, while there is one."""
    if not _own(actor, membership):
        return no("You can only leave for yourself.")
    if membership.state in LIVE:
        return YES
    return no("You do not belong to this organisation.")


def can_confirm_membership(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may let somebody speak for the organisation."""
    if not (decision := _can_decide_membership(actor, membership)):
        return decision
    if membership.organisation.state is not OrganisationState.CONFIRMED:
        return no("The organisation itself has not been confirmed.")
    if membership.state in {MembershipState.WAITING, MembershipState.REFUSED}:
        return YES
    return no("Nobody waits for this decision.")


def can_refuse_membership(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may refuse a membership, or end one that was confirmed."""
    if not (decision := _can_decide_membership(actor, membership)):
        return decision
    if membership.is_steward and not _serves(actor, membership.organisation):
        return no("Only the centre can end the membership of a steward.")
    if membership.state in LIVE:
        return YES
    return no("Nobody waits for this decision.")


def can_appoint(actor: Actor, membership: Membership) -> Decision:
    """Whether the actor may make a confirmed member a steward of the organisation."""
    if not (decision := _can_decide_membership(actor, membership)):
        return decision
    if membership.state is MembershipState.CONFIRMED and not membership.is_steward:
        return YES
    return no("Only a confirmed member can be made a steward.")


def can_manage_members(actor: Actor, organisation: Organisation) -> Decision:
    """Whether the actor may decide who speaks for the organisation."""
    if is_steward(actor, organisation) or _serves(actor, organisation):
        return YES
    return no("Only a steward of the organisation or the centre of its region can do this.")


def can_speak(membership: Membership) -> bool:
    """Whether its holder may post for the organisation: both are confirmed."""
    return (
        membership.state is MembershipState.CONFIRMED
        and membership.organisation.state is OrganisationState.CONFIRMED
    )


def is_steward(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor is a confirmed steward of the organisation."""
    membership = membership_of(actor, organisation)
    return membership is not None and membership.is_steward and can_speak(membership)


def membership_of(actor: Actor, organisation: Organisation) -> Membership | None:
    """The actor's membership of the organisation, whatever its state."""
    for membership in organisation.memberships:
        if _own(actor, membership):
            return membership
    return None


def _can_decide_membership(actor: Actor, membership: Membership) -> Decision:
    if _own(actor, membership):
        return no("Somebody else must decide about your own membership.")
    return can_manage_members(actor, membership.organisation)


def _own(actor: Actor, membership: Membership) -> bool:
    return actor.actor_id is not None and membership.account_id == actor.actor_id


def _registered(actor: Actor, organisation: Organisation) -> bool:
    return actor.actor_id is not None and organisation.created_by == actor.actor_id


def _interested(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor has a side in decisions about the organisation."""
    membership = membership_of(actor, organisation)
    return _registered(actor, organisation) or (membership is not None and membership.state in LIVE)


def _serves(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor manages the centre of the region, or the site."""
    if organisation.centre_id is None:
        return actor.is_admin
    return manages(actor, organisation.centre_id)
