"""Headers of every answer, whatever it is; requests of other sites and for other hosts."""

from dataclasses import replace

import pytest

from forum.web.headers import HEADERS
from tests import factories

# Literally, so that a change of the policy is seen in review.
EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
PAGE = "/house-rules/"


def shown(answer):
    return {name: answer.headers.get(name) for name in EXPECTED}


@pytest.fixture
def broken(app, monkeypatch):
    """The page of house rules fails."""

    def fail():
        raise ZeroDivisionError

    fail.access_rule = "anyone"
    monkeypatch.setitem(app.view_functions, "site.house_rules", fail)


def static_file(client):
    return next(
        link.get("href")
        for link in client.get(PAGE).find("link")
        if link.get("rel") == "stylesheet"
    )


def test_the_headers_are_these():
    assert HEADERS == EXPECTED


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PAGE, 200),
        ("HEAD", PAGE, 200),
        ("OPTIONS", PAGE, 200),
        ("GET", "/nowhere/", 404),
        ("GET", "/house-rules", 308),
        ("POST", PAGE, 405),
        ("GET", "/account/", 303),
        ("GET", "/healthz", 200),
        ("GET", "/robots.txt", 200),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_every_answer_has_them(client, method, path, status):
    answer = client.open(path, method=method, headers={"Origin": "http://localhost"})
    assert answer.status_code == status
    assert shown(answer) == EXPECTED


def test_an_error_has_them(client, broken):
    answer = client.get(PAGE, status=500)
    assert shown(answer) == EXPECTED
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_refused_attempt_has_them(client, limits_on):
    for _ in range(31):
        answer = client.open(
            "/account/sign-in/", method="POST", data={"csrf_token": client.token()}
        )
    assert answer.status_code == 429
    assert shown(answer) == EXPECTED


def test_a_file_has_them_and_stays_for_ever(client):
    path = static_file(client)
    answer = client.get(path)
    assert shown(answer) == EXPECTED
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "Access-Control-Allow-Origin" not in answer.headers
    unchanged = client.get(
        path,
        status=304,
        headers={"If-None-Match": answer.headers.get("ETag", "")}
        if "ETag" in answer.headers
        else {"If-Modified-Since": answer.headers["Last-Modified"]},
    )
    assert shown(unchanged) == EXPECTED


def test_a_file_that_went_in_an_upgrade_is_not_found(client, monkeypatch):
    path = static_file(client)

    def opened(name, *_):
        raise FileNotFoundError(name)

    monkeypatch.setattr("whitenoise.responders.open", opened, raising=False)
    answer = client.get(path, status=404)
    assert shown(answer) == EXPECTED
    assert "Page not found" in answer.main


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_files_come_compressed(client, encoding):
    answer = client.get(static_file(client), headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_strict_transport_only_where_there_is_tls(make_app, client):
    assert "Strict-Transport-Security" not in client.get(PAGE).headers
    secure = make_app(FORUM_SITE_URL="https://roundtable.example").test_client()
    secure.proofreads = False
    answer = secure.get("/healthz", base_url="https://roundtable.example")
    expected = "max-age=31536000; includeSubDomains"
    assert answer.headers["Strict-Transport-Security"] == expected


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80"])
def test_other_hosts_are_not_served(client, host):
    client.proofreads = False
    answer = client.open(PAGE, method="GET", base_url=f"http://{host}")
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "evil.example" not in answer.text
    assert shown(answer) == EXPECTED


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 303),
        (None, 303),
        ("https://evil.example", 400),
        ("http://localhost.evil.example", 400),
        ("http://localhost:8000", 400),
        ("null", 400),
        ("", 400),
        ("http://[", 400),
    ],
)
def test_forms_come_from_this_site(client, origin, status):
    client.sign_in(factories.make_account())
    headers = {} if origin is None else {"Origin": origin}
    answer = client.open(
        "/account/sign-out/", method="POST", data={"csrf_token": client.token()}, headers=headers
    )
    assert answer.status_code == status


def test_reading_is_allowed_from_anywhere(client):
    client.get(PAGE, headers={"Origin": "https://evil.example"})


class TestCaching:
    """Pages of visitors are for every cache; what a member sees is for nobody else."""

    def test_a_page_of_visitors_is_public_without_a_cookie(self, client):
        answer = client.get(PAGE)
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert "Cookie" in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers

    def test_two_visitors_get_the_same(self, browser):
        assert browser().get(PAGE).text == browser().get(PAGE).text

    def test_a_page_of_a_member_is_private(self, client):
        client.sign_in(factories.make_account())
        answer = client.get(PAGE)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in answer.headers["Vary"]

    def test_a_forged_cookie_makes_a_page_private_too(self, client):
        client.set_cookie("roundtable", "forged")
        assert client.get(PAGE).headers["Cache-Control"] == "private, no-store"

    def test_a_form_of_visitors_is_private(self, client):
        answer = client.get("/account/sign-in/")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "roundtable=" in answer.headers["Set-Cookie"]

    def test_an_error_is_not_kept(self, client):
        answer = client.get("/nowhere/", status=404)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers

    def test_what_a_view_says_of_caching_stands(self, client):
        assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_cookies_are_locked_up(make_app, client):
    cookie = client.get("/account/sign-in/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    assert "Path=/" in cookie


def test_forwarded_addresses_count_only_behind_proxies(make_app):
    seen = {}
    for proxies in ("0", "1"):
        app = make_app(FORUM_PROXIES=proxies)
        client = app.test_client()
        client.proofreads = False
        answer = client.get(
            "/account/",
            status=303,
            headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"},
        )
        seen[proxies] = answer.request.environ["wsgi.url_scheme"]
        assert answer.headers["Location"].startswith("/account/sign-in/")
    assert set(seen) == {"0", "1"}


def test_caches_in_front_ask_each_time_unless_told_otherwise(app, browser, monkeypatch):
    visitor, member = browser(), browser(factories.make_account())
    assert visitor.get(PAGE).headers["Cache-Control"] == "public, no-cache"
    settings = replace(app.config["SETTINGS"], shared_cache_seconds=20)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    shared = "public, max-age=0, must-revalidate, s-maxage=20"
    assert visitor.get(PAGE).headers["Cache-Control"] == shared
    private = "private, no-store"
    assert member.get(PAGE).headers["Cache-Control"] == private
    assert visitor.get("/nowhere/", status=404).headers["Cache-Control"] == private
