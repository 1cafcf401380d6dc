"""Mails about organisations and memberships."""

import pytest

from forum.accounts.enums import Region, Sector
from forum.core.db import db
from forum.core.outbox import emit
from forum.organisations import actions, subscribers
from forum.organisations.actions import Identity
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.organisations.events import (
    MembershipConfirmed,
    MembershipRequested,
    OrganisationConfirmed,
    OrganisationRefused,
    OrganisationRegistered,
)
from tests import factories as make


@pytest.fixture
def registrant(app):
    return make.make_account(display_name="Leah Sutton")


@pytest.fixture
def manager(app):
    return make.make_account(role="manager", display_name="Ruth Calvert")


def register(actor, *, region=Region.NORTH_EAST):
    identity = Identity(
        name="Second & Wind <Bikes>",
        sector=Sector.SOCIAL_ENTERPRISE,
        kind=OrganisationKind.CO_OPERATIVE,
        region=region,
    )
    return actions.register_organisation(actor, identity=identity, size=SizeBand.MICRO, about="")


def only_mail(outbox_mail, account):
    (message,) = outbox_mail
    assert message["To"] == account.email
    return message["Subject"], message.get_content()


def test_managers_of_the_centre_hear_of_a_registration(registrant, manager, deliver, outbox_mail):
    make.make_account(role="moderator")
    make.make_account(role="manager", centre=make.get_centre("london"))
    make.make_account(role="administrator")
    register(registrant)
    deliver()
    subject, text = only_mail(outbox_mail, manager)
    assert subject == "An organisation waits for you – Roundtable"
    assert "Hello Ruth Calvert," in text
    # Plain text: nothing is written as it would be in HTML.
    assert "“Second & Wind <Bikes>”" in text
    assert "http://localhost/organisations/waiting/" in text


def test_administrators_hear_of_national_ones(registrant, manager, deliver, outbox_mail):
    admin = make.make_account(role="administrator")
    register(registrant, region=None)
    deliver()
    only_mail(outbox_mail, admin)


def test_registrant_hears_of_the_confirmation(registrant, manager, deliver, outbox_mail):
    organisation = register(registrant)
    actions.confirm_organisation(manager, organisation)
    deliver()
    (message,) = outbox_mail.to(registrant.email)
    assert message["Subject"] == "Your organisation was confirmed – Roundtable"
    assert f"http://localhost{organisation.path}" in message.get_content()


def test_registrant_hears_why_it_was_refused(registrant, manager, deliver, outbox_mail):
    organisation = register(registrant)
    actions.refuse_organisation(manager, organisation, reason="There is no such company.")
    deliver()
    (message,) = outbox_mail.to(registrant.email)
    assert "There is no such company." in message.get_content()
    assert f"/organisations/{organisation.id}/edit/" in message.get_content()


def test_stewards_hear_of_a_request(app, deliver, outbox_mail):
    organisation = make.make_organisation("Whitfield")
    steward = make.make_account(organisation=organisation, steward=True)
    make.make_account(organisation=organisation)
    make.make_membership(make.make_account(), organisation, state="waiting", steward=True)
    actions.ask_to_join(make.make_account(display_name="Dan Whitfield"), organisation)
    deliver()
    _subject, text = only_mail(outbox_mail, steward)
    assert "Dan Whitfield wishes to post for “Whitfield”" in text
    assert f"/organisations/{organisation.id}/members/" in text


def test_request_taken_back_tells_nobody(app, deliver, outbox_mail):
    organisation = make.make_organisation()
    make.make_account(organisation=organisation, steward=True)
    actor = make.make_account()
    actions.leave_organisation(actor, actions.ask_to_join(actor, organisation))
    deliver()
    assert len(outbox_mail) == 0


def test_member_hears_of_both_decisions(app, deliver, outbox_mail):
    organisation = make.make_organisation("Whitfield")
    steward = make.make_account(organisation=organisation, steward=True)
    member = make.make_account()
    membership = actions.ask_to_join(member, organisation)
    actions.confirm_membership(steward, membership)
    deliver()
    actions.refuse_membership(steward, membership, reason="You left us.")
    deliver()
    first, second = outbox_mail.to(member.email)
    assert "you can now post for “Whitfield”" in first.get_content()
    assert "You left us." in second.get_content()
    assert first["Message-ID"] != second["Message-ID"]


def test_repeated_delivery_is_the_same_mail(registrant, manager, outbox_mail):
    event = OrganisationRegistered(register(registrant).id)
    for _ in range(2):
        subscribers.tell_centre(event)
    only_mail(outbox_mail, manager)


def test_unconfirmed_addresses_get_no_mail(app, deliver, outbox_mail):
    registrant = make.make_account(confirmed=False)
    organisation = make.make_organisation(created_by=registrant.id)
    emit(OrganisationConfirmed(organisation.id))
    deliver()
    assert len(outbox_mail) == 0


@pytest.mark.parametrize(
    "event",
    [
        OrganisationRegistered(0),
        OrganisationConfirmed(0),
        OrganisationRefused(0),
        MembershipRequested(0),
        MembershipConfirmed(0),
    ],
)
def test_what_is_gone_tells_nobody(app, deliver, outbox_mail, event):
    emit(event)
    deliver()
    assert len(outbox_mail) == 0
    db.session.rollback()
