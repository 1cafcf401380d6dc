"""How often somebody may knock, and who counts as the same somebody."""

import pytest

from forum.web import limits
from forum.web.limits import limiter
from tests import factories

PATH = "/account/sign-in/"


def attempt(client, *, email="ann@example.org", address="192.0.2.1"):
    return client.open(
        PATH,
        method="POST",
        data={"email": email, "password": "not it", "csrf_token": client.token()},
        headers={"Origin": "http://localhost"},
        environ_base={"REMOTE_ADDR": address},
    ).status_code


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_networks(app, address, key):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.network() == key
        assert limits.account_or_network() == key


def test_a_member_is_counted_wherever_they_are(app, client, monkeypatch):
    member = factories.make_account()
    monkeypatch.setattr(limits, "current_actor", lambda: member)
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        assert limits.account_or_network() == f"account:{member.id}"


@pytest.mark.parametrize("typed", [" Ann@Example.org ", "ann@example.org"])
def test_an_address_is_counted_however_it_is_typed(app, typed):
    with app.test_request_context(method="POST", data={"email": typed}):
        assert limits.typed_email() == "email:ann@example.org"


def test_a_long_address_makes_no_long_key(app):
    with app.test_request_context(method="POST", data={"email": "x" * 10_000}):
        assert len(limits.typed_email()) == 260


def test_limits_are_off_in_tests(client):
    assert {attempt(client) for _ in range(12)} == {422}


def test_a_network_does_not_try_an_account_for_ever(client, limits_on):
    answers = [attempt(client, address="192.0.2.7") for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2


def test_a_stranger_does_not_keep_the_owner_out(client, limits_on):
    for _ in range(12):
        attempt(client, address="192.0.2.7")
    assert attempt(client, address="198.51.100.1") == 422


def test_an_account_is_not_tried_for_ever(client, limits_on):
    answers = [attempt(client, address=f"192.0.2.{number // 5}") for number in range(101)]
    assert answers == [422] * 100 + [429]
    assert attempt(client, email="other@example.org", address="192.0.2.99") == 422


def test_a_network_does_not_try_for_ever(client, limits_on):
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(31)]
    answers = [
        attempt(client, email=f"{number}@example.org", address=address)
        for number, address in enumerate(addresses)
    ]
    assert answers == [422] * 30 + [429]
    assert attempt(client, email="x@example.org", address="2001:db8:1:3::1") == 422


def test_reading_is_not_counted(client, limits_on):
    for _ in range(40):
        client.get(PATH)


def test_the_page_says_what_to_do(client, limits_on):
    for _ in range(10):
        attempt(client)
    answer = client.post(
        PATH,
        data={"email": "ann@example.org", "csrf_token": client.token()},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
        status=429,
    )
    assert answer.h1 == "Too many attempts"
    assert answer.headers["Retry-After"] == "60"
    assert "per 15 minute" not in answer.words


class TestRedis:
    """Counts live in Redis; while it is away they live in memory, and sign-in stays limited."""

    def test_without_redis_limits_hold(self, make_app):
        app = make_app(FORUM_REDIS_URL="redis://127.0.0.1:1/0")
        client = app.test_client()
        client.proofreads = False
        limiter.enabled = True
        assert app.config["RATELIMIT_STORAGE_URI"] == "redis://127.0.0.1:1/0"
        answers = [attempt_nothing(client) for _ in range(12)]
        assert answers == [422] * 10 + [429] * 2

    def test_the_switch_is_a_setting(self, make_app):
        app = make_app(FORUM_RATELIMIT_ENABLED="0")
        assert app.config["RATELIMIT_ENABLED"] is False


def attempt_nothing(client):
    """An attempt that is refused before the database is asked."""
    return client.open(
        PATH,
        method="POST",
        data={"email": "", "password": "", "csrf_token": client.token()},
        headers={"Origin": "http://localhost"},
    ).status_code
