"""What moderators do in threads: hide, restore, lock, pin."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.threads import actions, policy, queries
from forum.threads.forms import ReasonForm
from forum.threads.views.blueprint import bp
from forum.web.access import access, staff
from forum.web.login import current_actor


@bp.route("/posts/<int:post_id>/hide/", methods=["GET", "POST"])
@access(staff)
def hide(post_id: int) -> ResponseReturnValue:
    """Hide a post, with a reason for its author."""
    actor = current_actor()
    post = queries.get_post(actor, post_id)
    ensure(policy.can_hide(actor, post))
    form = ReasonForm()
    if form.submitted():
        try:
            actions.hide_post(actor, post, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The post is hidden. Its author will be told the reason."), "success")
            return redirect(url_for("threads.post", post_id=post_id), 303)
    return render_template("threads/hide.html", post=post, form=form), form.status


@bp.post("/posts/<int:post_id>/restore/")
@access(staff)
def restore(post_id: int) -> ResponseReturnValue:
    """Show a hidden post again."""
    actor = current_actor()
    actions.restore_post(actor, queries.get_post(actor, post_id))
    flash(_("The post can be read again."), "success")
    return redirect(url_for("threads.post", post_id=post_id), 303)


@bp.route("/threads/<int:thread_id>/lock/", methods=["GET", "POST"])
@access(staff)
def lock(thread_id: int) -> ResponseReturnValue:
    """Lock a thread, with a reason for everybody."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    ensure(policy.can_moderate(actor, thread))
    form = ReasonForm()
    if form.submitted():
        try:
            actions.lock_thread(actor, thread, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The thread is locked."), "success")
            return redirect(thread.path, 303)
    return render_template("threads/lock.html", thread=thread, form=form), form.status


@bp.post("/threads/<int:thread_id>/unlock/")
@access(staff)
def unlock(thread_id: int) -> ResponseReturnValue:
    """Open a locked thread again."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    actions.unlock_thread(actor, thread)
    flash(_("The thread is open again."), "success")
    return redirect(thread.path, 303)


@bp.post("/threads/<int:thread_id>/pin/")
@access(staff)
def pin(thread_id: int) -> ResponseReturnValue:
    """Keep a thread above the others of its board."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    actions.pin_thread(actor, thread)
    flash(_("The thread is pinned."), "success")
    return redirect(thread.path, 303)


@bp.post("/threads/<int:thread_id>/unpin/")
@access(staff)
def unpin(thread_id: int) -> ResponseReturnValue:
    """Let a pinned thread stand in its order again."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    actions.unpin_thread(actor, thread)
    flash(_("The thread is no longer pinned."), "success")
    return redirect(thread.path, 303)
