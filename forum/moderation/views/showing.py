"""What the pages of the workbench share: the choice of what is listed, and the button to undo."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _

from forum.centres import queries as centres
from forum.core.access import Actor
from forum.core.errors import NotFound
from forum.moderation import queries
from forum.moderation.forms import QueueForm
from forum.moderation.views.blueprint import bp
from forum.web.login import current_actor


def chosen_queue(actor: Actor) -> QueueForm:
    """What of the queue the address asks for; raises NotFound for words that nobody offers."""
    form = QueueForm(formdata=request.args)
    form.offer(
        (centre.slug, centre.name)
        for centre in centres.list_centres()
        if actor.is_admin or centre.id in actor.moderated_centres
    )
    if not form.validate():
        raise NotFound("There is no such list.")
    return form


def address(chosen: QueueForm, endpoint: str, **values: Any) -> str:
    """The address of a page that remembers what of the queue was chosen."""
    return url_for(f"moderation.{endpoint}", **{**values, **chosen.chosen})


def flash_done(text: str, decision: Any = None) -> None:
    """Say what was done, with a button that undoes the decision, if it was one."""
    if decision is None:
        flash(text, "success")
        return
    undo = url_for("moderation.undo", decision_id=decision.id)
    flash({"text": text, "action": undo, "label": _("Undo")}, "success")  # type: ignore[arg-type]  # templates/components/flashes.html knows it


@bp.app_context_processor
def staff_head() -> dict[str, Any]:
    """For the head of pages: ``count_waiting()`` asks how much waits for staff, when called."""
    return {"count_waiting": lambda: queries.count_waiting(current_actor())}
