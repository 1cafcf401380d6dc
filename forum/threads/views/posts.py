"""What authors do with their posts: edit, withdraw, accept an answer."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid
from forum.threads import actions, policy, queries
from forum.threads.forms import ConfirmForm, EditForm
from forum.threads.views.blueprint import bp
from forum.threads.views.showing import tell_if_waiting
from forum.web.access import access, member
from forum.web.forms import wants
from forum.web.limits import posting
from forum.web.login import current_actor

CONFLICT = 409


@bp.route("/posts/<int:post_id>/edit/", methods=["GET", "POST"])
@access(member)
@posting
def edit(post_id: int) -> ResponseReturnValue:
    """Edit a post."""
    actor = current_actor()
    post = queries.get_post(actor, post_id)
    ensure(policy.can_edit(actor, post))
    held = queries.held_edit_of(post.id) if post.author_id == actor.actor_id else None
    form = EditForm(version=str(post.version), source=held.source if held else post.source)
    if form.submitted() and not wants("preview"):
        try:
            _edit(post, form)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _show_both(post_id, form, error)
        else:
            return redirect(url_for("threads.post", post_id=post_id), 303)
    return render_template(
        "threads/edit.html", post=post, form=form, preview=_preview(form), held=held
    ), form.status


def _preview(form: EditForm) -> str:
    if not wants("preview") or form.source.errors:
        return ""
    return actions.preview(form.source.data or "")


def _edit(post: Any, form: EditForm) -> None:
    version = form.version.data or ""
    post = actions.edit_post(
        current_actor(),
        post,
        source=form.source.data or "",
        note=form.note.data or "",
        version=int(version) if version.isascii() and version.isdigit() else 0,
    )
    if post.author_id == current_actor().actor_id:
        _tell_if_waiting(post)


def _tell_if_waiting(post: Any) -> None:
    tell_if_waiting(post)
    if queries.held_edit_of(post.id):
        flash(
            _("Your changes wait for a moderator. Until then the post stays as it is."), "warning"
        )


def _show_both(post_id: int, form: EditForm, error: Conflict) -> ResponseReturnValue:
    """The form with what was typed, and above it what the post says by now."""
    stored = queries.get_post(current_actor(), post_id)
    form.version.data = str(stored.version)
    form.version.raw_data = None
    form.refuse(Invalid(error.message))
    page = render_template(
        "threads/edit.html", post=stored, form=form, preview="", stored=stored, held=None
    )
    return page, CONFLICT


@bp.route("/posts/<int:post_id>/withdraw/", methods=["GET", "POST"])
@access(member)
def withdraw(post_id: int) -> ResponseReturnValue:
    """Take a post back, after a question."""
    actor = current_actor()
    post = queries.get_post(actor, post_id)
    ensure(policy.can_withdraw(actor, post))
    form = ConfirmForm()
    if form.submitted():
        actions.withdraw_post(actor, post)
        flash(_("Your post was withdrawn."), "success")
        return redirect(url_for("threads.post", post_id=post_id), 303)
    return render_template("threads/withdraw.html", post=post, form=form), form.status


@bp.post("/posts/<int:post_id>/accept/")
@access(member)
def accept(post_id: int) -> ResponseReturnValue:
    """Mark a reply as the accepted answer."""
    actor = current_actor()
    actions.accept_answer(actor, queries.get_post(actor, post_id))
    return redirect(url_for("threads.post", post_id=post_id), 303)


@bp.post("/posts/<int:post_id>/unaccept/")
@access(member)
def unaccept(post_id: int) -> ResponseReturnValue:
    """Take back that a reply is the accepted answer."""
    actor = current_actor()
    actions.unaccept_answer(actor, queries.get_post(actor, post_id))
    return redirect(url_for("threads.post", post_id=post_id), 303)
