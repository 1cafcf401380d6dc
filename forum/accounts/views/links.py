"""Pages behind mailed links: a button does what the link is for, since scanners follow links."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import actions, queries
from forum.accounts.enums import TokenPurpose
from forum.accounts.forms import ConfirmForm, NewPasswordForm
from forum.accounts.views.blueprint import bp
from forum.core.errors import Invalid, NotFound
from forum.web import login
from forum.web.access import access, anyone
from forum.web.login import current_actor


@bp.route("/account/confirm/<token>/", methods=["GET", "POST"])
@access(anyone)
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address."""
    form = ConfirmForm()
    try:
        if form.submitted():
            actions.confirm_address(current_actor(), token=token)
        else:
            queries.account_of_link(token, TokenPurpose.CONFIRM)
            return render_template("accounts/confirm.html", form=form)
    except NotFound:
        if not queries.is_confirmed_by(token):
            return _dead_link(url_for("accounts.sign_in"))
    return render_template("accounts/confirmed.html")


@bp.route("/account/reset-password/<token>/", methods=["GET", "POST"])
@access(anyone)
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password by a mailed link."""
    form = NewPasswordForm()
    try:
        queries.account_of_link(token, TokenPurpose.RESET)
        if form.submitted():
            actions.reset_password(current_actor(), token=token, new=form.password.data)
            actions.sign_out(current_actor(), token=login.current_token())
            login.end()
            flash(_("Your password was changed. Sign in with it."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
    except Invalid as error:
        form.refuse(error)
    except NotFound:
        return _dead_link(url_for("accounts.forgotten_password"))
    return render_template("accounts/reset_password.html", form=form), form.status


@bp.route("/account/change-email/<token>/", methods=["GET", "POST"])
@access(anyone)
def confirm_email_change(token: str) -> ResponseReturnValue:
    """Make an address the member's."""
    form = ConfirmForm()
    try:
        queries.account_of_link(token, TokenPurpose.CHANGE_EMAIL)
        if form.submitted():
            actions.change_email(current_actor(), token=token)
            return render_template("accounts/email_changed.html")
    except Invalid as error:
        form.refuse(error)
    except NotFound:
        return _dead_link(url_for("accounts.change_email"))
    return render_template("accounts/confirm_email_change.html", form=form), form.status


def _dead_link(again_url: str) -> ResponseReturnValue:
    return render_template("accounts/dead_link.html", again_url=again_url), 404
