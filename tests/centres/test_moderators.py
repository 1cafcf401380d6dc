"""Managers appoint the moderators of their centre, and nobody else does."""

import pytest

from forum.core import audit
from forum.core.db import db
from tests import factories

PAGE = "/centres/north-east/moderators/"


@pytest.fixture
def manager(app):
    return factories.make_account(role="manager")


def roles_of(account):
    db.session.expire_all()
    return [(grant.role.value, grant.centre_id) for grant in account.grants]


def appoint(client, handle, **kwargs):
    return client.post_form(PAGE, {"handle": handle}, button="Appoint moderator", **kwargs)


def send(client, path, status, **data):
    client.post(path, data={"csrf_token": client.token(), **data}, status=status)


def test_a_member_becomes_a_moderator_and_signs_in_again(client, manager):
    member = factories.make_account(handle="ann-example", display_name="Ann Example")
    factories.make_session(member)
    client.sign_in(manager)
    appoint(client, " @Ann-Example ")
    page = client.get(PAGE)
    assert "Moderator appointed" in page.text
    assert "Ann Example" in page.main
    centre = factories.get_centre()
    assert roles_of(member) == [("moderator", centre.id)]
    record = db.session.query(audit.AuditRecord).filter_by(tag="role.grant").one()
    assert (record.actor_id, record.target_id) == (manager.id, member.id)
    assert "Ann Example" in client.get("/centres/north-east/").main


def test_a_moderator_is_removed(client, manager):
    moderator = factories.make_account(role="moderator", display_name="Bo Example")
    client.sign_in(manager)
    client.post_form(PAGE, button="Remove Bo Example")
    assert "moderates the centre no longer" in client.get(PAGE).text
    assert roles_of(moderator) == []


@pytest.mark.parametrize(
    ("handle", "message"),
    [
        ("", "Enter the handle of a member"),
        ("nobody-here", "No member has this handle"),
        ("x\x00y", "character"),
        ("not a handle!", "No member has this handle"),
        ("h" * 41, "such as ada-lovelace"),
    ],
)
def test_what_is_no_member_is_refused_and_kept(client, manager, handle, message):
    client.sign_in(manager)
    page = appoint(client, handle, status=422)
    assert message in page.text
    assert db.session.query(audit.AuditRecord).filter_by(tag="role.grant").count() == 0


def test_some_cannot_be_appointed(client, manager):
    factories.make_account(handle="not-confirmed", confirmed=False)
    factories.make_account(handle="already-one", role="moderator")
    client.sign_in(manager)
    for handle, message in (
        ("not-confirmed", "has not confirmed"),
        ("already-one", "has this role already"),
        (manager.handle, "raise their own role"),
    ):
        assert message in appoint(client, handle, status=422).text


def test_nobody_else_appoints(client, browser):
    member = factories.make_account()
    grant = factories.make_account(role="moderator").grants[0]
    london = factories.get_centre("london")
    for actor in (
        factories.make_account(role="moderator"),
        factories.make_account(role="manager", centre=london),
        member,
    ):
        other = browser(actor)
        other.get(PAGE, status=403)
        send(other, PAGE, 403, handle=member.handle)
        for grant_id in (grant.id, grant.id + 1000):
            send(other, f"{PAGE}{grant_id}/remove/", 403)
    assert roles_of(member) == []


def test_grants_of_other_centres_and_of_managers_are_not_found(client, manager):
    elsewhere = factories.make_account(role="moderator", centre=factories.get_centre("london"))
    colleague = factories.make_account(role="manager")
    client.sign_in(manager)
    for account in (elsewhere, colleague):
        send(client, f"{PAGE}{account.grants[0].id}/remove/", 404)
        assert len(roles_of(account)) == 1
