"""One's own account: profile, address, sessions."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import actions, queries
from forum.accounts.forms import NATIONAL, ChangeEmailForm, ConfirmForm, ProfileForm
from forum.accounts.views.blueprint import bp
from forum.core.access import Actor
from forum.core.errors import Conflict, Invalid
from forum.web import login
from forum.web.access import access, member
from forum.web.forms import CONFLICT
from forum.web.limits import mail_account, password_account
from forum.web.login import current_actor, current_token


@bp.get("/account/")
@access(member)
def settings() -> ResponseReturnValue:
    """What one can do with one's account."""
    account = queries.get_own_account(current_actor())
    return render_template("accounts/settings.html", account=account, form=ConfirmForm())


@bp.post("/account/send-confirmation/")
@access(member)
@mail_account
def send_confirmation() -> ResponseReturnValue:
    """Have the link that confirms the address mailed once more."""
    actions.request_confirmation(current_actor())
    flash(_("We have sent you the link again. Check your email."), "success")
    return redirect(url_for("accounts.settings"), 303)


@bp.route("/account/profile/", methods=["GET", "POST"])
@access(member)
def edit_profile() -> ResponseReturnValue:
    """Change what others see about one."""
    actor = current_actor()
    account = queries.get_own_account(actor)
    form = ProfileForm(obj=account, region=account.region or NATIONAL)
    stored, status = None, 200
    if form.submitted():
        try:
            _edit_profile(actor, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict:
            stored, status = queries.get_own_account(actor), CONFLICT
            form.begin_from(stored.version)
        else:
            flash(_("Profile saved."), "success")
            return redirect(url_for("accounts.settings"), 303)
    page = render_template("accounts/edit_profile.html", form=form, stored=stored)
    return page, form.status if status != CONFLICT else status


def _edit_profile(actor: Actor, form: ProfileForm) -> None:
    actions.edit_profile(
        actor,
        version=form.began_from,
        display_name=form.display_name.data,
        handle=form.handle.data or "",
        about=form.about.data or "",
        sector=form.chosen_sector,
        region=form.chosen_region,
        is_hidden=form.is_hidden.data,
    )


@bp.route("/account/email/", methods=["GET", "POST"])
@access(member)
@password_account
@mail_account
def change_email() -> ResponseReturnValue:
    """Ask for a link that changes one's address."""
    form = ChangeEmailForm()
    if form.submitted():
        try:
            actions.request_email_change(
                current_actor(), email=form.email.data, password=form.password.data
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(url_for("accounts.check_email"), 303)
    account = queries.get_own_account(current_actor())
    return render_template("accounts/change_email.html", form=form, account=account), form.status


@bp.get("/account/sessions/")
@access(member)
def sessions() -> ResponseReturnValue:
    """The browsers in which one is signed in."""
    rows = queries.sessions_of(current_actor(), token=current_token())
    return render_template("accounts/sessions.html", sessions=rows)


@bp.post("/account/sessions/<int:session_id>/end/")
@access(member)
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out in one browser."""
    actor = current_actor()
    session = queries.get_session(actor, session_id)
    actions.end_session(actor, session)
    if queries.account_of_session(current_token()) is None:
        login.end()
        return redirect(url_for("site.home"), 303)
    flash(_("Signed out in that browser."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@bp.post("/account/sessions/end-others/")
@access(member)
def end_other_sessions() -> ResponseReturnValue:
    """Sign out in all other browsers."""
    actions.end_other_sessions(current_actor(), token=current_token())
    flash(_("Signed out in all other browsers."), "success")
    return redirect(url_for("accounts.sessions"), 303)
