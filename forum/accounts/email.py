"""Mails about accounts: their texts, and in development the files they went to."""

import email
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path
from typing import Any

from flask import current_app

from forum.core.errors import NotFound

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,150}")
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class MailFile:
    """A mail in a file."""

    name: str
    to: str
    subject: str
    written_at: datetime
    text: str

    @property
    def url(self) -> str:
        """Address of the page that shows it."""
        return f"/dev/mail/{self.name}/"


def compose(name: str, **words: Any) -> str:
    """The text of ``templates/emails/accounts/<name>.txt`` with ``words`` in it.

    Needs no request: the worker has none, so Flask's ``render_template`` would not do.
    """
    template = current_app.jinja_env.get_template(f"emails/accounts/{name}.txt")
    return template.render(
        site_name=current_app.config["SITE_NAME"], site_url=current_app.config["SITE_URL"], **words
    )


def list_mails(folder: Path) -> Sequence[MailFile]:
    """The mails in ``folder``, newest first."""
    paths = [path for path in folder.glob("*.eml") if FILE_NAME.fullmatch(path.stem)]
    paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    return [_read(path) for path in paths[:MOST_LISTED]]


def get_mail(folder: Path, name: str) -> MailFile:
    """One mail of ``folder``; raises NotFound when there is none of that name."""
    path = folder / f"{name}.eml"
    if not FILE_NAME.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such mail.")
    return _read(path)


def _read(path: Path) -> MailFile:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    return MailFile(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        written_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=body.get_content() if body else "",
    )
