"""What ``flask serve`` does before it serves, and errors as sentences."""

import os
import socket

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from forum.accounts.models import Account
from forum.core.db import db
from forum.ops import actions, queries
from forum.ops.commands import prepare
from tests import factories


@pytest.fixture
def upgraded(monkeypatch):
    """How often the database was brought up to date."""
    calls = []
    monkeypatch.setattr(prepare.flask_migrate, "upgrade", lambda: calls.append(True))
    return calls


def stand_at(revision):
    db.session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    factories.commit()


def test_a_current_database_is_left_alone(app, upgraded):
    prepare.migrate_when_behind()
    assert upgraded == []


def test_an_older_database_is_brought_up_to_date(app, upgraded):
    stand_at("0001")
    prepare.migrate_when_behind()
    assert upgraded == [True]


def test_a_newer_database_is_refused(app, upgraded):
    stand_at("9999")
    with pytest.raises(prepare.click.ClickException, match="at revision 9999"):
        prepare.migrate_when_behind()
    assert upgraded == []


def test_the_demo_goes_into_an_empty_database_only(app, monkeypatch):
    loaded = []
    monkeypatch.setattr(prepare, "load_demo", lambda: loaded.append(True))
    prepare.load_demo_when_empty()
    assert loaded == [True]
    factories.make_account()
    prepare.load_demo_when_empty()
    assert loaded == [True]


def test_a_taken_port_is_told(app, run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        output = run("serve", "--port", str(port), code=1)
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use." in output
    assert "make run PORT=8001" in output


@pytest.mark.parametrize(
    ("told", "wanted"),
    [(None, "http://127.0.0.1:{port}"), ("https://forum.example", "http://localhost")],
)
def test_the_address_is_that_of_the_port_unless_somebody_says_another(
    app, run, monkeypatch, told, wanted
):
    options = []
    monkeypatch.setattr("forum.ops.commands.serve._become_server", options.extend)
    # Set and taken away again, so that whatever the command sets is undone.
    monkeypatch.setenv("FORUM_SITE_URL", told or "")
    if told is None:
        monkeypatch.delenv("FORUM_SITE_URL")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run("serve", "--port", str(port))
    [greeting] = [one for one in options if one.startswith("--greeting=")]
    assert f"Roundtable is ready: {wanted.format(port=port)}" in greeting
    # The processes that serve learn it from the environment.
    assert os.environ["FORUM_SITE_URL"] == (told or wanted.format(port=port))


def test_a_database_that_is_away_is_told(run, monkeypatch):
    def away(**_options):
        raise OperationalError("SELECT 1", {}, Exception("connection refused\nmore"))

    monkeypatch.setattr(actions, "reconcile_counters", away)
    output = run("counters", "reconcile", code=1)
    assert "The database cannot be used: connection refused. Check FORUM_DATABASE_URL" in output


def test_a_database_without_tables_is_told(bare_app):
    result = bare_app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.output
    with bare_app.app_context():
        assert queries.migrations().present == ""
        assert not queries.migrations().is_current


def test_nobody_has_an_account_at_first(app):
    assert not queries.has_accounts()
    factories.make_account()
    assert queries.has_accounts()
    assert db.session.get(Account, 0) is None
