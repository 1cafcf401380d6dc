"""Redis holds limits and the queue for all processes; when it dies, the site goes on."""

import http.client
import re
import sys
from collections import Counter
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import redis

from forum.core import outbox, queue
from forum.core.db import db, writing
from forum.ops import jobs
from tests import factories
from tests.ops.posting import SEE_OTHER, Poster, make_site_app
from tests.ops.programs import find, running
from tests.ops.serving import Site, free_port, wait_for

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

PATH = "/account/sign-in/"
PROCESSES = 2
LIMIT = 10


def start_redis(folder, port):
    """A Redis of the test's own, on its own port."""
    command = [find("redis-server"), "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    client = redis.Redis(port=port)

    def is_up():
        try:
            return client.ping()
        except redis.ConnectionError:
            return False

    return running(command, folder, is_up)


@pytest.fixture
def world(tmp_path):
    """A site of two web processes and a worker, with one member and one thread."""
    find("redis-server")
    port = free_port()
    folder = tmp_path / "redis"
    folder.mkdir()
    environ = {
        "FORUM_REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "FORUM_RATELIMIT_ENABLED": "1",
    }
    for app in make_site_app(tmp_path):
        with app.app_context():
            thread = factories.make_thread()
            poster = Poster(app, thread, factories.make_account())
            db.session.remove()
        with (
            start_redis(folder, port) as server,
            Site(tmp_path, options=("--workers", str(PROCESSES)), **environ) as site,
        ):
            wait_for(lambda site=site: len(site.web_processes()) == PROCESSES, 20)
            yield SimpleNamespace(
                app=app,
                site=site,
                poster=poster,
                path=thread.path,
                server=server,
                start_again=lambda: start_redis(folder, port),
                url=environ["FORUM_REDIS_URL"],
            )


def ask(site, path, *, data=None, cookie=""):
    """Status, cookie and text of an answer; each request has a connection of its own."""
    headers = {"Cookie": cookie} if cookie else {}
    if data:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.origin}
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request("POST" if data else "GET", path, data and urlencode(data), headers)
        answer = connection.getresponse()
        given = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
        return answer.status, given, answer.read().decode()
    finally:
        connection.close()


def attempts(site, count, *, email):
    """What so many attempts to sign in are answered."""
    _status, cookie, page = ask(site, PATH)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    data = {"csrf_token": token, "email": email, "password": "not it at all"}
    return Counter(ask(site, PATH, data=data, cookie=cookie)[0] for _ in range(count))


def test_redis_dies_and_comes_back(world):
    site = world.site
    # The processes count together.
    assert attempts(site, LIMIT + 4, email="one@example.org") == {422: LIMIT, 429: 4}
    world.server.kill()
    world.server.wait()
    # Each process counts for itself, from nothing; nobody tries for ever, nothing breaks.
    answers = attempts(site, PROCESSES * LIMIT + 4, email="two@example.org")
    assert set(answers) == {422, 429}
    assert answers[422] <= PROCESSES * LIMIT
    status, _cookie, _page = ask(site, world.path)
    assert status == 200
    assert world.poster._send(site, "A reply.", "while Redis is away")[0] == SEE_OTHER
    assert ask(site, "/readyz")[0] == 200
    with world.start_again():
        queue.configure(redis_url=world.url, folder=site.folder)
        _has_delivered(world)


def _has_delivered(world):
    """The worker has outlived the outage, and delivers what was written meanwhile."""
    with world.app.app_context():
        jobs.register()

        # To look must not lock SQLite.
        token = writing.set(False)

        def is_done():
            waiting = outbox.oldest_waiting()
            db.session.remove()
            return waiting is None

        assert not is_done()
        queue.put(jobs.DELIVER)
        wait_for(is_done, 30, lambda: world.site.output)
        writing.reset(token)
