"""A replica serves what is true, and nothing else; without the primary one goes on reading.

The replica of these tests is a copy of the database, which lags until it is copied again. A real
one, with processes that are killed, is in tests/ops/test_replica.py.
"""

import contextvars
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client as Browser

from forum.core import tags
from forum.core.access import OPERATOR
from forum.core.db import REPLICA, db, from_replica
from forum.core.transactions import action
from forum.threads import queries
from forum.threads.actions import states
from forum.web import sources
from tests import factories

PHRASE = "a sentence about the price of stationery"


class World:
    """An application with a replica, and one that knows only the primary."""

    def __init__(self, applications, backend):
        self.applications = applications
        self.databases = applications.databases(backend)
        self.made = []
        self.url = self.databases.create("live", template="migrated")
        self.plain = self.make(FORUM_PAGE_CACHE="0")
        with self.plain.app_context():
            thread = factories.make_thread(posts=3)
            self.post_id = factories.make_post(thread, text=PHRASE).id
            self.thread_id, self.path = thread.id, thread.path
            self.board = thread.board.path
            db.session.remove()
        self.catch_up()
        self.site = self.make(FORUM_DATABASE_REPLICA_URL=self.databases.url("replica"))

    def make(self, **environ):
        given = {"FORUM_DATABASE_URL": self.url, "FORUM_PAGE_CACHE": "5", **environ}
        url = given.pop("FORUM_DATABASE_URL")
        app = self.applications.make(url, self.applications.folder, **given)
        self.made.append(app)
        return app

    def disconnect(self):
        for app in self.made:
            with app.app_context():
                if "sources" in app.extensions:
                    sources.sources(app).close()
                for engine in db.engines.values():
                    engine.dispose()

    def catch_up(self):
        """Let the replica be like the primary."""
        self.disconnect()
        self.databases.create("replica", template="live")

    def hide(self):
        with self.plain.app_context():
            post = queries.get_post(OPERATOR, self.post_id)
            action(states.hide)(post, rule="Rule", reason="A reason.", entry=None)
            db.session.remove()

    @property
    def nowhere(self):
        """Address of a database that does not answer."""
        if self.url.startswith("postgresql"):
            return "postgresql://127.0.0.1:1/nowhere"
        return f"sqlite:///{self.applications.folder}/nowhere/x.sqlite3"

    def away(self):
        """An application whose primary does not answer; its replica does."""
        replica = self.databases.url("replica")
        return self.make(FORUM_DATABASE_URL=self.nowhere, FORUM_DATABASE_REPLICA_URL=replica)


@pytest.fixture
def world(applications, backend):
    made = World(applications, backend)
    yield made
    made.disconnect()
    for app in made.made:
        applications.made.remove(app)


@pytest.fixture
def backend():
    """SQLite, which copies in no time."""
    return "sqlite"


def get(app, path, *, status=200, method="GET", data=None, **headers):
    """What is answered where no context of Flask outlives the request, as on a server."""
    browser = Browser(app, use_cookies=False)
    answer = contextvars.Context().run(
        browser.open, path, method=method, data=data, headers=headers
    )
    assert answer.status_code == status
    return answer


@contextmanager
def asked(app):
    """Counts the statements that each database of ``app`` is asked through sessions."""
    counts = {"primary": 0, REPLICA: 0}
    with app.app_context():
        engines = {"primary": db.engine, REPLICA: db.engines[REPLICA]}
    listeners = []
    for name, engine in engines.items():

        def note(*_args, name=name):
            counts[name] += 1

        event.listen(engine, "before_cursor_execute", note)
        listeners.append((engine, note))
    yield counts
    for engine, note in listeners:
        event.remove(engine, "before_cursor_execute", note)


def test_visitors_read_the_replica_and_members_the_primary(world):
    with world.site.app_context():
        browser = world.site.test_client().sign_in(factories.make_account())
        db.session.remove()
    world.catch_up()
    with asked(world.site) as counts:
        page = get(world.site, world.path)
        read = dict(counts)
        browser.get(world.path)
    assert PHRASE in page.text
    assert "Cache-Status" not in page.headers
    assert read["primary"] == 0
    assert read[REPLICA] > 3
    assert counts[REPLICA] == read[REPLICA]
    assert counts["primary"] > 3


def test_a_page_of_the_replica_is_kept_and_true(world):
    first, second = get(world.site, world.path), get(world.site, world.path)
    assert first.data == second.data == get(world.plain, world.path).data
    assert world.site.wsgi_app.inner.hits == 1


def test_what_is_hidden_is_gone_however_late_the_replica_is(world):
    assert PHRASE in get(world.site, world.path).text
    world.hide()
    for _ in range(6):
        assert PHRASE not in get(world.site, world.path).text
    # A page that another change threw away is made from the primary too.
    other = world.make(FORUM_DATABASE_REPLICA_URL=world.databases.url("replica"))
    assert PHRASE not in get(other, world.path).text
    world.catch_up()
    with asked(other) as counts:
        assert "A reason." in get(other, f"{world.path}?page=1").text
    assert counts["primary"] == 0


def test_what_the_replica_does_not_know_yet_is_there(world):
    with world.plain.app_context():
        path = factories.make_thread().path
        db.session.remove()
    assert get(world.site, path).status_code == 200
    get(world.site, "/threads/999999/x/", status=404)


def test_a_replica_that_lags_is_left_alone(world):
    world.hide()
    with asked(world.site) as counts:
        for page in range(1, 7):
            get(world.site, f"{world.path}?text={page}")
    with asked(world.site) as counts:
        get(world.site, f"{world.path}?text=x")
    assert counts[REPLICA] == 0
    assert counts["primary"] > 3


def test_a_late_replica_still_serves_what_did_not_change(world):
    with world.plain.app_context():
        factories.make_post(queries.get_thread(OPERATOR, world.thread_id))
        elsewhere = factories.make_thread(factories.make_board(factories.get_centre("london")))
        path = elsewhere.path
        db.session.remove()
    world.catch_up()
    world.hide()
    with asked(world.site) as counts:
        get(world.site, path)
    assert counts["primary"] == 0


def test_the_search_reads_a_replica_that_knows_all(world):
    with asked(world.site) as counts:
        assert "stationery" in get(world.site, "/search/?q=stationery").text
    assert counts["primary"] == 0
    world.hide()
    with asked(world.site) as counts:
        assert PHRASE not in get(world.site, "/search/?q=stationery").text
    assert counts[REPLICA] == 0


def test_a_dead_replica_is_not_waited_for(world, capsys):
    site = world.make(FORUM_DATABASE_REPLICA_URL=world.nowhere)
    for page in range(3):
        assert PHRASE in get(site, f"{world.path}?text={page}").text
    get(site, "/search/?q=stationery")
    assert capsys.readouterr().err.count("breaker.opened") == 1
    checks = get(site, "/readyz").json["checks"]
    assert checks == {
        "database": "ok",
        "migrations": "ok",
        "outbox": "ok",
        "replica": "unreachable",
    }


def test_a_replica_that_dies_while_a_page_is_made_is_not_seen(world, monkeypatch):
    real = queries.voices_of

    def fail(thread_id):
        if from_replica.get():
            raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))
        return real(thread_id)

    monkeypatch.setattr(queries, "voices_of", fail)
    assert PHRASE in get(world.site, world.path).text
    assert not sources.sources(world.site).replica.answering.is_closed


class TestPrimaryAway:
    """Reading goes on from the replica; nothing else does, and every page says so."""

    BANNER = "nobody can sign in or post"

    def test_visitors_go_on_reading(self, world):
        site = world.away()
        for path in (world.path, "/", world.board, "/search/?q=stationery", "/moderation-log/"):
            answer = get(site, path)
            assert self.BANNER in answer.text
            assert "Set-Cookie" not in answer.headers
        assert PHRASE in get(site, world.path).text

    def test_the_pages_are_kept_meanwhile_and_apart(self, world):
        site = world.away()
        first, second = get(site, world.path), get(site, world.path)
        assert site.wsgi_app.inner.hits == 1
        assert first.data == second.data
        assert first.data != get(world.plain, world.path).data

    def test_no_cache_in_front_keeps_them(self, world):
        site = world.away()
        site.config["SETTINGS"] = SimpleNamespace(shared_cache_seconds=20)
        assert get(site, world.path).headers["Cache-Control"] == "public, no-cache"

    def test_members_read_as_visitors_and_nobody_keeps_it(self, world):
        with world.plain.app_context():
            browser = world.plain.test_client().sign_in(factories.make_account())
            db.session.remove()
        cookie = f"roundtable={browser.get_cookie('roundtable').value}"
        site = world.away()
        page = get(site, world.path, Cookie=cookie)
        assert self.BANNER in page.text
        assert PHRASE in page.text
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in page.headers
        account = get(site, "/account/", status=503, Cookie=cookie)
        assert account.headers["Cache-Control"] == "private, no-store"

    def test_what_is_sent_is_given_back(self, world):
        site = world.away()
        client = site.test_client()
        client.proofreads = False
        answer = client.open(
            "/account/sign-in/",
            method="POST",
            data={
                "email": "ann@example.org",
                "password": "not to be shown",
                "csrf_token": client.token(),
            },
            headers={"Origin": "http://localhost"},
        )
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "ann@example.org" in answer.text
        assert "not to be shown" not in answer.text

    def test_it_is_told_to_those_who_watch(self, world):
        answer = get(world.away(), "/readyz", status=503)
        assert answer.json["checks"] == {"database": "unreachable", "replica": "ok"}

    def test_nothing_older_is_shown_than_before(self, world, monkeypatch):
        """The replica lacked the last change when the primary died."""
        world.hide()
        kept = get(world.site, world.path)
        assert "A reason." in kept.text
        primary = sources.sources(world.site).primary
        monkeypatch.setattr(primary._versions, "of", lambda _names: 1 / 0)
        answer = get(world.site, world.path)
        assert answer.data == kept.data
        assert "unconfirmed" in answer.headers["Cache-Status"]

    def test_it_ends_when_the_primary_is_back(self, world, monkeypatch):
        primary = sources.sources(world.site).primary
        with monkeypatch.context() as patch:
            patch.setattr(primary._versions, "of", lambda _names: 1 / 0)
            primary.versions(("home",))
            assert self.BANNER in get(world.site, world.path).text
        monkeypatch.setattr(primary.answering, "_next_try", 0)
        assert self.BANNER not in get(world.site, world.path).text
        assert primary.is_there()


class TestVersions:
    """What the page cache asks, by the shortest way to each database."""

    NAMES = ("thread:1", 'a "quoted" {name}, with commas', "back\\slash", "never raised")

    @pytest.fixture
    def versions(self, live_app):
        with live_app.app_context():
            tags.touch(*self.NAMES[:3], "thread:2")
            tags.write()
            db.session.commit()
            found = sources.Versions(db.engine)
            yield found
            found.close()

    def test_they_are_those_that_a_transaction_reads(self, versions):
        assert versions.of(self.NAMES) == tags.versions(self.NAMES)
        assert set(versions.of(self.NAMES)) == set(self.NAMES[:3])

    def test_a_connection_that_was_lost_is_replaced(self, versions):
        known = versions.of(self.NAMES)
        for connection in versions._idle:
            connection.close()
        assert versions.of(self.NAMES) == known

    def test_a_refused_statement_is_no_empty_answer(self, versions):
        db.session.execute(text("DROP TABLE page_tag"))
        db.session.commit()
        with pytest.raises(Exception, match="page_tag"):
            versions.of(self.NAMES)
