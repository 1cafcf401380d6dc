"""Mails that follow what happens to accounts.

Each handler may run again for the same event: a link is then replaced by a newer one in a mail
with the same Message-ID. No mail repeats a name that somebody typed, for the reader need not be
who typed it.
"""

from flask import current_app
from flask_babel import gettext as _

from forum.accounts import actions, queries
from forum.accounts.email import compose
from forum.accounts.enums import TokenPurpose
from forum.accounts.events import (
    AccountRegistered,
    ConfirmationRequested,
    EmailChanged,
    EmailChangeRequested,
    PasswordChanged,
    PasswordResetRequested,
    RegistrationRepeated,
)
from forum.core import mail
from forum.core.outbox import subscribe


def register() -> None:
    """Subscribe to the events of accounts."""
    subscribe(AccountRegistered, send_confirmation)
    subscribe(ConfirmationRequested, send_confirmation)
    subscribe(RegistrationRepeated, tell_of_account)
    subscribe(PasswordResetRequested, send_reset)
    subscribe(EmailChangeRequested, send_email_change)
    subscribe(PasswordChanged, tell_of_password)
    subscribe(EmailChanged, tell_old_address)


def send_confirmation(event: AccountRegistered | ConfirmationRequested) -> None:
    """Mail the link that confirms the address, unless that has been done."""
    account = queries.find_account(event.account_id)
    if account is None or account.is_confirmed:
        return
    to = account.email
    token = actions.issue_token(account, TokenPurpose.CONFIRM)
    _send(
        to,
        subject=_("Confirm your email address"),
        text=compose("confirm", path=f"/account/confirm/{token}/"),
        key=f"confirm-{event.key}",
    )


def tell_of_account(event: RegistrationRepeated) -> None:
    """Tell the owner of an address that it has an account already.

    Who may have begun an unconfirmed account is unknown, so its earlier links are ended and the
    owner of the address is given one that sets a new password.
    """
    account = queries.find_account(event.account_id)
    if account is None:
        return
    if account.is_confirmed:
        _send(
            account.email,
            subject=_("You have an account already"),
            text=compose("registered_already"),
            key=f"registered-{event.key}",
        )
        return
    to = account.email
    actions.end_links(account)
    token = actions.issue_token(account, TokenPurpose.RESET)
    _send(
        to,
        subject=_("Finish creating your account"),
        text=compose("take_over", path=f"/account/reset-password/{token}/"),
        key=f"registered-{event.key}",
    )


def send_reset(event: PasswordResetRequested) -> None:
    """Mail the link for a new password, if the address has an account."""
    account = queries.account_by_email(event.email)
    if account is None:
        return
    to = account.email
    token = actions.issue_token(account, TokenPurpose.RESET)
    _send(
        to,
        subject=_("Choose a new password"),
        text=compose("reset", path=f"/account/reset-password/{token}/"),
        key=f"reset-{event.key}",
    )


def send_email_change(event: EmailChangeRequested) -> None:
    """Mail the link that makes an address the member's; its owner if it has one is told."""
    account = queries.find_account(event.account_id)
    if account is None:
        return
    if queries.account_by_email(event.email) is not None:
        _send(
            event.email,
            subject=_("Your address was given for another account"),
            text=compose("address_taken"),
            key=f"email-{event.key}",
        )
        return
    token = actions.issue_token(account, TokenPurpose.CHANGE_EMAIL, email=event.email)
    _send(
        event.email,
        subject=_("Confirm your new email address"),
        text=compose("change_email", path=f"/account/change-email/{token}/"),
        key=f"email-{event.key}",
    )


def tell_of_password(event: PasswordChanged) -> None:
    """Tell the member that the password was changed."""
    account = queries.find_account(event.account_id)
    if account is not None:
        _send(
            account.email,
            subject=_("Your password was changed"),
            text=compose("password_changed"),
            key=f"password-{event.key}",
        )


def tell_old_address(event: EmailChanged) -> None:
    """Tell the old address that it no longer belongs to the account."""
    _send(
        event.old_email,
        subject=_("Your email address was changed"),
        text=compose("email_changed"),
        key=f"old-address-{event.key}",
    )


def _send(to: str, *, subject: str, text: str, key: str) -> None:
    place = current_app.config["SITE_NAME"]
    mail.send(to=to, subject=f"{subject} – {place}", text=text, key=key)
