"""Registering, changing and confirming organisations and memberships."""

import re
from dataclasses import asdict, dataclass

from sqlalchemy import select

from forum.accounts.enums import Region, Sector
from forum.accounts.models import Account
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.core.outbox import emit
from forum.core.slugs import slug_of
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action
from forum.organisations import policy, queries
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)
from forum.organisations.events import (
    MembershipConfirmed,
    MembershipRefused,
    MembershipRequested,
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)
from forum.organisations.models import Membership, Organisation

LONGEST_NAME = 120
LONGEST_ABOUT = 1000
LONGEST_REASON = 1000
# Companies House: eight digits, or two letters and six digits. There is no check digit.
COMPANY_NUMBER = re.compile(r"\d{8}|[A-Z]{2}\d{6}", re.ASCII)
# Charity Commission: six or seven digits, and a suffix for a linked charity.
CHARITY_NUMBER = re.compile(r"\d{6,7}(-\d{1,2})?", re.ASCII)
# Addresses below /organisations/<id>/ that are not slugs.
RESERVED_SLUGS = frozenset({"confirm", "edit", "join", "leave", "members", "refuse"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What is confirmed of an organisation; ``region`` is None for national ones."""

    name: str
    sector: Sector
    kind: OrganisationKind
    region: Region | None
    company_number: str = ""
    charity_number: str = ""


@action
def register_organisation(
    actor: Actor, *, identity: Identity, size: SizeBand, about: str
) -> Organisation:
    """Register an organisation, with the actor as its steward once the centre confirms it.

    The same registration sent again gives the organisation of the first. Raises Invalid for
    values that cannot be accepted, such as the name of another organisation of the region.
    """
    ensure(policy.can_register(actor))
    identity = _accepted(identity)
    _wait_for_other_registrations(actor)
    namesake = queries.namesake(identity.name, identity.region)
    if namesake is not None and namesake.created_by == actor.actor_id:
        return namesake
    _refuse_namesake(namesake)
    now = clock.now()
    organisation = Organisation(
        **asdict(identity),
        slug=_make_slug(identity.name),
        size=size,
        about=_accept_about(about),
        state=OrganisationState.WAITING,
        created_at=now,
        created_by=actor.actor_id,
    )
    steward = Membership(
        account_id=actor.actor_id,
        is_steward=True,
        state=MembershipState.WAITING,
        requested_at=now,
        decided_at=None,
    )
    organisation.memberships.append(steward)
    db.session.add(organisation)
    db.session.flush()
    audit.record(actor, "organisation.register", organisation, centre_id=organisation.centre_id)
    emit(OrganisationRegistered(organisation.id))
    return organisation


@action
def edit_organisation(
    actor: Actor,
    organisation: Organisation,
    *,
    version: int,
    size: SizeBand,
    about: str,
    identity: Identity | None = None,
) -> Organisation:
    """Change what the organisation says of itself, and what is confirmed of it.

    ``identity`` None leaves the latter. An organisation that was refused waits again. Raises
    Conflict when it is no longer at ``version``, Invalid for values that cannot be accepted.
    """
    ensure(policy.can_edit(actor, organisation))
    if organisation.version != version:
        raise Conflict("Somebody changed this organisation while you were writing.")
    old_name = organisation.name
    if identity is not None:
        ensure(policy.can_edit_identity(actor, organisation))
        _change_identity(organisation, _accepted(identity))
    organisation.size = size
    organisation.about = _accept_about(about)
    audit.record(
        actor,
        "organisation.edit",
        organisation,
        centre_id=organisation.centre_id,
        renamed=organisation.name != old_name,
    )
    if organisation.state is OrganisationState.REFUSED:
        _wait_again(organisation)
    return organisation


@action
def confirm_organisation(actor: Actor, organisation: Organisation) -> None:
    """Confirm that the organisation is what it says; who registered it becomes its steward."""
    _lock(organisation)
    ensure(policy.can_decide(actor, organisation))
    if organisation.state is OrganisationState.CONFIRMED:
        return
    organisation.state = OrganisationState.CONFIRMED
    organisation.refusal = ""
    for membership in organisation.memberships:
        if membership.state is MembershipState.WAITING and membership.is_steward:
            _decide(actor, membership, MembershipState.CONFIRMED)
    audit.record(actor, "organisation.confirm", organisation, centre_id=organisation.centre_id)
    emit(OrganisationConfirmed(organisation.id, actor.actor_id))


@action
def refuse_organisation(actor: Actor, organisation: Organisation, *, reason: str) -> None:
    """Refuse the organisation, or take its confirmation back; nobody speaks for it then.

    Raises Invalid without a reason.
    """
    _lock(organisation)
    ensure(policy.can_decide(actor, organisation))
    reason = _accept_reason(reason)
    if organisation.state is OrganisationState.REFUSED:
        return
    organisation.state = OrganisationState.REFUSED
    organisation.refusal = reason
    audit.record(
        actor,
        "organisation.refuse",
        organisation,
        centre_id=organisation.centre_id,
        reason=reason,
    )
    emit(OrganisationRefused(organisation.id, actor.actor_id))


@action
def ask_to_join(actor: Actor, organisation: Organisation) -> Membership:
    """Ask to speak for the organisation; asking twice is asking once."""
    membership = policy.membership_of(actor, organisation)
    if membership is not None and membership.state is MembershipState.WAITING:
        return membership
    ensure(policy.can_join(actor, organisation))
    if membership is None:
        membership = Membership(account_id=actor.actor_id, is_steward=False)
        organisation.memberships.append(membership)
    membership.state = MembershipState.WAITING
    membership.requested_at = clock.now()
    membership.decided_at = membership.decided_by = None
    audit.record(actor, "membership.request", membership, centre_id=organisation.centre_id)
    emit(MembershipRequested(membership.id))
    return membership


@action
def leave_organisation(actor: Actor, membership: Membership) -> None:
    """Give one's own membership up, or the wish for it."""
    ensure(policy.can_leave(actor, membership))
    membership.state = MembershipState.LEFT
    membership.is_steward = False
    audit.record(actor, "membership.leave", membership, centre_id=membership.organisation.centre_id)


@action
def confirm_membership(actor: Actor, membership: Membership) -> None:
    """Let somebody speak for the organisation."""
    _lock(membership)
    ensure(policy.can_confirm_membership(actor, membership))
    _decide(actor, membership, MembershipState.CONFIRMED)
    emit(MembershipConfirmed(membership.id))


@action
def refuse_membership(actor: Actor, membership: Membership, *, reason: str) -> None:
    """Refuse that somebody speaks for the organisation, or end that they do.

    Raises Invalid without a reason.
    """
    _lock(membership)
    ensure(policy.can_refuse_membership(actor, membership))
    _decide(actor, membership, MembershipState.REFUSED, reason=_accept_reason(reason))
    membership.is_steward = False
    emit(MembershipRefused(membership.id))


@action
def appoint_steward(actor: Actor, membership: Membership) -> None:
    """Make a confirmed member a steward of the organisation."""
    _lock(membership)
    ensure(policy.can_appoint(actor, membership))
    membership.is_steward = True
    audit.record(
        actor, "membership.appoint", membership, centre_id=membership.organisation.centre_id
    )


def _decide(
    actor: Actor, membership: Membership, state: MembershipState, *, reason: str = ""
) -> None:
    membership.state = state
    membership.refusal = reason
    membership.decided_at = clock.now()
    membership.decided_by = actor.actor_id
    tag = "membership.confirm" if state is MembershipState.CONFIRMED else "membership.refuse"
    audit.record(actor, tag, membership, centre_id=membership.organisation.centre_id, reason=reason)


def _lock(thing: Organisation | Membership) -> None:
    """Read ``thing`` anew and hold it, so that of two who decide at once one comes second."""
    db.session.refresh(thing, with_for_update={"of": type(thing)})


def _wait_for_other_registrations(actor: Actor) -> None:
    """Let the same form, sent twice at once, be handled one after the other."""
    db.session.execute(
        select(Account.id).where(Account.id == actor.actor_id).with_for_update()
    ).all()


def _change_identity(organisation: Organisation, identity: Identity) -> None:
    namesake = queries.namesake(identity.name, identity.region)
    if namesake is not organisation:
        _refuse_namesake(namesake)
    for name, value in asdict(identity).items():
        setattr(organisation, name, value)
    organisation.slug = _make_slug(identity.name)
    db.session.flush()
    db.session.expire(organisation, ["centre_id"])


def _wait_again(organisation: Organisation) -> None:
    organisation.state = OrganisationState.WAITING
    organisation.refusal = ""
    emit(OrganisationRegistered(organisation.id))


def _accepted(identity: Identity) -> Identity:
    """The identity with its texts as they are stored; raises Invalid."""
    return Identity(
        name=accept_line(
            identity.name,
            field="name",
            longest=LONGEST_NAME,
            missing="Enter the name of the organisation",
        ),
        sector=identity.sector,
        kind=identity.kind,
        region=identity.region,
        company_number=_accept_number(
            identity.company_number,
            COMPANY_NUMBER,
            field="company_number",
            hint="Enter a company number of 8 characters, like 01234567 or SC123456",
        ),
        charity_number=_accept_number(
            identity.charity_number,
            CHARITY_NUMBER,
            field="charity_number",
            hint="Enter a charity number of 6 or 7 digits, like 1234567 or 123456-1",
        ),
    )


def _accept_number(text: str, form: re.Pattern[str], *, field: str, hint: str) -> str:
    number = "".join(text.split()).upper()
    if number and not form.fullmatch(number):
        raise Invalid(hint, field=field)
    return number


def _accept_about(about: str) -> str:
    return accept_paragraphs(about, field="about", longest=LONGEST_ABOUT)


def _accept_reason(reason: str) -> str:
    return accept_paragraphs(
        reason,
        field="reason",
        longest=LONGEST_REASON,
        missing="Give a reason; the person will read it",
    )


def _refuse_namesake(namesake: Organisation | None) -> None:
    if namesake is not None:
        raise Invalid(
            "There is an organisation with this name in this region already. "
            "If it is yours, ask to join it.",
            field="name",
        )


def _make_slug(name: str) -> str:
    slug = slug_of(name, longest=LONGEST_NAME - len("-organisation"), otherwise="organisation")
    return f"{slug}-organisation" if slug in RESERVED_SLUGS else slug
