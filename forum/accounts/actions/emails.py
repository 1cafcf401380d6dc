"""Another mail address: it counts once the link mailed there was used."""

from forum.accounts import queries
from forum.accounts.actions import passwords, registration, tokens, values
from forum.accounts.enums import TokenPurpose
from forum.accounts.events import EmailChanged, EmailChangeRequested
from forum.accounts.models import Account
from forum.core import audit
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.outbox import emit
from forum.core.transactions import action


def request_email_change(actor: Actor, *, email: str, password: str) -> None:
    """Have a link mailed to ``email`` that makes it the actor's address.

    Raises Invalid when the password is wrong or the address is no address or theirs already.
    """
    account = queries.get_own_account(actor)
    email = values.accept_email(email)
    if email == account.email:
        raise Invalid("This is your email address already.", field="email")
    passwords.check_password(account, password, field="password")
    _request(account, email)


@action
def _request(account: Account, email: str) -> None:
    audit.record(account, "account.request-email-change", account)
    emit(EmailChangeRequested(account.id, email))


@action
def change_email(actor: Actor, *, token: str) -> Account:
    """Change an account's address to that to which the link with ``token`` was mailed.

    Raises NotFound for a dead link, Invalid when another account has the address by now.
    """
    del actor
    used = tokens.redeem(token, TokenPurpose.CHANGE_EMAIL)
    account = db.session.get_one(Account, used.account_id)
    old_email, account.email = account.email, used.details["email"]
    db.session.flush()
    registration.confirm(account)
    tokens.end_links(account)
    audit.record(account, "account.change-email", account)
    emit(EmailChanged(account.id, old_email))
    return account
