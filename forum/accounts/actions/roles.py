"""Roles given and taken; the account's sessions end with each change."""

from sqlalchemy import select

from forum.accounts import policy, queries
from forum.accounts.actions import hashing, registration, sessions, values
from forum.accounts.enums import Role, Sector
from forum.accounts.models import Account, RoleGrant
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from forum.core.transactions import action, pause


@action
def grant_role(
    actor: Actor, account: Account, *, role: Role, centre_id: int | None = None
) -> RoleGrant:
    """Give the account a role; moderators and managers have it for one centre.

    Raises Invalid when it has the role already or the centre does not fit the role.
    """
    ensure(policy.can_grant(actor, account, role=role, centre_id=centre_id))
    if role is Role.ADMINISTRATOR and centre_id is not None:
        raise Invalid("An administrator has the role for the whole site.", field="centre")
    if role is not Role.ADMINISTRATOR and centre_id is None:
        raise Invalid("Choose the centre for this role.", field="centre")
    if any(grant.role is role and grant.centre_id == centre_id for grant in account.grants):
        raise Invalid("The account has this role already.", field="role")
    grant = RoleGrant(
        role=role, centre_id=centre_id, granted_at=clock.now(), granted_by=actor.actor_id
    )
    account.grants.append(grant)
    db.session.flush()
    sessions.end_sessions(account)
    audit.record(actor, "role.grant", account, centre_id=centre_id, role=role.value)
    return grant


@action
def revoke_role(actor: Actor, grant: RoleGrant) -> None:
    """Take a role away; raises NotAllowed when nobody else administers the site."""
    ensure(policy.can_revoke(actor, grant))
    account = grant.account
    if grant.role is Role.ADMINISTRATOR:
        _ensure_another_administrator(account)
    account.grants.remove(grant)
    db.session.delete(grant)
    sessions.end_sessions(account)
    audit.record(actor, "role.revoke", account, centre_id=grant.centre_id, role=grant.role.value)


def _ensure_another_administrator(account: Account) -> None:
    # Locked, so that two administrators cannot remove each other at once.
    holders = db.session.scalars(
        select(RoleGrant.account_id).where(RoleGrant.role == Role.ADMINISTRATOR).with_for_update()
    ).all()
    if not set(holders) - {account.id}:
        raise NotAllowed("The last administrator cannot be removed. Name another one first.")


def create_administrator(actor: Actor, *, email: str, display_name: str, password: str) -> Account:
    """Create an account with a confirmed address that administers the site.

    Raises Invalid for values that cannot be accepted and when the address has an account.
    """
    ensure(policy.can_administer(actor))
    email = values.accept_email(email)
    display_name = values.accept_name(display_name)
    values.accept_password(password, names=(display_name, email))
    pause()
    return _create(
        actor,
        email=email,
        display_name=display_name,
        password_hash=hashing.hash_password(password),
    )


@action
def _create(actor: Actor, *, email: str, display_name: str, password_hash: str) -> Account:
    if queries.account_by_email(email) is not None:
        raise Invalid(
            "There is an account with this address. Use: flask accounts grant", field="email"
        )
    account = registration.add_account(
        actor,
        email=email,
        password_hash=password_hash,
        display_name=display_name,
        sector=Sector.PUBLIC,
        region=None,
        rules=queries.current_rules(),
        confirmed=True,
    )
    grant_role(actor, account, role=Role.ADMINISTRATOR)
    return account
