"""Passwords changed and forgotten; a new password ends the other sessions."""

from forum.accounts import queries
from forum.accounts.actions import hashing, registration, sessions, tokens, values
from forum.accounts.enums import TokenPurpose
from forum.accounts.events import PasswordChanged, PasswordResetRequested
from forum.accounts.models import Account
from forum.core import audit
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.transactions import action, pause


def check_password(account: Account, password: str, *, field: str) -> None:
    """Raises Invalid unless ``password`` is the account's own."""
    password_hash = account.password_hash
    pause()
    if not hashing.is_right(password_hash, password):
        raise Invalid("This is not your password. Check it and try again.", field=field)


def change_password(actor: Actor, *, current: str, new: str, token: str) -> None:
    """Change the actor's password and end their sessions except that of ``token``.

    Raises Invalid when ``current`` is wrong or ``new`` not good enough.
    """
    account = queries.get_own_account(actor)
    names = (account.display_name, account.email)
    check_password(account, current, field="current_password")
    values.accept_password(new, names=names)
    _set_password(account, hashing.hash_password(new), but=token)


@action
def request_password_reset(actor: Actor, *, email: str) -> None:
    """Have a link for a new password mailed, if the address has an account."""
    del actor
    emit(PasswordResetRequested(values.accept_email(email)))


def reset_password(actor: Actor, *, token: str, new: str) -> None:
    """Set a new password by the mailed link with ``token``; ends all sessions.

    The address is confirmed thereby. Raises NotFound for a dead link, Invalid for a password
    that is not good enough.
    """
    del actor
    account = queries.account_of_link(token, TokenPurpose.RESET)
    values.accept_password(new, names=(account.display_name, account.email))
    pause()
    _reset(token, hashing.hash_password(new))


@action
def _reset(token: str, password_hash: str) -> None:
    used = tokens.redeem(token, TokenPurpose.RESET)
    account = db.session.get_one(Account, used.account_id)
    registration.confirm(account)
    _set_password(account, password_hash)


@action
def _set_password(account: Account, password_hash: str, *, but: str = "") -> None:
    account.password_hash = password_hash
    sessions.end_sessions(account, but=but)
    tokens.end_links(account)
    audit.record(account, "account.change-password", account)
    emit(PasswordChanged(account.id))
