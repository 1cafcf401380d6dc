"""Decisions about posts on their own: hide and restore."""

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.moderation import actions, policy, queries
from forum.moderation.actions import Ruling
from forum.moderation.forms import HideForm
from forum.moderation.views.blueprint import bp
from forum.moderation.views.ruling import decide
from forum.moderation.views.showing import flash_done
from forum.threads import queries as threads
from forum.web.access import access, staff
from forum.web.login import current_actor


@bp.route("/posts/<int:post_id>/hide/", methods=["GET", "POST"])
@access(staff)
def hide(post_id: int) -> ResponseReturnValue:
    """Hide a post, with a reason for its author."""
    actor = current_actor()
    post = threads.get_post(actor, post_id)
    ensure(policy.can_judge(actor, post, post.thread.centre_id))
    form = HideForm(version=str(queries.open_item_version(post_id) or ""))

    def act(ruling: Ruling) -> Any:
        return actions.hide_post(actor, post, ruling=ruling, version=form.item_version)

    return decide(
        form,
        act,
        centre_id=post.thread.centre_id,
        page="moderation/hide.html",
        done=_("The post is hidden. Its author will be told the reason."),
        back=lambda _decision: f"/posts/{post_id}/",
        post=post,
        concern=queries.concern_of(actor, post),
    )


@bp.post("/posts/<int:post_id>/restore/")
@access(staff)
def restore(post_id: int) -> ResponseReturnValue:
    """Show a hidden post again."""
    actor = current_actor()
    decision = actions.restore_post(actor, threads.get_post(actor, post_id), ruling=Ruling())
    flash_done(_("The post can be read again."), decision)
    return redirect(f"/posts/{post_id}/", 303)
