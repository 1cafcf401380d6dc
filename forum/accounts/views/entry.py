"""Creating an account, signing in and signing out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forum.accounts import actions, queries
from forum.accounts.forms import RegisterForm, SignInForm
from forum.accounts.views.blueprint import bp
from forum.core.access import Actor
from forum.core.errors import Invalid
from forum.web import login, resume
from forum.web.access import access, anyone, visitor
from forum.web.limits import (
    mail_email,
    register_network,
    sign_in_email,
    sign_in_email_network,
    sign_in_network,
)
from forum.web.login import current_actor


@bp.route("/account/register/", methods=["GET", "POST"])
@access(visitor)
@register_network
@mail_email
def register() -> ResponseReturnValue:
    """Create an account; the answer is the same for an address that has one."""
    rules = queries.current_rules()
    form = RegisterForm(rules_id=str(rules.id) if rules else "")
    if form.submitted():
        try:
            _register(current_actor(), form)
        except Invalid as error:
            form.refuse(error)
            form.rules_id.data = str(rules.id) if rules else ""
        else:
            return redirect(url_for("accounts.check_email"), 303)
    return render_template("accounts/register.html", form=form, rules=rules), form.status


def _register(actor: Actor, form: RegisterForm) -> None:
    actions.register_account(
        actor,
        email=form.email.data,
        password=form.password.data,
        display_name=form.display_name.data,
        sector=form.chosen_sector,
        region=form.chosen_region,
        rules_id=form.accepted_rules_id,
    )


@bp.get("/account/check-email/")
@access(anyone)
def check_email() -> ResponseReturnValue:
    """What to do next; the same for every address."""
    return render_template("accounts/check_email.html")


@bp.route("/account/sign-in/", methods=["GET", "POST"])
@access(visitor)
@sign_in_network
@sign_in_email_network
@sign_in_email
def sign_in() -> ResponseReturnValue:
    """Sign in, and go on where one was."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.submitted():
        try:
            account, token = actions.sign_in(
                current_actor(),
                email=form.email.data,
                password=form.password.data,
                user_agent=request.user_agent.string,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            login.begin(account, token)
            return _go_on(form)
    return render_template("accounts/sign_in.html", form=form), form.status


def _go_on(form: SignInForm) -> ResponseReturnValue:
    """Back to what was being written, or to the page that asked to sign in."""
    carried = resume.unpack(form.carried.data) if form.carried.data else None
    if carried is not None:
        path, fields = carried
        return resume.offer_again(path, fields, status=200)
    path = form.next.data or ""
    return redirect(path if resume.is_own_path(path) else url_for("site.home"), 303)


@bp.post("/account/sign-out/")
@access(anyone)
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    actions.sign_out(current_actor(), token=login.current_token())
    login.end()
    return redirect(url_for("site.home"), 303)
