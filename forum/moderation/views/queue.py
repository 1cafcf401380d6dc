"""The review queue: the list, and deciding many of its items at once."""

from functools import partial
from typing import Any

from flask import redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forum.core.access import Actor
from forum.core.errors import Invalid
from forum.moderation import actions, queries
from forum.moderation.enums import DecisionKind
from forum.moderation.forms import BulkForm, QueueForm, offer_clauses
from forum.moderation.views.blueprint import bp
from forum.moderation.views.showing import address, chosen_queue, flash_done
from forum.web.access import access, staff
from forum.web.login import current_actor

TOGETHER = {
    "approve": DecisionKind.APPROVE,
    "reject": DecisionKind.REJECT,
    "keep": DecisionKind.KEEP,
    "hide": DecisionKind.HIDE,
}
SKIPPED = "skipped_items"
MOST_SKIPPED = 20


@bp.get("/moderation/")
@access(staff)
def queue() -> ResponseReturnValue:
    """What waits for the moderator, in all centres that they moderate."""
    return _queue_page(BulkForm(formdata=None))


@bp.post("/moderation/bulk/")
@access(staff)
def bulk() -> ResponseReturnValue:
    """Decide many items of the queue alike."""
    actor = current_actor()
    chosen, form = chosen_queue(actor), BulkForm()
    if form.submitted():
        try:
            done = _decide_many(actor, form)
        except Invalid as error:
            form.refuse(error)
        else:
            _tell(done)
            return redirect(address(chosen, "queue"), 303)
    return _queue_page(form)


def _decide_many(actor: Actor, form: BulkForm) -> actions.Bulk:
    kind = TOGETHER.get(request.form.get("do", ""))
    if kind is None:
        raise Invalid(_("Choose what to do with the items"))
    cites = kind in {DecisionKind.REJECT, DecisionKind.HIDE}
    ruling = actions.Ruling(
        clause=(form.clause.data or "") if cites else "",
        reason=form.reason.data or "",
        staff_note=form.staff_note.data or "",
    )
    return actions.decide_many(actor, kind, chosen=form.versions, ruling=ruling)


def _tell(done: actions.Bulk) -> None:
    """What was decided, each parent with a button that undoes it; and what was left out."""
    decided = ngettext("%(num)s item decided.", "%(num)s items decided.", done.decided)
    for number, parent in enumerate(done.parents):
        flash_done(decided if number == 0 else _("And in another centre."), parent)
    session[SKIPPED] = [
        {"path": one.path, "title": one.title, "why": one.why}
        for one in done.skipped[:MOST_SKIPPED]
    ]


def _queue_page(form: BulkForm) -> ResponseReturnValue:
    actor = current_actor()
    chosen = chosen_queue(actor)
    page = queries.list_queue(actor, chosen.wanted, cursor=request.args.get("after", ""))
    offer_clauses(form.clause, _clauses(actor, chosen))
    body = render_template(
        "moderation/queue.html",
        page=page,
        chosen=chosen,
        form=form,
        skipped=session.pop(SKIPPED, []) if SKIPPED in session else [],
        waiting=queries.count_waiting(actor),
        address=partial(address, chosen),
    )
    return body, form.status


def _clauses(actor: Actor, chosen: QueueForm) -> Any:
    """The rules of the site, with those of the centre when the list is of one alone."""
    return queries.clauses_for(queries.only_centre(actor, chosen.wanted))
