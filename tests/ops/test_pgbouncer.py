"""The site behind PgBouncer in transaction mode, which keeps nothing of a session."""

import shutil
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from forum.accounts.models import Account
from forum.core.access import OPERATOR
from forum.core.db import db, writing
from forum.threads import actions, queries
from forum.threads.models import Post
from tests import factories
from tests.ops.programs import find, running
from tests.ops.replication import programs
from tests.ops.serving import free_port

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name} user={user}{password}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 60
"""
THREADS = 6
REPLIES = 4


@pytest.fixture
def pooled(applications, tmp_path):
    """PgBouncer with two connections before a database, and what makes applications on it."""
    program = find("pgbouncer")
    direct = applications.databases("postgresql").create("live", template="migrated")
    server = conninfo_to_dict(direct)
    folder = Path(tempfile.mkdtemp(prefix="roundtable-pgbouncer-"))
    listen = free_port()
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            name=server["dbname"],
            host=server.get("host", "/var/run/postgresql"),
            port=server.get("port", 5432),
            user=server.get("user", "postgres"),
            password=f" password={server['password']}" if server.get("password") else "",
            listen=listen,
        )
    )
    _folder, user = programs()
    if user:
        shutil.chown(folder, user)
    url = f"postgresql://anybody@127.0.0.1:{listen}/{server['dbname']}"
    made = []

    def make(**environ):
        made.append(applications.make(url, tmp_path, FORUM_PGBOUNCER="1", **environ))
        return made[-1]

    with running([program, configuration], folder, lambda: answers(url), user=user):
        yield SimpleNamespace(make=make, url=url, direct=direct)
        for app in made:
            with app.app_context():
                db.engine.dispose()
            applications.made.remove(app)
    shutil.rmtree(folder)


def answers(url):
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_pages_and_posts_go_through_two_connections(pooled):
    app = pooled.make(FORUM_PAGE_CACHE="1")
    with app.app_context():
        thread = factories.make_thread()
        thread_id, path = thread.id, thread.path
        members = [factories.make_account().id for _ in range(THREADS)]
        db.session.remove()
    problems = []

    def work(account_id):
        try:
            for number in range(REPLIES):
                _reply(app, account_id, thread_id, number)
                browser = app.test_client(use_cookies=False)
                browser.proofreads = False
                assert browser.open(path, method="GET").status_code == 200
        except BaseException as error:  # noqa: BLE001 — told by the test
            problems.append(error)

    threads = [threading.Thread(target=work, args=(member,)) for member in members]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert problems == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Post)) == 1 + THREADS * REPLIES
        db.session.remove()
    app.wsgi_app.inner.sources.close()


def _reply(app, account_id, thread_id, number):
    writing.set(True)
    with app.app_context():
        member = db.session.get_one(Account, account_id)
        actions.reply(
            member,
            queries.get_thread(OPERATOR, thread_id),
            source=f"Reply {number}.",
            organisation_id=None,
            submission_id=f"{account_id} {number}",
        )
        db.session.remove()


def test_limits_hold_in_each_transaction_and_stay_in_it(pooled):
    app = pooled.make(FORUM_STATEMENT_TIMEOUT="1", FORUM_LOCK_TIMEOUT="1")
    with app.app_context():
        for _ in range(3):
            names = ("statement_timeout", "lock_timeout", "timezone")
            shown = [db.session.scalar(text(f"SHOW {name}")) for name in names]
            assert shown == ["1s", "1s", "UTC"]
            db.session.rollback()
        with psycopg.connect(pooled.url, autocommit=True) as other:
            for _ in range(3):
                assert other.execute("SHOW statement_timeout").fetchone() == ("0",)
        with pytest.raises(OperationalError, match="statement timeout"):
            db.session.execute(text("SELECT pg_sleep(5)"))
        db.session.rollback()
        with psycopg.connect(pooled.direct) as holder:
            holder.execute("LOCK TABLE centre")
            with pytest.raises(OperationalError, match="timeout"):
                db.session.execute(text("SELECT name FROM centre"))
        db.session.remove()


def test_without_the_setting_pgbouncer_refuses(pooled, applications, tmp_path):
    app = applications.make(pooled.url, tmp_path)
    with app.app_context(), pytest.raises(OperationalError, match="startup parameter"):
        db.session.execute(text("SELECT 1"))
    applications.made.remove(app)
