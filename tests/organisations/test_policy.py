"""Who may do what with organisations; checks agree with their filters."""

import itertools

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
OUTSIDE = {
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


def listed(rule):
    return set(db.session.scalars(select(Organisation.id).where(rule)))


def cases(*regions):
    """For each role an actor, and organisations by state and region that they stand to so."""
    for name in ROLES:
        organisations = {
            (state, region): make.make_organisation(state=state, region=region)
            for state in STATES
            for region in regions
        }
        yield name, actor_called(name, *organisations.values()), organisations


def wrong(expected, found):
    """The cases in which something else was found than expected, with both."""
    assert expected.keys() == found.keys()
    return {
        case: (expected[case], found[case]) for case in expected if expected[case] != found[case]
    }


def test_checks_and_filters_agree_about_seeing_and_deciding(app):
    expected, found = {}, {}
    for name, actor, organisations in cases(Region.NORTH_EAST, None):
        seen, decidable = listed(policy.visible_to(actor)), listed(policy.decidable_by(actor))
        for (state, region), organisation in organisations.items():
            case = (name, str(state), region)
            staff = ADMINISTRATORS | (MANAGERS if region else set())
            sees = state is CONFIRMED or name in staff | REGISTRANTS
            decides = name in (DISINTERESTED if region else {"administrator"})
            expected[case] = (sees, sees, decides, decides, not decides)
            decision = policy.can_decide(actor, organisation)
            found[case] = (
                organisation.id in seen,
                bool(policy.can_see(actor, organisation)),
                organisation.id in decidable,
                bool(decision),
                bool(decision.reason),
            )
    assert len(found) == len(ROLES) * len(STATES) * 2
    assert wrong(expected, found) == {}


def test_who_changes_what(app):
    """Identity, description, members, joining: by role and state of the organisation."""
    expected, found = {}, {}
    for name, actor, organisations in cases(Region.NORTH_EAST):
        for (state, _region), organisation in organisations.items():
            case = (name, str(state))
            identity = name in DISINTERESTED or (name in REGISTRANTS and state is not CONFIRMED)
            steward = name == "steward" and state is CONFIRMED
            members = name in MANAGERS | ADMINISTRATORS or steward
            joins = name in OUTSIDE and state is CONFIRMED
            expected[case] = (identity, identity or steward, members, joins)
            rules = (
                policy.can_edit_identity,
                policy.can_edit,
                policy.can_manage_members,
                policy.can_join,
            )
            found[case] = tuple(bool(rule(actor, organisation)) for rule in rules)
    assert len(found) == len(ROLES) * len(STATES)
    assert wrong(expected, found) == {}


@pytest.mark.parametrize(
    ("name", "expected"), [("visitor", False), ("unconfirmed", False), ("stranger", True)]
)
def test_confirmed_members_register(app, name, expected):
    assert bool(policy.can_register(actor_called(name, make.make_organisation()))) is expected


LIVE = {MembershipState.WAITING, MembershipState.CONFIRMED}


class TestOneMembership:
    """Who may do what with a membership, in each of its states."""

    def test_only_its_holder_leaves(self, app):
        expected, found = {}, {}
        others = ("visitor", "stranger", "steward", "manager", "administrator")
        for state in MembershipState:
            organisation = make.make_organisation()
            holder = make.make_account()
            membership = make.make_membership(holder, organisation, state=state)
            actors = {name: actor_called(name, organisation) for name in others} | {
                "holder": holder
            }
            for name, actor in actors.items():
                expected[str(state), name] = name == "holder" and state in LIVE
                found[str(state), name] = bool(policy.can_leave(actor, membership))
        assert wrong(expected, found) == {}

    def test_confirming_and_speaking(self, app):
        expected, found = {}, {}
        for state, of_state in itertools.product(MembershipState, STATES):
            organisation = make.make_organisation(state=of_state)
            membership = make.make_membership(make.make_account(), organisation, state=state)
            both = state is MembershipState.CONFIRMED and of_state is CONFIRMED
            expected["speaks", str(state), str(of_state)] = both
            found["speaks", str(state), str(of_state)] = policy.can_speak(membership)
            for name in ("stranger", "member", "steward", "manager", "administrator"):
                case = (name, str(state), str(of_state))
                open_state = state in {MembershipState.WAITING, MembershipState.REFUSED}
                decider = name in {"manager", "administrator", "steward"}
                expected[case] = decider and open_state and of_state is CONFIRMED
                actor = actor_called(name, organisation)
                found[case] = bool(policy.can_confirm_membership(actor, membership))
        assert wrong(expected, found) == {}

    def test_refusing_and_appointing(self, app):
        expected, found = {}, {}
        for state, steward in itertools.product(MembershipState, (False, True)):
            organisation = make.make_organisation()
            membership = make.make_membership(
                make.make_account(), organisation, state=state, steward=steward
            )
            for name in ("stranger", "steward", "manager"):
                case = (name, str(state), f"steward: {steward}")
                decider = name == "manager" or (name == "steward" and not steward)
                appoints = state is MembershipState.CONFIRMED and not steward
                expected[case] = (state in LIVE and decider, appoints and name != "stranger")
                actor = actor_called(name, organisation)
                found[case] = (
                    bool(policy.can_refuse_membership(actor, membership)),
                    bool(policy.can_appoint(actor, membership)),
                )
        assert wrong(expected, found) == {}


@pytest.mark.parametrize("rule", ["can_confirm_membership", "can_refuse_membership", "can_appoint"])
@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_nobody_decides_about_themself(app, rule, role):
    actor = make.make_account(role=role)
    membership = make.make_membership(actor, make.make_organisation(), state="waiting")
    decision = getattr(policy, rule)(actor, membership)
    assert decision.reason == "Somebody else must decide about your own membership."
