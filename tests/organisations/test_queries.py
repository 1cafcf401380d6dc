"""Reads of organisations."""

import pytest

from forum.accounts.enums import Region, Sector
from forum.core.access import Anonymous
from forum.core.errors import NotFound
from forum.core.pages import encode_cursor
from forum.organisations import queries
from forum.organisations.enums import MembershipState, OrganisationState
from tests import factories as make
from tests.organisations.people import actor_called
from tests.statements import count_statements


def names(rows):
    return [row.name for row in rows]


class TestGetOrganisation:
    def test_with_memberships_in_two_statements(self, app):
        key = make.make_organisation().id
        for _ in range(3):
            make.make_account(organisation=queries.get_organisation(Anonymous(), key))
        make.commit()
        with count_statements() as statements:
            organisation = queries.get_organisation(Anonymous(), key)
            assert len(organisation.memberships) == 3
        assert len(statements) == 2

    @pytest.mark.parametrize("state", ["waiting", "refused"])
    def test_unconfirmed_one_is_not_there_for_others(self, app, state):
        organisation = make.make_organisation(state=state)
        for name in ("visitor", "stranger", "member", "manager elsewhere", "moderator"):
            with pytest.raises(NotFound):
                queries.get_organisation(actor_called(name, organisation), organisation.id)
        for name in ("registrant", "manager", "administrator"):
            actor = actor_called(name, organisation)
            assert queries.get_organisation(actor, organisation.id) is organisation

    def test_unknown(self, app):
        with pytest.raises(NotFound):
            queries.get_organisation(Anonymous(), 0)


class TestGetMembership:
    @pytest.mark.parametrize("name", ["steward", "manager", "administrator"])
    def test_for_those_who_decide(self, app, name):
        organisation = make.make_organisation()
        membership = make.make_membership(make.make_account(), organisation, state="waiting")
        actor = actor_called(name, organisation)
        assert queries.get_membership(actor, membership.id) is membership

    @pytest.mark.parametrize("name", ["visitor", "stranger", "member", "manager elsewhere"])
    def test_not_for_others(self, app, name):
        organisation = make.make_organisation()
        membership = make.make_membership(make.make_account(), organisation)
        with pytest.raises(NotFound):
            queries.get_membership(actor_called(name, organisation), membership.id)

    @pytest.mark.parametrize("state", list(OrganisationState))
    def test_for_its_holder_always(self, app, state):
        holder = make.make_account()
        membership = make.make_membership(holder, make.make_organisation(state=state))
        assert queries.get_membership(holder, membership.id) is membership

    def test_unknown(self, app):
        with pytest.raises(NotFound):
            queries.get_membership(make.make_account(role="administrator"), 0)


@pytest.mark.parametrize("state", list(OrganisationState))
@pytest.mark.parametrize("membership_state", list(MembershipState))
def test_members_speak_where_both_are_confirmed(app, state, membership_state):
    account = make.make_account()
    organisation = make.make_organisation(state=state)
    make.make_membership(account, organisation, state=membership_state)
    expected = state == "confirmed" and membership_state == "confirmed"
    assert queries.organisations_of(account.id) == ([organisation] if expected else [])


def test_own_organisations_by_name(app):
    account = make.make_account()
    for name in ("Zebra", "Able", "Middle"):
        make.make_membership(account, make.make_organisation(name))
    assert names(queries.organisations_of(account.id)) == ["Able", "Middle", "Zebra"]
    assert queries.organisations_of(make.make_account().id) == []


class TestList:
    @pytest.fixture
    def three(self, app):
        return [
            make.make_organisation("Cee", sector="voluntary", region=Region.LONDON),
            make.make_organisation("Aye", sector="private", region=Region.LONDON),
            make.make_organisation("Bee", sector="voluntary", region=None),
            make.make_organisation("Waiting", state="waiting"),
            make.make_organisation("Refused", state="refused"),
        ]

    def test_confirmed_ones_by_name(self, three):
        assert names(queries.list_organisations().rows) == ["Aye", "Bee", "Cee"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"sector": Sector.VOLUNTARY}, ["Bee", "Cee"]),
            ({"region": Region.LONDON}, ["Aye", "Cee"]),
            ({"sector": Sector.VOLUNTARY, "region": Region.LONDON}, ["Cee"]),
            ({"national": True}, ["Bee"]),
            ({"sector": Sector.PUBLIC}, []),
        ],
    )
    def test_filters(self, three, filters, expected):
        assert names(queries.list_organisations(**filters).rows) == expected

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
    def test_pages_hold_each_once(self, app, size):
        wanted = [make.make_organisation(f"{letter} " + "é" * 117).id for letter in "ABCD"]
        wanted += [make.make_organisation("Same name").id for _ in range(3)]
        found, cursor = [], ""
        while True:
            page = queries.list_organisations(size=size, cursor=cursor)
            found += [row.id for row in page.rows]
            if not (cursor := page.next_cursor):
                break
            assert len(page.rows) == size
        assert found == wanted

    @pytest.mark.parametrize("cursor", ["x", "W10", encode_cursor(0), encode_cursor("Aye")])
    def test_forged_cursor(self, app, cursor):
        with pytest.raises(NotFound):
            queries.list_organisations(cursor=cursor)

    def test_one_statement_however_long(self, three):
        make.commit()
        with count_statements() as statements:
            queries.list_organisations()
        assert len(statements) == 1


class TestWaiting:
    def test_for_the_centre_of_the_region(self, app):
        here = make.make_organisation("Here", state="waiting")
        make.make_organisation("There", state="waiting", region=Region.LONDON)
        make.make_organisation("National", state="waiting", region=None)
        make.make_organisation("Confirmed")
        assert names(queries.waiting_for(make.make_account(role="manager"))) == ["Here"]
        everything = queries.waiting_for(make.make_account(role="administrator"))
        assert names(everything) == ["Here", "National", "There"]
        assert queries.waiting_for(make.make_account(role="moderator")) == []
        assert queries.waiting_for(Anonymous()) == []
        assert queries.waiting_for(actor_called("manager who registered it", here)) == []

    def test_members_who_wait(self, app):
        manager = make.make_account(role="manager")
        organisation = make.make_organisation("Somebody waits")
        make.make_membership(make.make_account(), organisation, state="waiting")
        make.make_membership(make.make_account(), organisation, state="waiting")
        make.make_membership(make.make_account(), make.make_organisation("Nobody waits"))
        assert names(queries.waiting_members_for(manager)) == ["Somebody waits"]
        assert queries.waiting_members_for(make.make_account()) == []


class TestMembers:
    def test_waiting_first_then_stewards(self, app):
        organisation = make.make_organisation()
        for name in ("left", "refused", "member", "steward", "waiting"):
            actor_called(name, organisation)
        found = queries.members_of(organisation)
        assert names(found) == ["Waiting", "Steward", "Member", "Refused"]

    def test_hidden_people_are_not_linked_nor_shown_to_all(self, app):
        organisation = make.make_organisation()
        hidden = make.make_account(hidden=True, organisation=organisation)
        shown = make.make_account(organisation=organisation)
        make.make_membership(make.make_account(), organisation, state="waiting")
        urls = {row.name: row.url for row in queries.members_of(organisation)}
        assert urls[hidden.display_name] == ""
        assert urls[shown.display_name] == shown.path
        assert names(queries.speakers_of(organisation)) == [shown.display_name]

    def test_choices_of_a_steward(self, app):
        organisation = make.make_organisation()
        steward = actor_called("steward", organisation)
        for name in ("refused", "member", "waiting"):
            actor_called(name, organisation)
        found = {
            row.member.name: (row.may_confirm, row.may_refuse, row.may_appoint)
            for row in queries.members_with_choices(steward, organisation)
        }
        assert found == {
            "Waiting": (True, True, False),
            "Steward": (False, False, False),
            "Member": (False, True, True),
            "Refused": (True, False, False),
        }

    def test_own_memberships_but_those_left(self, app):
        account = make.make_account()
        for state in MembershipState:
            make.make_membership(account, make.make_organisation(f"Is {state}"), state=state)
        found = [row.organisation.name for row in queries.memberships_of(account.id)]
        assert found == ["Is confirmed", "Is refused", "Is waiting"]


class TestNamesake:
    def test_same_name_and_region_whatever_the_case(self, app):
        organisation = make.make_organisation("Ärger GmbH")
        assert queries.namesake("äRGER gmbh", Region.NORTH_EAST) is organisation
        assert queries.namesake("Ärger GmbH", Region.LONDON) is None
        assert queries.namesake("Ärger GmbH", None) is None

    def test_national(self, app):
        organisation = make.make_organisation("Everywhere", region=None)
        assert queries.namesake("everywhere", None) is organisation

    def test_refused_ones_do_not_count(self, app):
        make.make_organisation("Ärger", state="refused")
        assert queries.namesake("Ärger", Region.NORTH_EAST) is None


def test_centre_of_an_organisation_follows_its_region(app):
    assert make.make_organisation(region=Region.LONDON).centre_id == make.get_centre("london").id
    assert make.make_organisation(region=None).centre_id is None
