"""An item of the queue: looking at it, claiming it, deciding it, undoing that."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.core.access import Actor
from forum.core.errors import Conflict, Invalid
from forum.moderation import actions, queries
from forum.moderation.forms import (
    ButtonForm,
    DecisionForm,
    ItemNoteForm,
    QueueForm,
    offer_clauses,
)
from forum.moderation.views.blueprint import bp
from forum.moderation.views.showing import address, chosen_queue, flash_done
from forum.web.access import access, staff
from forum.web.forms import CONFLICT
from forum.web.login import current_actor


@bp.get("/moderation/items/<int:item_id>/")
@access(staff)
def item(item_id: int) -> ResponseReturnValue:
    """Something that waits, with all that is needed to decide it."""
    return _item_page(item_id, DecisionForm(formdata=None))


@bp.post("/moderation/items/<int:item_id>/decide/")
@access(staff)
def decide(item_id: int) -> ResponseReturnValue:
    """Decide the item, ask its author something, or pass it on."""
    actor = current_actor()
    chosen, form = chosen_queue(actor), DecisionForm()
    if not form.submitted():
        return _item_page(item_id, form)
    try:
        done = _do(actor, item_id, form)
    except Invalid as error:
        form.refuse(error)
        return _item_page(item_id, form)
    except Conflict as error:
        return _item_page(item_id, form, conflict=error.message)
    flash_done(str(DONE[request.form["do"]]), done)
    if request.form["do"] == "ask":
        return redirect(address(chosen, "item", item_id=item_id), 303)
    return _go_on(actor, chosen, item_id)


def _do(actor: Actor, item_id: int, form: DecisionForm) -> Any:
    act = ACTS.get(request.form.get("do", ""))
    if act is None:
        raise Invalid(_("Choose what to do"))
    return act(actor, item_id, form)


def _go_on(actor: Actor, chosen: QueueForm, item_id: int) -> ResponseReturnValue:
    """To the next item, or back to the list when there is no other."""
    following = queries.next_after(actor, chosen.wanted, item_id)
    if following is None:
        return redirect(address(chosen, "queue"), 303)
    return redirect(address(chosen, "item", item_id=following), 303)


def _ruling(form: DecisionForm, *, cites: bool) -> actions.Ruling:
    """What was typed; the suggested clause belongs to restrictions alone."""
    return actions.Ruling(
        clause=(form.clause.data or "") if cites else "",
        reason=form.reason.data or "",
        staff_note=form.staff_note.data or "",
    )


def _judge(act: Callable[..., Any], *, cites: bool) -> Callable[..., Any]:
    def judge(actor: Actor, item_id: int, form: DecisionForm) -> Any:
        return act(actor, item_id, version=form.began_from, ruling=_ruling(form, cites=cites))

    return judge


def _edit(actor: Actor, item_id: int, form: DecisionForm) -> Any:
    return actions.edit_and_approve(
        actor,
        item_id,
        version=form.began_from,
        source=form.source.data or "",
        ruling=_ruling(form, cites=True),
    )


def _ask(actor: Actor, item_id: int, form: DecisionForm) -> None:
    actions.ask_author(actor, item_id, text=form.text.data or "")


def _escalate(actor: Actor, item_id: int, form: DecisionForm) -> None:
    actions.escalate_item(actor, item_id, text=form.text.data or "")


def _hand_over(actor: Actor, item_id: int, form: DecisionForm) -> None:
    actions.hand_over_item(actor, item_id, centre=form.centre.data or "", text=form.text.data or "")


ACTS: dict[str, Callable[[Actor, int, DecisionForm], Any]] = {
    "approve": _judge(actions.approve, cites=False),
    "reject": _judge(actions.reject, cites=True),
    "hide": _judge(actions.hide_of_item, cites=True),
    "keep": _judge(actions.keep, cites=False),
    "edit": _edit,
    "ask": _ask,
    "escalate": _escalate,
    "hand-over": _hand_over,
}
DONE = {
    "approve": _l("Approved. Everybody can read it."),
    "reject": _l("Rejected. Its author reads the reason."),
    "hide": _l("Hidden. Its author reads the reason."),
    "keep": _l("Left as it is."),
    "edit": _l("Edited and approved."),
    "ask": _l("The author will be asked."),
    "escalate": _l("Passed to the managers of the centre."),
    "hand-over": _l("Passed to the other centre."),
}


@bp.post("/moderation/items/<int:item_id>/claim/")
@access(staff)
def claim(item_id: int) -> ResponseReturnValue:
    """Take the item for oneself."""
    try:
        actions.claim_item(current_actor(), item_id)
    except Conflict as error:
        return _item_page(item_id, DecisionForm(formdata=None), conflict=error.message)
    flash_done(_("Claimed. It is yours for half an hour."))
    return _back(item_id)


@bp.post("/moderation/items/<int:item_id>/release/")
@access(staff)
def release(item_id: int) -> ResponseReturnValue:
    """Let others have the item."""
    actions.release_item(current_actor(), item_id)
    flash_done(_("Released. Others can claim it."))
    return _back(item_id)


@bp.post("/moderation/items/<int:item_id>/note/")
@access(staff)
def note(item_id: int) -> ResponseReturnValue:
    """Add a note to the item, for staff alone."""
    form = ItemNoteForm()
    if form.submitted():
        try:
            actions.note_item(current_actor(), item_id, text=form.note.data or "")
        except Invalid as error:
            form.refuse(Invalid(error.message, field="note"))
        else:
            flash_done(_("Note added."))
            return _back(item_id)
    return _item_page(item_id, DecisionForm(formdata=None), note=form)


def _back(item_id: int) -> ResponseReturnValue:
    chosen = chosen_queue(current_actor())
    return redirect(address(chosen, "item", item_id=item_id), 303)


@bp.post("/moderation/decisions/<int:decision_id>/undo/")
@access(staff)
def undo(decision_id: int) -> ResponseReturnValue:
    """Take back one's own decision."""
    undone = actions.undo_decision(current_actor(), decision_id)
    if undone.item_id is None:
        flash_done(_("Undone. All is as it was before."))
        return redirect(undone.target_path or url_for("moderation.queue"), 303)
    flash_done(_("Undone. All is as it was before, and it waits again."))
    return redirect(url_for("moderation.item", item_id=undone.item_id), 303)


def _item_page(
    item_id: int, form: DecisionForm, *, note: ItemNoteForm | None = None, conflict: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    page = queries.show_item(actor, queries.get_item(actor, item_id))
    _fill(form, page, anew=bool(conflict))
    note = note or ItemNoteForm(formdata=None)
    if conflict:
        form.form_errors.append(conflict)
    chosen = chosen_queue(actor)
    body = render_template(
        "moderation/item.html",
        page=page,
        item=page.item,
        form=form,
        note=note,
        button=ButtonForm(formdata=None),
        chosen=chosen,
        following=queries.next_item(actor, chosen.wanted, page.item),
        address=partial(address, chosen),
    )
    return body, CONFLICT if conflict else max(form.status, note.status)


def _fill(form: DecisionForm, page: queries.ItemPage, *, anew: bool) -> None:
    """Offer what can be chosen; a form that was sent keeps what was typed."""
    offer_clauses(form.clause, page.clauses)
    form.offer_neighbours((centre.slug, centre.name) for centre in page.neighbours)
    if not form.is_submitted() or form.version.data is None:
        form.clause.data = page.suggested
        form.source.data = page.source
    if anew or not form.version.data:
        form.begin_from(page.item.version)
