"""Pages of those who respond: answer page by page, check, send, change, withdraw."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import actions, queries
from forum.consultations.email import link_to
from forum.consultations.enums import QuestionKind, ResponseState
from forum.consultations.forms import (
    AnsweringForm,
    ChoicesForm,
    ConfirmForm,
    answering_form,
)
from forum.consultations.policy import responses as policy
from forum.consultations.policy import signing
from forum.consultations.policy.answers import NOTHING, Given, asked, fingerprint
from forum.consultations.policy.responses import Holder
from forum.consultations.views.beginning import current_holder
from forum.consultations.views.blueprint import bp
from forum.core import clock
from forum.core.access import ensure
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.web.access import access, anyone
from forum.web.forms import CONFLICT, wants
from forum.web.uploads import takes_file

FORBIDDEN = 403


@bp.get("/responses/<reference>/")
@access(anyone)
def response(reference: str) -> ResponseReturnValue:
    """How far a response has come; once it was sent, its receipt."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    now = clock.now()
    editor = queries.editor_of(found, now)
    return render_template(
        "consultations/answering/response.html",
        response=found,
        consultation=found.consultation,
        parts=parts_of(found),
        editor=editor,
        may_change=policy.can_change(found, now) and signing.can_change_sent(holder, found),
        may_withdraw=policy.can_withdraw(found, now),
        **_signing(holder, found, now),
        link=url_for("consultations.come_back", link=link_to(reference), _external=True),
        asks_equality=_asks_equality(found),
        is_held=editor is not None and editor.id != holder.actor.actor_id,
        form=ConfirmForm(),
    )


@bp.route("/responses/<reference>/pages/<int:number>/", methods=["GET", "POST"])
@access(anyone)
@takes_file
def page(reference: str, number: int) -> ResponseReturnValue:
    """Answer the questions of one page, which is saved as it is left."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    here = Page(found, number)
    form = here.form()
    if form.is_submitted():
        return _save(holder, here, form)
    now = clock.now()
    if policy.is_held_by_other(holder.actor, found, now) or not policy.can_change(found, now):
        return redirect(url_for("consultations.response", reference=reference), 303)
    form.fill(here.answers)
    form.began_from.data = here.fingerprint
    return here.show(form, holder=holder)


class Page:
    """One page of the questionnaire for a response; ``number`` counts sections from 1."""

    def __init__(self, found: Any, number: int) -> None:
        self.response = found
        self.number = number
        self.sections = queries.pages_of(found.consultation_id)
        if not 1 <= number <= len(self.sections):
            raise NotFound("There is no such page.")
        self.section = self.sections[number - 1]
        self.all_questions = queries.questions_to_answer(found.consultation_id)
        self.answers = queries.answers_of(found.id)
        self.questions = [
            question
            for question in self._shown(self.answers)
            if question.section_id == self.section.id
        ]

    @property
    def fingerprint(self) -> str:
        """What the stored answers of this page say."""
        return fingerprint(self.answers, self.questions)

    def form(self) -> AnsweringForm:
        """The form of the page."""
        return answering_form(self.questions)()

    def step(self, by: int, answers: Mapping[int, Given]) -> int:
        """Number of the nearest page ``by`` 1 or -1 that asks something; 0 when there is none."""
        asking = {question.section_id for question in self._shown(answers)}
        number = self.number + by
        while 1 <= number <= len(self.sections):
            if self.sections[number - 1].id in asking:
                return number
            number += by
        return 0

    def show(
        self, form: AnsweringForm, *, holder: Holder, status: int = 200, **more: Any
    ) -> ResponseReturnValue:
        """The page with ``form``."""
        uploads = [given.upload_id for given in self.answers.values() if given.upload_id]
        found = render_template(
            "consultations/answering/page.html",
            response=self.response,
            consultation=self.response.consultation,
            page=self,
            form=form,
            files=queries.uploads_named(uploads) if uploads else {},
            holder=holder,
            previous=self.step(-1, self.answers),
            **more,
        )
        return found, status

    def _shown(self, answers: Mapping[int, Given]) -> list[Any]:
        """What is asked, with what depends on another question of the same page."""
        sections = {question.id: question.section_id for question in self.all_questions}
        shown = {question.id for question in asked(self.all_questions, answers)}
        return [
            question
            for question in self.all_questions
            if question.id in shown
            or sections.get(question.condition_question_id or 0) == question.section_id
        ]


def _save(holder: Holder, here: Page, form: AnsweringForm) -> ResponseReturnValue:
    is_form_right = form.validate()
    try:
        given = _given(here, form)
        refusals = actions.save_page(
            holder,
            here.response,
            questions=here.questions,
            given=given,
            began_from=form.began_from.data or "",
            files=_files(here, form),
        )
    except NotAllowed as error:
        return _closed(here, form, error)
    except Conflict as error:
        return _show_both(holder, here, form, error)
    except Invalid as error:
        form.refuse(error)
        return here.show(form, holder=holder, status=form.status)
    if wants("later"):
        refusals = {key: why for key, why in refusals.items() if not given[key].is_empty}
    form.refuse_answers({} if not is_form_right else refusals)
    if not is_form_right or (refusals and not wants("back")):
        here.answers = queries.answers_of(here.response.id)
        form.began_from.data = here.fingerprint
        return here.show(form, holder=holder, status=422)
    return redirect(_next(here), 303)


def _next(here: Page) -> str:
    reference = here.response.reference
    answers = queries.answers_of(here.response.id)
    if wants("later"):
        flash(_("Your answers are saved."), "success")
        return url_for("consultations.response", reference=reference)
    number = here.step(-1 if wants("back") else 1, answers)
    if number:
        return url_for("consultations.page", reference=reference, number=number)
    return url_for("consultations.check", reference=reference)


def _given(here: Page, form: AnsweringForm) -> dict[int, Given]:
    """What was typed, with the files handed in before."""
    given = form.given()
    for unreadable in form.unreadable():
        given[unreadable] = here.answers.get(unreadable, NOTHING)
    for question in here.questions:
        if question.kind is QuestionKind.FILE:
            before = here.answers.get(question.id, NOTHING).upload_id
            given[question.id] = Given(upload_id=None if form.removes_file(question) else before)
    return given


def _files(here: Page, form: AnsweringForm) -> dict[int, actions.File]:
    """The files handed in now, by question."""
    asks_file = [one for one in here.questions if one.kind is QuestionKind.FILE]
    chosen = {question.id: form.file_of(question) for question in asks_file}
    return {key: (file.stream, file.filename) for key, file in chosen.items() if file is not None}


def _closed(here: Page, form: AnsweringForm, error: NotAllowed) -> ResponseReturnValue:
    """What was typed too late, to be copied; what was saved in time is still there."""
    page = render_template(
        "consultations/answering/closed.html",
        response=here.response,
        consultation=here.response.consultation,
        questions=here.questions,
        given=form.given(),
        why=error.message,
    )
    return page, FORBIDDEN


def _show_both(
    holder: Holder, here: Page, form: AnsweringForm, error: Conflict
) -> ResponseReturnValue:
    """The form with what was typed, and above it what is stored by now."""
    here.answers = queries.answers_of(here.response.id)
    form.began_from.data = here.fingerprint
    form.refuse(Invalid(error.message))
    return here.show(form, holder=holder, status=CONFLICT, stored=here.answers)


@bp.route("/responses/<reference>/check/", methods=["GET", "POST"])
@access(anyone)
def check(reference: str) -> ResponseReturnValue:
    """Check the answers, choose what may be published, and send the response."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    form = ChoicesForm(obj=found)
    status = form.status
    if form.submitted():
        try:
            actions.submit_response(holder, found, version=form.began_from, **form.choices)
        except (Invalid, NotAllowed) as error:
            form.refuse(Invalid(error.message))
            status = form.status
        except Conflict as error:
            form.begin_from(found.version)
            form.refuse(Invalid(error.message))
            status = CONFLICT
        else:
            flash(_("Your response was sent."), "success")
            return redirect(url_for("consultations.response", reference=reference), 303)
    return _show_check(found, form), status


def _show_check(found: Any, form: ChoicesForm) -> str:
    now = clock.now()
    return render_template(
        "consultations/answering/check.html",
        response=found,
        consultation=found.consultation,
        parts=parts_of(found),
        unanswered=queries.unanswered(found),
        form=form,
        may_change=policy.can_change(found, now) and signing.can_send(found),
        is_late=policy.is_late(found.consultation, now),
    )


@bp.route("/responses/<reference>/equality/", methods=["GET", "POST"])
@access(anyone)
def equality(reference: str) -> ResponseReturnValue:
    """Say something about oneself, stored apart from the response."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    form = answering_form(queries.equality_questions(found.consultation_id))()
    if form.submitted():
        try:
            actions.say_equality(holder, found, given=form.given())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Thank you. Your answers are stored apart from your response."), "success")
            return redirect(url_for("consultations.response", reference=reference), 303)
    return render_template(
        "consultations/answering/equality.html",
        response=found,
        consultation=found.consultation,
        form=form,
    ), form.status


@bp.route("/responses/<reference>/withdraw/", methods=["GET", "POST"])
@access(anyone)
def withdraw(reference: str) -> ResponseReturnValue:
    """Take a response back."""
    holder = current_holder()
    found = queries.get_response(holder, reference)
    form = ConfirmForm()
    if form.submitted():
        actions.withdraw_response(holder, found)
        flash(_("Your response was withdrawn."), "success")
        return redirect(url_for("consultations.response", reference=reference), 303)
    if found.state is not ResponseState.SUBMITTED:
        return redirect(url_for("consultations.response", reference=reference), 303)
    ensure(policy.can_withdraw(found, clock.now()))
    return render_template(
        "consultations/answering/withdraw.html",
        response=found,
        consultation=found.consultation,
        form=form,
    )


@bp.post("/responses/<reference>/hold/")
@access(anyone)
def hold(reference: str) -> ResponseReturnValue:
    """Take the joint draft of an organisation for editing."""
    holder = current_holder()
    actions.hold_response(holder, queries.get_response(holder, reference))
    return redirect(url_for("consultations.page", reference=reference, number=1), 303)


@bp.post("/responses/<reference>/release/")
@access(anyone)
def release(reference: str) -> ResponseReturnValue:
    """Let a colleague go on with the joint draft."""
    holder = current_holder()
    actions.release_response(holder, queries.get_response(holder, reference))
    flash(_("Your colleagues can edit the response now."), "success")
    return redirect(url_for("consultations.response", reference=reference), 303)


def _signing(holder: Holder, found: Any, now: datetime) -> dict[str, Any]:
    """How far the sign-off of an organisation has come, and what may be done about it."""
    return {
        "sign_off": signing.sign_off_of(found),
        "may_ask": signing.can_ask(holder, found, now),
        "may_sign": signing.can_sign(holder, found, now),
        "may_waive": signing.can_waive(holder, found, now),
    }


def _asks_equality(found: Any) -> bool:
    """Whether the response was sent and the questions on equality are still open."""
    if found.state is not ResponseState.SUBMITTED or found.has_said_equality:
        return False
    return bool(queries.equality_questions(found.consultation_id))


def parts_of(found: Any) -> Sequence[Mapping[str, Any]]:
    """The sections that ask something, with their questions and what was answered."""
    answers = queries.answers_of(found.id)
    questions = asked(queries.questions_to_answer(found.consultation_id), answers)
    uploads = [given.upload_id for given in answers.values() if given.upload_id]
    files = queries.uploads_named(uploads) if uploads else {}
    parts = []
    for number, section in enumerate(queries.pages_of(found.consultation_id), start=1):
        lines = [
            (question, answers.get(question.id, NOTHING))
            for question in questions
            if question.section_id == section.id and question.kind is not QuestionKind.INFORMATION
        ]
        if lines:
            parts.append({"number": number, "section": section, "lines": lines, "files": files})
    return parts
