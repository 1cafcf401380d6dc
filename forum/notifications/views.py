"""One's own notices."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forum.notifications import actions, queries
from forum.notifications.forms import ReadForm
from forum.web.access import access, member
from forum.web.login import current_actor

bp = Blueprint("notifications", __name__)


@bp.get("/account/notices/")
@access(member)
def index() -> ResponseReturnValue:
    """What one was told, newest first."""
    after = request.args.get("after", "")
    notices = queries.list_notices(current_actor(), after=after)
    return render_template(
        "notifications/list.html",
        notices=notices,
        after=after,
        form=ReadForm(newest=notices.newest),
    )


@bp.post("/account/notices/read/")
@access(member)
def mark_all_read() -> ResponseReturnValue:
    """Mark everything that the page showed, and all older notices, as read."""
    form = ReadForm()
    if form.submitted():
        actions.mark_all_read(current_actor(), newest=form.shown_until)
    return redirect(url_for("notifications.index"), 303)


@bp.post("/account/notices/<int:notice_id>/read/")
@access(member)
def mark_read(notice_id: int) -> ResponseReturnValue:
    """Mark a notice as read."""
    actions.mark_read(current_actor(), notice_id)
    return redirect(url_for("notifications.index", after=request.args.get("after") or None), 303)
