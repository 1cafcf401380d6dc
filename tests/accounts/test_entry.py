"""Coming in: registering, confirming, signing in and out."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts import actions, queries
from forum.accounts.models import Account, LoginSession, RulesAcceptance
from forum.core import clock
from forum.core.db import db
from tests import factories
from tests.factories import PASSWORD

NEW_PASSWORD = "lantern wharf cobalt"
HOLDS_A_NAME = (
    "Your password must not contain the name of the site, your name or your email address. "
    "Choose another."
)
REGISTRATION = {
    "display_name": "Priya Nair",
    "email": "priya@example.org",
    "password": NEW_PASSWORD,
    "sector": "voluntary",
    "region": "E12000001",
    "accept_rules": "y",
}


def link_in(message):
    """The path of the only link with a token in a mail."""
    return re.search(r"http://localhost(/account/\S+/\S{40,}/)", message.get_content())[1]


def sign_in(client, email, password, *, status=303):
    return client.post_form(
        "/account/sign-in/", {"email": email, "password": password}, status=status
    )


def test_a_newcomer_registers_confirms_signs_in_and_out(client, deliver, outbox_mail):
    answer = client.post_form("/account/register/", REGISTRATION)
    assert client.follow(answer).h1 == "Check your email"
    assert client.get("/account/", status=303).headers["Location"].startswith("/account/sign-in/")

    deliver()
    [message] = outbox_mail.to("priya@example.org")
    assert message["Subject"] == "Confirm your email address – Roundtable"
    path = link_in(message)

    account = queries.account_by_email("priya@example.org")
    client.get(path)
    db.session.refresh(account)
    assert not account.is_confirmed, "opening the link alone confirms nothing"
    assert "is confirmed" in client.post_form(path, button="Confirm email address", status=200).h1
    db.session.refresh(account)
    assert account.is_confirmed
    assert client.get(path).h1 == "Your email address is confirmed", "the link may be opened again"

    answer = sign_in(client, "Priya@Example.org", NEW_PASSWORD)
    assert answer.headers["Location"] == "/"
    assert "Priya Nair" in client.get("/account/").words
    client.post_form("/account/", button="Sign out")
    assert not client.has_session
    client.get("/account/", status=303)


@pytest.mark.usefixtures("real_hashes")
def test_registration_keeps_what_was_chosen(client):
    client.post_form("/account/register/", REGISTRATION)
    account = queries.account_by_email("priya@example.org")
    assert (account.handle, account.sector, account.region) == (
        "priya-nair",
        "voluntary",
        "E12000001",
    )
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    accepted = db.session.scalars(select(RulesAcceptance)).one()
    assert accepted.rules_id == queries.current_rules().id


def test_national_members_have_no_region(client):
    client.post_form("/account/register/", {**REGISTRATION, "region": "national"})
    assert queries.account_by_email("priya@example.org").region is None


def test_two_of_the_same_name_get_different_handles(client):
    for number in range(3):
        client.post_form(
            "/account/register/", {**REGISTRATION, "email": f"priya{number}@example.org"}
        )
    handles = db.session.scalars(select(Account.handle).order_by(Account.id)).all()
    assert handles == ["priya-nair", "priya-nair-2", "priya-nair-3"]


def test_a_known_address_gets_the_same_answer_and_another_mail(client, deliver, outbox_mail):
    factories.make_account(email="priya@example.org", display_name="The First")
    answer = client.post_form("/account/register/", REGISTRATION)
    assert client.follow(answer).h1 == "Check your email"
    deliver()
    [message] = outbox_mail
    assert message["Subject"].startswith("You have an account already")
    assert "Priya" not in message.get_content()
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    assert queries.account_by_email("priya@example.org").display_name == "The First"


def test_an_unconfirmed_account_is_taken_over_by_the_owner_of_the_address(
    client, browser, deliver, outbox_mail
):
    client.post_form("/account/register/", {**REGISTRATION, "password": "the thief knows this"})
    deliver()
    first_link = link_in(outbox_mail[0])
    thief = browser()
    sign_in(thief, "priya@example.org", "the thief knows this")

    client.post_form("/account/register/", REGISTRATION)
    deliver()
    message = next(m for m in outbox_mail if m["Subject"].startswith("Finish creating"))
    assert client.get(first_link, status=404).h1 == "This link does not work any more"
    client.post_form(link_in(message), {"password": NEW_PASSWORD}, button="Save new password")

    thief.get("/account/", status=303)
    sign_in(browser(), "priya@example.org", "the thief knows this", status=422)
    sign_in(client, "priya@example.org", NEW_PASSWORD)
    assert queries.account_by_email("priya@example.org").is_confirmed


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("display_name", "", "Enter a display name"),
        ("display_name", "...", "Enter a display name"),
        ("display_name", "a\u202eb", "Remove the invisible characters from your name"),
        ("display_name", "x" * 81, "Your display name must be 80 characters or fewer"),
        ("email", "", "Enter an email address"),
        (
            "email",
            "not an address",
            "Enter an email address in the correct format, like name@example.com",
        ),
        ("password", "", "Enter a password"),
        ("password", "short", "Choose a password of at least 12 characters."),
        (
            "password",
            "password1234",
            "This password is one of the first that attackers try. Choose another.",
        ),
        (
            "password",
            "my-roundtable-password",
            HOLDS_A_NAME,
        ),
        (
            "password",
            "priyanair for ever",
            HOLDS_A_NAME,
        ),
        ("sector", None, "Choose a sector"),
        ("accept_rules", None, "Accept the house rules to create an account"),
    ],
)
def test_registration_refuses_and_keeps_what_was_typed(client, field, value, message):
    answer = client.post_form("/account/register/", {**REGISTRATION, field: value}, status=422)
    assert answer.errors == [message]
    assert NEW_PASSWORD not in answer.text
    if field != "display_name":
        assert answer.fields()["display_name"] == ["Priya Nair"]
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0


def test_mistakes_are_told_in_the_order_of_the_fields(client):
    empty = dict.fromkeys(("display_name", "email", "password"), "")
    answer = client.post_form("/account/register/", empty, status=422)
    links = [a.get("href", "") for a in answer.find("a")]
    told = [link for link in links if link.startswith("#") and link != "#main"]
    assert told == ["#display_name", "#email", "#password", "#sector", "#accept_rules"]


@pytest.mark.parametrize("field", ["sector", "region"])
def test_registration_refuses_what_is_not_offered(client, field):
    page = client.get("/account/register/")
    data = {**page.fields(), **REGISTRATION, field: "mars"}
    answer = client.post("/account/register/", data=data, status=422)
    assert len(answer.errors) == 1


def test_registration_takes_neither_role_nor_confirmation_from_the_request(client):
    page = client.get("/account/register/")
    more = {"role": "administrator", "confirmed_at": "2020-01-01", "is_admin": "1", "handle": "me"}
    client.post("/account/register/", data={**page.fields(), **REGISTRATION, **more})
    account = queries.account_by_email("priya@example.org")
    assert not account.is_confirmed
    assert not account.grants
    assert account.handle == "priya-nair"


def test_rules_that_changed_meanwhile_must_be_accepted_anew(client):
    page = client.get("/account/register/")
    data = {**page.fields(), **REGISTRATION, "rules_id": "987654"}
    answer = client.post("/account/register/", data=data, status=422)
    assert answer.errors == ["The house rules have changed. Read them and accept them."]
    assert answer.fields()["rules_id"] == [str(queries.current_rules().id)]


def test_wrong_address_and_wrong_password_answer_alike(client):
    factories.make_account(email="known@example.org")
    unknown = sign_in(client, "unknown@example.org", "not the password", status=422)
    wrong = sign_in(client, "known@example.org", "not the password", status=422)
    message = "The email address or the password is wrong. Check both and try again."
    assert message in unknown.main
    assert unknown.main == wrong.main
    assert not db.session.scalars(select(LoginSession)).all()


@pytest.mark.parametrize("email", ["a\0b@example.org", "@", "é@ü", "x" * 300, "a\n@b.example"])
def test_odd_addresses_are_refused_and_break_nothing(client, email):
    sign_in(client, email, PASSWORD, status=422)
    client.post_form("/account/register/", {**REGISTRATION, "email": email + "\u200b"}, status=422)


def test_passwords_are_compared_to_the_letter(client, browser):
    password = "  e\u0301t\u00e9 \u5bc6\u7801 with spaces  "
    account = factories.make_account(password_hash=actions.hash_password(password))
    for wrong in (password.strip(), password.upper(), password + "x"):
        sign_in(client, account.email, wrong, status=422)
    sign_in(client, account.email, "  \u00e9te\u0301 \u5bc6\u7801 with spaces  ")


@pytest.mark.usefixtures("real_hashes")
def test_signing_in_raises_an_old_hash(client):
    account = factories.make_account()
    sign_in(client, account.email, PASSWORD)
    db.session.refresh(account)
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    client.sign_out()
    sign_in(client, account.email, PASSWORD)


def test_signing_in_begins_a_new_session_with_a_new_cookie(client):
    account = factories.make_account()
    client.get("/account/sign-in/")
    before = client.get_cookie("roundtable").value
    sign_in(client, account.email, PASSWORD)
    first = client.get_cookie("roundtable")
    assert first.value != before
    assert first.http_only
    assert first.same_site == "Lax"
    client.sign_out()
    sign_in(client, account.email, PASSWORD)
    assert len(set(db.session.scalars(select(LoginSession.token_hash)))) == 2


@pytest.mark.parametrize(("role", "hours"), [(None, 12), ("moderator", 8), ("administrator", 8)])
def test_sessions_end_after_hours(client, role, hours):
    account = factories.make_account(role=role)
    now = clock.now()
    with clock.at(now):
        sign_in(client, account.email, PASSWORD)
    session = db.session.scalars(select(LoginSession)).one()
    assert session.expires_at == now + timedelta(hours=hours)
    with clock.at(now + timedelta(hours=hours, seconds=1)):
        client.get("/account/", status=303)


def test_signing_out_ends_the_session_on_the_server(client, browser):
    account = factories.make_account()
    sign_in(client, account.email, PASSWORD)
    stolen = browser()
    stolen.set_cookie("roundtable", client.get_cookie("roundtable").value)
    stolen.get("/account/")
    client.post_form("/account/", button="Sign out")
    stolen.get("/account/", status=303)


def test_signing_out_twice_does_no_harm(client):
    page = client.sign_in(factories.make_account()).get("/account/")
    client.post_form(page, button="Sign out")
    client.get("/account/sign-in/")
    token = client.get("/account/sign-in/").fields()["csrf_token"]
    client.post("/account/sign-out/", data={"csrf_token": token})


def test_signing_in_leads_back_to_the_page_that_asked(client):
    account = factories.make_account()
    answer = client.get("/account/profile/", status=303)
    page = client.follow(answer)
    fields = {"email": account.email, "password": PASSWORD}
    answer = client.post_form(page, fields)
    assert answer.headers["Location"] == "/account/profile/"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"],
)
def test_signing_in_never_leads_off_the_site(client, path):
    account = factories.make_account()
    page = client.get("/account/sign-in/")
    data = {**page.fields(), "email": account.email, "password": PASSWORD, "next": path}
    assert client.post("/account/sign-in/", data=data).headers["Location"] == "/"


def test_members_have_no_use_for_the_pages_of_visitors(client):
    client.sign_in(factories.make_account())
    for path in ("/account/sign-in/", "/account/register/"):
        assert client.get(path, status=303).headers["Location"] == "/"


def test_what_was_typed_comes_back_after_signing_in(client):
    account = factories.make_account()
    client.sign_in(account)
    page = client.get("/account/profile/")
    actions.end_sessions(account)
    about = "A long text about me.\n" * 20
    ended = client.post_form(page, {"about": about}, button="Save profile", status=401)
    assert ended.h1 == "Sign in to send this"

    fields = {"email": account.email, "password": "wrong at first"}
    again = client.post_form(ended, fields, button="Sign in", status=422)
    fields = {"email": account.email, "password": PASSWORD}
    offered = client.post_form(again, fields, button="Sign in", status=200)
    assert offered.h1 == "Please send that again"
    client.post_form(offered, button="Send again")
    db.session.refresh(account)
    assert account.about == about.strip()


def test_a_forged_carried_form_is_ignored(client):
    account = factories.make_account()
    page = client.get("/account/sign-in/")
    data = {**page.fields(), "email": account.email, "password": PASSWORD, "carried": "forged"}
    assert client.post("/account/sign-in/", data=data).headers["Location"] == "/"


def test_attempts_to_sign_in_are_limited(client, browser, limits_on):
    factories.make_account(email="target@example.org")
    for _ in range(10):
        sign_in(client, "target@example.org", "a wrong password", status=422)
    sign_in(client, "Target@example.org ", PASSWORD, status=429)
    other = factories.make_account()
    sign_in(client, other.email, PASSWORD)


def test_refused_registrations_cost_nothing_but_accepted_ones_are_limited(client, limits_on):
    for _ in range(7):
        client.post_form("/account/register/", {**REGISTRATION, "password": "short"}, status=422)
    for _ in range(5):
        client.post_form("/account/register/", REGISTRATION)
    client.post_form("/account/register/", REGISTRATION, status=429)
