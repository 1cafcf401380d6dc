"""Who may do what with organisations; checks agree with their filters."""

import pytest
from sqlalchemy import select

from forum.accounts.enums import Region
from forum.core.db import db
from forum.organisations import policy
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.models import Organisation
from tests import factories as make
from tests.organisations.people import ROLES, actor_called

STATES = list(OrganisationState)
WAITING, CONFIRMED, REFUSED = (
    OrganisationState.WAITING,
    OrganisationState.CONFIRMED,
    OrganisationState.REFUSED,
)
MANAGERS = {name for name in ROLES if name.startswith("manager") and "elsewhere" not in name}
ADMINISTRATORS = {name for name in ROLES if name.startswith("administrator")}
DISINTERESTED = {"manager", "manager who left it", "administrator"}
REGISTRANTS = {"registrant", "manager who registered it"}


def listed(rule):
    return set(db.session.scalars(select(Organisation.id).where(rule)))


@pytest.mark.parametrize("region", [Region.NORTH_EAST, None])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ROLES)
class TestTwins:
    def test_seeing(self, app, name, state, region):
        organisation = make.make_organisation(state=state, region=region)
        actor = actor_called(name, organisation)
        seen = organisation.id in listed(policy.visible_to(actor))
        assert seen is bool(policy.can_see(actor, organisation))
        staff = ADMINISTRATORS | (MANAGERS if region else set())
        assert seen is (state is CONFIRMED or name in staff | REGISTRANTS)

    def test_deciding(self, app, name, state, region):
        organisation = make.make_organisation(state=state, region=region)
        actor = actor_called(name, organisation)
        decision = policy.can_decide(actor, organisation)
        assert (organisation.id in listed(policy.decidable_by(actor))) is bool(decision)
        deciders = DISINTERESTED if region else {"administrator"}
        assert bool(decision) is (name in deciders)
        assert bool(decision.reason) is not bool(decision)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ROLES)
class TestChanging:
    def test_identity(self, app, name, state):
        organisation = make.make_organisation(state=state)
        actor = actor_called(name, organisation)
        decision = policy.can_edit_identity(actor, organisation)
        expected = name in DISINTERESTED or (name in REGISTRANTS and state is not CONFIRMED)
        assert bool(decision) is expected

    def test_description(self, app, name, state):
        organisation = make.make_organisation(state=state)
        actor = actor_called(name, organisation)
        identity = policy.can_edit_identity(actor, organisation)
        expected = bool(identity) or (name == "steward" and state is CONFIRMED)
        assert bool(policy.can_edit(actor, organisation)) is expected

    def test_members(self, app, name, state):
        organisation = make.make_organisation(state=state)
        actor = actor_called(name, organisation)
        expected = name in MANAGERS | ADMINISTRATORS or (name == "steward" and state is CONFIRMED)
        assert bool(policy.can_manage_members(actor, organisation)) is expected

    def test_joining(self, app, name, state):
        organisation = make.make_organisation(state=state)
        actor = actor_called(name, organisation)
        outside = {
            "stranger",
            "registrant",
            "left",
            "moderator",
            "manager",
            "manager elsewhere",
            "manager who registered it",
            "manager who left it",
            "administrator",
        }
        expected = name in outside and state is CONFIRMED
        assert bool(policy.can_join(actor, organisation)) is expected


@pytest.mark.parametrize(
    ("name", "expected"), [("visitor", False), ("unconfirmed", False), ("stranger", True)]
)
def test_confirmed_members_register(app, name, expected):
    assert bool(policy.can_register(actor_called(name, make.make_organisation()))) is expected


@pytest.mark.parametrize("state", list(MembershipState))
class TestOneMembership:
    def test_only_its_holder_leaves(self, app, state):
        organisation = make.make_organisation()
        holder = make.make_account()
        membership = make.make_membership(holder, organisation, state=state)
        live = state in {MembershipState.WAITING, MembershipState.CONFIRMED}
        assert bool(policy.can_leave(holder, membership)) is live
        for name in ("visitor", "stranger", "steward", "manager", "administrator"):
            assert not policy.can_leave(actor_called(name, organisation), membership)

    @pytest.mark.parametrize("of_state", STATES)
    @pytest.mark.parametrize("name", ["stranger", "member", "steward", "manager", "administrator"])
    def test_confirming(self, app, state, of_state, name):
        organisation = make.make_organisation(state=of_state)
        membership = make.make_membership(make.make_account(), organisation, state=state)
        decider = name in {"manager", "administrator"} or name == "steward"
        open_state = state in {MembershipState.WAITING, MembershipState.REFUSED}
        expected = decider and open_state and of_state is CONFIRMED
        decision = policy.can_confirm_membership(actor_called(name, organisation), membership)
        assert bool(decision) is expected

    @pytest.mark.parametrize("steward", [False, True])
    @pytest.mark.parametrize("name", ["stranger", "steward", "manager"])
    def test_refusing(self, app, state, steward, name):
        organisation = make.make_organisation()
        membership = make.make_membership(
            make.make_account(), organisation, state=state, steward=steward
        )
        live = state in {MembershipState.WAITING, MembershipState.CONFIRMED}
        decider = name == "manager" or (name == "steward" and not steward)
        decision = policy.can_refuse_membership(actor_called(name, organisation), membership)
        assert bool(decision) is (live and decider)

    @pytest.mark.parametrize("steward", [False, True])
    @pytest.mark.parametrize("name", ["stranger", "steward", "manager"])
    def test_appointing(self, app, state, steward, name):
        organisation = make.make_organisation()
        membership = make.make_membership(
            make.make_account(), organisation, state=state, steward=steward
        )
        expected = state is MembershipState.CONFIRMED and not steward and name != "stranger"
        decision = policy.can_appoint(actor_called(name, organisation), membership)
        assert bool(decision) is expected

    @pytest.mark.parametrize("of_state", STATES)
    def test_speaking_needs_both_confirmed(self, app, state, of_state):
        organisation = make.make_organisation(state=of_state)
        membership = make.make_membership(make.make_account(), organisation, state=state)
        expected = state is MembershipState.CONFIRMED and of_state is CONFIRMED
        assert policy.can_speak(membership) is expected


@pytest.mark.parametrize("rule", ["can_confirm_membership", "can_refuse_membership", "can_appoint"])
@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_nobody_decides_about_themself(app, rule, role):
    actor = make.make_account(role=role)
    membership = make.make_membership(actor, make.make_organisation(), state="waiting")
    decision = getattr(policy, rule)(actor, membership)
    assert decision.reason == "Somebody else must decide about your own membership."
