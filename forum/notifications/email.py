"""The mail of a notice."""

from datetime import datetime

from flask import current_app
from flask_babel import gettext as _

from forum.core import mail
from forum.notifications.enums import WORDS
from forum.notifications.queries import Message


def send(message: Message) -> None:
    """Mail what an account is told; the same message has the same Message-ID again.

    Needs no request: the worker has none, so Flask's ``render_template`` would not do.
    """
    place = current_app.config["SITE_NAME"]
    until = message.details.get("until")
    text = current_app.jinja_env.get_template("emails/notifications/notice.txt").render(
        message=message,
        words=WORDS[message.kind],
        until=datetime.fromisoformat(until) if until else None,
        site_name=place,
        site_url=current_app.config["SITE_URL"],
    )
    subject = _(WORDS[message.kind].headline)
    key = f"notice-{message.key}-{message.account.id}"
    mail.send(to=message.account.email, subject=f"{subject} – {place}", text=text, key=key)
