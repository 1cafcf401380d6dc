"""Who and where in the demo content: organisations, members, roles and boards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from forum.accounts import actions as accounts
from forum.accounts import queries as account_queries
from forum.accounts.enums import Region, Role, Sector
from forum.accounts.models import Account
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core import audit, clock
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.slugs import slug_of
from forum.ops.queries import Demo, DemoCentre, DemoMember, DemoOrganisation
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)
from forum.organisations.models import Membership, Organisation

ADDRESS = "demo.example"
HELD_POSTS = 3


@dataclass(frozen=True, slots=True)
class Cast:
    """What the threads of the demo content refer to, by the names in its files."""

    centres: dict[str, Centre] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    employers: dict[str, Organisation] = field(default_factory=dict)
    boards: dict[tuple[str, str], Board] = field(default_factory=dict)

    def moderator(self, centre: str) -> Account:
        """Who moderates in the centre: one of its own, or the administrator."""
        centre_id = self.centres[centre].id
        for account in self.accounts.values():
            if any(g.role is Role.MODERATOR and g.centre_id == centre_id for g in account.grants):
                return account
        return self.administrator

    def manager(self, centre: str) -> Account:
        """Who manages the centre, or the administrator."""
        centre_id = self.centres[centre].id
        managers = [a for a in self.accounts.values() if centre_id in a.managed_centres]
        return managers[0] if managers else self.administrator

    @property
    def administrator(self) -> Account:
        """The administrator of the site."""
        return next(account for account in self.accounts.values() if account.is_admin)


def assemble(demo: Demo, *, password_hash: str, first_seen: Mapping[str, datetime]) -> Cast:
    """Add everybody and every board; members join some days before they are ``first_seen``."""
    cast = Cast()
    cast.centres.update((centre.slug, centre) for centre in db.session.scalars(select(Centre)))
    groups: list[tuple[Sequence[DemoOrganisation], Sequence[DemoMember], str]] = [
        (demo.organisations, demo.members, "north-east"),
        *((centre.organisations, centre.members, centre.slug) for centre in demo.centres),
    ]
    groups.append(((), demo.moderation.members, "north-east"))
    for centre in cast.centres.values():
        centre.holding, centre.held_posts = Holding.NEW_MEMBERS, HELD_POSTS
    for organisations, members, place in groups:
        for organisation in organisations:
            _add_organisation(cast, organisation, cast.centres[place].region)
        for member in members:
            _add_member(cast, member, password_hash=password_hash, first_seen=first_seen)
    for centre_content in demo.centres:
        _add_boards(cast, centre_content)
    db.session.flush()
    return cast


def archive(cast: Cast, demo: Demo) -> None:
    """Archive the boards that are; only now, since nobody can post on them afterwards."""
    for centre in demo.centres:
        for board in centre.boards:
            cast.boards[centre.slug, board.slug].is_archived = board.archived


def _add_organisation(cast: Cast, told: DemoOrganisation, region: Region) -> None:
    organisation = Organisation(
        name=told.name,
        slug=slug_of(told.name, longest=120, otherwise="organisation"),
        sector=Sector(told.sector),
        kind=OrganisationKind(told.kind),
        size=SizeBand(told.size),
        region=region,
        company_number=told.company_number,
        charity_number=told.charity_number,
        about=told.about,
        state=OrganisationState.CONFIRMED,
        created_at=clock.now() - timedelta(days=450),
    )
    db.session.add(organisation)
    audit.record(OPERATOR, "organisation.create", organisation)
    cast.organisations[told.key] = organisation


def _add_member(
    cast: Cast, told: DemoMember, *, password_hash: str, first_seen: Mapping[str, datetime]
) -> None:
    centre = cast.centres[told.centre]
    since = first_seen.get(told.handle, clock.now())
    # Spread, so that not everybody joined on the day of the first post.
    joined = since - timedelta(days=3 + len(cast.accounts) * 7 % 37, hours=len(cast.accounts) % 11)
    with clock.at(joined):
        account = accounts.add_account(
            OPERATOR,
            email=told.email or f"{told.handle}@{ADDRESS}",
            password_hash=password_hash,
            display_name=told.name,
            sector=Sector(told.sector),
            region=None if told.national else centre.region,
            rules=account_queries.current_rules(),
            handle=told.handle,
            about=told.about,
            confirmed=True,
        )
        account.is_hidden = told.hidden
        if told.organisation:
            _join(cast, account, told)
        if told.role:
            role = Role(told.role)
            where = None if role is Role.ADMINISTRATOR else centre.id
            accounts.grant_role(OPERATOR, account, role=role, centre_id=where)
    cast.accounts[told.handle] = account


def _join(cast: Cast, account: Account, told: DemoMember) -> None:
    organisation = cast.organisations[told.organisation]
    membership = Membership(
        organisation_id=organisation.id,
        account_id=account.id,
        is_steward=told.steward,
        state=MembershipState.CONFIRMED,
        requested_at=clock.now(),
        decided_at=clock.now(),
    )
    db.session.add(membership)
    audit.record(OPERATOR, "membership.confirm", membership)
    if told.steward and organisation.created_by is None:
        organisation.created_by = account.id
    cast.employers[told.handle] = organisation


def _add_boards(cast: Cast, content: DemoCentre) -> None:
    centre = cast.centres[content.slug]
    for position, told in enumerate(content.boards, start=1):
        board = Board(
            centre=centre,
            slug=told.slug,
            title=told.title,
            purpose=told.purpose,
            position=position,
            readers=Readers(told.readers),
            start_sectors=list(told.start_sectors),
            reply_sectors=[],
        )
        db.session.add(board)
        audit.record(OPERATOR, "board.create", board, centre_id=centre.id)
        cast.boards[content.slug, told.slug] = board
