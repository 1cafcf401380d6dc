"""``flask serve`` as real processes: it starts, stops, and outlives kills."""

import os
import signal
import sys
import threading
import time

import pytest

from forum.accounts import actions as accounts
from forum.core.db import db
from forum.threads.models import Post
from tests import factories
from tests.ops.posting import Poster, make_site_app
from tests.ops.serving import Site, wait_for

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

CLIENTS = 50
POSTING_SECONDS = 5
WEB_KILLS = 6


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def site_app(folder):
    """The application of the site in ``folder``, in this process, with its tables made."""
    yield from make_site_app(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_and_stops_with_everything(folder, number):
    with Site(folder, options=("--migrate",)) as site:
        assert site.answers("/readyz")
        worker = site.worker_process()
        assert len(site.left_over()) == 1 + 1 + len(site.web_processes())
        assert site.stop(number) == 0
        assert worker not in site.left_over()
        assert site.left_over() == []
        assert f"Roundtable is ready: {site.origin}" in site.output
        assert "Roundtable has stopped." in site.output
        assert "Traceback" not in site.output
        assert "Fatal" not in site.output


def test_nothing_outlives_a_killed_parent(folder):
    with Site(folder, options=("--migrate",)) as site:
        site.worker_process()
        os.kill(site.process.pid, signal.SIGKILL)
        site.process.wait()
        wait_for(lambda: site.left_over() == [], 20, lambda: site.output)


def test_fifty_clients_post_at_once_to_one_thread(folder, site_app):
    with site_app.app_context():
        thread = factories.make_thread()
        posters = [Poster(site_app, thread, factories.make_account()) for _ in range(CLIENTS)]
        number = thread.id
        db.engine.dispose()
    with Site(folder) as site:
        work_for(POSTING_SECONDS, [poster.post_to(site) for poster in posters])
        assert site.flask("counters", "reconcile", "--dry-run") == "Every counter is right.\n"
        assert site.stop() == 0
        assert "Traceback" not in site.output
    acknowledged = {}
    for poster in posters:
        assert poster.troubles == []
        assert not acknowledged.keys() & poster.acknowledged.keys()
        acknowledged.update(poster.acknowledged)
    assert len(acknowledged) >= CLIENTS
    with site_app.app_context():
        posts = db.session.query(Post).filter_by(thread_id=number).order_by(Post.number).all()
        assert [post.number for post in posts] == list(range(1, len(posts) + 1))
        assert {p.source: f"/posts/{p.id}/" for p in posts[1:]} == acknowledged


def test_kills_in_the_middle_of_posting_lose_and_double_nothing(folder, site_app):
    with site_app.app_context():
        thread = factories.make_thread()
        posters = [
            Poster(site_app, thread, factories.make_account(), retries=index % 2 == 0)
            for index in range(6)
        ]
        reader = factories.make_account()
        number, address = thread.id, reader.email
        db.engine.dispose()
    with Site(folder) as site:
        site.worker_process()
        stop = threading.Event()
        threads = [
            threading.Thread(target=poster.post_to(site), args=(stop,)) for poster in posters
        ]
        for each in threads:
            each.start()
        try:
            for kill in range(WEB_KILLS):
                time.sleep(0.3)
                for pid in site.web_processes():
                    os.kill(pid, signal.SIGKILL)
                if kill % 3 == 0:
                    os.kill(site.worker_process(), signal.SIGKILL)
                site.wait_until_up(10)
            os.kill(site.worker_process(), signal.SIGKILL)
            with site_app.app_context():
                accounts.request_password_reset(None, email=address)
                db.engine.dispose()
            time.sleep(0.3)
        finally:
            stop.set()
            for each in threads:
                each.join()
        mails = folder / "mail"
        wait_for(lambda: [*mails.glob("*.eml")], 40, lambda: site.output)
        assert site.flask("counters", "reconcile", "--dry-run") == "Every counter is right.\n"
        assert site.stop() == 0
        assert site.left_over() == []
    assert [address in mail.read_text() for mail in mails.glob("*.eml")] == [True]
    check_posts(site_app, number, posters)


def check_posts(site_app, number, posters):
    """What was acknowledged is there once, what was not is there once or not at all."""
    with site_app.app_context():
        posts = db.session.query(Post).filter_by(thread_id=number).order_by(Post.number).all()
        assert [post.number for post in posts] == list(range(1, len(posts) + 1))
        found = {post.source: f"/posts/{post.id}/" for post in posts[1:]}
        assert len(found) == len(posts) - 1
        assert all("<p>" in post.html for post in posts)
    acknowledged = {s: path for poster in posters for s, path in poster.acknowledged.items()}
    tried = {text for poster in posters for text in poster.tried}
    assert acknowledged.items() <= found.items()
    assert found.keys() <= tried
    assert len(acknowledged) >= len(posters)
    assert [trouble for poster in posters for trouble in poster.troubles if trouble >= 400] == []


def work_for(seconds, tasks):
    """Run all ``tasks`` at once for so many seconds."""
    stop = threading.Event()
    threads = [threading.Thread(target=task, args=(stop,)) for task in tasks]
    for each in threads:
        each.start()
    time.sleep(seconds)
    stop.set()
    for each in threads:
        each.join()
