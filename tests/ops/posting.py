"""Members who post to a real site by bare HTTP, as often as they can."""

import http.client
import time
import uuid
from urllib.parse import urlencode, urlsplit

import flask_migrate
from sqlalchemy import update

from forum import config
from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core import mail, queue
from forum.core.db import db
from forum.factory import create_app
from tests.client import Client

SEE_OTHER = 303
BROKEN = 0


def make_site_app(folder):
    """Yields an application on the database and queue of the site in ``folder``."""
    kept = (list(queue._queues), dict(queue._jobs), list(mail._mailer))
    app = create_app(config.load({"FORUM_INSTANCE": str(folder), "FORUM_LOG_LEVEL": "WARNING"}))
    with app.app_context():
        flask_migrate.upgrade()
        # Those who post here are new members, and none of their posts shall wait.
        db.session.execute(update(Centre).values(holding=Holding.NEVER))
        db.session.commit()
    yield app
    with app.app_context():
        db.engine.dispose()
    queue.release()
    queue._queues[:], mail._mailer[:] = kept[0], kept[2]
    queue._jobs.clear()
    queue._jobs.update(kept[1])


class Poster:
    """A member with a signed-in browser, who replies to one thread again and again.

    ``tried`` has the texts sent, ``acknowledged`` those answered with the address of
    the post, ``troubles`` the other answers (0 for a broken connection). With ``retries`` a
    broken sending is repeated until it is answered.
    """

    def __init__(self, app, thread, account, *, retries=True):
        browser = Client(app).sign_in(account)
        self.token = browser.token()
        self.cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
        self.path = f"/threads/{thread.id}/reply/"
        self.name = account.handle
        self.retries = retries
        self.tried = []
        self.acknowledged = {}
        self.troubles = []

    def post_to(self, site):
        """A task that posts to ``site`` until the event it is given is set."""

        def work(stop):
            while not stop.is_set():
                self._post_once(site, stop)

        return work

    def _post_once(self, site, stop):
        submission = uuid.uuid4().hex
        text = f"Reply {len(self.tried)} of {self.name}."
        self.tried.append(text)
        # Every other post is sent twice, like a form whose button was pressed again.
        for _ in range(1 + len(self.tried) % 2):
            status, location = self._send(site, text, submission)
            while status == BROKEN and self.retries and not stop.is_set():
                time.sleep(0.05)
                status, location = self._send(site, text, submission)
            self._note(text, status, location)
            if status == BROKEN:
                time.sleep(0.05)

    def _note(self, text, status, location):
        if status != SEE_OTHER:
            self.troubles.append(status)
        elif self.acknowledged.setdefault(text, location) != location:
            self.troubles.append(999)

    def _send(self, site, text, submission):
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        body = urlencode(
            {
                "csrf_token": self.token,
                "source": text,
                "speak_as": "",
                "submission_id": submission,
            }
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{self.cookie.key}={self.cookie.value}",
            "Origin": site.origin,
        }
        try:
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, urlsplit(answer.headers.get("Location", "")).path
        except (OSError, http.client.HTTPException):
            return BROKEN, ""
        finally:
            connection.close()
