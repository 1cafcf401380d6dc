"""Pages for administrators."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions as accounts
from forum.accounts.events import PasswordChanged
from forum.admin import actions, queries
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import NotAllowed
from forum.core.outbox import OutboxEvent, emit
from tests import factories
from tests.statements import count_statements


@pytest.fixture
def administrator(app):
    return factories.make_account(role="administrator", display_name="Ada Admin")


@pytest.fixture
def own(client, administrator):
    """The browser of an administrator."""
    return client.sign_in(administrator)


@pytest.fixture
def stuck_event(app):
    """An event that was tried in vain."""
    emit(PasswordChanged(1))
    event = db.session.scalars(select(OutboxEvent)).one()
    event.attempts = 3
    event.last_error = "OSError: the server does not answer"
    event.next_attempt_at = clock.now() + timedelta(hours=1)
    return event


def test_the_index_shows_roles_records_and_no_events(own, administrator):
    moderator = factories.make_account(role="moderator", display_name="Tom Ridley")
    accounts.begin_session(moderator)
    page = own.get("/admin/")
    assert page.links["Tom Ridley"] == f"/admin/accounts/{moderator.id}/"
    assert "Moderator, North East" in page.main
    assert "session.begin" in page.main
    assert "There are none" in page.main
    assert own.get("/account/").links["Administration"] == "/admin/"


@pytest.mark.parametrize("text", ["needle", "NEEDLE", "@the-needle", " Needle ", "n@example.org"])
def test_accounts_are_found_by_handle_name_and_address(own, text):
    by_name = factories.make_account(display_name="A Needle-Case", email="n@example.org")
    by_handle = factories.make_account(handle="the-needle", email="x@example.org")
    found = own.get("/admin/", query_string={"q": text}).main
    expected = {
        "n@example.org": [by_name],
        "@the-needle": [by_handle],
    }.get(text, [by_name, by_handle])
    for account in (by_name, by_handle):
        assert (f"@{account.handle}" in found) is (account in expected)


@pytest.mark.parametrize("text", ["needle@exam", "%", "_", "\x01%", "\ud800", "x" * 3000])
def test_odd_searches_find_nothing(own, text):
    factories.make_account(email="needle@example.org")
    sent = text.encode("utf-8", "replace")
    assert "No account fits" in own.get("/admin/", query_string={"q": sent}).main


def test_a_search_for_nul_is_no_address(own):
    own.get("/admin/", query_string={"q": "\0%"}, status=404)


def test_the_number_of_statements_does_not_grow(own, client):
    counts = []
    for _ in range(2):
        for _ in range(4):
            factories.make_account(role="moderator")
        with count_statements() as statements:
            own.get("/admin/?q=member")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 7


def test_an_administrator_grants_and_removes_a_role(own, browser, administrator):
    member = factories.make_account(display_name="Tom Ridley")
    theirs = browser(member)
    path = f"/admin/accounts/{member.id}/"
    london = factories.get_centre("london")
    answer = own.post_form(path, {"role": "manager", "centre": str(london.id)})
    page = own.follow(answer)
    assert "Role granted." in page.words
    assert "Manager, London" in page.texts("h3")
    assert "by Ada Admin" in page.main
    assert "role.grant" in page.main
    theirs.get("/account/", status=303)

    theirs.sign_in(member)
    page = own.follow(own.post_form(page, button="Remove role Manager, London"))
    assert "A member without roles." in page.main
    theirs.get("/account/", status=303)


def test_granting_shows_what_is_wrong(own):
    member = factories.make_account()
    path = f"/admin/accounts/{member.id}/"
    answer = own.post_form(path, {"role": "moderator", "centre": ""}, status=422)
    assert answer.errors == ["Choose the centre for this role."]
    data = {**own.get(path).fields(button="Grant role"), "centre": "987654"}
    assert len(own.post(path + "roles/", data=data, status=422).errors) == 1


def test_an_administrator_cannot_raise_but_may_see_themself(own, administrator):
    page = own.get(f"/admin/accounts/{administrator.id}/")
    assert "Grant role" not in page.buttons
    other = factories.make_account()
    data = own.get(f"/admin/accounts/{other.id}/").fields(button="Grant role")
    data |= {"role": "manager", "centre": str(factories.get_centre().id)}
    own.post(f"/admin/accounts/{administrator.id}/roles/", data=data, status=403)
    own.post_form(page, button="Remove role Administrator", status=403)
    db.session.refresh(administrator)
    assert administrator.is_admin


def test_a_role_of_another_account_is_not_removed_by_mistake(own, administrator):
    moderator = factories.make_account(role="moderator")
    other = factories.make_account()
    token = own.get(f"/admin/accounts/{other.id}/").fields(button="Grant role")["csrf_token"]
    grant = moderator.grants[0]
    for account_id, grant_id in ((other.id, grant.id), (moderator.id, 987_654)):
        path = f"/admin/accounts/{account_id}/roles/{grant_id}/revoke/"
        own.post(path, data={"csrf_token": token}, status=404)
    own.get("/admin/accounts/987654/", status=404)
    db.session.refresh(moderator)
    assert moderator.is_staff


@pytest.mark.parametrize("role", [None, "moderator", "manager"])
def test_the_pages_are_for_administrators_alone(client, role, stuck_event):
    actor = factories.make_account(role=role)
    client.sign_in(actor)
    for path in ("/admin/", "/admin/audit/", f"/admin/accounts/{actor.id}/"):
        client.get(path, status=403)
    token = client.get("/account/profile/").fields(button="Save profile")["csrf_token"]
    for path in (
        f"/admin/accounts/{actor.id}/roles/",
        f"/admin/accounts/{actor.id}/roles/1/revoke/",
        f"/admin/events/{stuck_event.id}/retry/",
    ):
        client.post(path, data={"csrf_token": token, "role": "administrator"}, status=403)
    db.session.refresh(actor)
    assert not actor.is_admin


def test_visitors_are_asked_to_sign_in(client):
    assert client.get("/admin/", status=303).headers["Location"].startswith("/account/sign-in/")


def test_reads_refuse_who_is_no_administrator(app, administrator, stuck_event):
    reads = [
        lambda actor: queries.search_accounts(actor, "x"),
        lambda actor: queries.get_account(actor, administrator.id),
        queries.list_grants,
        lambda actor: queries.get_grant(actor, administrator.id, administrator.grants[0].id),
        queries.list_records,
        queries.undelivered_events,
        lambda actor: queries.get_event(actor, stuck_event.id),
        lambda actor: actions.retry_event(actor, stuck_event),
    ]
    for actor in (Anonymous(), factories.make_account(), factories.make_account(role="manager")):
        for read in reads:
            with pytest.raises(NotAllowed):
                read(actor)
    for read in reads:
        read(administrator)


def test_the_audit_trail_goes_on_page_by_page(own, administrator):
    now = clock.now()
    centre = factories.get_centre("south-east")
    db.session.add_all(
        AuditRecord(
            at=now - timedelta(minutes=number // 2),
            actor_id=administrator.id if number % 2 else None,
            tag=f"test.act-{number:03}",
            target_type="account",
            target_id=number + 1000,
            centre_id=centre.id,
            reason="Because",
            details={"role": "manager", "nothing": None},
        )
        for number in range(120)
    )
    db.session.commit()
    first = own.get("/admin/audit/")
    assert "Ada Admin, test.act-001, account 1001, South East (role manager): Because" in first.main
    assert "The site, test.act-002" in first.main
    seen, page = first.main, first
    for _ in range(2):
        older = next(link for text, link in page.links.items() if "older" in text.lower())
        page = own.get(older)
        seen += page.main
    assert all(seen.count(f"test.act-{number:03}") == 1 for number in range(120))
    own.get("/admin/audit/?after=forged", status=404)


def test_an_undelivered_event_is_tried_again(own, stuck_event, deliver):
    page = own.get("/admin/")
    assert "PasswordChanged" in page.main
    assert "3 attempts" in page.main
    assert "the server does not answer" in page.main
    event_id = stuck_event.id
    own.post_form(page, button=f"Try again {event_id}")
    deliver()
    assert db.session.get(OutboxEvent, event_id).delivered_at is not None
    assert "There are none" in own.get("/admin/").main
    own.post_form(page, button=f"Try again {event_id}", status=404)


def test_an_event_given_up_gets_its_days_anew(own, stuck_event, deliver):
    stuck_event.given_up_at = clock.now()
    stuck_event.created_at = clock.now() - timedelta(days=6)
    page = own.get("/admin/")
    assert "given up" in page.main
    own.post_form(page, button=f"Try again {stuck_event.id}")
    db.session.refresh(stuck_event)
    assert stuck_event.given_up_at is None
    assert clock.now() - stuck_event.created_at < timedelta(minutes=1)
    tags = db.session.scalars(select(AuditRecord.tag)).all()
    assert "event.retry" in tags
