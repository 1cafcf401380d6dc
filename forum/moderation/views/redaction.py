"""Removing words from a post: first every copy is shown, then they are removed."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.moderation import actions, policy, queries
from forum.moderation.forms import RedactForm
from forum.moderation.views.blueprint import bp
from forum.moderation.views.ruling import ruling_of
from forum.moderation.views.showing import flash_done
from forum.threads import queries as threads
from forum.web.access import access, staff
from forum.web.forms import wants
from forum.web.login import current_actor


@bp.route("/posts/<int:post_id>/redact/", methods=["GET", "POST"])
@access(staff)
def redact(post_id: int) -> ResponseReturnValue:
    """Remove words from a post and from every copy of them."""
    actor = current_actor()
    post = threads.get_post(actor, post_id)
    ensure(policy.can_judge(actor, post, post.thread.centre_id))
    form = RedactForm()
    form.offer_clauses(queries.clause_choices(post.thread.centre_id))
    removal = None
    if form.submitted():
        try:
            removal, decision = _find_or_redact(post, form)
        except Invalid as error:
            form.refuse(error)
        else:
            if decision is not None:
                flash_done(_("The words were removed, and their original sealed."), decision)
                return redirect(f"/posts/{post_id}/", 303)
    return _page(post_id, form, removal)


def _find_or_redact(post: Any, form: RedactForm) -> tuple[Any, Any]:
    """What would be removed, to be looked at first; and the decision, when it was removed."""
    actor, text, code = current_actor(), form.spans.data or "", form.reason_code
    removal = actions.find_removal(actor, post, text=text, code=code)
    seen = _digest(removal)
    if not wants("redact") or form.seen.data != seen:
        form.seen.data, form.seen.raw_data = seen, None
        return removal, None
    return removal, actions.redact_post(actor, post, text=text, code=code, ruling=ruling_of(form))


def _digest(removal: Any) -> str:
    """Changes when something else would be removed than was shown."""
    told = [removal.marker, *(f"{copy.name}/{copy.key}:{copy.value}" for copy in removal.copies)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _page(post_id: int, form: RedactForm, removal: Any) -> ResponseReturnValue:
    actor = current_actor()
    post = threads.get_post(actor, post_id)
    page = render_template(
        "moderation/redact.html",
        post=post,
        form=form,
        removal=removal,
        seals=queries.seal_paths(actor, post),
        copies=_by_name(removal.copies) if removal else [],
        entries=queries.entries_holding(post, removal.words) if removal else [],
        concern=queries.concern_of(actor, post),
    )
    return page, form.status


def _by_name(copies: Sequence[Any]) -> list[tuple[str, Sequence[Any]]]:
    """The copies by the kind of place, the post's own first."""
    names = dict.fromkeys(copy.name for copy in copies)
    return [(name, [copy for copy in copies if copy.name == name]) for name in names]
