"""Mail in development, where it goes to files."""

from pathlib import Path

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from forum.accounts import email
from forum.accounts.views.blueprint import bp
from forum.web.access import access, developer


@bp.get("/dev/mail/")
@access(developer)
def list_mails() -> ResponseReturnValue:
    """The mails written so far."""
    return render_template("accounts/list_mails.html", mails=email.list_mails(_folder()))


@bp.get("/dev/mail/<name>/")
@access(developer)
def show_mail(name: str) -> ResponseReturnValue:
    """One mail."""
    return render_template("accounts/show_mail.html", mail=email.get_mail(_folder(), name))


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].instance / "mail"
    return folder
