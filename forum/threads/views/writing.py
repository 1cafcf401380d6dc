"""Writing: starting a thread, replying, drafts, completion of mentions."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.boards import policy as board_policy
from forum.boards import queries as boards
from forum.core.access import Actor, ensure
from forum.core.errors import Invalid
from forum.threads import actions, policy, queries
from forum.threads.enums import ThreadKind
from forum.threads.forms import ConfirmForm, PostForm, ReadForm, ThreadForm
from forum.threads.views.blueprint import bp
from forum.threads.views.showing import (
    declaration_of,
    offer_capacities,
    offer_interests,
    offer_rules,
    restore_choice,
    restore_interest,
    tell_if_waiting,
)
from forum.topics import queries as topics
from forum.web.access import access, member
from forum.web.forms import wants
from forum.web.limits import drafting, lookup, posting
from forum.web.login import current_actor


@bp.route("/centres/<centre>/boards/<board>/start/", methods=["GET", "POST"])
@access(member)
@posting
def start(centre: str, board: str) -> ResponseReturnValue:
    """Start a thread on a board."""
    actor = current_actor()
    place = boards.get_board(actor, centre, board)
    form = _thread_form(actor, place)
    if wants("draft"):
        _save_thread_draft(actor, place, form)
        flash(_("Draft saved."), "success")
        return redirect(url_for("threads.drafts"), 303)
    ensure(board_policy.can_start(actor, place))
    if form.submitted() and not wants("preview"):
        try:
            if similar := _unseen_similar(actor, place, form):
                return _form_page("threads/start.html", form, board=place, similar=similar)
            thread = _start(actor, place, form)
        except Invalid as error:
            form.refuse(error)
        else:
            tell_if_waiting(thread)
            return redirect(thread.path, 303)
    return _form_page("threads/start.html", form, board=place)


def _unseen_similar(actor: Actor, board: Any, form: ThreadForm) -> Sequence[queries.SimilarThread]:
    """Threads that may have said it already, which the author is shown once before they post."""
    title = form.title.data or ""
    if form.seen_similar.data == title or actions.find_started(actor, board, **_words_of(form)):
        return ()
    form.seen_similar.data = title
    return queries.similar_threads(actor, title)


def _start(actor: Actor, board: Any, form: ThreadForm) -> Any:
    return actions.start_thread(
        actor,
        board,
        **_words_of(form),
        topic_ids=form.topics.data or [],
        kind=ThreadKind(form.kind.data),
        accepted_rules=form.accept_rules.data or [],
        interest=declaration_of(form),
    )


def _words_of(form: ThreadForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "source": form.source.data or "",
        "organisation_id": form.organisation_id,
        "submission_id": form.submission_id.data or "",
    }


def _thread_form(actor: Actor, board: Any) -> ThreadForm:
    form = ThreadForm()
    form.offer_kinds(
        [kind for kind in ThreadKind if policy.can_start_kind(actor, board.centre_id, kind)]
    )
    form.offer_topics(topics.list_topics())
    if not form.is_submitted() and (draft := queries.draft_of_board(actor, board.id)):
        offer_capacities(actor, form)
        form.title.data, form.source.data = draft.title, draft.source
        form.topics.data = draft.choices.get("topics", [])
        restore_choice(form.kind, draft.choices.get("kind"))
        restore_choice(form.speak_as, draft.choices.get("speak_as"))
        restore_interest(form, draft.choices)
    return form


@bp.post("/threads/<int:thread_id>/reply/")
@access(member)
@posting
def reply(thread_id: int) -> ResponseReturnValue:
    """Reply in a thread; a preview or an error shows the form on a page of its own."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    form = PostForm()
    if wants("draft"):
        _save_reply_draft(actor, thread, form)
        flash(_("Draft saved."), "success")
        return redirect(url_for("threads.drafts"), 303)
    ensure(policy.can_join(actor, thread))
    if form.submitted() and not wants("preview"):
        try:
            post = _reply(actor, thread, form)
        except Invalid as error:
            form.refuse(error)
        else:
            tell_if_waiting(post)
            return redirect(post.path, 303)
    return _form_page("threads/reply.html", form, board=thread.board, thread=thread)


def _reply(actor: Actor, thread: Any, form: PostForm) -> Any:
    return actions.reply(
        actor,
        thread,
        source=form.source.data or "",
        organisation_id=form.organisation_id,
        submission_id=form.submission_id.data or "",
        accepted_rules=form.accept_rules.data or [],
        interest=declaration_of(form),
    )


@bp.get("/threads/<int:thread_id>/reply/")
@access(member)
def reply_page(thread_id: int) -> ResponseReturnValue:
    """Leads to the form below the thread, where a signed-out writer comes back to."""
    thread = queries.get_thread(current_actor(), thread_id)
    return redirect(f"{thread.path}#reply", 302)


def _form_page(template: str, form: PostForm, *, board: Any, **things: Any) -> ResponseReturnValue:
    """The form on a page of its own, with a preview when one was asked for."""
    preview = _preview(form)
    offer_capacities(current_actor(), form)
    offer_rules(current_actor(), form, board.centre)
    offer_interests(current_actor(), form, things.get("thread"))
    page = render_template(template, form=form, board=board, preview=preview, **things)
    return page, form.status


def _preview(form: PostForm) -> str:
    """HTML of what was written, when a preview was asked for and the text is acceptable."""
    if not wants("preview") or form.source.errors:
        return ""
    try:
        return actions.preview(form.source.data or "")
    except Invalid as error:
        form.refuse(error)
        return ""


@bp.post("/centres/<centre>/boards/<board>/draft/")
@access(member)
@drafting
def save_thread_draft(centre: str, board: str) -> ResponseReturnValue:
    """Keep a new thread as it is being typed (asked by script)."""
    actor = current_actor()
    place = boards.get_board(actor, centre, board)
    _save_thread_draft(actor, place, _thread_form(actor, place))
    return "", 204


def _save_thread_draft(actor: Actor, board: Any, form: ThreadForm) -> None:
    actions.save_thread_draft(
        actor,
        board,
        title=form.title.data or "",
        source=form.source.data or "",
        choices=form.draft_choices,
    )


@bp.post("/threads/<int:thread_id>/draft/")
@access(member)
@drafting
def save_reply_draft(thread_id: int) -> ResponseReturnValue:
    """Keep a reply as it is being typed (asked by script)."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    _save_reply_draft(actor, thread, PostForm())
    return "", 204


def _save_reply_draft(actor: Actor, thread: Any, form: PostForm) -> None:
    actions.save_reply_draft(
        actor, thread, source=form.source.data or "", choices=form.draft_choices
    )


@bp.get("/account/drafts/")
@access(member)
def drafts() -> ResponseReturnValue:
    """The member's drafts, and their posts that are not published."""
    actor = current_actor()
    return render_template(
        "threads/drafts.html",
        drafts=queries.drafts_of(actor),
        unpublished=queries.unpublished_of(actor),
        can_see=partial(policy.can_see, actor),
        form=ConfirmForm(),
    )


@bp.post("/account/drafts/<int:draft_id>/discard/")
@access(member)
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    actions.discard_draft(current_actor(), draft_id)
    flash(_("Draft deleted."), "success")
    return redirect(url_for("threads.drafts"), 303)


@bp.post("/threads/<int:thread_id>/read/")
@access(member)
def mark_read(thread_id: int) -> ResponseReturnValue:
    """Remember how far a member has read (a button, or asked by script)."""
    actor = current_actor()
    thread = queries.get_thread(actor, thread_id)
    form = ReadForm()
    if form.submitted():
        actions.mark_read(actor, thread, number=form.number.data or 0)
    return redirect(thread.board.path, 303) if wants("board") else ("", 204)


@bp.get("/people/suggestions/")
@access(member)
@lookup
def suggest_members() -> ResponseReturnValue:
    """Members whose handle or name begins with ``?q=``, as JSON."""
    found = queries.suggest_members(request.args.get("q", "")[:30])
    return jsonify([{"handle": handle, "name": name} for handle, name in found])
