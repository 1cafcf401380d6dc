"""What every test stands on: applications on both databases, a browser, mail, the clock.

``app``         the application on SQLite and on PostgreSQL; what a test writes is undone after it
``own_database`` with it ``app`` has a database that nobody used before, as plans need it
``worn_database`` with it ``app`` may change what a rollback does not undo: statistics, sequences
``demo_database`` with it ``app`` has the demo content
``live_app``    the same with a database of its own and real commits, for threads and processes
``client``      a browser (tests/client.py); ``browser()`` opens another
``deliver``     delivers the events that wait
``outbox_mail`` the mails sent
``limits_on``   rate limits, which are off otherwise
"""

import gc
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from hypothesis import HealthCheck, settings

from forum.accounts.actions import hashing
from forum.core import mail, outbox, queue
from forum.core.db import db, writing
from forum.web import login
from forum.web.limits import limiter
from tests import factories
from tests.applications import SENDER, Applications, undone
from tests.client import Client
from tests.databases import WORKER

BACKENDS = ("sqlite", "postgresql")
# Fixtures that hold the demo content, and how long a test with one of them may take.
DEMO, DEMO_SECONDS = {"demo", "demo_database"}, 180

# The databases are function-scoped fixtures, but each example of a property starts anew.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("developer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "developer")

# A commit within a test ends a savepoint, never the transaction around the test.
db.session.session_factory.configure(join_transaction_mode="create_savepoint")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, or one process would still be at it when others are done.

    Whichever test asks first for the demo loads it, within its own time.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if DEMO & {*fixtures} and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(DEMO_SECONDS))
    items.sort(key=lambda item: not takes_long(item))


def takes_long(item: pytest.Item) -> bool:
    """Whether the test says so itself, or needs a browser."""
    marked = item.get_closest_marker("live") or item.get_closest_marker("timeout")
    return bool(marked) or "journeys" in item.path.parts


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: Python need not look through them for garbage.

    What a test leaves is little, and looked through ten times less often than by default.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(7_000, 10, 10)


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Applications]:
    """Applications of this process."""
    cache: pytest.Cache | None = getattr(pytestconfig, "cache", None)
    templates = cache.mkdir("templates") if cache else tmp_path_factory.mktemp("templates")
    base = tmp_path_factory.getbasetemp()
    common = base if WORKER == "main" else base.parent
    made = Applications(tmp_path_factory.mktemp("instance"), templates=templates, common=common)
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: "sqlite" or "postgresql"."""
    return str(request.param)


@pytest.fixture
def own_database() -> None:
    """``app`` has a database that nobody used before: for tests of plans."""


@pytest.fixture
def worn_database() -> None:
    """``app`` shares a database whose statistics and sequences nobody relies on."""


@pytest.fixture
def demo_database() -> None:
    """``app`` has a database with the demo content."""


@pytest.fixture
def app(
    request: pytest.FixtureRequest, applications: Applications, backend: str
) -> Iterator[Flask]:
    """The application within its context; the database is as before after the test."""
    if "own_database" in request.fixturenames:
        with _new_database(applications, backend, "own", template="migrated") as app:
            yield from undone(app)
    else:
        asked = (name for name in ("worn", "demo") if f"{name}_database" in request.fixturenames)
        app = applications.shared(backend, next(asked, "shared"))
        # Afterwards: an application that was made just now counts requests.
        _quieten(applications.folder)
        writing.set(True)
        yield from undone(app)


@pytest.fixture
def make_app(applications: Applications, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """``make_app(FORUM_…="…")``: another application, by default on an empty SQLite file.

    What applications share within a process is as before after the test.
    """
    kept = [(thing, dict(vars(thing))) for thing in (limiter, login.manager)]
    lists = [(items, list(items)) for items in (queue._queues, mail._mailer)]
    jobs = dict(queue._jobs)
    logging = structlog.get_config()
    made = len(applications.made)

    def make(**environ: str) -> Flask:
        url = environ.pop("FORUM_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
        return applications.make(url, tmp_path, **environ)

    yield make
    for app in applications.made[made:]:
        with app.app_context():
            db.engine.dispose()
    del applications.made[made:]
    for thing, attributes in kept:
        vars(thing).clear()
        vars(thing).update(attributes)
    for items, values in lists:
        items[:] = values
    queue._jobs.clear()
    queue._jobs.update(jobs)
    structlog.configure(**logging)


@pytest.fixture
def live_app(applications: Applications, backend: str) -> Iterator[Flask]:
    """An application with a database of its own that really commits; no context is pushed."""
    with _new_database(applications, backend, "live", template="migrated") as app:
        yield app


@pytest.fixture
def bare_app(applications: Applications, backend: str) -> Iterator[Flask]:
    """An application with an empty database, before any migration; no context is pushed."""
    with _new_database(applications, backend, "bare", template="") as app:
        yield app


@contextmanager
def _new_database(
    applications: Applications, backend: str, name: str, *, template: str
) -> Iterator[Flask]:
    databases = applications.databases(backend)
    databases.create(name, template=template)
    app = applications.own(backend, name)
    _quieten(applications.folder)
    writing.set(True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser that nobody has signed in with."""
    return app.test_client()  # type: ignore[return-value]  # the class was chosen above


@pytest.fixture
def browser(app: Flask) -> Callable[..., Client]:
    """Opens another browser: ``browser()`` or ``browser(account)`` signed in."""

    def open_browser(account: Any = None) -> Client:
        opened: Client = app.test_client()  # type: ignore[assignment]  # as above
        return opened.sign_in(account) if account else opened

    return open_browser


@pytest.fixture
def deliver(app: Flask) -> Callable[..., int]:
    """Delivers the events that are due; fails when a delivery fails, unless ``failing``."""

    def run(*, failing: bool = False, **kwargs: Any) -> int:
        factories.commit()
        with app.app_context():
            tried = outbox.deliver_due(**kwargs)
            waiting = db.session.query(outbox.OutboxEvent).filter(
                outbox.OutboxEvent.last_error != "", outbox.OutboxEvent.delivered_at.is_(None)
            )
            errors = [f"{event.name}: {event.last_error}" for event in waiting]
        db.session.expire_all()
        assert failing or not errors, "\n".join(errors)
        return tried

    return run


class Mails:
    """The mails sent in this test, oldest first, as ``email.message.EmailMessage``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[EmailMessage]:
        """Every mail so far."""
        files = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address."""
        return [message for message in self.all() if message["To"] == address]

    def __len__(self) -> int:
        return len(self.all())

    def __iter__(self) -> Iterator[EmailMessage]:
        return iter(self.all())

    def __getitem__(self, index: int) -> EmailMessage:
        return self.all()[index]


@pytest.fixture
def outbox_mail(applications: Applications) -> Mails:
    """The mails that the site has sent in this test."""
    return Mails(applications.folder / "mail")


@pytest.fixture
def limits_on(app: Flask) -> Iterator[None]:
    """Rate limits as on a real site, counted from nothing."""
    limiter.reset()
    limiter.enabled = True
    yield
    limiter.enabled = False
    limiter.reset()


def _quieten(folder: Path) -> None:
    """No mail of an earlier test is there; nobody counts requests."""
    shutil.rmtree(folder / "mail", ignore_errors=True)
    mail.configure("file:", sender=SENDER, folder=folder / "mail")
    limiter.enabled = False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """The network does not exist: only this machine can be reached."""
    with pytest.MonkeyPatch.context() as patch:
        connect = socket.socket.connect

        def guarded(self: socket.socket, address: Any) -> None:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
                raise AssertionError(f"a test tried to reach {address[0]}")
            connect(self, address)

        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[PasswordHasher]:
    """Passwords are hashed as in ``factories.CHEAP_HASH``, which costs nothing."""
    real = hashing.HASHER
    cheap = PasswordHasher.from_parameters(extract_parameters(factories.CHEAP_HASH))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "HASHER", cheap)
        patch.setattr(hashing, "NOBODYS_HASH", factories.CHEAP_HASH)
        yield real


@pytest.fixture
def real_hashes(cheap_hashes: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as on a site."""
    monkeypatch.setattr(hashing, "HASHER", cheap_hashes)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
