"""Your standing: a member's own record, questions to answer, decisions to appeal."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.centres import queries as centres
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.moderation import actions, policy, queries
from forum.moderation.forms import AnswerForm, AppealForm, ConfirmForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, member
from forum.web.limits import posting
from forum.web.login import current_actor


@bp.get("/account/standing/")
@access(member)
def standing() -> ResponseReturnValue:
    """What one may do, what waits, and what was decided about one."""
    actor = current_actor()
    account_id = actor.actor_id or 0
    page = queries.decisions_about(actor, after=request.args.get("after", ""))
    appealable = [row.decision for row in page.rows if row.appeal is None]
    return render_template(
        "moderation/standing.html",
        centres=centres.list_centres(),
        sanctions=queries.sanctions_in_force(account_id),
        warnings=queries.warnings_of(account_id),
        posts=queries.unpublished_posts(actor),
        questions=queries.questions_for(actor),
        record=queries.reporter_record(account_id),
        is_confirmed=actor.is_confirmed,
        page=page,
        may_appeal={one.id for one in appealable if policy.can_appeal(actor, one)},
    )


@bp.route("/account/standing/questions/<int:item_id>/", methods=["GET", "POST"])
@access(member)
@posting
def answer(item_id: int) -> ResponseReturnValue:
    """Answer what a moderator asked about one's post."""
    actor = current_actor()
    question = queries.get_question(actor, item_id)
    form = AnswerForm()
    if form.submitted():
        try:
            actions.answer_moderator(actor, item_id, text=form.text.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Your answer was sent to the moderators."), "success")
            return redirect(url_for("moderation.standing"), 303)
    return render_template("moderation/answer.html", question=question, form=form), form.status


@bp.route("/account/standing/decisions/<int:decision_id>/appeal/", methods=["GET", "POST"])
@access(member)
@posting
def appeal(decision_id: int) -> ResponseReturnValue:
    """Appeal a decision about oneself, or see what became of the appeal."""
    actor = current_actor()
    decision = queries.get_decision_about(actor, decision_id)
    lodged = queries.appeal_of(decision_id)
    if lodged is None:
        ensure(policy.can_appeal(actor, decision))
        ensure(queries.is_worth_appealing(decision))
    form = AppealForm()
    if form.submitted():
        try:
            actions.lodge_appeal(actor, decision_id, text=form.text.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Your appeal was sent to the moderators of the other centres."), "success")
            return redirect(url_for("moderation.appeal", decision_id=decision_id), 303)
    return _appeal_page(decision_id, form)


def _appeal_page(decision_id: int, form: AppealForm) -> ResponseReturnValue:
    """The form, or the appeal when it has been lodged."""
    lodged = queries.appeal_of(decision_id)
    template = "moderation/lodged.html" if lodged and not form.errors else "moderation/appeal.html"
    page = render_template(
        template,
        decision=queries.get_decision_about(current_actor(), decision_id),
        sanction=queries.sanction_of(decision_id),
        appeal=lodged,
        form=form,
        now=clock.now(),
    )
    return page, form.status


@bp.route("/account/standing/decisions/<int:decision_id>/withdraw/", methods=["GET", "POST"])
@access(member)
def withdraw_appeal(decision_id: int) -> ResponseReturnValue:
    """Take one's appeal back, after a question."""
    actor = current_actor()
    decision = queries.get_decision_about(actor, decision_id)
    form = ConfirmForm()
    if form.submitted():
        actions.withdraw_appeal(actor, decision_id)
        flash(_("Your appeal was withdrawn."), "success")
        return redirect(url_for("moderation.standing"), 303)
    lodged = queries.get_own_appeal(actor, decision.id)
    return render_template("moderation/withdraw_appeal.html", appeal=lodged, form=form), form.status
