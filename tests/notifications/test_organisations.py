"""Who is told on the site of organisations and memberships; mails come from organisations."""

import pytest

from forum.core.db import db
from forum.core.outbox import emit
from forum.notifications.models import Notice
from forum.organisations import actions
from forum.organisations.enums import MembershipState, OrganisationState
from forum.organisations.events import MembershipConfirmed, OrganisationConfirmed
from tests import factories
from tests.notifications.hearing import notices
from tests.organisations.test_subscribers import register

REASON = "The charity number belongs to somebody else."


@pytest.fixture
def registrant(app):
    return factories.make_account(display_name="Leah Sutton")


@pytest.fixture
def manager(app):
    return factories.make_account(role="manager")


def test_registration_and_confirmation(browser, registrant, manager, deliver, outbox_mail):
    factories.make_account(role="moderator")
    organisation = register(registrant)
    deliver()
    assert (notices(), notices(manager)) == (["organisation-waits"], ["organisation-waits"])
    page = browser(manager).get("/account/notices/")
    assert page.links["An organisation waits for you"] == "/organisations/waiting/"
    assert "about “Second & Wind <Bikes>”" in page.main
    actions.confirm_organisation(manager, organisation)
    deliver()
    assert notices(registrant) == ["organisation-confirmed"]
    page = browser(registrant).get("/account/notices/")
    assert page.links["Your organisation was confirmed"] == organisation.path
    # One mail each, from the organisations.
    assert [mail["To"] for mail in outbox_mail] == [manager.email, registrant.email]


def test_national_ones_wait_for_administrators(registrant, manager, deliver):
    admin = factories.make_account(role="administrator")
    register(registrant, region=None)
    deliver()
    assert (notices(admin), notices(manager)) == (["organisation-waits"], [])


def test_refusal_tells_the_reason_and_leads_to_the_correction(
    browser, registrant, manager, deliver
):
    organisation = register(registrant)
    actions.refuse_organisation(manager, organisation, reason=REASON)
    deliver()
    # That it waited is not true any more when it is told.
    assert notices() == ["organisation-refused"]
    page = browser(registrant).get("/account/notices/")
    path = page.links["Your organisation was refused"]
    assert f"Reason: {REASON}" in page.main
    browser(registrant).get(path)


def test_who_wishes_to_join_and_hears_of_it(browser, deliver):
    organisation = factories.make_organisation()
    steward, member, other = (factories.make_account() for _ in range(3))
    factories.make_membership(steward, organisation, steward=True)
    factories.make_membership(other, organisation)
    joining = actions.ask_to_join(member, organisation)
    deliver()
    assert (notices(steward), notices(other)) == (["membership-requested"], [])
    page = browser(steward).get("/account/notices/")
    path = page.links["Somebody wishes to join your organisation"]
    assert member.display_name in browser(steward).get(path).main
    actions.confirm_membership(steward, joining)
    deliver()
    assert notices(member) == ["membership-confirmed"]
    actions.refuse_membership(steward, joining, reason="You left the firm.")
    deliver()
    assert notices(member) == ["membership-confirmed", "membership-refused"]
    page = browser(member).get("/account/notices/")
    assert "Reason: You left the firm." in page.main
    browser(member).get(page.links["You cannot post for an organisation"])


def test_what_is_not_so_any_more_is_not_told(registrant, manager, deliver):
    organisation = register(registrant)
    actions.confirm_organisation(manager, organisation)
    organisation.state = OrganisationState.WAITING
    joined = factories.make_membership(manager, organisation, state=MembershipState.LEFT)
    emit(MembershipConfirmed(joined.id))
    emit(MembershipConfirmed(joined.id + 1))
    factories.commit()
    db.session.query(Notice).delete()
    deliver()
    assert notices(registrant) == []


def test_an_event_told_twice_is_one_notice(registrant, manager, deliver):
    organisation = register(registrant)
    deliver()
    db.session.query(Notice).delete()
    actions.confirm_organisation(manager, organisation)
    event = OrganisationConfirmed(organisation.id, manager.id, key="the-same")
    emit(event)
    emit(event)
    factories.commit()
    deliver()
    assert notices() == ["organisation-confirmed"] * 2
    assert {row.key for row in db.session.query(Notice)} >= {"organisation-the-same"}
