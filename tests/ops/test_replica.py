"""A site on a real primary with a streaming replica, each killed in turn."""

import http.client
import json
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import flask_migrate
import pytest
from sqlalchemy import update

from forum.accounts import actions as accounts
from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core import outbox
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.transactions import action
from forum.ops.queries import readiness
from forum.threads import queries
from forum.threads.actions import states
from tests import factories
from tests.client import Client
from tests.ops.replication import Pair
from tests.ops.serving import Site, wait_for

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kills processes by signal"),
]

PHRASE = "a sentence that will be hidden"
BANNER = "nobody can sign in or post"


class World:
    """A pair of databases, a site on both, and an application that writes past the site."""

    def __init__(self, applications, pair, app, site):
        self.applications = applications
        self.pair, self.app, self.site = pair, app, site
        with app.app_context():
            thread = factories.make_thread(posts=3)
            self.post_id = factories.make_post(thread, text=PHRASE).id
            self.other = factories.make_thread(thread.board).path
            self.thread_id, self.path = thread.id, thread.path
            self.member = factories.make_account()
            browser = Client(app).sign_in(self.member)
            self.token = browser.token()
            cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
            self.cookie = f"{cookie.key}={cookie.value}"
            self.email = self.member.email
            db.session.remove()

    def get(self, path, *, cookie="", data=None):
        """Status, headers and text of an answer."""
        headers = {"Cookie": cookie, "Origin": self.site.origin} if cookie else {}
        if data:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
        try:
            connection.request("POST" if data else "GET", path, data and urlencode(data), headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def page(self, path):
        """The text of a page that a visitor gets."""
        status, _headers, text = self.get(path)
        assert status == 200
        return text

    def reply(self, text):
        """A member's reply: status and page."""
        data = {
            "csrf_token": self.token,
            "source": text,
            "speak_as": "",
            "submission_id": text,
        }
        status, _headers, page = self.get(
            f"/threads/{self.thread_id}/reply/", cookie=self.cookie, data=data
        )
        return status, page

    def ready(self):
        """Status and checks of the page for machines."""
        status, _headers, text = self.get("/readyz")
        return status, json.loads(text)["checks"]

    @contextmanager
    def mistaken(self):
        """An application that takes the replica for the primary."""
        app = self.applications.make(self.pair.replica.url, self.site.folder / "app")
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.applications.made.remove(app)

    def hide(self):
        with self.app.app_context():
            post = queries.get_post(OPERATOR, self.post_id)
            action(states.hide)(post, rule="Rule", reason="A reason.", entry=None)
            db.session.remove()


@pytest.fixture
def world(applications, tmp_path):
    with Pair() as pair:
        app = applications.make(pair.primary.url, tmp_path / "app")
        with app.app_context():
            flask_migrate.upgrade()
            db.session.execute(update(Centre).values(holding=Holding.NEVER))
            db.session.commit()
            db.session.remove()
        pair.follow()
        environ = {
            # Whichever of the two can be written to.
            "FORUM_DATABASE_URL": (
                f"postgresql://postgres@/roundtable?host=127.0.0.1:{pair.primary.port}"
                f"&host=127.0.0.1:{pair.replica.port}&target_session_attrs=read-write"
            ),
            "FORUM_DATABASE_REPLICA_URL": pair.replica.url,
            "FORUM_SECRET_KEY": app.config["SECRET_KEY"],
        }
        with Site(tmp_path, **environ) as site:
            made = World(applications, pair, app, site)
            pair.wait_until_equal()
            yield made
        with app.app_context():
            db.engine.dispose()
        applications.made.remove(app)


def test_each_is_killed_and_comes_back(world):
    _the_replica_serves_visitors_and_lags(world)
    _the_replica_dies(world)
    _the_primary_dies(world)
    _the_primary_is_back(world)
    _the_replica_is_promoted(world)


def _the_replica_serves_visitors_and_lags(world):
    replica = world.pair.replica
    with world.mistaken() as app, app.app_context():
        assert readiness() == {"database": "read-only"}
    assert PHRASE in world.page(world.path)
    assert replica.ask(
        "SELECT count(*) > 0 FROM pg_stat_activity"
        " WHERE datname = 'roundtable' AND pid <> pg_backend_pid()"
    )
    replica.ask("SELECT pg_wal_replay_pause()")
    world.hide()
    for path in (world.path, f"{world.path}?page=1", "/search/?q=sentence"):
        assert PHRASE not in world.page(path)
    replica.ask("SELECT pg_wal_replay_resume()")
    world.pair.wait_until_equal()
    assert PHRASE not in world.page(world.path)


def _the_replica_dies(world):
    world.pair.replica.kill()
    for path in (world.path, world.other, "/", "/search/?q=sentence"):
        assert BANNER not in world.page(path)
    assert world.ready() == (
        200,
        {"database": "ok", "migrations": "ok", "outbox": "ok", "replica": "unreachable"},
    )
    world.pair.replica.start()
    world.pair.wait_until_equal()
    assert world.ready()[1]["replica"] == "ok"


def _the_primary_dies(world):
    world.pair.primary.kill()
    began = time.monotonic()
    # The replica, too, was dead a moment ago, and is not asked again at once.
    wait_for(lambda: BANNER in world.page(world.path), 10)
    # Read before, and never read before; from the replica, then from memory.
    for path in (world.path, world.other, "/topics/", world.path):
        text = world.page(path)
        assert BANNER in text
        assert PHRASE not in text
    status, headers, text = world.get(world.other, cookie=world.cookie)
    assert (status, headers["Cache-Control"]) == (200, "private, no-store")
    assert BANNER in text
    status, text = world.reply("What I typed for an hour.")
    assert status == 503
    assert "What I typed for an hour." in text
    assert world.ready() == (503, {"database": "unreachable", "replica": "ok"})
    # Nobody waits for what is away; generous, for a busy machine.
    assert time.monotonic() - began < 15


def _the_primary_is_back(world):
    world.pair.primary.start()
    wait_for(lambda: world.ready()[0] == 200, 20, lambda: world.site.output)
    with world.app.app_context():
        db.engine.dispose()
        accounts.request_password_reset(None, email=world.email)
        # The worker of the site, which has lived through all this, delivers when a reply wakes it.
        _all_is_as_ever(world, "What I typed for an hour.")
        wait_for(_nothing_waits, 30, lambda: world.site.output)
        db.session.remove()


def _all_is_as_ever(world, reply):
    status, page = world.reply(reply)
    assert status == 303, page

    def is_shown():
        text = world.page(world.path)
        return reply in text and BANNER not in text

    wait_for(is_shown, 20)


def _the_replica_is_promoted(world):
    world.pair.wait_until_equal()
    world.pair.primary.kill()
    wait_for(lambda: BANNER in world.page(world.path), 10)
    world.pair.replica.run("pg_ctl", "promote", "-w", "-D", world.pair.replica.data)
    wait_for(lambda: world.ready()[0] == 200, 20, lambda: world.site.output)
    assert world.ready()[1]["replica"] == "ok"
    _all_is_as_ever(world, "Written to what was the replica.")


def _nothing_waits():
    db.session.rollback()
    return outbox.oldest_waiting() is None
