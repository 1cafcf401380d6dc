"""The builder: sections and questions of a draft."""

import hashlib
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.consultations import exports, policy, queries
from forum.consultations.actions import building
from forum.consultations.enums import QuestionKind
from forum.consultations.forms import (
    QUESTION_KINDS,
    ConfirmForm,
    KindForm,
    QuestionForm,
    SectionForm,
)
from forum.consultations.policy.conditions import broken
from forum.consultations.views.blueprint import bp
from forum.consultations.views.showing import load_managed, page
from forum.core.access import ensure
from forum.core.errors import Invalid, NotFound
from forum.web.access import access, manager
from forum.web.forms import wants
from forum.web.login import current_actor
from forum.web.uploads import download


def load_buildable(consultation_id: int) -> Any:
    """The consultation, for those who may change its questions."""
    found = load_managed(consultation_id)
    ensure(policy.can_build(current_actor(), found))
    return found


def to_builder(found: Any, *, anchor: str = "") -> ResponseReturnValue:
    """Back to all questions, at the one that was changed."""
    address = url_for("consultations.build", consultation_id=found.id, _anchor=anchor or None)
    return redirect(address, 303)


@bp.get("/consultations/<int:consultation_id>/manage/questions/")
@access(manager)
def build(consultation_id: int) -> ResponseReturnValue:
    """All sections and questions; once announced, to read them."""
    found = load_managed(consultation_id)
    sections = queries.questionnaire_of(found.id)
    questions = queries.questions_in(sections)
    return page(
        "consultations/build.html",
        consultation=found,
        sections=sections,
        known={question.id: question for question in questions},
        broken=broken(questions),
        question_kinds=QUESTION_KINDS,
        may_build=policy.can_build(current_actor(), found),
        form=ConfirmForm(),
    )


@bp.route("/consultations/<int:consultation_id>/manage/sections/new/", methods=["GET", "POST"])
@access(manager)
def add_section(consultation_id: int) -> ResponseReturnValue:
    """Add a section."""
    found = load_buildable(consultation_id)
    form = SectionForm()
    if form.submitted():
        try:
            section = building.add_section(
                current_actor(),
                found,
                title=form.title.data or "",
                introduction=form.introduction.data or "",
                is_equality=bool(form.is_equality.data),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            return to_builder(found, anchor=f"section-{section.id}")
    return page("consultations/add_section.html", consultation=found, form=form), form.status


@bp.route(
    "/consultations/<int:consultation_id>/manage/sections/<int:section_id>/",
    methods=["GET", "POST"],
)
@access(manager)
def edit_section(consultation_id: int, section_id: int) -> ResponseReturnValue:
    """Change a section."""
    found = load_buildable(consultation_id)
    section = queries.get_section(found, section_id)
    form = SectionForm(obj=section)
    if form.submitted():
        try:
            _edit_section(found, section, form)
        except Invalid as error:
            form.refuse(error)
        else:
            return to_builder(found, anchor=f"section-{section.id}")
    return page("consultations/edit_section.html", consultation=found, form=form), form.status


def _edit_section(found: Any, section: Any, form: SectionForm) -> None:
    title, introduction = form.title.data or "", form.introduction.data or ""
    building.edit_section(current_actor(), found, section, title=title, introduction=introduction)


@bp.post("/consultations/<int:consultation_id>/manage/sections/<int:section_id>/move/")
@access(manager)
def move_section(consultation_id: int, section_id: int) -> ResponseReturnValue:
    """Move a section up or down."""
    found = load_buildable(consultation_id)
    section = queries.get_section(found, section_id)
    building.move_section(current_actor(), found, section, up=wants("up"))
    return to_builder(found, anchor=f"section-{section_id}")


@bp.route(
    "/consultations/<int:consultation_id>/manage/sections/<int:section_id>/remove/",
    methods=["GET", "POST"],
)
@access(manager)
def remove_section(consultation_id: int, section_id: int) -> ResponseReturnValue:
    """Remove a section with its questions."""
    found = load_buildable(consultation_id)
    section = queries.get_section(found, section_id)
    form = ConfirmForm()
    if form.submitted():
        building.remove_section(current_actor(), found, section)
        flash(_("Section removed."), "success")
        return to_builder(found)
    return page("consultations/remove_section.html", consultation=found, section=section, form=form)


@bp.route(
    "/consultations/<int:consultation_id>/manage/sections/<int:section_id>/questions/new/",
    methods=["GET", "POST"],
)
@access(manager)
def add_question(consultation_id: int, section_id: int) -> ResponseReturnValue:
    """Add a question: first how it is answered, then what is asked."""
    found = load_buildable(consultation_id)
    section = queries.get_section(found, section_id)
    kind = _chosen_kind()
    if kind is None:
        form = KindForm()
        return page("consultations/kind.html", consultation=found, section=section, form=form)
    return _write_question(found, section, kind, None)


@bp.route(
    "/consultations/<int:consultation_id>/manage/questions/<int:question_id>/",
    methods=["GET", "POST"],
)
@access(manager)
def edit_question(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Change a question."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    section = queries.get_section(found, question.section_id)
    return _write_question(found, section, question.kind, question)


def _chosen_kind() -> QuestionKind | None:
    """The kind that the address names; raises NotFound for a word that is none."""
    word = request.args.get("kind", "")
    if not word:
        return None
    if word not in QUESTION_KINDS:
        raise NotFound("There is no such kind of question.")
    return QuestionKind(word)


def _write_question(
    found: Any, section: Any, kind: QuestionKind, question: Any
) -> ResponseReturnValue:
    """The form of a question of this kind; ``question`` None: a new one."""
    form = QuestionForm()
    form.keep_only(kind, equality=section.is_equality)
    form.offer_sections(queries.sections_of(found.id), section.id)
    if question is not None:
        form.begin_with(question)
    if form.submitted():
        try:
            stored = _store_question(found, form, kind, question)
        except Invalid as error:
            form.refuse(error)
        else:
            return to_builder(found, anchor=f"question-{stored.id}")
    shown = {"question": question, "section": section, "kind_name": QUESTION_KINDS[kind.value]}
    template = "consultations/question.html"
    return page(template, consultation=found, form=form, kind=kind, **shown), form.status


def _store_question(found: Any, form: QuestionForm, kind: QuestionKind, question: Any) -> Any:
    section = queries.get_section(found, form.section.data)
    if question is None:
        return building.add_question(current_actor(), found, section, form.wanted(kind))
    building.edit_question(current_actor(), found, question, form.wanted(kind), section=section)
    return question


@bp.post("/consultations/<int:consultation_id>/manage/questions/<int:question_id>/move/")
@access(manager)
def move_question(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Move a question up or down in its section."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    building.move_question(current_actor(), found, question, up=wants("up"))
    return to_builder(found, anchor=f"question-{question_id}")


@bp.post("/consultations/<int:consultation_id>/manage/questions/<int:question_id>/copy/")
@access(manager)
def copy_question(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Put a copy of a question below it."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    copy = building.copy_question(current_actor(), found, question)
    return to_builder(found, anchor=f"question-{copy.id}")


@bp.post("/consultations/<int:consultation_id>/manage/questions/<int:question_id>/remove/")
@access(manager)
def remove_question(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Remove a question."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    anchor = f"section-{question.section_id}"
    building.remove_question(current_actor(), found, question)
    flash(_("Question removed."), "success")
    return to_builder(found, anchor=anchor)


@bp.get("/consultations/<int:consultation_id>/manage/questions/export/")
@access(manager)
def export_questions(consultation_id: int) -> Response:
    """The questionnaire as a JSON file."""
    found = load_managed(consultation_id)
    body = exports.write_questionnaire(queries.questionnaire_of(found.id))
    digest = hashlib.sha256(body).hexdigest()
    name = f"questions-{found.id}.json"
    return download(body, name=name, media_type="application/json", digest=digest)
