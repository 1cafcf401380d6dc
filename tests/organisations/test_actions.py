"""Registering, changing and deciding, without the web."""

import pytest
from sqlalchemy import func, select

from forum.accounts.enums import Region, Sector
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import OutboxEvent
from forum.organisations import actions, queries
from forum.organisations.actions import Identity
from forum.organisations.enums import (
    MembershipState,
    OrganisationKind,
    OrganisationState,
    SizeBand,
)
from forum.organisations.models import Organisation
from tests import factories as make
from tests.organisations.people import actor_called

FACTS = {
    "name": "Second Wind Bikes",
    "sector": Sector.SOCIAL_ENTERPRISE,
    "kind": OrganisationKind.COMMUNITY_INTEREST_COMPANY,
    "region": Region.NORTH_EAST,
    "company_number": "",
    "charity_number": "",
}
OTHER = {"size": SizeBand.MICRO, "about": "Mends bicycles."}


def identity(**changes):
    return Identity(**{**FACTS, **changes})


def register(actor, **changes):
    return actions.register_organisation(actor, identity=identity(**changes), **OTHER)


def tags():
    """Records of organisations; moderation, which follows their events, writes its own."""
    found = db.session.scalars(select(AuditRecord.tag).order_by(AuditRecord.id))
    return [tag for tag in found if not tag.startswith("moderation.")]


def events():
    """Events of organisations; moderation, which follows them, emits its own."""
    found = db.session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id))
    return [name for name in found if name != "DecisionTaken"]


class TestRegister:
    def test_waits_with_a_steward_who_waits(self, app):
        actor = make.make_account()
        organisation = register(actor)
        assert organisation.state is OrganisationState.WAITING
        assert organisation.slug == "second-wind-bikes"
        assert organisation.centre_id == make.get_centre().id
        (membership,) = organisation.memberships
        assert (membership.account_id, membership.is_steward) == (actor.id, True)
        assert membership.state is MembershipState.WAITING
        assert queries.organisations_of(actor.id) == []
        assert tags() == ["organisation.register"]
        assert events() == ["OrganisationRegistered"]

    def test_sent_twice_is_one(self, app):
        actor = make.make_account()
        first = register(actor)
        assert register(actor, name=" second wind  BIKES ") is first
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1

    def test_same_name_in_another_region_is_another(self, app):
        actor = make.make_account()
        assert register(actor) is not register(actor, region=None)

    def test_name_of_somebody_else(self, app):
        register(make.make_account())
        with pytest.raises(Invalid, match="ask to join") as refused:
            register(make.make_account())
        assert refused.value.field == "name"

    @pytest.mark.parametrize(
        ("number", "stored"),
        [
            ("", ""),
            ("01234567", "01234567"),
            (" sc 123456 ", "SC123456"),
            ("ni654321", "NI654321"),
        ],
    )
    def test_company_number(self, app, number, stored):
        assert register(make.make_account(), company_number=number).company_number == stored

    @pytest.mark.parametrize(
        "number", ["1234567", "123456789", "S1234567", "SC12345", "SCX12345", "０1234567", "None"]
    )
    def test_wrong_company_number(self, app, number):
        with pytest.raises(Invalid, match="8 characters") as refused:
            register(make.make_account(), company_number=number)
        assert refused.value.field == "company_number"

    @pytest.mark.parametrize("number", ["", "123456", "1234567", "123456-1", "1234567-12"])
    def test_charity_number(self, app, number):
        assert register(make.make_account(), charity_number=number).charity_number == number

    @pytest.mark.parametrize("number", ["12345", "12345678", "123456-", "123456-123", "SC012345"])
    def test_wrong_charity_number(self, app, number):
        with pytest.raises(Invalid, match="6 or 7 digits") as refused:
            register(make.make_account(), charity_number=number)
        assert refused.value.field == "charity_number"

    @pytest.mark.parametrize("name", ["", "  ", "&", "x" * 121, "Second\u200bWind"])
    def test_wrong_name(self, app, name):
        with pytest.raises(Invalid) as refused:
            register(make.make_account(), name=name)
        assert refused.value.field == "name"

    def test_too_much_about_it(self, app):
        with pytest.raises(Invalid) as refused:
            actions.register_organisation(
                make.make_account(), identity=identity(), size=SizeBand.MICRO, about="x" * 1001
            )
        assert refused.value.field == "about"

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("Edit", "edit-organisation"),
            ("Members", "members-organisation"),
            ("𓀀", "organisation"),
            ("x" * 120, "x" * 107),
        ],
    )
    def test_address_never_hides_a_page(self, app, name, slug):
        assert register(make.make_account(), name=name).slug == slug

    @pytest.mark.parametrize("name", ["visitor", "unconfirmed"])
    def test_only_confirmed_members(self, app, name):
        with pytest.raises(NotAllowed):
            register(actor_called(name, make.make_organisation()))


class TestEdit:
    def edit(self, actor, organisation, **changes):
        values = {"version": organisation.version, **OTHER, **changes}
        return actions.edit_organisation(actor, organisation, **values)

    def test_steward_changes_description_and_size(self, app):
        organisation = make.make_organisation("Whitfield")
        self.edit(actor_called("steward", organisation), organisation)
        assert organisation.about == "Mends bicycles."
        assert organisation.size is SizeBand.MICRO
        assert organisation.name == "Whitfield"
        assert tags() == ["organisation.edit"]
        assert events() == []

    def test_steward_does_not_change_what_was_confirmed(self, app):
        organisation = make.make_organisation("Whitfield")
        steward = actor_called("steward", organisation)
        with pytest.raises(NotAllowed, match="Ask the centre"):
            self.edit(steward, organisation, identity=identity())
        assert organisation.name == "Whitfield"

    def test_centre_changes_what_it_confirms(self, app):
        organisation = make.make_organisation()
        manager = make.make_account(role="manager")
        self.edit(manager, organisation, identity=identity(region=Region.LONDON))
        assert organisation.slug == "second-wind-bikes"
        assert organisation.centre_id == make.get_centre("london").id
        assert organisation.state is OrganisationState.CONFIRMED
        with pytest.raises(NotAllowed):
            self.edit(manager, organisation)

    def test_own_name_may_stay_but_not_that_of_another(self, app):
        registrant = make.make_account()
        organisation = register(registrant)
        make.make_organisation("Taken")
        self.edit(registrant, organisation, identity=identity())
        with pytest.raises(Invalid) as refused:
            self.edit(registrant, organisation, identity=identity(name="taken"))
        assert refused.value.field == "name"

    def test_refused_one_waits_again(self, app):
        registrant = make.make_account()
        organisation = register(registrant)
        manager = make.make_account(role="manager")
        actions.refuse_organisation(manager, organisation, reason="No such number")
        self.edit(registrant, organisation, identity=identity(company_number="01234567"))
        assert (organisation.state, organisation.refusal) == (OrganisationState.WAITING, "")
        actions.confirm_organisation(manager, organisation)
        assert queries.organisations_of(registrant.id) == [organisation]
        assert events() == [
            "OrganisationRegistered",
            "OrganisationRefused",
            "OrganisationRegistered",
            "OrganisationConfirmed",
        ]

    def test_older_version(self, app):
        organisation = make.make_organisation()
        with pytest.raises(Conflict):
            self.edit(actor_called("steward", organisation), organisation, version=0)

    @pytest.mark.parametrize("name", ["visitor", "member", "registrant", "manager elsewhere"])
    def test_others_may_not(self, app, name):
        organisation = make.make_organisation()
        with pytest.raises(NotAllowed):
            self.edit(actor_called(name, organisation), organisation)


class TestDecide:
    def test_confirming_makes_the_registrant_steward(self, app):
        registrant = make.make_account()
        organisation = register(registrant)
        manager = make.make_account(role="manager")
        other = make.make_membership(make.make_account(), organisation, state="waiting")
        actions.confirm_organisation(manager, organisation)
        assert organisation.state is OrganisationState.CONFIRMED
        assert queries.organisations_of(registrant.id) == [organisation]
        mine = organisation.memberships[0]
        assert (mine.decided_by, mine.state) == (manager.id, MembershipState.CONFIRMED)
        assert other.state is MembershipState.WAITING
        assert tags() == [
            "organisation.register",
            "membership.confirm",
            "organisation.confirm",
        ]

    def test_confirming_twice_is_once(self, app):
        organisation = register(make.make_account())
        manager = make.make_account(role="manager")
        for _ in range(2):
            actions.confirm_organisation(manager, organisation)
        assert events().count("OrganisationConfirmed") == 1

    def test_refusing_ends_that_members_speak(self, app):
        organisation = make.make_organisation()
        member = make.make_account(organisation=organisation)
        manager = make.make_account(role="manager")
        for reason in ("Wound up", "Later reason"):
            actions.refuse_organisation(manager, organisation, reason=reason)
        assert organisation.refusal == "Wound up"
        assert queries.organisations_of(member.id) == []
        assert tags() == ["organisation.refuse"]
        assert events() == ["OrganisationRefused"]

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
    def test_reason_is_needed(self, app, reason):
        organisation = make.make_organisation()
        with pytest.raises(Invalid) as refused:
            actions.refuse_organisation(
                make.make_account(role="manager"), organisation, reason=reason
            )
        assert refused.value.field == "reason"

    @pytest.mark.parametrize(
        "name",
        ["visitor", "steward", "moderator", "manager elsewhere", "manager who registered it"],
    )
    def test_others_may_not(self, app, name):
        organisation = make.make_organisation(state="waiting")
        actor = actor_called(name, organisation)
        with pytest.raises(NotAllowed):
            actions.confirm_organisation(actor, organisation)
        with pytest.raises(NotAllowed):
            actions.refuse_organisation(actor, organisation, reason="No")
        assert organisation.state is OrganisationState.WAITING

    def test_administrators_confirm_national_ones(self, app):
        organisation = make.make_organisation(state="waiting", region=None)
        with pytest.raises(NotAllowed):
            actions.confirm_organisation(make.make_account(role="manager"), organisation)
        actions.confirm_organisation(make.make_account(role="administrator"), organisation)
        assert organisation.state is OrganisationState.CONFIRMED


class TestMembership:
    @pytest.fixture
    def organisation(self, app):
        return make.make_organisation()

    @pytest.fixture
    def steward(self, organisation):
        return actor_called("steward", organisation)

    def test_asking_twice_is_asking_once(self, organisation):
        actor = make.make_account()
        first = actions.ask_to_join(actor, organisation)
        assert actions.ask_to_join(actor, organisation) is first
        assert first.state is MembershipState.WAITING
        assert tags() == ["membership.request"]
        assert events() == ["MembershipRequested"]

    def test_who_left_may_ask_again(self, organisation, steward):
        actor = make.make_account(organisation=organisation)
        membership = queries.memberships_of(actor.id)[0]
        actions.leave_organisation(actor, membership)
        assert membership.state is MembershipState.LEFT
        actions.ask_to_join(actor, organisation)
        assert membership.state is MembershipState.WAITING
        assert (membership.decided_at, membership.decided_by) == (None, None)

    def test_steward_who_left_comes_back_as_a_member(self, organisation, steward):
        membership = queries.memberships_of(steward.id)[0]
        actions.leave_organisation(steward, membership)
        actions.ask_to_join(steward, organisation)
        assert not membership.is_steward

    @pytest.mark.parametrize("name", ["visitor", "unconfirmed", "member", "refused"])
    def test_who_may_not_ask(self, organisation, name):
        with pytest.raises(NotAllowed):
            actions.ask_to_join(actor_called(name, organisation), organisation)

    def test_steward_confirms(self, organisation, steward):
        actor = make.make_account()
        membership = actions.ask_to_join(actor, organisation)
        actions.confirm_membership(steward, membership)
        assert queries.organisations_of(actor.id) == [organisation]
        assert membership.decided_by == steward.id
        assert events() == ["MembershipRequested", "MembershipConfirmed"]
        with pytest.raises(NotAllowed):
            actions.confirm_membership(steward, membership)

    def test_steward_refuses_with_a_reason_and_thinks_again(self, organisation, steward):
        membership = actions.ask_to_join(make.make_account(), organisation)
        with pytest.raises(Invalid):
            actions.refuse_membership(steward, membership, reason=" ")
        actions.refuse_membership(steward, membership, reason="We do not know you")
        assert (membership.state, membership.refusal) == (
            MembershipState.REFUSED,
            "We do not know you",
        )
        actions.confirm_membership(steward, membership)
        assert (membership.state, membership.refusal) == (MembershipState.CONFIRMED, "")

    def test_centre_ends_the_membership_of_a_steward(self, organisation, steward):
        membership = queries.memberships_of(steward.id)[0]
        other = actor_called("steward", organisation)
        with pytest.raises(NotAllowed):
            actions.refuse_membership(other, membership, reason="Out")
        manager = make.make_account(role="manager")
        actions.refuse_membership(manager, membership, reason="Left the company")
        assert not membership.is_steward
        assert queries.organisations_of(steward.id) == []

    def test_steward_appoints_another(self, organisation, steward):
        member = make.make_account(organisation=organisation)
        membership = queries.memberships_of(member.id)[0]
        actions.appoint_steward(steward, membership)
        assert membership.is_steward
        assert tags() == ["membership.appoint"]
        with pytest.raises(NotAllowed):
            actions.appoint_steward(steward, membership)

    def test_nobody_leaves_for_another(self, organisation, steward):
        member = make.make_account(organisation=organisation)
        with pytest.raises(NotAllowed):
            actions.leave_organisation(steward, queries.memberships_of(member.id)[0])

    @pytest.mark.parametrize("name", ["stranger", "member", "manager elsewhere"])
    def test_others_decide_nothing(self, organisation, name):
        membership = make.make_membership(make.make_account(), organisation, state="waiting")
        actor = actor_called(name, organisation)
        with pytest.raises(NotAllowed):
            actions.confirm_membership(actor, membership)
        with pytest.raises(NotAllowed):
            actions.refuse_membership(actor, membership, reason="No")
        with pytest.raises(NotAllowed):
            actions.appoint_steward(actor, membership)
