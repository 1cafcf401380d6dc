"""Commands for administrators and roles: sentences, never tracebacks."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from forum.accounts import queries
from forum.accounts.actions import hashing
from forum.accounts.models import Account, RoleGrant
from forum.core.audit import AuditRecord
from forum.core.db import db
from tests import factories

PASSWORD = "lantern wharf cobalt"


@pytest.fixture
def run(app):
    """Runs ``flask accounts …``; the exit code is checked."""

    def command(*arguments, text="", code=0):
        factories.commit()
        result = app.test_cli_runner().invoke(args=["accounts", *arguments], input=text)
        db.session.expire_all()
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    return command


def test_the_first_administrator_is_asked_for_everything(run):
    answers = f"Ada@Example.org\nAda Admin\n{PASSWORD}\n{PASSWORD}\n"
    output = run("create-admin", text=answers)
    assert "Ada Admin (@ada-admin) administers the site." in output
    assert PASSWORD not in output
    account = queries.account_by_email("ada@example.org")
    assert account.is_admin
    assert account.is_confirmed
    assert hashing.is_right(account.password_hash, PASSWORD)
    tags = db.session.scalars(select(AuditRecord.tag).order_by(AuditRecord.id)).all()
    assert tags == ["account.create", "role.grant"]


def test_an_administrator_is_made_by_a_script(run):
    options = ("--email", "ada@example.org", "--name", "Ada", "--password-stdin")
    run("create-admin", *options, text=PASSWORD + "\n")
    assert queries.account_by_email("ada@example.org").is_admin


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("nonsense", "Ada", PASSWORD, "Enter an email address in the correct format"),
        ("a@example.org", "", PASSWORD, "Enter a display name"),
        ("a@example.org", "Ada", "short", "at least 12 characters"),
        ("a@example.org", "Ada", "roundtable-demo", "must not contain the name of the site"),
        ("known@example.org", "Ada", PASSWORD, "Use: flask accounts grant"),
    ],
)
def test_an_administrator_is_refused_in_a_sentence(run, email, name, password, sentence):
    factories.make_account(email="known@example.org")
    options = ("--email", email, "--name", name, "--password-stdin")
    assert sentence in run("create-admin", *options, text=password + "\n", code=1)
    assert not db.session.scalars(select(RoleGrant)).all()


def test_roles_are_granted_and_revoked(run):
    account = factories.make_account(email="tom@example.org", handle="tom-ridley")
    role = ("TOM@example.org", "moderator", "--centre", "north-east")
    assert "@tom-ridley is a moderator of north-east now." in run("grant", *role)
    db.session.refresh(account)
    assert account.moderated_centres == {factories.get_centre("north-east").id}
    assert "already" in run("grant", *role, code=1)
    assert "is not a moderator of north-east any more." in run("revoke", *role)
    db.session.refresh(account)
    assert not account.is_staff
    assert "does not have this role" in run("revoke", *role, code=1)


def test_an_administrator_is_named(run):
    factories.make_account(email="tom@example.org", handle="tom-ridley")
    assert "@tom-ridley is an administrator now." in run(
        "grant", "tom@example.org", "administrator"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody@example.org", "moderator", "--centre", "london"), "No account has the address"),
        (("tom@example.org", "moderator"), "Choose the centre for this role."),
        (("tom@example.org", "moderator", "--centre", "atlantis"), "There is no such centre."),
        (("tom@example.org", "administrator", "--centre", "london"), "for the whole site"),
        (("new@example.org", "administrator"), "has not confirmed"),
    ],
)
def test_grants_are_refused_in_a_sentence(run, arguments, sentence):
    factories.make_account(email="tom@example.org")
    factories.make_account(email="new@example.org", confirmed=False)
    assert sentence in run("grant", *arguments, code=1)


def test_an_unknown_role_is_explained(run):
    assert "moderator" in run("grant", "tom@example.org", "emperor", code=2)


def test_the_last_administrator_is_kept(run):
    factories.make_account(email="ada@example.org", role="administrator")
    output = run("revoke", "ada@example.org", "administrator", code=1)
    assert "The last administrator cannot be removed." in output


def test_a_database_without_tables_is_explained(run, monkeypatch):
    def fail(_email):
        raise OperationalError("SELECT", {}, Exception("no such table: account"))

    monkeypatch.setattr(queries, "account_by_email", fail)
    output = run("grant", "tom@example.org", "administrator", code=1)
    assert "flask --app wsgi db upgrade" in output


@pytest.mark.parametrize("command", ["create-admin", "grant", "revoke"])
def test_every_command_explains_itself(run, command):
    assert "Usage:" in run(command, "--help")
    assert not db.session.scalars(select(Account)).all()
