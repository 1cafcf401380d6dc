"""Commands for accounts: the first administrator, roles.

They stand here and not in the accounts feature, which does not know centres.
"""

import sys
from typing import ParamSpec

import click
from flask.cli import AppGroup

from forum.accounts import actions
from forum.accounts import queries as accounts
from forum.accounts.enums import Role
from forum.accounts.models import Account, RoleGrant
from forum.centres import queries as centres
from forum.core.access import OPERATOR
from forum.core.sentences import in_sentences

P = ParamSpec("P")

group = AppGroup("accounts", help="Accounts of administrators, and roles.")
roles = click.Choice([role.value for role in Role])


@group.command("create-admin")
@click.option("--email", prompt="Email address", help="Address, confirmed thereby.")
@click.option("--name", prompt="Display name", help="Name beside what the administrator writes.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@in_sentences
def create_admin(email: str, name: str, *, password_stdin: bool) -> None:
    """Create an account that administers the site."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    account = actions.create_administrator(
        OPERATOR, email=email, display_name=name, password=password
    )
    click.echo(f"{account.display_name} (@{account.handle}) administers the site.")


@group.command("grant")
@click.argument("email")
@click.argument("role", type=roles)
@click.option("--centre", metavar="SLUG", help="Centre, for moderators and managers.")
@in_sentences
def grant(email: str, role: str, centre: str | None) -> None:
    """Give the account with EMAIL the ROLE."""
    account = _account(email)
    actions.grant_role(OPERATOR, account, role=Role(role), centre_id=_centre_id(centre))
    click.echo(f"@{account.handle} is {_in_words(role, centre)} now.")


@group.command("revoke")
@click.argument("email")
@click.argument("role", type=roles)
@click.option("--centre", metavar="SLUG", help="Centre, for moderators and managers.")
@in_sentences
def revoke(email: str, role: str, centre: str | None) -> None:
    """Take the ROLE away from the account with EMAIL."""
    account = _account(email)
    actions.revoke_role(OPERATOR, _grant(account, Role(role), _centre_id(centre)))
    click.echo(f"@{account.handle} is not {_in_words(role, centre)} any more.")


def _account(email: str) -> Account:
    account = accounts.account_by_email(email)
    if account is None:
        raise click.ClickException(f"No account has the address {email}.")
    return account


def _centre_id(slug: str | None) -> int | None:
    return centres.get_centre(OPERATOR, slug).id if slug is not None else None


def _grant(account: Account, role: Role, centre_id: int | None) -> RoleGrant:
    for held in account.grants:
        if held.role is role and held.centre_id == centre_id:
            return held
    raise click.ClickException("The account does not have this role.")


def _in_words(role: str, centre: str | None) -> str:
    article = "an" if role == Role.ADMINISTRATOR else "a"
    return f"{article} {role}" + (f" of {centre}" if centre else "")
