"""One line a request, with its identifier and without personal data."""

import json
import re
from contextlib import redirect_stderr
from io import StringIO

import pytest
import structlog
from structlog.testing import LogCapture

from forum.web import logs
from tests import factories

EMAIL = "canary@example.org"
PASSWORD = "canary password of many words"


@pytest.fixture
def logged(app):
    """What was logged, as data, at every level."""
    before = structlog.get_config()
    capture = LogCapture()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            logs.without_addresses,
            capture,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    yield capture.entries
    structlog.configure(**before)


def test_a_request_is_one_line(client, logged):
    client.get("/people/canary-handle/?after=canary-query", status=404)
    (line,) = [line for line in logged if line["event"] == "request"]
    assert line["route"] == "/people/<handle>/"
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["milliseconds"] >= 0
    assert "canary" not in str(line)


def test_lines_are_json_for_machines(make_app, capsys):
    client = make_app(FORUM_LOG_LEVEL="INFO", FORUM_LOG_FORMAT="json").test_client()
    client.get("/healthz")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["event"], line["route"], line["level"]) == ("request", "/healthz", "info")
    assert line["timestamp"].endswith("Z")


def test_lines_are_plain_for_people(make_app, capsys):
    client = make_app(FORUM_LOG_LEVEL="INFO", FORUM_LOG_FORMAT="console").test_client()
    client.get("/healthz")
    assert "/healthz" in capsys.readouterr().err


def test_lines_go_where_errors_go_by_then(make_app):
    client = make_app(FORUM_LOG_LEVEL="INFO").test_client()
    with redirect_stderr(StringIO()) as later:
        client.get("/healthz")
    assert "/healthz" in later.getvalue()


def test_the_level_is_a_setting(make_app, capsys):
    client = make_app(FORUM_LOG_LEVEL="ERROR", FORUM_LOG_FORMAT="json").test_client()
    client.get("/healthz")
    assert capsys.readouterr().err == ""


def test_an_offered_identifier_is_kept(client, logged):
    answer = client.get("/healthz", headers={"X-Request-ID": "abc-123_45.6"})
    assert answer.headers["X-Request-ID"] == "abc-123_45.6"
    assert logged[-1]["request_id"] == "abc-123_45.6"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "with space", "a\tb<script>", "é" * 9])
def test_other_identifiers_are_replaced(client, offered):
    answer = client.get("/healthz", headers={"X-Request-ID": offered})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_two_requests_have_two_identifiers(client, logged):
    client.get("/healthz")
    client.get("/robots.txt")
    assert len({line["request_id"] for line in logged}) == 2


def test_an_unexpected_error_is_logged_with_its_trace(app, client, logged, monkeypatch):
    def fail():
        raise ZeroDivisionError

    fail.access_rule = "anyone"
    monkeypatch.setitem(app.view_functions, "site.privacy", fail)
    client.get("/privacy/", status=500)
    (line,) = [line for line in logged if line["event"] == "unexpected"]
    assert line["error"] == "ZeroDivisionError"
    assert "Traceback" in line["exception"]


def test_no_address_password_or_token_is_logged(client, logged):
    """On the whole way of an account, also where statements fail."""
    member = factories.make_account(email=EMAIL)
    client.post_form("/account/sign-in/", {"email": EMAIL, "password": PASSWORD}, status=422)
    client.post_form("/account/sign-in/", {"email": EMAIL, "password": factories.PASSWORD})
    client.get("/account/")
    client.get("/account/reset-password/canary-token/", status=404)
    assert len(logged) >= 5
    for secret in (EMAIL, PASSWORD, factories.PASSWORD, "canary", member.handle):
        assert secret not in str(logged)


def test_the_values_of_a_failed_statement_are_not_logged(app, client, logged, monkeypatch):
    """PostgreSQL names the value that was there already; the log must not."""
    factories.make_account(email=EMAIL)

    def fail():
        factories.make_account(email=EMAIL, display_name=PASSWORD)

    fail.access_rule = "anyone"
    monkeypatch.setitem(app.view_functions, "site.privacy", fail)
    client.get("/privacy/", status=500)
    assert "Traceback" in str(logged)
    assert EMAIL not in str(logged)
    assert PASSWORD not in str(logged)


def test_addresses_are_cut_out_of_traces():
    event = {"event": "x", "exception": "Key (email)=(ann.b+c@example.org) exists, <d@e.example>"}
    cleaned = logs.without_addresses(None, "error", event)
    assert cleaned["exception"] == "Key (email)=([address]) exists, <[address]>"
    assert logs.without_addresses(None, "info", {"event": "y"}) == {"event": "y"}
