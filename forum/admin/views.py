"""Pages for administrators."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import actions as accounts
from forum.accounts import queries as account_queries
from forum.admin import actions, queries
from forum.admin.forms import ROLE_LABELS, ButtonForm, GrantForm, RulesForm
from forum.centres import queries as centres
from forum.core.errors import Conflict, Invalid
from forum.core.markup import CONTROL, render_clauses
from forum.web.access import access, admin
from forum.web.forms import CONFLICT, wants
from forum.web.login import current_actor

bp = Blueprint("admin", __name__)

RECORDS_ON_INDEX = 15


@bp.get("/admin/")
@access(admin)
def index() -> ResponseReturnValue:
    """Accounts, roles, what was done lately, and events that wait."""
    actor = current_actor()
    text = CONTROL.sub("", request.args.get("q", ""))
    return render_template(
        "admin/index.html",
        text=text,
        found=queries.search_accounts(actor, text),
        grants=queries.list_grants(actor),
        records=queries.list_records(actor, limit=RECORDS_ON_INDEX).rows,
        events=queries.undelivered_events(actor),
        roles=ROLE_LABELS,
        form=ButtonForm(),
    )


@bp.get("/admin/audit/")
@access(admin)
def audit() -> ResponseReturnValue:
    """The audit trail."""
    after = request.args.get("after", "")
    page = queries.list_records(current_actor(), after=after)
    return render_template("admin/audit.html", page=page, after=after)


@bp.get("/admin/accounts/<int:account_id>/")
@access(admin)
def account(account_id: int) -> ResponseReturnValue:
    """An account, its roles and what was done with it."""
    return _account_page(account_id, _grant_form())


@bp.post("/admin/accounts/<int:account_id>/roles/")
@access(admin)
def grant_role(account_id: int) -> ResponseReturnValue:
    """Give the account a role."""
    actor = current_actor()
    holder = queries.get_account(actor, account_id)
    form = _grant_form()
    if form.submitted():
        try:
            accounts.grant_role(actor, holder, role=form.chosen_role, centre_id=form.centre_id)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Role granted. The member was signed out everywhere."), "success")
            return redirect(url_for("admin.account", account_id=account_id), 303)
    return _account_page(account_id, form)


@bp.post("/admin/accounts/<int:account_id>/roles/<int:grant_id>/revoke/")
@access(admin)
def revoke_role(account_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role away."""
    actor = current_actor()
    accounts.revoke_role(actor, queries.get_grant(actor, account_id, grant_id))
    flash(_("Role removed. The member was signed out everywhere."), "success")
    return redirect(url_for("admin.account", account_id=account_id), 303)


@bp.post("/admin/events/<int:event_id>/retry/")
@access(admin)
def retry_event(event_id: int) -> ResponseReturnValue:
    """Have an event tried again."""
    actor = current_actor()
    actions.retry_event(actor, queries.get_event(actor, event_id))
    flash(_("The event will be tried again at once."), "success")
    return redirect(url_for("admin.index"), 303)


@bp.route("/admin/house-rules/", methods=["GET", "POST"])
@access(admin)
def house_rules() -> ResponseReturnValue:
    """Publish a new version of the rules of the site."""
    rules = account_queries.current_rules()
    source, version = (rules.source, rules.version) if rules else ("", 0)
    form = RulesForm(source=source, version=version)
    if form.submitted() and not wants("preview"):
        try:
            _publish(form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both_rules(form, error)
        else:
            flash(_("House rules published."), "success")
            return redirect(url_for("site.house_rules"), 303)
    preview = _preview(form)
    return render_template("admin/house_rules.html", form=form, preview=preview), form.status


def _publish(form: RulesForm) -> None:
    accounts.publish_rules(
        current_actor(),
        version=form.began_from,
        source=form.source.data or "",
        change_note=form.change_note.data or "",
    )


def _preview(form: RulesForm) -> str:
    """HTML of the rules as they were typed, when a preview was asked for and they can be shown."""
    if not wants("preview") or form.source.errors:
        return ""
    try:
        return render_clauses(accounts.check_rules(form.source.data or ""))
    except Invalid as error:
        form.refuse(error)
        return ""


def _show_both_rules(form: RulesForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it the rules that were published meanwhile."""
    rules = account_queries.current_rules()
    form.begin_from(rules.version if rules else 0)
    form.refuse(Invalid(error.message))
    stored = [
        (form.source.label.text, rules.source if rules else ""),
        (form.change_note.label.text, rules.change_note if rules else ""),
    ]
    page = render_template("admin/house_rules.html", form=form, preview="", stored_facts=stored)
    return page, CONFLICT


def _grant_form() -> GrantForm:
    form = GrantForm()
    form.offer_centres((centre.id, centre.name) for centre in centres.list_centres())
    return form


def _account_page(account_id: int, form: GrantForm) -> ResponseReturnValue:
    actor = current_actor()
    page = render_template(
        "admin/account.html",
        account=queries.get_account(actor, account_id),
        grants=queries.list_grants(actor, account_id),
        records=queries.list_records(actor, limit=RECORDS_ON_INDEX, account_id=account_id).rows,
        roles=ROLE_LABELS,
        form=form,
    )
    return page, form.status
