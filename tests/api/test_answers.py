"""How the API answers: problems, places in lists, headers, limits, and pages that are kept."""

import json
import re
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from sqlalchemy.exc import OperationalError

from forum.accounts.queries import find_member
from forum.api import queries
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.transactions import action
from forum.threads import queries as threads
from forum.threads.actions import states
from tests import factories, hostile
from tests.api.reading import PROBLEM, Program
from tests.statements import count_statements

API = "/api/v1"


@pytest.fixture
def program(client):
    """A program that reads the API."""
    return Program(client)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("threads/?x=1", "x"),
        ("threads/?limit=0", "limit"),
        ("threads/?limit=-1", "limit"),
        ("threads/?limit=101", "limit"),
        ("threads/?limit=ten", "limit"),
        ("threads/?limit=" + "9" * 400, "limit"),
        ("threads/?limit=", "limit"),
        ("threads/?limit=5&limit=5", "limit"),
        ("threads/?board=99999999999999999999", "board"),
        ("threads/?kind=nonsense", "kind"),
        ("threads/?answered=perhaps", "answered"),
        ("threads/?since=yesterday", "since"),
        ("threads/?since=2026-11-22", "since"),
        ("threads/?since=2026-11-22T10:00:00", "since"),
        ("threads/?since=1700000000", "since"),
        ("threads/?since=0001-01-01T00:00:00%2B23:59", "since"),
        ("threads/?until=9999-12-31T23:59:59-23:59", "until"),
        ("threads/?centre=", "centre"),
        ("threads/?centre=north%20east", "centre"),
        ("threads/?author=%F0%9D%95%BF", "author"),
        ("posts/?sector=everybody", "sector"),
        ("people/?region=north", "region"),
        ("centres/london/?limit=5", "limit"),
        ("openapi.json?x=1", "x"),
        ("?page=2", "page"),
        ("decisions/?after=x", "after"),
    ],
)
def test_what_cannot_be_asked_is_told_with_the_parameter(program, query, parameter):
    assert program.refused(f"{API}/{query}")["parameter"] == parameter


def test_ten_thousand_parameters_are_refused(program):
    query = "&".join(f"p{number}=x" for number in range(10_000))
    program.refused(f"{API}/threads/?{query}")
    program.refused(f"{API}/threads/?{'limit=5&' * 10_000}")


def test_places_that_were_cut_made_up_or_of_another_list_are_refused(program):
    board = factories.make_board()
    thread = factories.make_thread(board, posts=4)
    factories.make_thread(board)
    address = program.get(f"{API}/threads/?limit=1").json["next"]
    place = address.partition("after=")[2]
    posts = program.get(f"{API}/threads/{thread.id}/posts/?limit=1").json["next"]
    program.get(f"{API}/threads/?after={place}&limit=7")
    for wrong in (
        f"threads/?after={place[:-1]}",
        f"threads/?after={place[1:]}",
        f"threads/?after={place}x",
        f"threads/?after={place.partition('.')[0]}",
        f"threads/?after=WzFd.{place.partition('.')[2]}",
        "threads/?after=WyIyMDI2LTExLTIyVDAwOjAwOjAwKzAwOjAwIiwxXQ",
        "threads/?after=" + "A" * 400,
        f"threads/?centre=london&after={place}",
        f"threads/?board={board.id}&after={place}",
        f"posts/?after={place}",
        f"threads/?after={posts.partition('after=')[2]}",
    ):
        assert program.refused(f"{API}/{wrong}")["parameter"] == "after", wrong


def test_naughty_strings_are_names_of_nothing_or_refused(client):
    client.proofreads = False
    factories.make_thread()
    for word in [text for text in hostile.strings() if text][::40]:
        could_be_a_name = re.fullmatch("[!-~]{1,100}", word)
        for name in ("centre", "author"):
            answer = client.open(f"{API}/threads/", query_string={name: word})
            expected = (200, []) if could_be_a_name else (400, None)
            assert (answer.status_code, answer.json.get("items")) == expected, word
        for address, query in (
            ("threads/", {"after": word}),
            ("threads/", {"since": word}),
            ("people/", quote(word, errors="replace")),
        ):
            answer = client.open(f"{API}/{address}", query_string=query)
            assert (answer.status_code, answer.mimetype) == (400, PROBLEM), word


def test_errors_are_problems_below_the_api_and_pages_elsewhere(client, program, monkeypatch):
    for address, status in {
        f"{API}/nothing/": 404,
        f"{API}/threads/999999/": 404,
        f"{API}/threads/abc/": 404,
        f"{API}/people/No%20One/": 404,
        "/api/nothing/": 404,
        "/api/v2/": 404,
    }.items():
        assert program.refused(address, status=status)["title"] == "Not Found"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.open(f"{API}/threads/", method=method)
        assert (answer.status_code, answer.mimetype) == (405, PROBLEM)
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert client.get("/nothing/", status=404).mimetype == "text/html"
    assert client.open(f"{API}/", headers={"Host": "evil.example"}).mimetype == PROBLEM


def test_what_goes_wrong_inside_is_a_problem_without_details(client, monkeypatch):
    def break_down(*_args, **_kwargs):
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(queries, "list_people", break_down)
    answer = client.get(f"{API}/people/", status=500)
    assert answer.mimetype == PROBLEM
    assert "secret" not in answer.text


def test_without_the_database_it_says_when_to_come_again(client, monkeypatch):
    def be_away(*_args, **_kwargs):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(queries, "list_people", be_away)
    answer = client.get(f"{API}/people/", status=503)
    assert (answer.mimetype, answer.headers["Retry-After"]) == (PROBLEM, "5")


def test_any_site_may_read_and_ask_first(client):
    for address, method, status in (
        (f"{API}/threads/", "GET", 200),
        (f"{API}/threads/?x=1", "GET", 400),
        (f"{API}/nothing/", "GET", 404),
        (f"{API}/threads/", "OPTIONS", 200),
    ):
        answer = client.open(address, method=method, headers={"Origin": "https://other.example"})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_who_is_signed_in_is_told_the_same(client, browser):
    members = factories.make_thread(factories.make_board(readers="members"))
    hidden = factories.make_thread(state="hidden")
    admin = browser(factories.make_account(role="administrator"))
    for path in ("threads/", "posts/", "people/", "boards/"):
        seen = admin.get(f"{API}/{path}")
        assert seen.data == client.get(f"{API}/{path}").data
        assert seen.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in seen.headers
    for thread in (members, hidden):
        admin.get(f"{API}/threads/{thread.id}/", status=404)


def test_nothing_is_asked_about_who_is_signed_in(browser):
    admin = browser(factories.make_account(role="administrator"))
    with count_statements() as statements:
        admin.get(f"{API}/centres/")
    assert len(statements) == 1


def test_a_head_has_the_headers_alone(client):
    whole = client.get(f"{API}/centres/?limit=2")
    head = client.open(f"{API}/centres/?limit=2", method="HEAD")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Link", "Content-Type"):
        assert head.headers[name] == whole.headers[name]


def test_what_has_not_changed_is_not_told_again(program, client):
    etag = client.get(f"{API}/threads/").headers["ETag"]
    assert not etag.startswith("W/")
    again = program.get(f"{API}/threads/", status=304, headers={"If-None-Match": etag})
    assert again.headers["ETag"] == etag
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    factories.make_thread()
    program.get(f"{API}/threads/", headers={"If-None-Match": etag})


@pytest.mark.usefixtures("limits_on")
def test_too_many_requests_are_told_when_to_come_again(client):
    first = client.get(f"{API}/centres/")
    assert first.headers["RateLimit-Policy"] == '"api";q=300;w=60'
    assert first.headers["RateLimit"].startswith('"api";r=299;t=')
    for _ in range(299):
        answer = client.get(f"{API}/centres/london/")
    assert answer.headers["RateLimit"].startswith('"api";r=0;')
    refused = client.get(f"{API}/threads/", status=429)
    assert refused.mimetype == PROBLEM
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    other = {"REMOTE_ADDR": "203.0.113.9"}
    client.get(f"{API}/threads/", environ_base=other)


@pytest.fixture
def sites(applications, backend):
    """Two applications on one database, one that keeps pages and one that does not."""
    url = applications.databases(backend).create("live", template="migrated")
    made = [
        applications.make(url, applications.folder, FORUM_PAGE_CACHE=pages) for pages in ("5", "0")
    ]
    yield SimpleNamespace(kept=made[0], plain=made[1])
    made[0].wsgi_app.inner.sources.close()
    for app in made:
        with app.app_context():
            db.engine.dispose()
        applications.made.remove(app)


def ask(app, path, **headers):
    """What a program is answered."""
    browser = app.test_client(use_cookies=False)
    return browser.open(
        path, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@contextmanager
def within(app):
    """Something done by another process."""
    with app.app_context():
        yield
        db.session.remove()


@pytest.mark.live
def test_kept_answers_are_true(sites):
    phrase = "a sentence that nobody may read"
    with within(sites.plain):
        thread = factories.make_thread(posts=2)
        post = factories.make_post(thread, text=phrase)
        person = factories.make_account()
        post_id, path = post.id, f"{API}/threads/{thread.id}/posts/"
        paths = [
            *(path, f"{API}/posts/", f"{API}/posts/{post.id}/", f"{API}/posts/?sector=private"),
            *(f"{API}/people/?limit=100", f"{API}/people/{person.handle}/", f"{API}/threads/"),
            *(
                f"{API}/threads/{thread.id}/",
                f"{API}/boards/",
                f"{API}/openapi.json",
                "/api/posts/",
            ),
        ]
        handle = person.handle
    before = {address: ask(sites.kept, address).data for address in paths}
    hits = sites.kept.wsgi_app.inner.hits
    assert {address: ask(sites.kept, address, Cookie="roundtable=x").data for address in paths[:-1]}
    assert sites.kept.wsgi_app.inner.hits == hits + len(paths) - 1
    etag = ask(sites.kept, path).headers["ETag"]
    kept = ask(sites.kept, path, If_None_Match=etag)
    assert kept.status_code == 304
    assert kept.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" not in kept.headers
    with within(sites.plain):
        action(states.hide)(threads.get_post(OPERATOR, post_id), rule="R", reason="R.", entry=None)
        threads.get_post(OPERATOR, post_id)
        hide_person(handle)
    for address in paths:
        answer = ask(sites.kept, address)
        assert answer.data == ask(sites.plain, address).data, address
        assert phrase not in answer.text
        assert handle not in answer.text or address == f"{API}/people/{handle}/"
    assert ask(sites.kept, path, If_None_Match=etag).status_code == 200
    assert before[path] != ask(sites.kept, path).data


@action
def hide_person(handle):
    """Let a member show no public page any more."""
    find_member(handle).is_hidden = True


@pytest.mark.usefixtures("limits_on")
def test_who_has_an_answer_made_is_told_what_is_left(sites):
    first = ask(sites.kept, f"{API}/topics/")
    second = ask(sites.kept, f"{API}/topics/")
    assert first.headers["RateLimit"].startswith('"api";r=')
    assert first.data == second.data
    assert "RateLimit" not in second.headers
    assert second.headers["RateLimit-Policy"] == '"api";q=300;w=60'


def test_unknown_parameters_fill_no_memory(sites):
    for number in range(20):
        assert ask(sites.kept, f"{API}/threads/?junk={number}").status_code == 400
    assert sites.kept.wsgi_app.inner.kept.count() == 0


def test_the_beginning_leads_everywhere(program):
    told = program.get(f"{API}/")
    for name, address in told.json.items():
        if name not in {"pages", "openapi"}:
            program.get(address)
    assert 'rel="service-desc"' in told.headers["Link"]
    assert json.loads(told.text)["openapi"].endswith("/api/v1/openapi.json")
