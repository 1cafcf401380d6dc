"""Who is asking: sessions end when they should, and staff do not stay signed in unattended."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.accounts.models import LoginSession
from forum.core import clock
from forum.core.db import db
from tests import factories
from tests.statements import count_statements

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAGE = "/account/"


@pytest.fixture
def signed_in(client):
    """``signed_in(role)``: signed in at noon."""

    def sign_in(role=None):
        with clock.at(NOON):
            return client.sign_in(factories.make_account(role=role))

    return sign_in


def status_at(client, moment):
    with clock.at(moment):
        return client.open(PAGE, method="GET").status_code


@pytest.mark.parametrize("role", ["moderator", "manager", "administrator"])
def test_staff_who_were_away_sign_in_again(signed_in, role):
    client = signed_in(role)
    assert status_at(client, NOON + 30 * MINUTE) == 200
    client = signed_in(role)
    assert status_at(client, NOON + 31 * MINUTE) == 303


def test_staff_at_work_stay_signed_in_until_the_session_ends(signed_in):
    client = signed_in("moderator")
    for step in range(1, 24):
        assert status_at(client, NOON + step * 20 * MINUTE) == 200
    assert status_at(client, NOON + 24 * 20 * MINUTE) == 303


def test_members_may_be_away(signed_in):
    client = signed_in()
    assert status_at(client, NOON + timedelta(hours=7)) == 200


def test_a_page_is_not_written_into_the_cookie_each_time(signed_in):
    client = signed_in("moderator")
    with clock.at(NOON):
        assert "csrf_token" in client.get(PAGE).text
    with clock.at(NOON + timedelta(seconds=59)):
        assert "Set-Cookie" not in client.get(PAGE).headers
    with clock.at(NOON + timedelta(seconds=61)):
        assert "Set-Cookie" in client.get(PAGE).headers


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": NOON},
        {"expires_at": NOON + timedelta(hours=1)},
        {"token_hash": "0" * 64},
    ],
)
def test_an_ended_session_is_nobody(signed_in, change):
    client = signed_in()
    later = NOON + timedelta(hours=1)
    assert status_at(client, later) == 200
    row = db.session.query(LoginSession).one()
    for name, value in change.items():
        setattr(row, name, value)
    db.session.commit()
    assert status_at(client, later) == 303


@pytest.mark.parametrize("cookie", ["", "x", "e30.x.y", ".eJ", "a=b;c", "\x00"])
def test_a_forged_cookie_is_nobody(client, cookie):
    client.set_cookie("roundtable", cookie)
    assert client.get(PAGE, status=303).headers["Location"].startswith("/account/sign-in/")


def test_a_cookie_signed_with_another_secret_is_nobody(client, make_app):
    member = factories.make_account()
    client.sign_in(member)
    stolen = client.get_cookie("roundtable").value
    other = make_app(FORUM_SECRET_KEY="the secret of another site altogether").test_client()
    other.proofreads = False
    other.set_cookie("roundtable", stolen)
    assert other.get("/healthz")
    assert other.get(PAGE, status=303)


def test_the_account_is_asked_for_once_a_page(client):
    client.sign_in(factories.make_account())
    with count_statements() as statements:
        client.get("/accessibility/")
    about_accounts = [text for text in statements if "FROM account" in text]
    assert len(about_accounts) == 1


def test_a_visitor_costs_no_statement(client):
    with count_statements() as statements:
        client.get("/accessibility/")
    assert statements == []


def test_a_session_of_one_browser_is_not_that_of_another(browser):
    first, second = factories.make_account(), factories.make_account()
    one, two = browser(first), browser(second)
    assert first.display_name in one.get(PAGE).words
    assert second.display_name in two.get(PAGE).words
    assert first.display_name in one.get(PAGE).words
