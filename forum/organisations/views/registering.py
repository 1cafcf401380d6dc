"""Registering, changing, confirming and refusing organisations."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts.enums import Sector
from forum.core.access import Actor, ensure
from forum.core.errors import Conflict, Invalid
from forum.organisations import actions, policy, queries
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.organisations.forms import (
    NATIONAL,
    AboutForm,
    ConfirmForm,
    OrganisationForm,
    ReasonForm,
)
from forum.organisations.views.blueprint import bp
from forum.web.access import access, manager, member
from forum.web.filters import kind_name, region_name, sector_name, size_name
from forum.web.forms import CONFLICT
from forum.web.limits import posting
from forum.web.login import current_actor


@bp.route("/organisations/new/", methods=["GET", "POST"])
@access(member)
@posting
def register() -> ResponseReturnValue:
    """Register an organisation."""
    actor = current_actor()
    ensure(policy.can_register(actor))
    form = OrganisationForm()
    if form.submitted():
        try:
            organisation = actions.register_organisation(
                actor, identity=_identity(form), **_changeable(form)
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Registered. The centre will confirm it."), "success")
            return redirect(organisation.path, 303)
    return render_template("organisations/register.html", form=form), form.status


@bp.route("/organisations/<int:organisation_id>/edit/", methods=["GET", "POST"])
@access(member)
@posting
def edit(organisation_id: int) -> ResponseReturnValue:
    """Change an organisation."""
    actor = current_actor()
    organisation = queries.get_organisation(actor, organisation_id)
    ensure(policy.can_edit(actor, organisation))
    form = _edit_form(actor, organisation)
    if form.submitted():
        try:
            _edit(actor, organisation, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(organisation, form, error)
        else:
            return redirect(organisation.path, 303)
    return _edit_page(organisation, form)


def _edit_form(actor: Actor, organisation: Any) -> AboutForm:
    if policy.can_edit_identity(actor, organisation):
        form = OrganisationForm(obj=organisation)
        if form.region.data is None:
            form.region.data = NATIONAL
        return form
    return AboutForm(obj=organisation)


def _edit(actor: Actor, organisation: Any, form: AboutForm) -> None:
    actions.edit_organisation(
        actor,
        organisation,
        version=form.began_from,
        identity=_identity(form) if isinstance(form, OrganisationForm) else None,
        **_changeable(form),
    )
    flash(_("Organisation changed."), "success")


def _edit_page(organisation: Any, form: AboutForm, **more: Any) -> ResponseReturnValue:
    page = render_template("organisations/edit.html", organisation=organisation, form=form, **more)
    return page, CONFLICT if more else form.status


def _show_both(organisation: Any, form: AboutForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now."""
    form.begin_from(organisation.version)
    form.refuse(Invalid(error.message))
    texts = {
        "name": organisation.name,
        "sector": sector_name(organisation.sector),
        "kind": kind_name(organisation.kind),
        "size": size_name(organisation.size),
        "region": region_name(organisation.region),
        "company_number": organisation.company_number,
        "charity_number": organisation.charity_number,
        "about": organisation.about,
    }
    stored = [(form[name].label.text, text) for name, text in texts.items() if name in form]
    return _edit_page(organisation, form, stored_facts=stored)


def _identity(form: OrganisationForm) -> actions.Identity:
    return actions.Identity(
        name=form.name.data or "",
        sector=Sector(form.sector.data),
        kind=OrganisationKind(form.kind.data),
        region=form.chosen_region,
        company_number=form.company_number.data or "",
        charity_number=form.charity_number.data or "",
    )


def _changeable(form: AboutForm) -> dict[str, Any]:
    return {"size": SizeBand(form.size.data), "about": form.about.data or ""}


@bp.route("/organisations/<int:organisation_id>/confirm/", methods=["GET", "POST"])
@access(manager)
def confirm(organisation_id: int) -> ResponseReturnValue:
    """Confirm that an organisation is what it says, after a look at it."""
    actor = current_actor()
    organisation = queries.get_organisation(actor, organisation_id)
    ensure(policy.can_decide(actor, organisation))
    form = ConfirmForm()
    if form.submitted():
        actions.confirm_organisation(actor, organisation)
        flash(_("Organisation confirmed."), "success")
        return redirect(url_for("organisations.waiting"), 303)
    return render_template(
        "organisations/confirm.html",
        organisation=organisation,
        members=queries.members_of(organisation),
        form=form,
    )


@bp.route("/organisations/<int:organisation_id>/refuse/", methods=["GET", "POST"])
@access(manager)
def refuse(organisation_id: int) -> ResponseReturnValue:
    """Refuse an organisation, or take its confirmation back, with a reason."""
    actor = current_actor()
    organisation = queries.get_organisation(actor, organisation_id)
    ensure(policy.can_decide(actor, organisation))
    form = ReasonForm()
    if form.submitted():
        try:
            actions.refuse_organisation(actor, organisation, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Organisation refused."), "success")
            return redirect(url_for("organisations.waiting"), 303)
    page = render_template("organisations/refuse.html", organisation=organisation, form=form)
    return page, form.status
