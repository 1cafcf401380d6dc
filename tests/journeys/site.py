"""A running site with the demo content, for one test process."""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from forum import config
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core import clock, mail, outbox
from forum.core.db import db, writing
from forum.factory import create_app
from forum.threads import queries as threads
from tests import factories

SENDER = "Roundtable <noreply@roundtable.example>"
DEMO_PASSWORD = "roundtable-demo"
PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who can sign in."""

    id: int
    name: str
    handle: str
    email: str
    password: str = factories.PASSWORD


@dataclass(frozen=True, slots=True)
class Place:
    """A thread or a board: where it is and what it is called."""

    id: int
    path: str
    title: str


class Quiet(WSGIRequestHandler):
    """Serves without a word on the terminal."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 — the library's name
        pass


class Site:
    """The application on a port of its own; what tests put into it and read from it."""

    def __init__(self, folder: Path, *, demo: Path) -> None:
        self.folder = folder
        _copy(demo, folder / "forum.sqlite3")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.app = make_app(folder, site_url=self.origin)
        self.moment: datetime | None = None
        self.server = make_server(
            "127.0.0.1",
            0,
            self._answer,
            threaded=True,
            request_handler=Quiet,
            fd=self.socket.fileno(),
        )
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self.clock():
            return self.app(environ, start)

    def clock(self) -> AbstractContextManager[None]:
        """Within the block it is as late as on the site: ``moment``, or now when it is None."""
        return clock.at(self.moment) if self.moment else nullcontext()

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.socket.close()
        with self.app.app_context():
            db.engine.dispose()

    @contextmanager
    def database(self) -> Iterator[None]:
        """Within the block ``tests.factories`` and queries work on this site's database."""
        token = writing.set(True)
        try:
            with self.app.app_context():
                yield
        finally:
            writing.reset(token)

    def member(self, **traits: Any) -> Member:
        """A new member; see ``factories.make_account``. ``centre`` and ``organisation`` by name."""
        with self.database():
            if "centre" in traits:
                traits["centre"] = factories.get_centre(traits["centre"])
            account = factories.make_account(**traits)
            return Member(account.id, account.display_name, account.handle, account.email)

    def board(self, centre: str = "north-east", **traits: Any) -> Place:
        """A new board; see ``factories.make_board``."""
        with self.database():
            board = factories.make_board(factories.get_centre(centre), **traits)
            return Place(board.id, board.path, board.title)

    def thread_by(self, author: Member, *, on: Place | None = None, **traits: Any) -> Place:
        """A new thread on a new board or ``on`` one; see ``factories.make_thread``."""
        with self.database():
            account = db.session.get_one(Account, author.id)
            board = db.session.get_one(Board, on.id) if on else None
            thread = factories.make_thread(board, account, **traits)
            return Place(thread.id, thread.path, thread.title)

    def organisation_of(self, steward: Member, *others: Member, **traits: Any) -> Place:
        """A confirmed organisation and who speaks for it; see ``factories.make_organisation``."""
        with self.database():
            organisation = factories.make_organisation(**traits)
            for member in (steward, *others):
                account = db.session.get_one(Account, member.id)
                factories.make_membership(account, organisation, steward=member is steward)
            return Place(organisation.id, organisation.path, organisation.name)

    def cookie(self, member: Member) -> dict[str, Any]:
        """The cookie of a new session of the member, as the browser keeps it."""
        with self.clock(), self.database():
            account = db.session.get_one(Account, member.id)
            session = {
                "_user_id": factories.make_session(account),
                "_fresh": True,
                "_permanent": True,
                "seen": int(clock.now().timestamp()),
            }
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]  # the cookie interface
        return {
            "name": self.app.config["SESSION_COOKIE_NAME"],
            "value": signer.dumps(session),
            "url": self.origin,
            "httpOnly": True,
            "sameSite": "Lax",
        }

    def deliver(self) -> None:
        """Do the worker's work: deliver every event that waits."""
        # Other applications of this process send their mail elsewhere.
        mail.configure("file:", sender=SENDER, folder=self.folder / "mail")
        with self.clock(), self.database():
            outbox.deliver_due()

    def wait_until_read(self, member: Member, thread: Place, *, number: int) -> None:
        """Wait for what a browser tells while it leaves a page, which no page waits for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        read: int | None = 0
        while (read or 0) < number:
            assert time.monotonic() < deadline, f"read up to {read}, not {number}"
            time.sleep(0.02)
            with self.database():
                read = threads.read_number(db.session.get_one(Account, member.id), thread.id)

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails to ``address``, oldest first, once everything is delivered."""
        self.deliver()
        files = sorted(
            (self.folder / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
        )
        found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message for message in found if message["To"] == address]

    def mailed_link(self, address: str) -> str:
        """The link in the newest mail to ``address``."""
        text: str = self.mails(address)[-1].get_content()
        return next(word for word in text.split() if word.startswith(self.origin))


def make_app(folder: Path, *, site_url: str) -> Flask:
    """The application as a developer runs it, but that nobody counts requests."""
    return create_app(
        config.load(
            {
                "FORUM_ENVIRONMENT": "testing",
                "FORUM_SECRET_KEY": "a secret for tests alone, of no worth elsewhere",
                "FORUM_SITE_URL": site_url,
                "FORUM_INSTANCE": str(folder),
                "FORUM_MAIL_FROM": SENDER,
                "FORUM_LOG_LEVEL": "ERROR",
                "FORUM_RATELIMIT_ENABLED": "0",
            }
        )
    )


def _copy(source: Path, target: Path) -> None:
    unfinished = target.with_suffix(".copying")
    before, after = sqlite3.connect(source), sqlite3.connect(unfinished)
    before.backup(after)
    before.close()
    after.close()
    unfinished.rename(target)
