"""What is hidden is gone from the very next answer of every server, kept pages or not."""

import http.client
import os

import pytest

from forum.consultations import actions as consultations
from forum.core.access import OPERATOR
from forum.core.db import db
from forum.core.transactions import action
from forum.threads import queries
from forum.threads.actions import states
from tests import factories
from tests.consultations import making
from tests.ops.serving import Site

PHRASE = "a sentence that nobody may read"
# More by hand: FORUM_TEST_ROUNDS=1000 pytest tests/web/test_hidden_everywhere.py
ROUNDS = int(os.environ.get("FORUM_TEST_ROUNDS", "25"))

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


@pytest.fixture
def served(applications, backend, tmp_path):
    """An application and two servers, each a process of its own, on one database."""
    url = applications.databases(backend).create("live", template="migrated")
    app = applications.make(url, tmp_path)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    options = {"options": ("--alone",), "FORUM_DATABASE_URL": url}
    with Site(folders[0], **options) as one, Site(folders[1], **options) as two:
        yield app, (one, two)
    with app.app_context():
        db.engine.dispose()
    applications.made.remove(app)


def read(site, path):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


def test_the_next_answer_of_every_server_is_true(served):
    app, sites = served
    with app.app_context():
        thread = factories.make_thread(posts=3)
        post = factories.make_post(thread, text=PHRASE)
        asked = making.make_open()
        consultations.cite_post(making.manager(), asked, post, theme_id=None, note=PHRASE)
        paths = (
            asked.path,
            *(thread.path, post.author.path, f"/feeds/threads/{thread.id}/"),
            f"/api/v1/threads/{thread.id}/posts/",
        )
        answers = len(sites) * len(paths)
        hide, show = action(states.hide), action(states.show_again)
        for _ in range(ROUNDS):
            held = queries.get_post(OPERATOR, post.id)
            hide(held, rule="A rule", reason="A reason.", entry=None)
            assert [PHRASE in read(site, path) for site in sites for path in paths] == [
                False
            ] * answers
            show(held)
            assert [PHRASE in read(site, path) for site in sites for path in paths] == [
                True
            ] * answers
            db.session.remove()
