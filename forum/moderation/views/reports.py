"""Reporting a post, with and without an account, and what became of it."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.moderation import actions, policy, queries
from forum.moderation.forms import REASON_EXAMPLES, REASON_NAMES, ReportForm
from forum.moderation.views.blueprint import bp
from forum.threads import queries as threads
from forum.web.access import access, anyone, member
from forum.web.limits import lookup, reporting, reporting_visitors
from forum.web.login import current_actor


@bp.route("/posts/<int:post_id>/report/", methods=["GET", "POST"])
@access(anyone)
@reporting
@reporting_visitors
def report(post_id: int) -> ResponseReturnValue:
    """Report a post; visitors get a reference to follow it by."""
    actor = current_actor()
    post = threads.get_post(actor, post_id)
    ensure(policy.can_report(actor, post))
    form = ReportForm()
    if form.submitted():
        try:
            made = actions.report_post(
                actor,
                post,
                reason=form.reason.data,
                note=form.note.data or "",
                submission_id=form.submission_id.data or "",
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return _thank(made.reference, is_visitor=made.reporter_id is None)
    page = render_template("moderation/report.html", post=post, form=form, hints=REASON_EXAMPLES)
    return page, form.status


def _thank(reference: str, *, is_visitor: bool) -> ResponseReturnValue:
    if is_visitor:
        return redirect(url_for("moderation.report_status", reference=reference), 303)
    flash(_("Thank you. A moderator will look at the post, and we will tell you."), "success")
    return redirect(url_for("moderation.own_reports"), 303)


@bp.get("/reports/<reference>/")
@access(anyone)
@lookup
def report_status(reference: str) -> ResponseReturnValue:
    """What became of the report with a reference."""
    found = queries.get_report(current_actor(), reference)
    answer = make_response(
        render_template(
            "moderation/report_status.html",
            report=found,
            entry_path=queries.entry_of(found),
            reasons=REASON_NAMES,
        )
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/account/reports/")
@access(member)
def own_reports() -> ResponseReturnValue:
    """One's own reports, and how much they count."""
    actor = current_actor()
    return render_template(
        "moderation/own_reports.html",
        page=queries.own_reports(actor, after=request.args.get("after", "")),
        record=queries.reporter_record(actor.actor_id or 0),
        is_confirmed=actor.is_confirmed,
        reasons=REASON_NAMES,
    )
