"""Joining and leaving organisations, and deciding who speaks for them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.organisations import actions, policy, queries
from forum.organisations.forms import ConfirmForm, ReasonForm
from forum.organisations.views.blueprint import bp
from forum.web.access import access, member
from forum.web.limits import posting
from forum.web.login import current_actor


@bp.route("/organisations/<int:organisation_id>/join/", methods=["GET", "POST"])
@access(member)
@posting
def join(organisation_id: int) -> ResponseReturnValue:
    """Ask to speak for an organisation."""
    actor = current_actor()
    organisation = queries.get_organisation(actor, organisation_id)
    form = ConfirmForm()
    if form.submitted():
        actions.ask_to_join(actor, organisation)
        flash(_("You have asked to join. A steward of the organisation decides."), "success")
        return redirect(url_for("organisations.own"), 303)
    ensure(policy.can_join(actor, organisation))
    return render_template("organisations/join.html", organisation=organisation, form=form)


@bp.get("/organisations/<int:organisation_id>/members/")
@access(member)
def members(organisation_id: int) -> ResponseReturnValue:
    """Who speaks for an organisation or wishes to, for those who decide about it."""
    actor = current_actor()
    organisation = queries.get_organisation(actor, organisation_id)
    ensure(policy.can_manage_members(actor, organisation))
    return render_template(
        "organisations/members.html",
        organisation=organisation,
        members=queries.members_with_choices(actor, organisation),
        form=ConfirmForm(),
    )


@bp.route("/memberships/<int:membership_id>/leave/", methods=["GET", "POST"])
@access(member)
def leave(membership_id: int) -> ResponseReturnValue:
    """Give one's own membership up, after a question."""
    actor = current_actor()
    membership = queries.get_membership(actor, membership_id)
    ensure(policy.can_leave(actor, membership))
    form = ConfirmForm()
    if form.submitted():
        actions.leave_organisation(actor, membership)
        flash(_("You have left the organisation."), "success")
        return redirect(url_for("organisations.own"), 303)
    return render_template("organisations/leave.html", membership=membership, form=form)


@bp.post("/memberships/<int:membership_id>/confirm/")
@access(member)
def confirm_member(membership_id: int) -> ResponseReturnValue:
    """Let somebody speak for an organisation."""
    actor = current_actor()
    membership = queries.get_membership(actor, membership_id)
    organisation_id = membership.organisation_id
    actions.confirm_membership(actor, membership)
    flash(_("Membership confirmed."), "success")
    return redirect(url_for("organisations.members", organisation_id=organisation_id), 303)


@bp.post("/memberships/<int:membership_id>/appoint/")
@access(member)
def appoint(membership_id: int) -> ResponseReturnValue:
    """Make a confirmed member a steward."""
    actor = current_actor()
    membership = queries.get_membership(actor, membership_id)
    organisation_id = membership.organisation_id
    actions.appoint_steward(actor, membership)
    flash(_("Steward appointed."), "success")
    return redirect(url_for("organisations.members", organisation_id=organisation_id), 303)


@bp.route("/memberships/<int:membership_id>/refuse/", methods=["GET", "POST"])
@access(member)
def refuse_member(membership_id: int) -> ResponseReturnValue:
    """Refuse a membership, or end one that was confirmed, with a reason."""
    actor = current_actor()
    membership = queries.get_membership(actor, membership_id)
    ensure(policy.can_refuse_membership(actor, membership))
    back = url_for("organisations.members", organisation_id=membership.organisation_id)
    form = ReasonForm()
    if form.submitted():
        try:
            actions.refuse_membership(actor, membership, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Membership refused."), "success")
            return redirect(back, 303)
    page = render_template("organisations/refuse_member.html", membership=membership, form=form)
    return page, form.status
