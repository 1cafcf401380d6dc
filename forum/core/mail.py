"""The door for mail: SMTP, or files in development."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from forum.core import clock

TIMEOUT_SECONDS = 20


class Mailer:
    """Sends plain-text mail to the server of ``url``, or writes files below ``folder``."""

    def __init__(self, url: str, *, sender: str, folder: Path) -> None:
        self.url = url
        self.sender = sender
        self.folder = folder

    def send(self, *, to: str, subject: str, text: str, key: str) -> None:
        """Send one mail; ``key`` makes its Message-ID, the same at a repeated delivery.

        Raises OSError or smtplib.SMTPException when the server does not take it.
        """
        message = self._compose(to=to, subject=subject, text=text, key=key)
        if self.url.startswith("file:"):
            self._write(message, key=key)
        else:
            self._submit(message)

    def _compose(self, *, to: str, subject: str, text: str, key: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(clock.now())
        domain = self.sender.rpartition("@")[2].rstrip(">") or "localhost"
        message["Message-ID"] = f"<{key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def _write(self, message: EmailMessage, *, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{key}"
        unfinished.write_bytes(bytes(message))
        unfinished.rename(self.folder / f"{key}.eml")

    def _submit(self, message: EmailMessage) -> None:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
        with server:
            if parts.scheme == "smtp":
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)


_mailer: list[Mailer] = []


def configure(url: str, *, sender: str, folder: Path) -> None:
    """Choose where this process's mail goes."""
    _mailer[:] = [Mailer(url, sender=sender, folder=folder)]


def send(*, to: str, subject: str, text: str, key: str) -> None:
    """Send one mail through the configured server; see ``Mailer.send``."""
    _mailer[0].send(to=to, subject=subject, text=text, key=key)
