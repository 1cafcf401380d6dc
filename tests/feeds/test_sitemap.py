"""The sitemap: every page that is for all, in files that are small enough, and nothing else."""

from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder

from forum.consultations.models import Outcome
from forum.core import clock, tags
from forum.core.db import db
from forum.feeds import queries
from forum.feeds.queries import sitemap
from tests import factories
from tests.consultations import making as consulting
from tests.feeds.test_entries import fill
from tests.moderation import making
from tests.statements import count_statements

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
# What a sitemap may have (sitemaps.org): addresses, and bytes when it is not compressed.
MOST_BYTES = 50 * 1024 * 1024


def paths_in(client, path, *, tag="url"):
    """The paths that a file of the sitemap names, with the time of their last change."""
    answer = client.get(path)
    assert int(answer.headers.get("Content-Length", len(answer.data))) == len(answer.data)
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    tree = ET.fromstring(answer.text)  # noqa: S314 — our own text
    found = {}
    for entry in tree.findall(f"s:{tag}", NAMES):
        address = urlsplit(entry.findtext("s:loc", "", NAMES))
        assert f"{address.scheme}://{address.netloc}" == "http://localhost"
        path = f"{address.path}?{address.query}" if address.query else address.path
        assert path not in found
        found[path] = entry.findtext("s:lastmod", None, NAMES)
    return found


def files(client):
    return list(paths_in(client, "/sitemap.xml", tag="sitemap"))


def whole(client):
    return {
        path: changed for file in files(client) for path, changed in paths_in(client, file).items()
    }


def test_every_page_for_all_is_named_once(client):
    organisation = factories.make_organisation()
    thread = factories.make_thread(posts=45, organisation=organisation)
    short = factories.make_thread(board=thread.board)
    making.enter()
    named = whole(client)
    last = f"{thread.last_post_at:%Y-%m-%dT%H:%M:%SZ}"
    assert named[f"{thread.path}?page=3"] == last
    assert named[thread.path] is named[f"{thread.path}?page=2"] is None
    assert named[short.path] == f"{short.last_post_at:%Y-%m-%dT%H:%M:%SZ}"
    assert f"{thread.path}?page=4" not in named
    assert {
        "/",
        "/centres/",
        "/feeds/",
        thread.board.centre.path,
        thread.board.path,
        thread.author.path,
        organisation.path,
        "/moderation-log/1/",
        "/moderation-figures/north-east/",
        "/topics/",
    } <= set(named)
    assert any(path.startswith("/house-rules/versions/") for path in named)


def test_nothing_else_is_named(client):
    members = factories.make_board(readers="members")
    closed = [
        factories.make_thread(state="hidden"),
        factories.make_thread(state="pending"),
        factories.make_thread(members, posts=21),
    ]
    merged = factories.make_thread()
    merged.merged_into_id = factories.make_thread().id
    hidden = factories.make_account(is_hidden=True)
    waiting = factories.make_organisation(state="waiting")
    for who in (None, making.moderator()):
        if who:
            client.sign_in(who)
        named = " ".join(whole(client))
        paths = [thread.path for thread in (*closed, merged)]
        for path in [*paths, members.path, hidden.path, waiting.path]:
            assert path not in named


def test_pages_of_consultations_are_named_once_they_are_open_to_all(client):
    draft = consulting.make_complete()
    running = consulting.make_open()
    closed = consulting.make_closed()
    told = consulting.make_closed()
    told.results_at = told.responded_at = clock.now()
    outcome = Outcome(consultation_id=told.id, asked="A?", said="B.", decided="C.")
    outcome.signed_at = told.responded_at
    db.session.add(outcome)
    factories.commit()
    named = {path for path in whole(client) if path.startswith("/consultations/")}
    assert not any(path.startswith(draft.path) for path in named)
    for consultation, pages in (
        (running, {""}),
        (closed, {"", "responses/"}),
        (told, {"", "responses/", "results/", "outcome/"}),
    ):
        own = {path for path in named if path.startswith(consultation.path)}
        documents = {path for path in own if "/documents/" in path}
        assert own - documents == {f"{consultation.path}{page}" for page in pages}
        assert documents
        for path in own:
            (link,) = client.get(path).find("link", rel="canonical")
            assert link.get("href") == f"http://localhost{path}"


def test_a_page_that_lost_its_first_posts_is_named(client):
    thread = factories.make_thread(posts=43)
    table = db.metadata.tables["post"]
    moved = table.c.number.in_([21, 22, 41])
    db.session.execute(table.delete().where(table.c.thread_id == thread.id, moved))
    named = paths_in(client, "/sitemap-thread-pages-1.xml")
    assert set(named) == {f"{thread.path}?page=2", f"{thread.path}?page=3"}


def test_a_page_of_posts_that_wait_is_not_named(client):
    board = factories.make_board()
    waiting, other = (factories.make_thread(board, posts=posts) for posts in (20, 21))
    factories.make_post(waiting, state="pending")
    assert set(paths_in(client, "/sitemap-thread-pages-1.xml")) == {f"{other.path}?page=2"}


def test_files_are_windows_and_none_is_empty(client, monkeypatch):
    monkeypatch.setattr(sitemap, "WINDOW", 4)
    monkeypatch.setattr(sitemap, "BATCH", 3)
    board = factories.make_board()
    threads = [factories.make_thread(board) for _ in range(13)]
    by_id = {thread.id: thread for thread in threads}
    gone = [key for key in by_id if (key - 1) // 4 == (threads[6].id - 1) // 4]
    for key in gone:
        by_id.pop(key).state = "hidden"
    factories.commit()
    with count_statements() as few:
        named = [file for file in files(client) if file.startswith("/sitemap-threads-")]
    assert named == [f"/sitemap-threads-{n}.xml" for n in sorted({(k - 1) // 4 + 1 for k in by_id})]
    found = [path for file in named for path in paths_in(client, file)]
    assert found == [thread.path for thread in by_id.values()]
    assert all(len(paths_in(client, file)) <= 4 for file in named)
    for _ in range(9):
        factories.make_thread(board)
    with count_statements() as many:
        files(client)
    assert len(few) == len(many) <= len(sitemap.PARTS) + 1


def test_the_largest_file_is_small_enough():
    longest = sitemap.Address(f"/threads/{10**12}/{'x' * 150}/?page=999999", clock.now())
    site = f"https://{'x' * 250}"
    from forum.feeds.exports import write_sitemap  # noqa: PLC0415 — beside its one use

    _begin, line, _end = write_sitemap([longest], site_url=site)
    assert sitemap.WINDOW <= 50_000
    assert sitemap.WINDOW * len(line) < MOST_BYTES


@pytest.mark.parametrize("name", ["threads-2", "threads-0", "nothing-1", "threads-9999999999"])
def test_a_file_that_is_none_is_not_found(client, name):
    factories.make_thread()
    client.get(f"/sitemap-{name}.xml", status=404)


def test_a_file_that_has_not_changed_is_not_sent_again(client):
    factories.make_thread()
    now = clock.now().replace(minute=10)
    with clock.at(now):
        first = client.get("/sitemap-threads-1.xml")
        tag = {"If-None-Match": first.headers["ETag"]}
        with count_statements() as statements:
            same = client.get("/sitemap-threads-1.xml", headers=tag, status=304)
        assert len(statements) == 1
        assert same.data == b""
        tags.touch(tags.EVERYTHING)
        tags.write()
        changed = client.get("/sitemap-threads-1.xml", headers=tag)
        tag = {"If-None-Match": changed.headers["ETag"]}
    with clock.at(now + timedelta(hours=1)):
        client.get("/sitemap-threads-1.xml", headers=tag)


@pytest.mark.live
def test_a_large_file_is_sent_while_it_is_read(applications, live_app, backend, monkeypatch):
    monkeypatch.setattr(sitemap, "BATCH", 2)
    with live_app.app_context():
        board = factories.make_board()
        paths = [factories.make_thread(board).path for _ in range(5)]
        db.session.remove()
    url = applications.databases(backend).url("live")
    app = applications.make(url, applications.folder, FORUM_PAGE_CACHE="50")
    environ = EnvironBuilder("/sitemap-threads-1.xml", "http://localhost").get_environ()
    began = []
    with count_statements() as statements:
        pieces = app.wsgi_app(environ, lambda status, _headers: began.append(status))
        walk = iter(pieces)
        sent = [next(walk) for _ in range(2)]
        before = len([text for text in statements if "FROM thread" in text])
        sent += walk
        pieces.close()
    after = len([text for text in statements if "FROM thread" in text])
    assert began == ["200 OK"]
    assert (before, after) == (1, 3)
    assert all(path in b"".join(sent).decode() for path in paths)
    app.wsgi_app.inner.sources.close()
    with app.app_context():
        db.engine.dispose()
    applications.made.remove(app)


@pytest.mark.usefixtures("limits_on")
def test_nobody_can_ask_for_large_files_all_the_time(client):
    factories.make_thread()
    answers = [client.open("/sitemap-threads-1.xml").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.usefixtures("own_database")
def test_files_are_found_by_their_keys(app):
    thread = factories.make_thread(posts=25)
    fill(thread, boards=[factories.make_board() for _ in range(3)], number=6_000)
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    queries.list_files()
    for part in ("threads", "thread-pages", "people"):
        list(queries.read_file(part, 1))
    event.remove(Engine, "before_cursor_execute", note)
    sqlite = db.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    for statement, parameters in seen:
        if "FROM thread" not in statement:
            continue
        rows = db.session.connection().exec_driver_sql(explain + statement, parameters)
        plan = "\n".join(row[-1] for row in rows)
        if sqlite:
            assert "TEMP B-TREE" not in plan, f"{statement}\n{plan}"
            assert "SCAN post" not in plan, f"{statement}\n{plan}"
        if "post.id" in statement and not sqlite:
            assert "pk_post" in plan or "uq_post_thread_id_number" in plan, plan
        assert "Seq Scan on post " not in plan, plan
