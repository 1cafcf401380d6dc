"""What managers do with the boards of their centre."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.boards import actions, policy, queries
from forum.boards.enums import Readers
from forum.boards.forms import READERS, BoardForm, ConfirmForm
from forum.centres import queries as centres
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.web.access import access, manager
from forum.web.filters import sector_name
from forum.web.forms import CONFLICT, wants
from forum.web.login import current_actor

bp = Blueprint("boards", __name__)


@bp.route("/centres/<centre>/boards/new/", methods=["GET", "POST"])
@access(manager)
def create(centre: str) -> ResponseReturnValue:
    """Create a board."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    ensure(policy.can_manage(actor, place.id))
    form = BoardForm()
    if form.submitted():
        try:
            board = actions.create_board(actor, place, **_settings(form))
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Board created."), "success")
            return redirect(board.path, 303)
    return render_template("boards/create.html", centre=place, form=form), form.status


@bp.route("/centres/<centre>/boards/<board>/edit/", methods=["GET", "POST"])
@access(manager)
def edit(centre: str, board: str) -> ResponseReturnValue:
    """Change a board."""
    actor = current_actor()
    place = queries.get_board(actor, centre, board)
    ensure(policy.can_manage(actor, place.centre_id))
    form = BoardForm(obj=place)
    if form.submitted():
        try:
            actions.edit_board(actor, place, version=form.began_from, **_settings(form))
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(place, form, error)
        else:
            flash(_("Board changed."), "success")
            return redirect(place.path, 303)
    return render_template("boards/edit.html", board=place, form=form), form.status


def _settings(form: BoardForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "purpose": form.purpose.data or "",
        "readers": Readers(form.readers.data),
        "start_sectors": form.start_sectors.data or [],
        "reply_sectors": form.reply_sectors.data or [],
        "holds_posts": bool(form.holds_posts.data),
    }


def _show_both(board: Any, form: BoardForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now."""
    form.begin_from(board.version)
    form.refuse(Invalid(error.message))
    stored = [
        (form.title.label.text, board.title),
        (form.purpose.label.text, board.purpose),
        (form.readers.label.text, READERS[board.readers.value]),
        (form.start_sectors.label.text, _sector_names(board.start_sectors)),
        (form.reply_sectors.label.text, _sector_names(board.reply_sectors)),
        (form.holds_posts.label.text, _("Yes") if board.holds_posts else _("No")),
    ]
    page = render_template("boards/edit.html", board=board, form=form, stored_facts=stored)
    return page, CONFLICT


def _sector_names(sectors: list[str]) -> str:
    return ", ".join(sector_name(sector) for sector in sectors) or _("All sectors")


@bp.get("/centres/<centre>/boards/order/")
@access(manager)
def order(centre: str) -> ResponseReturnValue:
    """All boards of a centre, to put them in order and find their settings."""
    actor = current_actor()
    place = centres.get_centre(actor, centre)
    ensure(policy.can_manage(actor, place.id))
    return render_template(
        "boards/order.html",
        centre=place,
        boards=queries.boards_of(actor, place.id),
        form=ConfirmForm(),
    )


@bp.post("/centres/<centre>/boards/<board>/move/")
@access(manager)
def move(centre: str, board: str) -> ResponseReturnValue:
    """Move a board up or down in the order."""
    actor = current_actor()
    place = queries.get_board(actor, centre, board)
    actions.move_board(actor, place, up=wants("up"))
    return redirect(url_for("boards.order", centre=centre), 303)


@bp.post("/centres/<centre>/boards/<board>/archive/")
@access(manager)
def archive(centre: str, board: str) -> ResponseReturnValue:
    """Keep a board for reading only."""
    actor = current_actor()
    actions.archive_board(actor, queries.get_board(actor, centre, board))
    flash(_("Board archived."), "success")
    return redirect(url_for("boards.order", centre=centre), 303)


@bp.post("/centres/<centre>/boards/<board>/reopen/")
@access(manager)
def reopen(centre: str, board: str) -> ResponseReturnValue:
    """Let an archived board be written on again."""
    actor = current_actor()
    actions.reopen_board(actor, queries.get_board(actor, centre, board))
    flash(_("Board reopened."), "success")
    return redirect(url_for("boards.order", centre=centre), 303)
