"""Mails about accounts, delivered once or more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forum.accounts import actions, queries, subscribers
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
from forum.core import clock, mail
from forum.core.db import db
from forum.core.errors import NotFound
from tests import factories
from tests.accounts.test_entry import link_in

NOBODY = 987_654


@pytest.mark.parametrize(
    ("handler", "event"),
    [
        (subscribers.send_confirmation, AccountRegistered(NOBODY)),
        (subscribers.tell_of_account, RegistrationRepeated(NOBODY)),
        (subscribers.send_reset, PasswordResetRequested("nobody@example.org")),
        (subscribers.send_email_change, EmailChangeRequested(NOBODY, "a@example.org")),
        (subscribers.tell_of_password, PasswordChanged(NOBODY)),
    ],
)
def test_accounts_that_are_gone_get_no_mail(app, outbox_mail, handler, event):
    handler(event)
    assert not outbox_mail.all()


def test_a_repeated_delivery_is_the_same_message_with_a_newer_link(app, outbox_mail):
    account = factories.make_account(confirmed=False)
    event = ConfirmationRequested(account.id)
    subscribers.send_confirmation(event)
    [first] = outbox_mail
    subscribers.send_confirmation(event)
    [second] = outbox_mail
    assert first["Message-ID"] == second["Message-ID"]
    assert link_in(first) != link_in(second)
    token = link_in(second).split("/")[-2]
    assert queries.account_of_link(token, TokenPurpose.CONFIRM) is account


def test_events_have_keys_of_their_own(app):
    assert AccountRegistered(1) != AccountRegistered(1)


def test_a_mail_server_that_is_down_loses_nothing(app, client, deliver, outbox_mail, monkeypatch):
    account = factories.make_account()
    with monkeypatch.context() as patch:

        def refuse(**_message):
            raise OSError("the server does not answer")

        patch.setattr(mail, "send", refuse)
        client.post_form("/account/forgotten-password/", {"email": account.email})
        assert deliver(failing=True) == 1
    assert not outbox_mail.all()
    with clock.at(clock.now() + timedelta(hours=2)):
        deliver()
        [message] = outbox_mail
        client.get(link_in(message))


def test_every_mail_is_plain_text_with_the_address_of_the_site(app, outbox_mail):
    account = factories.make_account(display_name="<b>Canary & co</b>")
    waiting = factories.make_account(confirmed=False, display_name="Canary")
    subscribers.send_confirmation(AccountRegistered(waiting.id))
    subscribers.tell_of_account(RegistrationRepeated(waiting.id))
    subscribers.tell_of_account(RegistrationRepeated(account.id))
    subscribers.send_reset(PasswordResetRequested(account.email))
    subscribers.send_email_change(EmailChangeRequested(account.id, "new@example.org"))
    subscribers.send_email_change(EmailChangeRequested(account.id, waiting.email))
    subscribers.tell_of_password(PasswordChanged(account.id))
    subscribers.tell_old_address(EmailChanged(account.id, "old@example.org"))
    messages = outbox_mail.all()
    assert len(messages) == 8
    for message in messages:
        text = message.get_content()
        assert message.get_content_type() == "text/plain"
        assert text.startswith("Hello,\n")
        assert "http://localhost" in text
        assert "Roundtable" in message["Subject"]
        assert "Canary" not in text, "names that others typed are not repeated"
        assert "{" not in text
        assert "&" not in text


def test_texts_need_no_request(app):
    assert "http://localhost/account/x/" in compose("reset", path="/account/x/")


def test_the_pages_of_mail_show_what_was_written(app, client, outbox_mail, monkeypatch):
    settings = replace(app.config["SETTINGS"], instance=outbox_mail.folder.parent)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert client.get("/dev/mail/").texts("h2") == ["No mail yet"]
    account = factories.make_account()
    subscribers.send_reset(PasswordResetRequested(account.email))
    (outbox_mail.folder / "not a mail.eml").write_text("x")
    page = client.get("/dev/mail/")
    shown = client.get(page.links["Choose a new password – Roundtable"])
    assert account.email in shown.main
    address = next(link for text, link in shown.links.items() if "reset-password" in text)
    assert client.get(address).h1 == "Choose a new password"
    for name in ("nothing", "not%20a%20mail", "..%2fqueue"):
        client.get(f"/dev/mail/{name}/", status=404)


def test_the_pages_of_mail_do_not_exist_in_production(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "ENVIRONMENT", "production")
    client.get("/dev/mail/", status=404)
    client.get("/dev/mail/reset-1/", status=404)
    assert "/dev/mail/" not in client.get("/account/check-email/").text


def test_a_link_after_its_account_is_gone(app):
    account = factories.make_account()
    token = actions.issue_token(account, TokenPurpose.RESET)
    db.session.delete(account)
    db.session.flush()
    with pytest.raises(NotFound):
        queries.account_of_link(token, TokenPurpose.RESET)
