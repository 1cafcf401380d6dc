"""What managers do with their centre."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import actions as accounts_actions
from forum.accounts import queries as accounts
from forum.accounts.enums import Role
from forum.centres import actions, policy, queries
from forum.centres.enums import Holding
from forum.centres.forms import HOLDINGS, CentreForm, ModeratorForm, RulesForm
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.markup import render_clauses
from forum.web.access import access, manager
from forum.web.forms import CONFLICT, wants
from forum.web.login import current_actor

bp = Blueprint("centres", __name__)


@bp.route("/centres/<centre>/edit/", methods=["GET", "POST"])
@access(manager)
def edit(centre: str) -> ResponseReturnValue:
    """Change what the centre says of itself."""
    actor = current_actor()
    place = queries.get_centre(actor, centre)
    ensure(policy.can_edit(actor, place))
    form = CentreForm(obj=place)
    if form.submitted():
        try:
            _edit(place, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(place, form, error)
        else:
            flash(_("Centre changed."), "success")
            return redirect(place.path, 303)
    return render_template("centres/edit.html", centre=place, form=form), form.status


def _edit(place: Any, form: CentreForm) -> None:
    actions.edit_centre(
        current_actor(),
        place,
        version=form.began_from,
        host=form.host.data or "",
        hosting=form.hosting.data or "",
        description=form.description.data or "",
        edit_window_hours=form.edit_window_hours.data or 0,
        holding=Holding(form.holding.data),
        held_posts=form.held_posts.data or 0,
        consultation_weeks=form.consultation_weeks.data or 0,
    )


def _show_both(place: Any, form: CentreForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now."""
    form.begin_from(place.version)
    form.refuse(Invalid(error.message))
    stored = [
        (form.description.label.text, place.description),
        (form.host.label.text, place.host),
        (form.hosting.label.text, place.hosting),
        (form.edit_window_hours.label.text, place.edit_window_hours),
        (form.holding.label.text, HOLDINGS[place.holding.value]),
        (form.held_posts.label.text, place.held_posts),
        (form.consultation_weeks.label.text, place.consultation_weeks),
    ]
    page = render_template("centres/edit.html", centre=place, form=form, stored_facts=stored)
    return page, CONFLICT


@bp.route("/centres/<centre>/rules/", methods=["GET", "POST"])
@access(manager)
def edit_rules(centre: str) -> ResponseReturnValue:
    """Publish a new version of the rules that the centre adds."""
    actor = current_actor()
    place = queries.get_centre(actor, centre)
    ensure(policy.can_edit(actor, place))
    rules = accounts.current_rules(place.id)
    source, version = (rules.source, rules.version) if rules else ("", 0)
    form = RulesForm(source=source, version=version)
    if form.submitted() and not wants("preview"):
        try:
            _publish(place, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both_rules(place, form, error)
        else:
            return _rules_published(place)
    return _rules_page(place, form)


def _rules_page(place: Any, form: RulesForm) -> ResponseReturnValue:
    """The form, with the rules as they would stand when a preview was asked for."""
    preview = ""
    if wants("preview") and not form.source.errors:
        try:
            preview = render_clauses(accounts_actions.check_rules(form.source.data or ""))
        except Invalid as error:
            form.refuse(error)
    page = render_template("centres/edit_rules.html", centre=place, form=form, preview=preview)
    return page, form.status


def _publish(place: Any, form: RulesForm) -> None:
    actions.publish_rules(
        current_actor(),
        place,
        version=form.began_from,
        source=form.source.data or "",
        change_note=form.change_note.data or "",
    )


def _rules_published(place: Any) -> ResponseReturnValue:
    flash(_("Rules published."), "success")
    return redirect(place.path, 303)


def _show_both_rules(place: Any, form: RulesForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it the rules that were published meanwhile."""
    rules = accounts.current_rules(place.id)
    form.begin_from(rules.version if rules else 0)
    form.refuse(Invalid(error.message))
    stored = [
        (form.source.label.text, rules.source if rules else ""),
        (form.change_note.label.text, rules.change_note if rules else ""),
    ]
    page = render_template("centres/edit_rules.html", centre=place, form=form, stored_facts=stored)
    return page, CONFLICT


@bp.route("/centres/<centre>/moderators/", methods=["GET", "POST"])
@access(manager)
def moderators(centre: str) -> ResponseReturnValue:
    """Appoint moderators of the centre."""
    actor = current_actor()
    place = queries.get_centre(actor, centre)
    ensure(policy.can_edit(actor, place))
    form = ModeratorForm()
    if form.submitted():
        try:
            _appoint(place, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Moderator appointed. They sign in again with the new role."), "success")
            return redirect(url_for("centres.moderators", centre=centre), 303)
    rows = queries.moderators_of(place.id)
    page = render_template("centres/moderators.html", centre=place, form=form, moderators=rows)
    return page, form.status


def _appoint(place: Any, form: ModeratorForm) -> None:
    member = accounts.find_member((form.handle.data or "").lstrip("@"))
    if member is None:
        raise Invalid("No member has this handle", field="handle")
    try:
        accounts_actions.grant_role(
            current_actor(), member, role=Role.MODERATOR, centre_id=place.id
        )
    except (Invalid, NotAllowed) as error:
        raise Invalid(error.message, field="handle") from error


@bp.post("/centres/<centre>/moderators/<int:grant_id>/remove/")
@access(manager)
def remove_moderator(centre: str, grant_id: int) -> ResponseReturnValue:
    """End somebody's role as a moderator of the centre."""
    actor = current_actor()
    place = queries.get_centre(actor, centre)
    ensure(policy.can_edit(actor, place))
    accounts_actions.revoke_role(actor, queries.get_moderator_grant(place.id, grant_id))
    flash(_("The member moderates the centre no longer."), "success")
    return redirect(url_for("centres.moderators", centre=centre), 303)
