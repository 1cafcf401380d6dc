"""One's own account: profile, password, address, sessions."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions, queries
from forum.accounts.enums import TokenPurpose
from forum.accounts.models import Account, AccountToken, FormerHandle
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, NotFound
from forum.core.transactions import action
from tests import factories
from tests.accounts.test_entry import NEW_PASSWORD, link_in, sign_in
from tests.factories import PASSWORD
from tests.statements import count_statements


def tags(account):
    return list(
        db.session.scalars(
            select(AuditRecord.tag)
            .where(AuditRecord.target_type == "account", AuditRecord.target_id == account.id)
            .order_by(AuditRecord.id)
        )
    )


# The account page


def test_the_account_page_shows_what_one_can_do(own, member):
    page = own.get("/account/")
    assert page.h1 == "Your account"
    for text in ("Priya Nair", "@priya", "Private", "North East", member.email):
        assert text in page.main
    assert page.links["Change password"] == "/account/password/"
    assert "Administration" not in page.links


def test_the_account_page_needs_few_statements(own):
    with count_statements() as statements:
        own.get("/account/")
    assert len(statements) <= 3


def test_an_unconfirmed_member_gets_the_link_again(client, deliver, outbox_mail):
    account = factories.make_account(confirmed=False)
    client.sign_in(account)
    page = client.get("/account/")
    assert "not confirmed yet" in page.main
    client.post_form(page, button="Send the link again")
    client.post_form(page, button="Send the link again")
    deliver()
    first, second = outbox_mail.to(account.email)
    assert first["Message-ID"] != second["Message-ID"]
    client.get(link_in(first), status=404)
    done = client.post_form(link_in(second), button="Confirm email address", status=200)
    assert done.links["Choose a centre"] == "/centres/"
    assert "not confirmed yet" not in client.get("/account/").main


def test_a_confirmed_member_gets_no_more_links(own, member, deliver, outbox_mail):
    token = own.get("/account/profile/").fields()["csrf_token"]
    own.post("/account/send-confirmation/", data={"csrf_token": token})
    deliver()
    assert not outbox_mail.all()


# The profile


def test_a_member_edits_the_profile(own, member):
    answer = own.post_form(
        "/account/profile/",
        {
            "display_name": "  Priya   N. ",
            "handle": "@Priya-N",
            "about": "First line\r\nSecond line",
            "sector": "community",
            "region": "national",
            "is_hidden": "y",
        },
    )
    assert "Profile saved." in own.follow(answer).words
    db.session.refresh(member)
    assert (member.display_name, member.handle) == ("Priya N.", "priya-n")
    assert (member.about, member.sector) == ("First line\nSecond line", "community")
    assert member.region is None
    assert member.is_hidden
    assert tags(member) == ["account.edit"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", " "),
        ("handle", "ab"),
        ("handle", "-ab-"),
        ("handle", "a b c"),
        ("handle", "x" * 31),
        ("handle", "admin"),
        ("handle", "\u00fcber"),
        ("about", "x" * 1001),
    ],
)
def test_the_profile_refuses_what_does_not_fit(own, member, field, value):
    answer = own.post_form("/account/profile/", {field: value}, status=422)
    assert len(answer.errors) == 1
    db.session.refresh(member)
    assert member.version == 1


def test_an_old_handle_leads_on_and_nobody_else_gets_it(own, member, browser):
    own.post_form("/account/profile/", {"handle": "priya-nair"})
    answer = browser().get("/people/priya/", status=301)
    assert answer.headers["Location"] == "/people/priya-nair/"

    other = browser(factories.make_account())
    for taken in ("priya", "priya-nair"):
        answer = other.post_form("/account/profile/", {"handle": taken}, status=422)
        assert answer.errors == ["Somebody else has this handle. Choose another."]

    own.post_form("/account/profile/", {"handle": "priya"})
    assert db.session.scalars(select(FormerHandle.handle)).all() == ["priya-nair"]
    browser().get("/people/priya/")


@pytest.mark.parametrize("handle", ["nobody", "no%20handle", "%00", "x", "\u00fcber"])
def test_people_who_are_not_there(client, handle):
    client.get(f"/people/{handle}/", status=404)


def test_hidden_members_have_no_page_for_others(client, browser):
    hidden = factories.make_account(hidden=True)
    client.get(hidden.path, status=404)
    browser(factories.make_account()).get(hidden.path, status=404)
    browser(hidden).get(hidden.path)


def test_two_windows_do_not_overwrite_each_other(own, member):
    stale = own.get("/account/profile/")
    own.post_form("/account/profile/", {"about": "Written first"})
    answer = own.post_form(stale, {"about": "Written later"}, button="Save profile", status=409)
    assert "Written first" in answer.main
    assert answer.fields(button="Save profile")["about"][0].strip() == "Written later"
    db.session.refresh(member)
    assert member.about == "Written first"
    own.post_form(answer, button="Save profile")
    db.session.refresh(member)
    assert member.about == "Written later"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "\u0663"])
def test_a_profile_without_a_proper_version_is_a_conflict(own, version):
    page = own.get("/account/profile/")
    data = {**page.fields(button="Save profile"), "version": version}
    own.post("/account/profile/", data=data, status=409)


def test_a_change_behind_the_back_of_the_action_is_a_conflict(app, member):
    other = Account.__table__.update().values(version=7)

    @action
    def change():
        db.session.execute(other)
        member.about = "Never stored"

    with pytest.raises(Conflict):
        change()


def test_nobody_edits_without_an_account(app):
    with pytest.raises(NotFound):
        queries.get_own_account(Anonymous())


# The password


def test_a_member_changes_the_password(own, member, browser, deliver, outbox_mail):
    elsewhere = browser(member)
    answer = own.post_form(
        "/account/password/", {"current_password": PASSWORD, "password": NEW_PASSWORD}
    )
    assert "Your password was changed" in own.follow(answer).words
    elsewhere.get("/account/", status=303)
    sign_in(browser(), member.email, PASSWORD, status=422)
    sign_in(browser(), member.email, NEW_PASSWORD)
    deliver()
    assert [m["Subject"] for m in outbox_mail] == ["Your password was changed – Roundtable"]
    assert NEW_PASSWORD not in str(outbox_mail[0])
    assert "account.change-password" in tags(member)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong password", NEW_PASSWORD, "current_password"),
        ("", NEW_PASSWORD, "current_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "priya nair 4 ever", "password"),
    ],
)
def test_a_password_is_not_changed_for_bad_reasons(own, member, current, new, field):
    answer = own.post_form(
        "/account/password/", {"current_password": current, "password": new}, status=422
    )
    assert [e.get("href") for e in answer.find("a") if e.get("href", "").startswith("#")][1:] == [
        f"#{field}"
    ]
    db.session.refresh(member)
    assert member.password_hash == factories.CHEAP_HASH


def test_guessing_the_own_password_is_limited(own, limits_on):
    data = {"current_password": "wrong", "password": NEW_PASSWORD}
    for _ in range(10):
        own.post_form("/account/password/", data, status=422)
    own.post_form("/account/password/", data, status=429)


def test_a_forgotten_password_is_reset_by_mail(client, member, browser, deliver, outbox_mail):
    elsewhere = browser(member)
    answer = client.post_form("/account/forgotten-password/", {"email": member.email.upper()})
    assert client.follow(answer).h1 == "Check your email"
    deliver()
    path = link_in(outbox_mail[0])
    assert client.post_form(path, {"password": "short"}, status=422).errors
    answer = client.post_form(path, {"password": NEW_PASSWORD})
    assert "Your password was changed. Sign in with it." in client.follow(answer).words
    elsewhere.get("/account/", status=303)
    sign_in(client, member.email, NEW_PASSWORD)
    assert client.get(path, status=404).h1 == "This link does not work any more"


def test_a_new_password_without_the_own_name(client, member, deliver, outbox_mail):
    answer = client.post_form("/account/forgotten-password/", {"email": "nonsense"}, status=422)
    assert answer.errors == ["Enter an email address in the correct format, like name@example.com"]
    client.post_form("/account/forgotten-password/", {"email": member.email})
    deliver()
    path = link_in(outbox_mail[0])
    answer = client.post_form(path, {"password": "priya nair for ever"}, status=422)
    assert len(answer.errors) == 1
    client.post_form(path, {"password": NEW_PASSWORD})


def test_an_unknown_address_is_answered_alike_and_gets_no_mail(client, deliver, outbox_mail):
    answer = client.post_form("/account/forgotten-password/", {"email": "nobody@example.org"})
    assert answer.headers["Location"] == "/account/check-email/"
    deliver()
    assert not outbox_mail.all()


def test_a_reset_link_dies_by_time_use_and_a_newer_one(client, member, deliver, outbox_mail):
    for _ in range(2):
        client.post_form("/account/forgotten-password/", {"email": member.email})
        deliver()
    first, second = (link_in(message) for message in outbox_mail)
    client.get(first, status=404)
    with clock.at(clock.now() + timedelta(minutes=61)):
        client.get(second, status=404)
    page = client.get(second)
    client.post_form(page, {"password": NEW_PASSWORD})
    again = client.post_form(
        client.get("/account/sign-in/"), {"email": member.email, "password": NEW_PASSWORD}
    )
    assert again.headers["Location"] == "/"
    fields = client.get("/account/profile/").fields(button="Save profile")
    data = {"csrf_token": fields["csrf_token"], "password": "another wharf cobalt"}
    client.post(second, data=data, status=404)


def test_resetting_confirms_the_address_and_ends_other_links(client, deliver, outbox_mail):
    account = factories.make_account(confirmed=False)
    actions.request_confirmation(account)
    client.post_form("/account/forgotten-password/", {"email": account.email})
    deliver()
    confirm, reset = (link_in(message) for message in outbox_mail)
    client.post_form(reset, {"password": NEW_PASSWORD})
    db.session.refresh(account)
    assert account.is_confirmed
    assert client.get(confirm).h1 == "Your email address is confirmed"
    assert not db.session.scalars(select(AccountToken).where(AccountToken.used_at.is_(None))).all()


def test_links_work_for_their_purpose_alone(app, client, member):
    token = actions.issue_token(member, TokenPurpose.CONFIRM)
    client.get(f"/account/reset-password/{token}/", status=404)
    client.get(f"/account/change-email/{token}/", status=404)
    client.get(f"/account/confirm/{token}x/", status=404)


def test_tokens_and_passwords_are_not_in_the_database(client, member, deliver, outbox_mail):
    client.post_form("/account/forgotten-password/", {"email": member.email})
    deliver()
    token = re.search(r"/([\w-]{40,})/", link_in(outbox_mail[0]))[1]
    stored = db.session.scalars(select(AccountToken)).one()
    assert token not in str(vars(stored))
    assert stored.token_hash == queries.hash_token(token)


# The address


def test_a_member_changes_the_address(own, member, browser, deliver, outbox_mail):
    old = member.email
    data = {"email": "New@Example.org", "password": PASSWORD}
    answer = own.post_form("/account/email/", data)
    assert own.follow(answer).h1 == "Check your email"
    deliver()
    [message] = outbox_mail.to("new@example.org")
    path = link_in(message)
    own.get(path)
    db.session.refresh(member)
    assert member.email == old, "opening the link alone changes nothing"
    assert "was changed" in browser().post_form(path, button="Use this address", status=200).h1
    db.session.refresh(member)
    assert member.email == "new@example.org"
    deliver()
    assert outbox_mail.to(old)[0]["Subject"] == "Your email address was changed – Roundtable"
    sign_in(browser(), "new@example.org", PASSWORD)


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("new@example.org", "wrong", "This is not your password. Check it and try again."),
        (
            "nonsense",
            PASSWORD,
            "Enter an email address in the correct format, like name@example.com",
        ),
        ("OWN@example.org", PASSWORD, "This is your email address already."),
    ],
)
def test_the_address_is_not_changed_for_bad_reasons(client, email, password, message):
    client.sign_in(factories.make_account(email="own@example.org"))
    data = {"email": email, "password": password}
    assert client.post_form("/account/email/", data, status=422).errors == [message]


def test_the_address_of_another_member_is_not_told_nor_taken(own, member, deliver, outbox_mail):
    other = factories.make_account()
    own.post_form("/account/email/", {"email": other.email, "password": PASSWORD})
    deliver()
    [message] = outbox_mail
    assert (message["To"], "Your address was given" in message["Subject"]) == (other.email, True)
    assert "/account/change-email/" not in message.get_content()


def test_an_address_taken_meanwhile_is_refused(own, member, deliver, outbox_mail):
    own.post_form("/account/email/", {"email": "wanted@example.org", "password": PASSWORD})
    deliver()
    page = own.get(link_in(outbox_mail[0]))
    factories.make_account(email="wanted@example.org")
    answer = own.post_form(page, button="Use this address", status=422)
    assert "That email address cannot be used." in answer.main
