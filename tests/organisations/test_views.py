"""Pages of organisations as members, stewards and managers find them."""

import pytest
from sqlalchemy import func, select

from forum.accounts.enums import Region
from forum.core.db import db
from forum.organisations import actions, queries
from forum.organisations.enums import OrganisationState, SizeBand
from forum.organisations.models import Organisation
from tests import factories as make
from tests.organisations.people import actor_called
from tests.statements import count_statements

NEW = "/organisations/new/"
FILLED = {
    "name": "Second Wind Bikes",
    "sector": "social-enterprise",
    "kind": "community-interest-company",
    "region": "E12000001",
    "size": "micro",
    "company_number": "01234567",
    "about": "Mends bicycles.",
}


@pytest.fixture
def member(app):
    return make.make_account(display_name="Leah Sutton")


@pytest.fixture
def manager(app):
    return make.make_account(role="manager")


def listed(page):
    return page.texts("p", css="rows__title")


class TestIndex:
    def test_empty_list_says_what_will_be_here(self, client):
        page = client.get("/organisations/")
        assert "No organisations" in page.main
        assert "Register an organisation" in page.links

    def test_choice_of_sector_and_region(self, client):
        make.make_organisation("Harbour Advice", sector="voluntary", region=Region.LONDON)
        make.make_organisation("Whitfield", sector="private")
        make.make_organisation("Everywhere", sector="private", region=None)
        make.make_organisation("Waits", state="waiting")
        assert listed(client.get("/organisations/")) == [
            "Everywhere",
            "Harbour Advice",
            "Whitfield",
        ]
        assert listed(client.get("/organisations/?sector=private")) == ["Everywhere", "Whitfield"]
        assert listed(client.get("/organisations/?region=national")) == ["Everywhere"]
        page = client.get("/organisations/?sector=voluntary&region=E12000007")
        assert listed(page) == ["Harbour Advice"]
        chosen = [option.get("value") for option in page.find("option", selected="")]
        assert chosen == ["voluntary", "E12000007"]

    def test_long_list_goes_on_with_the_same_choice(self, client):
        for number in range(queries.PAGE_SIZE + 1):
            make.make_organisation(f"Private {number:03d}")
        make.make_organisation("Voluntary", sector="voluntary")
        page = client.get("/organisations/?sector=private")
        assert len(listed(page)) == queries.PAGE_SIZE
        (further,) = page.find("a", rel="next")
        assert listed(client.get(further.get("href"))) == [f"Private {queries.PAGE_SIZE:03d}"]

    @pytest.mark.parametrize(
        "query", ["sector=royal", "region=E12000010", "after=x", "sector=%00", "region=NATIONAL"]
    )
    def test_unknown_list(self, client, query):
        client.get(f"/organisations/?{query}", status=404)

    def test_visitor_costs_one_statement(self, client):
        for _ in range(5):
            make.make_organisation()
        make.commit()
        with count_statements() as statements:
            client.get("/organisations/")
        assert len(statements) == 1

    def test_managers_are_led_to_what_waits(self, client, member, manager):
        assert "Organisations that wait for you" not in client.get("/organisations/").links
        client.sign_in(manager)
        assert "Organisations that wait for you" in client.get("/organisations/").links


class TestRegister:
    def test_from_registration_to_speaking(self, browser, member, manager):
        answer = browser(member).post_form(NEW, FILLED)
        page = browser(member).follow(answer)
        assert "Second Wind Bikes" in page.h1
        assert "Confirm or refuse it" not in page.links
        own = browser(member).get("/account/organisations/")
        assert "Waiting for the centre to confirm it." in own.main
        staff = browser(manager)
        waiting = staff.get("/organisations/waiting/")
        assert listed(waiting) == ["Second Wind Bikes"]
        seen = staff.get(answer.headers["Location"])
        assert seen.links["Confirm or refuse it"] == waiting.links["Second Wind Bikes"]
        page = staff.get(waiting.links["Second Wind Bikes"])
        assert "01234567" in page.main
        assert "Micro (under 10 staff)" in page.main
        assert f"Wishes to speak for it: {member.display_name}" in page.main
        page = staff.follow(staff.post_form(page, button="Confirm organisation"))
        assert listed(page) == []
        own = browser(member).get("/account/organisations/")
        assert "You speak for it and are its steward." in own.main
        assert listed(browser().get("/organisations/")) == ["Second Wind Bikes"]

    def test_sent_twice_is_one(self, client, member):
        page = client.sign_in(member).get(NEW)
        first = client.post_form(page, FILLED)
        assert client.post_form(page, FILLED).headers["Location"] == first.headers["Location"]
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1

    def test_national(self, client, member):
        client.sign_in(member).post_form(NEW, {**FILLED, "region": "national"})
        assert db.session.scalars(select(Organisation)).one().region is None

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("name", "", "Enter the name of the organisation"),
            ("name", "x" * 121, "Shorten the name"),
            ("sector", None, "Choose the sector"),
            ("kind", "", "Choose the legal form"),
            ("region", "", "Choose the region"),
            ("size", None, "Choose the size"),
            ("company_number", "1234567", "like 01234567 or SC123456"),
            ("charity_number", "12", "like 1234567 or 123456-1"),
            ("about", "x" * 1001, "Shorten this to 1,000"),
        ],
    )
    def test_wrong_value_is_told_and_the_rest_kept(self, client, member, field, value, message):
        client.sign_in(member)
        page = client.post_form(NEW, {**FILLED, field: value}, status=422)
        assert any(message in error for error in page.errors)
        kept = page.fields(action=NEW)
        for name, text in FILLED.items():
            assert name == field or kept[name] == [text]

    def test_choices_are_among_those_offered(self, client, member):
        token = client.sign_in(member).get(NEW).fields(action=NEW)["csrf_token"]
        for field in ("sector", "kind", "region", "size"):
            client.post(NEW, data={**FILLED, field: "royal", "csrf_token": token}, status=422)

    def test_state_is_not_taken_from_the_request(self, client, member):
        token = client.sign_in(member).get(NEW).fields(action=NEW)["csrf_token"]
        client.post(NEW, data={**FILLED, "state": "confirmed", "csrf_token": token})
        found = db.session.scalars(select(Organisation)).one()
        assert found.state is OrganisationState.WAITING

    def test_unconfirmed_account_is_told(self, client):
        client.sign_in(make.make_account(confirmed=False))
        assert "Confirm your email address first." in client.get(NEW, status=403).main

    def test_visitor_is_asked_to_sign_in(self, client):
        client.get(NEW, status=303)


class TestEdit:
    def test_steward_sees_what_was_confirmed_and_changes_the_rest(self, client):
        organisation = make.make_organisation("Whitfield", company_number="01234567")
        path = f"/organisations/{organisation.id}/edit/"
        page = client.sign_in(actor_called("steward", organisation)).get(path)
        assert "01234567" in page.main
        assert "name" not in page.fields(action=path)
        client.post_form(page, {"about": "We build.", "size": "large"}, action=path)
        db.session.refresh(organisation)
        assert (organisation.about, organisation.size) == ("We build.", SizeBand.LARGE)

    def test_steward_cannot_smuggle_a_name(self, client):
        organisation = make.make_organisation("Whitfield")
        path = f"/organisations/{organisation.id}/edit/"
        client.sign_in(actor_called("steward", organisation))
        held = client.get(path).fields(action=path)
        client.post(path, data={**held, **FILLED, "region": "national"})
        db.session.refresh(organisation)
        assert (organisation.name, organisation.region) == ("Whitfield", Region.NORTH_EAST)

    def test_manager_corrects_it(self, client, manager):
        organisation = make.make_organisation("Whitfeild")
        path = f"/organisations/{organisation.id}/edit/"
        page = client.sign_in(manager).get(path)
        assert page.fields(action=path)["name"] == ["Whitfeild"]
        answer = client.post_form(page, {"name": "Whitfield"}, action=path)
        assert answer.headers["Location"] == f"/organisations/{organisation.id}/whitfield/"

    def test_a_national_one_stays_national(self, client):
        organisation = make.make_organisation("Everywhere", region=None)
        path = f"/organisations/{organisation.id}/edit/"
        page = client.sign_in(make.make_account(role="administrator")).get(path)
        client.post_form(page, {"name": "Everywhere else"}, action=path)
        db.session.refresh(organisation)
        assert (organisation.name, organisation.region) == ("Everywhere else", None)

    def test_wrong_value(self, client, manager):
        make.make_organisation("Taken")
        path = f"/organisations/{make.make_organisation('Free').id}/edit/"
        page = client.sign_in(manager).post_form(path, {"name": "taken"}, action=path, status=422)
        assert any("already" in error for error in page.errors)

    @pytest.mark.parametrize("name", ["steward", "manager"])
    def test_later_of_two_sees_both_texts(self, client, name):
        organisation = make.make_organisation("Whitfield")
        actor = actor_called(name, organisation)
        path = f"/organisations/{organisation.id}/edit/"
        page = client.sign_in(actor).get(path)
        actions.edit_organisation(
            actor, organisation, version=1, size=SizeBand.LARGE, about="Written first."
        )
        answer = client.post_form(page, {"about": "Written second."}, action=path, status=409)
        assert "Written first." in answer.main
        assert "Large (250 staff or more)" in answer.main
        assert answer.fields(action=path)["about"] == ["Written second."]
        client.post_form(answer, {}, action=path)
        db.session.refresh(organisation)
        assert organisation.about == "Written second."

    def test_refused_one_is_put_right(self, client, member, manager):
        client.sign_in(member)
        path = client.post_form(NEW, FILLED).headers["Location"]
        organisation = db.session.scalars(select(Organisation)).one()
        actions.refuse_organisation(manager, organisation, reason="There is no such number.")
        assert "There is no such number." in client.get("/account/organisations/").main
        edit = f"/organisations/{organisation.id}/edit/"
        page = client.get(edit)
        assert "There is no such number." in page.main
        client.post_form(page, {"company_number": "SC123456"}, action=edit)
        assert "Second Wind Bikes" in client.get(path).h1
        db.session.refresh(organisation)
        assert organisation.state is OrganisationState.WAITING

    @pytest.mark.parametrize(("name", "status"), [("member", 403), ("manager elsewhere", 403)])
    def test_others_may_not(self, client, name, status):
        organisation = make.make_organisation()
        client.sign_in(actor_called(name, organisation))
        client.get(f"/organisations/{organisation.id}/edit/", status=status)

    def test_waiting_one_is_not_there_for_others(self, client, member):
        organisation = make.make_organisation(state="waiting")
        client.sign_in(member)
        for page in ("edit", "join", "members"):
            client.get(f"/organisations/{organisation.id}/{page}/", status=404)
        client.get(organisation.path, status=404)


class TestDecide:
    def test_refusing_needs_a_reason(self, client, manager):
        organisation = make.make_organisation(state="waiting")
        path = f"/organisations/{organisation.id}/refuse/"
        client.sign_in(manager)
        page = client.post_form(path, {"reason": " "}, status=422)
        assert "Give a reason; the person will read it" in page.errors
        page = client.post_form(page, {"reason": "x" * 1001}, status=422)
        client.post_form(page, {"reason": "There is no such charity."})
        db.session.refresh(organisation)
        assert organisation.refusal == "There is no such charity."

    def test_reason_of_marks_alone_is_none(self, client, manager):
        organisation = make.make_organisation(state="waiting")
        path = f"/organisations/{organisation.id}/refuse/"
        page = client.sign_in(manager).post_form(path, {"reason": "…"}, status=422)
        assert page.errors

    @pytest.mark.parametrize("page", ["confirm", "refuse"])
    def test_others_may_not(self, client, page):
        organisation = make.make_organisation()
        path = f"/organisations/{organisation.id}/{page}/"
        for name in ("steward", "moderator", "manager elsewhere", "manager who is its member"):
            client.sign_in(actor_called(name, organisation)).get(path, status=403)

    def test_waiting_list_is_for_managers(self, client, member):
        client.sign_in(member).get("/organisations/waiting/", status=403)

    def test_empty_waiting_list(self, client, manager):
        page = client.sign_in(manager).get("/organisations/waiting/")
        assert "No organisation waits." in page.main


class TestMembership:
    @pytest.fixture
    def organisation(self, app):
        return make.make_organisation("Whitfield")

    def test_from_asking_to_leaving(self, browser, member, organisation):
        mine = browser(member)
        page = mine.get(f"/organisations/{organisation.id}/join/")
        page = mine.follow(mine.post_form(page, button="Ask to join"))
        assert "Waiting for a steward of the organisation" in page.main
        steward = browser(actor_called("steward", organisation))
        page = steward.get(f"/organisations/{organisation.id}/members/")
        page = steward.follow(steward.post_form(page, button="Confirm: Leah Sutton"))
        assert "You speak for it." in mine.get("/account/organisations/").main
        page = steward.follow(steward.post_form(page, button="Make steward: Leah Sutton"))
        own = mine.get("/account/organisations/")
        assert "You speak for it and are its steward." in own.main
        page = mine.get(own.links["Leave Whitfield"])
        page = mine.follow(mine.post_form(page, button="Leave organisation"))
        assert "No organisations yet" in page.main

    def test_manager_finds_who_waits(self, client, manager, member, organisation):
        actions.ask_to_join(member, organisation)
        page = client.sign_in(manager).get("/organisations/waiting/")
        page = client.get(page.links["Whitfield"])
        client.post_form(page, button="Confirm: Leah Sutton")
        assert queries.organisations_of(member.id) == [organisation]

    def test_steward_refuses_with_a_reason(self, browser, member, organisation):
        actions.ask_to_join(member, organisation)
        steward = browser(actor_called("steward", organisation))
        page = steward.get(f"/organisations/{organisation.id}/members/")
        path = page.links["Refuse: Leah Sutton"]
        page = steward.post_form(path, {"reason": ""}, status=422)
        assert "Give a reason; the person will read it" in page.errors
        steward.post_form(path, {"reason": "…"}, status=422)
        page = steward.follow(steward.post_form(page, {"reason": "We do not know you."}))
        assert "Refused; asked" in page.main
        assert "We do not know you." in browser(member).get("/account/organisations/").main

    def test_sent_twice_is_asked_once(self, client, member, organisation):
        page = client.sign_in(member).get(f"/organisations/{organisation.id}/join/")
        client.post_form(page, button="Ask to join")
        client.post_form(page, button="Ask to join")
        assert len(queries.memberships_of(member.id)) == 1
        client.get(f"/organisations/{organisation.id}/join/", status=403)

    @pytest.mark.parametrize("name", ["stranger", "member", "waiting", "manager elsewhere"])
    def test_members_are_for_those_who_decide(self, client, organisation, name):
        client.sign_in(actor_called(name, organisation))
        client.get(f"/organisations/{organisation.id}/members/", status=403)

    def test_nobody_there_yet(self, client, manager, organisation):
        page = client.sign_in(manager).get(f"/organisations/{organisation.id}/members/")
        assert "No members yet" in page.main

    def test_membership_of_another_is_not_there(self, client, member, organisation):
        other = make.make_membership(make.make_account(), organisation)
        client.sign_in(member)
        for page in ("leave", "refuse"):
            client.get(f"/memberships/{other.id}/{page}/", status=404)
        token = client.get(NEW).fields(action=NEW)["csrf_token"]
        for act in ("confirm", "appoint"):
            client.post(f"/memberships/{other.id}/{act}/", data={"csrf_token": token}, status=404)

    def test_stewards_do_not_leave_for_others(self, client, organisation):
        other = make.make_membership(make.make_account(), organisation)
        client.sign_in(actor_called("steward", organisation))
        client.get(f"/memberships/{other.id}/leave/", status=403)

    def test_members_do_not_refuse_themselves(self, client, member, organisation):
        own = make.make_membership(member, organisation)
        client.sign_in(member).get(f"/memberships/{own.id}/refuse/", status=403)

    def test_hidden_people_are_named_to_stewards_without_a_link(self, client, organisation):
        make.make_account(display_name="Quiet Person", hidden=True, organisation=organisation)
        client.sign_in(actor_called("steward", organisation))
        page = client.get(f"/organisations/{organisation.id}/members/")
        assert "Quiet Person" in page.main
        assert "Quiet Person" not in page.links

    def test_statements_do_not_grow_with_members(self, client, organisation):
        client.sign_in(actor_called("steward", organisation))
        path = f"/organisations/{organisation.id}/members/"
        counts = []
        for _ in range(2):
            for _ in range(4):
                make.make_account(organisation=organisation)
            make.commit()
            with count_statements() as statements:
                client.get(path)
            counts.append(len(statements))
        assert counts[0] == counts[1]
