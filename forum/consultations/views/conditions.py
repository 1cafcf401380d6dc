"""More of the builder: conditions, preview, and questionnaires from elsewhere."""

from collections.abc import Sequence
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from forum.consultations import queries
from forum.consultations.actions import building, importing
from forum.consultations.enums import Operator
from forum.consultations.exports import LARGEST_FILE
from forum.consultations.forms import (
    ChoiceConditionForm,
    ConditionForm,
    CopyForm,
    EarlierForm,
    ImportForm,
    answering_form,
)
from forum.consultations.policy.conditions import COMPARED, conditionable, values_of
from forum.consultations.views.blueprint import bp
from forum.consultations.views.building import load_buildable, to_builder
from forum.consultations.views.showing import load_managed, page
from forum.core.errors import Invalid, NotFound
from forum.web.access import access, manager
from forum.web.login import current_actor
from forum.web.uploads import takes_file


@bp.route(
    "/consultations/<int:consultation_id>/manage/questions/<int:question_id>/condition/",
    methods=["GET", "POST"],
)
@access(manager)
def edit_condition(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Ask a question only when the answer to an earlier one fits."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    earlier = conditionable(queries.questions_of(found.id), question)
    other = _earlier_chosen(earlier, question)
    form = _condition_form(question, other)
    if other and form.submitted():
        try:
            _set_condition(found, question, other, form)
        except Invalid as error:
            form.refuse(error)
        else:
            return to_builder(found, anchor=f"question-{question_id}")
    shown = {"question": question, "other": other, "earlier": _earlier_form(earlier, other)}
    body = page("consultations/condition.html", consultation=found, form=form, **shown)
    return body, form.status


@bp.post("/consultations/<int:consultation_id>/manage/questions/<int:question_id>/always/")
@access(manager)
def remove_condition(consultation_id: int, question_id: int) -> ResponseReturnValue:
    """Ask a question always."""
    found = load_buildable(consultation_id)
    question = queries.get_question(found, question_id)
    building.set_condition(current_actor(), found, question, other_id=None)
    return to_builder(found, anchor=f"question-{question_id}")


def _earlier_chosen(earlier: Sequence[Any], question: Any) -> Any:
    """The question that the address names, or that of the present condition, or none."""
    asked = request.args.get("question", type=int)
    if asked is not None and asked not in {one.id for one in earlier}:
        raise NotFound("There is no such question before this one.")
    wanted = asked or question.condition_question_id
    return next((one for one in earlier if one.id == wanted), None)


def _earlier_form(earlier: Sequence[Any], other: Any) -> EarlierForm:
    form = EarlierForm(question=other.id if other else None)
    form.question.choices = [(one.id, f"{one.number}. {one.text[:80]}") for one in earlier]
    return form


def _condition_form(question: Any, other: Any) -> ConditionForm:
    stored = {}
    if other and other.id == question.condition_question_id:
        stored = {"operator": question.condition_operator, "value": question.condition_value}
    values = values_of(other) if other else []
    form = ChoiceConditionForm(data=stored) if values else ConditionForm(data=stored)
    operators = [*(COMPARED[other.kind] if other else ()), Operator.ANSWERED]
    form.offer(operators, values)
    return form


def _set_condition(found: Any, question: Any, other: Any, form: ConditionForm) -> None:
    building.set_condition(
        current_actor(),
        found,
        question,
        other_id=other.id,
        operator=Operator(form.operator.data),
        value=form.value.data or "",
    )


@bp.get("/consultations/<int:consultation_id>/manage/questions/preview/<int:number>/")
@access(manager)
def preview(consultation_id: int, number: int) -> ResponseReturnValue:
    """A page of the questionnaire as respondents will see it."""
    found = load_managed(consultation_id)
    sections = queries.questionnaire_of(found.id)
    if not 1 <= number <= len(sections):
        raise NotFound("The questionnaire has no such page.")
    section = sections[number - 1]
    return page(
        "consultations/preview.html",
        consultation=found,
        section=section,
        number=number,
        count=len(sections),
        form=answering_form(section.questions)(),
    )


@bp.route("/consultations/<int:consultation_id>/manage/questions/import/", methods=["GET", "POST"])
@access(manager)
@takes_file
def import_questions(consultation_id: int) -> ResponseReturnValue:
    """Add the questions of a JSON file."""
    found = load_buildable(consultation_id)
    form = ImportForm()
    if form.submitted():
        try:
            count = _import(found, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_told(count), "success")
            return to_builder(found)
    return page("consultations/import.html", consultation=found, form=form), form.status


@bp.route("/consultations/<int:consultation_id>/manage/questions/copy/", methods=["GET", "POST"])
@access(manager)
def copy_questions(consultation_id: int) -> ResponseReturnValue:
    """Add the questions of an earlier consultation."""
    actor = current_actor()
    found = load_buildable(consultation_id)
    form = CopyForm()
    form.source.choices = list(queries.sources_for(actor, found))
    if form.submitted():
        try:
            count = importing.copy_questionnaire(actor, found, form.source.data or 0)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_told(count), "success")
            return to_builder(found)
    return page("consultations/copy.html", consultation=found, form=form), form.status


def _import(found: Any, form: ImportForm) -> int:
    file = form.chosen
    if file is None:
        raise Invalid("Choose a file", field="file")
    return importing.import_questionnaire(current_actor(), found, file.read(LARGEST_FILE + 1))


def _told(count: int) -> str:
    return str(ngettext("%(num)s question added.", "%(num)s questions added.", count))
