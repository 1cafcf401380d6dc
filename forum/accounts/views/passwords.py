"""Passwords forgotten and changed."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import actions
from forum.accounts.forms import ChangePasswordForm, EmailForm
from forum.accounts.views.blueprint import bp
from forum.core.errors import Invalid
from forum.web.access import access, anyone, member
from forum.web.limits import mail_email, mail_network, password_account
from forum.web.login import current_actor, current_token


@bp.route("/account/forgotten-password/", methods=["GET", "POST"])
@access(anyone)
@mail_network
@mail_email
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link to choose a new password."""
    form = EmailForm()
    if form.submitted():
        try:
            actions.request_password_reset(current_actor(), email=form.email.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("accounts.check_email"), 303)
    return render_template("accounts/forgotten_password.html", form=form), form.status


@bp.route("/account/password/", methods=["GET", "POST"])
@access(member)
@password_account
def change_password() -> ResponseReturnValue:
    """Change one's password."""
    form = ChangePasswordForm()
    if form.submitted():
        try:
            actions.change_password(
                current_actor(),
                current=form.current_password.data,
                new=form.password.data,
                token=current_token(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Your password was changed. You were signed out everywhere else."), "success")
            return redirect(url_for("accounts.settings"), 303)
    return render_template("accounts/change_password.html", form=form), form.status
