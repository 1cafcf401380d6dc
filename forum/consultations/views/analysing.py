"""Responses for analysts: the list, one of them, what the public may read of it, its themes."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.enums import Removal
from forum.consultations.forms import CodeForm, ConfirmForm, RedactForm, RemoveForm, WhyForm
from forum.consultations.policy import analysis as policy
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Invalid
from forum.web.access import access, manager
from forum.web.login import current_actor
from forum.web.uploads import download

BASE = "/consultations/<int:consultation_id>/manage/responses/"
ONE = f"{BASE}<int:response_id>/"
ANSWER = f"{ONE}answers/<int:answer_id>/"


@bp.get(BASE)
@access(manager)
def responses(consultation_id: int) -> ResponseReturnValue:
    """All responses that count."""
    found = load_managed(consultation_id)
    unread, after = request.args.get("unread") == "1", request.args.get("after", "")
    return page(
        "consultations/responses.html",
        consultation=found,
        unread=unread,
        list=queries.list_to_analyse(current_actor(), found, unread=unread, after=after),
    )


@bp.get(ONE)
@access(manager)
def analyse(consultation_id: int, response_id: int) -> ResponseReturnValue:
    """One response with everything that is decided about it."""
    found, response = _load(consultation_id, response_id)
    return _show(found, response)


@bp.post(f"{ONE}read/")
@access(manager)
def read(consultation_id: int, response_id: int) -> ResponseReturnValue:
    """Record that one has read it, and go on to the next."""
    found, response = _load(consultation_id, response_id)
    actor = current_actor()
    actions.mark_read(actor, response)
    following = queries.next_unread(actor, found, response.id)
    if following is None:
        flash(_("You have read all responses."), "success")
        return redirect(url_for("consultations.responses", consultation_id=found.id), 303)
    return _to(found.id, following)


@bp.post(f"{ONE}approve/")
@access(manager)
def approve_all(consultation_id: int, response_id: int) -> ResponseReturnValue:
    """Let the public read all answers about which nothing was decided."""
    found, response = _load(consultation_id, response_id)
    actions.approve_answers(current_actor(), response)
    return _to(found.id, response.id)


@bp.post(f"{ANSWER}approve/")
@access(manager)
def approve_answer(consultation_id: int, response_id: int, answer_id: int) -> ResponseReturnValue:
    """Let the public read an answer."""
    found, response = _load(consultation_id, response_id)
    answer = queries.get_answer(response, answer_id)
    actions.approve_answer(current_actor(), response, answer)
    return _to(found.id, response.id, answer.id)


@bp.route(f"{ANSWER}redact/", methods=["GET", "POST"])
@access(manager)
def redact_answer(consultation_id: int, response_id: int, answer_id: int) -> ResponseReturnValue:
    """Let the public read an answer without some of its words."""
    found, response = _load(consultation_id, response_id)
    answer, form = queries.get_answer(response, answer_id), RedactForm()
    if form.submitted():
        why, spans = Removal(form.why.data), form.spans.data or ""
        try:
            actions.redact_answer(current_actor(), response, answer, spans=spans, why=why)
        except Invalid as error:
            form.refuse(error)
        else:
            return _to(found.id, response.id, answer.id)
    return page(
        "consultations/redact_answer.html",
        consultation=found,
        response=response,
        answer=answer,
        form=form,
    ), form.status


@bp.route(f"{ANSWER}withhold/", methods=["GET", "POST"])
@access(manager)
def withhold_answer(consultation_id: int, response_id: int, answer_id: int) -> ResponseReturnValue:
    """Keep an answer from the public."""
    found, response = _load(consultation_id, response_id)
    answer, form = queries.get_answer(response, answer_id), WhyForm()
    if form.submitted():
        actions.withhold_answer(current_actor(), response, answer, why=Removal(form.why.data))
        return _to(found.id, response.id, answer.id)
    return page(
        "consultations/withhold_answer.html",
        consultation=found,
        response=response,
        answer=answer,
        form=form,
    ), form.status


@bp.post(f"{ANSWER}code/")
@access(manager)
def code_answer(consultation_id: int, response_id: int, answer_id: int) -> ResponseReturnValue:
    """Say which themes one finds in an answer."""
    found, response = _load(consultation_id, response_id)
    answer, form = queries.get_answer(response, answer_id), CodeForm()
    form.offer(queries.themes_of(found.id))
    if form.submitted():
        actions.code_answer(current_actor(), response, answer, theme_ids=form.themes.data or [])
        return _to(found.id, response.id, answer.id)
    return _show(found, response, form.errors), form.status


@bp.route(f"{ONE}remove/", methods=["GET", "POST"])
@access(manager)
def remove_response(consultation_id: int, response_id: int) -> ResponseReturnValue:
    """Take a response out, as its respondent asks after closing."""
    found, response = _load(consultation_id, response_id)
    ensure(policy.can_remove(current_actor(), response, clock.now()))
    form = RemoveForm()
    if form.submitted():
        try:
            actions.remove_response(current_actor(), response, reason=form.reason.data or "")
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("The response was taken out."), "success")
            return redirect(url_for("consultations.responses", consultation_id=found.id), 303)
    return page(
        "consultations/remove_response.html", consultation=found, response=response, form=form
    ), form.status


@bp.get(f"{ONE}files/<int:upload_id>/")
@access(manager)
def response_file(consultation_id: int, response_id: int, upload_id: int) -> ResponseReturnValue:
    """A file of a response, as a download."""
    _found, response = _load(consultation_id, response_id)
    upload = queries.get_any_file(response, upload_id)
    return download(
        upload.content, name=upload.name, media_type=upload.media_type, digest=upload.sha256
    )


def _load(consultation_id: int, response_id: int) -> tuple[Any, Any]:
    found = load_managed(consultation_id)
    return found, queries.get_to_analyse(found, response_id)


def _show(found: Any, response: Any, errors: Any = None) -> str:
    actor = current_actor()
    code = CodeForm(formdata=None)
    themes = queries.themes_of(found.id)
    code.offer(themes)
    return page(
        "consultations/analyse.html",
        consultation=found,
        response=response,
        questions=queries.questions_to_answer(found.id),
        answers=queries.answers_to_review(response.id),
        given=queries.answers_of(response.id),
        codings=queries.codings_of(response.id),
        themes=themes,
        readers=queries.readers_of(response.id),
        may_review=policy.can_review(actor, response, clock.now()),
        may_remove=policy.can_remove(actor, response, clock.now()),
        code=code,
        errors=errors,
        form=ConfirmForm(),
    )


def _to(consultation_id: int, response_id: int, answer_id: int = 0) -> ResponseReturnValue:
    anchor = f"answer-{answer_id}" if answer_id else None
    address = url_for(
        "consultations.analyse",
        consultation_id=consultation_id,
        response_id=response_id,
        _anchor=anchor,
    )
    return redirect(address, 303)
