"""New accounts and their addresses.

Nobody learns from an answer whether an address is registered: only the mail tells.
"""

import functools

from forum.accounts import policy, queries
from forum.accounts.actions import hashing, tokens, values
from forum.accounts.enums import Region, Sector, TokenPurpose
from forum.accounts.events import AccountRegistered, ConfirmationRequested, RegistrationRepeated
from forum.accounts.models import Account, HouseRules, RulesAcceptance
from forum.core import audit, clock
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid, NotFound
from forum.core.outbox import emit
from forum.core.transactions import action, pause

ATTEMPTS = 3


def register_account(
    actor: Actor,
    *,
    email: str,
    password: str,
    display_name: str,
    sector: Sector,
    region: Region | None,
    rules_id: int | None,
) -> None:
    """Create an account whose address waits to be confirmed by a mailed link.

    Does as much, and answers the same, when the address has an account: its owner is told.
    Raises Invalid for values that cannot be accepted.
    """
    ensure(policy.can_register(actor))
    email = values.accept_email(email)
    display_name = values.accept_name(display_name)
    values.accept_password(password, names=(display_name, email))
    pause()
    password_hash = hashing.hash_password(password)
    register = functools.partial(
        _register,
        actor,
        email=email,
        password_hash=password_hash,
        display_name=display_name,
        sector=sector,
        region=region,
        rules_id=rules_id,
    )
    for _ in range(ATTEMPTS - 1):
        try:
            return register()
        except Invalid as error:
            # Somebody took the address or the handle since we looked: look again.
            if error.field not in {"email", "handle"}:
                raise
    return register()


@action
def _register(
    actor: Actor,
    *,
    email: str,
    password_hash: str,
    display_name: str,
    sector: Sector,
    region: Region | None,
    rules_id: int | None,
) -> None:
    rules = values.accept_rules(rules_id)
    # Made for a known address too, so that the answer takes the same time.
    handle = values.make_handle(display_name)
    known = queries.account_by_email(email)
    if known is not None:
        emit(RegistrationRepeated(known.id))
        return
    account = add_account(
        actor,
        email=email,
        password_hash=password_hash,
        display_name=display_name,
        sector=sector,
        region=region,
        rules=rules,
        handle=handle,
    )
    emit(AccountRegistered(account.id))


@action
def add_account(
    actor: Actor,
    *,
    email: str,
    password_hash: str,
    display_name: str,
    sector: Sector,
    region: Region | None,
    rules: HouseRules | None,
    handle: str = "",
    about: str = "",
    confirmed: bool = False,
) -> Account:
    """Create an account as it is, without any mail: for registration, commands and demos.

    Raises Invalid when address or handle are taken.
    """
    now = clock.now()
    account = Account(
        handle=handle or values.make_handle(display_name),
        display_name=display_name,
        email=email,
        password_hash=password_hash,
        sector=sector,
        region=region,
        about=about,
        created_at=now,
        confirmed_at=now if confirmed else None,
        grants=[],
    )
    db.session.add(account)
    db.session.flush()
    if rules is not None:
        db.session.add(RulesAcceptance(account_id=account.id, rules_id=rules.id, accepted_at=now))
    by = actor if actor.is_authenticated else account
    audit.record(by, "account.create", account, rules=rules.version if rules else None)
    return account


@action
def confirm_address(actor: Actor, *, token: str) -> Account:
    """Confirm the address to which the link with ``token`` was mailed.

    Raises NotFound when the link does not work any more.
    """
    del actor
    used = tokens.redeem(token, TokenPurpose.CONFIRM)
    account = db.session.get_one(Account, used.account_id)
    if account.email != used.details["email"]:
        raise NotFound(queries.DEAD_LINK)
    confirm(account)
    return account


def confirm(account: Account) -> None:
    """Note within an action that the member has shown to read mail at the address."""
    if account.confirmed_at is None:
        account.confirmed_at = clock.now()
        audit.record(account, "account.confirm", account)


@action
def request_confirmation(actor: Actor) -> None:
    """Have the link that confirms the address mailed once more."""
    account = queries.get_own_account(actor)
    if account.confirmed_at is None:
        emit(ConfirmationRequested(account.id))
        audit.record(actor, "account.request-confirmation", account)
