"""Reading what was removed: two persons, one hour, and never without a record."""

from typing import Any

from flask import flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.errors import Invalid
from forum.moderation import actions, queries
from forum.moderation.forms import SealForm
from forum.moderation.views.blueprint import bp
from forum.web.access import access, member
from forum.web.login import current_actor

PATH = "/moderation/seals/<int:seal_id>"


@bp.route(f"{PATH}/", methods=["GET", "POST"])
@access(member)
def seal(seal_id: int) -> ResponseReturnValue:
    """Who has read what was removed, and the form to ask for it."""
    actor = current_actor()
    sealed = queries.get_seal(actor, seal_id)
    form = SealForm()
    if form.submitted():
        try:
            actions.ask_to_open(actor, sealed, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Another manager or administrator has to agree now."), "success")
            return redirect(f"/moderation/seals/{seal_id}/", 303)
    return _page(sealed, form)


@bp.post(f"{PATH}/openings/<int:opening_id>/agree/")
@access(member)
def agree_to_seal(seal_id: int, opening_id: int) -> ResponseReturnValue:
    """Agree that what was removed is read for an hour."""
    actor = current_actor()
    actions.agree_to_open(actor, queries.get_seal(actor, seal_id), opening_id=opening_id)
    flash(
        _("You can both read it for one hour. The public log tells that it was opened."), "success"
    )
    return redirect(f"/moderation/seals/{seal_id}/", 303)


@bp.post(f"{PATH}/read/")
@access(member)
def read_seal(seal_id: int) -> ResponseReturnValue:
    """Show what was removed to one of the two, and record it."""
    actor = current_actor()
    sealed = queries.get_seal(actor, seal_id)
    return _page(sealed, SealForm(formdata=None), texts=actions.read_seal(actor, sealed))


def _page(sealed: Any, form: SealForm, texts: Any = None) -> ResponseReturnValue:
    page = queries.show_seal(current_actor(), sealed)
    html = render_template("moderation/seal.html", page=page, form=form, texts=texts)
    answer = make_response(html, form.status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
