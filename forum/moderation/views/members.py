"""The record of a member, for staff, and what they impose."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.accounts import queries as accounts
from forum.core.access import ensure
from forum.core.errors import Invalid, NotFound
from forum.moderation import actions, policy, queries
from forum.moderation.forms import ACTS, LiftForm, MemberForm, SlowForm, SuspendForm
from forum.moderation.views.blueprint import bp
from forum.moderation.views.showing import flash_done
from forum.web.access import access, staff
from forum.web.login import current_actor


@bp.get("/moderation/members/<handle>/")
@access(staff)
def member_record(handle: str) -> ResponseReturnValue:
    """What happened with a member in the centres of the actor."""
    actor = current_actor()
    member = accounts.get_person(actor, handle)
    if handle != member.handle:
        return redirect(url_for("moderation.member_record", handle=member.handle), 301)
    record = queries.member_record(actor, member.id, after=request.args.get("after", ""))
    return render_template(
        "moderation/member.html",
        member=member,
        record=record,
        may_lift={one.id for one in record.sanctions if policy.can_lift(actor, one)},
        may_undo={one.id for one in record.decisions.rows if policy.can_undo(actor, one)},
        is_self=member.id == actor.actor_id,
        may_ban=actor.is_admin or bool(actor.managed_centres),
    )


@bp.route("/moderation/members/<handle>/<act>/", methods=["GET", "POST"])
@access(staff)
def impose(handle: str, act: str) -> ResponseReturnValue:
    """Note, warn, slow, suspend or ban."""
    actor = current_actor()
    if act not in ACTS:
        raise NotFound(_("There is no such page."))
    member = accounts.get_person(actor, handle)
    ensure(policy.can_open_record(actor, member))
    form = _form(ACTS[act])
    if form.submitted():
        try:
            flash_done(_("Recorded."), _impose(act, member, form).decision)
        except Invalid as error:
            form.refuse(error)
        else:
            return _done(member)
    return render_template("moderation/impose.html", act=act, member=member, form=form), form.status


def _form(kind: type[MemberForm]) -> MemberForm:
    actor = current_actor()
    form = kind()
    places = queries.moderated_by(actor)
    form.offer_places(places, everywhere=actor.is_admin)
    form.offer_clauses(queries.clauses_to_choose(places))
    return form


def _done(member: Any) -> ResponseReturnValue:
    return redirect(url_for("moderation.member_record", handle=member.handle), 303)


def _impose(act: str, member: Any, form: Any) -> Any:
    actor, centre_id = current_actor(), form.centre_id
    if act == "note":
        text = form.staff_text.data or ""
        return actions.note_member(actor, member, centre_id=centre_id, text=text)
    ruling = actions.Ruling(
        clause=form.clause.data or "",
        reason=form.reason.data or "",
        staff_note=form.staff_text.data or "",
        until=form.until if isinstance(form, SuspendForm) else None,
    )
    more = {"minutes": form.minutes.data} if isinstance(form, SlowForm) else {}
    return IMPOSE[act](
        actor,
        member,
        centre_id=centre_id,
        member_text=form.member_text.data or "",
        ruling=ruling,
        **more,
    )


IMPOSE: dict[str, Any] = {
    "warn": actions.warn_member,
    "slow": actions.slow_member,
    "suspend": actions.suspend_member,
    "ban": actions.ban_member,
}


@bp.route("/moderation/members/<handle>/sanctions/<int:sanction_id>/lift/", methods=["GET", "POST"])
@access(staff)
def lift(handle: str, sanction_id: int) -> ResponseReturnValue:
    """End a restriction before its time."""
    actor = current_actor()
    member = accounts.get_person(actor, handle)
    sanction = queries.get_sanction(actor, member.id, sanction_id)
    ensure(policy.can_lift(actor, sanction))
    form = LiftForm()
    if form.submitted():
        ruling = actions.Ruling(
            reason=form.reason.data or "", staff_note=form.staff_text.data or ""
        )
        try:
            lifted = actions.lift_sanction(actor, sanction_id, ruling=ruling)
            flash_done(_("The restriction is lifted."), lifted)
        except Invalid as error:
            form.refuse(error)
        else:
            return _done(member)
    page = render_template("moderation/lift.html", member=member, sanction=sanction, form=form)
    return page, form.status
