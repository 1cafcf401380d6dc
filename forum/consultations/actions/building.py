"""Building a questionnaire: sections and questions of a draft. Nothing of it can be done later."""

from sqlalchemy import update

from forum.consultations import policy, queries
from forum.consultations.actions.asking import write_question
from forum.consultations.actions.documents import swap
from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.models import Consultation, Question, Section
from forum.consultations.policy.conditions import COMPARED, conditionable, values_of
from forum.consultations.policy.questions import Wanted
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action

LONGEST_TITLE = 150
LONGEST_INTRODUCTION = 5_000
LONGEST_VALUE = 200
MOST_SECTIONS = 30
MOST_QUESTIONS = 200


@action
def add_section(
    actor: Actor,
    consultation: Consultation,
    *,
    title: str,
    introduction: str = "",
    is_equality: bool = False,
) -> Section:
    """Add a page to the questionnaire, after those it has.

    ``is_equality``: its answers are stored apart from the responses. Raises Invalid for texts
    that cannot be accepted.
    """
    ensure(policy.can_build(actor, consultation))
    earlier = queries.questionnaire_of(consultation.id)
    if len(earlier) >= MOST_SECTIONS:
        raise Invalid(f"A questionnaire has up to {MOST_SECTIONS} sections")
    section = Section(
        consultation_id=consultation.id,
        position=max((one.position for one in earlier), default=0) + 1,
        title=_title(title),
        introduction=_introduction(introduction),
        is_equality=is_equality,
    )
    db.session.add(section)
    _record(actor, consultation, "add-section", section)
    return section


@action
def edit_section(
    actor: Actor, consultation: Consultation, section: Section, *, title: str, introduction: str
) -> None:
    """Change the texts of a section; whether it is one on equality stays."""
    ensure(policy.can_build(actor, consultation))
    section.title, section.introduction = _title(title), _introduction(introduction)
    _record(actor, consultation, "edit-section", section)


@action
def move_section(actor: Actor, consultation: Consultation, section: Section, *, up: bool) -> None:
    """Let a section change places with its neighbour; the ends stay."""
    ensure(policy.can_build(actor, consultation))
    swap(list(queries.questionnaire_of(consultation.id)), section, up=up)
    _renumber(consultation)
    _record(actor, consultation, "move-section", section)


@action
def remove_section(actor: Actor, consultation: Consultation, section: Section) -> None:
    """Remove a section with its questions; conditions that looked at them are broken then."""
    ensure(policy.can_build(actor, consultation))
    _record(actor, consultation, "remove-section", section)
    for question in list(section.questions):
        _remove(question)
    db.session.flush()
    db.session.delete(section)
    _renumber(consultation)


@action
def add_question(
    actor: Actor, consultation: Consultation, section: Section, wanted: Wanted
) -> Question:
    """Add a question to the end of a section; raises Invalid for what cannot be accepted."""
    ensure(policy.can_build(actor, consultation))
    count = len(queries.questions_of(consultation.id))
    if count >= MOST_QUESTIONS:
        raise Invalid(f"A questionnaire has up to {MOST_QUESTIONS} questions")
    question = Question(
        consultation_id=consultation.id,
        section_id=section.id,
        # Larger than every other; numbered anew below.
        position=MOST_QUESTIONS + count,
        kind=wanted.kind,
    )
    write_question(question, section, wanted)
    db.session.add(question)
    _renumber(consultation)
    _record(actor, consultation, "add-question", question)
    return question


@action
def edit_question(
    actor: Actor,
    consultation: Consultation,
    question: Question,
    wanted: Wanted,
    *,
    section: Section,
) -> None:
    """Change a question, which keeps its kind; another ``section`` takes it to that one's end."""
    ensure(policy.can_build(actor, consultation))
    write_question(question, section, wanted)
    if question.section_id != section.id:
        question.section_id = section.id
        question.position = 2 * MOST_QUESTIONS
    _renumber(consultation)
    _record(actor, consultation, "edit-question", question)


@action
def move_question(
    actor: Actor, consultation: Consultation, question: Question, *, up: bool
) -> None:
    """Let a question change places with its neighbour in the section; the ends stay."""
    ensure(policy.can_build(actor, consultation))
    section = queries.get_section(consultation, question.section_id)
    swap(list(section.questions), question, up=up)
    _renumber(consultation)
    _record(actor, consultation, "move-question", question)


@action
def copy_question(actor: Actor, consultation: Consultation, question: Question) -> Question:
    """Put a copy of a question below it, without its condition."""
    ensure(policy.can_build(actor, consultation))
    if len(queries.questions_of(consultation.id)) >= MOST_QUESTIONS:
        raise Invalid(f"A questionnaire has up to {MOST_QUESTIONS} questions")
    section = queries.get_section(consultation, question.section_id)
    for later in section.questions:
        if later.position > question.position:
            later.position += 1
    copied = ("kind", "text", "help", "is_required", "may_be_confidential")
    lists = ("options", "rows", "settings")
    copy = Question(
        consultation_id=consultation.id,
        section_id=question.section_id,
        position=question.position + 1,
        **{name: getattr(question, name) for name in copied},
        **{name: type(getattr(question, name))(getattr(question, name)) for name in lists},
    )
    db.session.add(copy)
    _renumber(consultation)
    _record(actor, consultation, "copy-question", copy)
    return copy


@action
def remove_question(actor: Actor, consultation: Consultation, question: Question) -> None:
    """Remove a question; a condition that looked at it is broken then, and shown so."""
    ensure(policy.can_build(actor, consultation))
    _record(actor, consultation, "remove-question", question)
    _remove(question)
    _renumber(consultation)


@action
def set_condition(
    actor: Actor,
    consultation: Consultation,
    question: Question,
    *,
    other_id: int | None,
    operator: Operator | None = None,
    value: str = "",
) -> None:
    """Ask a question only when the answer to an earlier one fits; ``other_id`` None: always.

    Raises Invalid for a question that does not come before, and for an answer it cannot have.
    """
    ensure(policy.can_build(actor, consultation))
    if other_id is None:
        question.condition_question_id, question.condition_operator = None, None
        question.condition_value = ""
    else:
        earlier = conditionable(queries.questions_of(consultation.id), question)
        other = next((one for one in earlier if one.id == other_id), None)
        if other is None:
            raise Invalid("Choose a question that comes before this one", field="question")
        _write_condition(question, other, operator, value)
    _record(actor, consultation, "set-condition", question)


def _write_condition(
    question: Question, other: Question, operator: Operator | None, value: str
) -> None:
    if operator is None or operator not in {*COMPARED[other.kind], Operator.ANSWERED}:
        raise Invalid("Choose how the answer is looked at", field="operator")
    if operator is Operator.ANSWERED:
        value = ""
    elif values := values_of(other):
        if value not in dict(values):
            raise Invalid("Choose an answer", field="value")
    else:
        value = accept_line(
            value, field="value", longest=LONGEST_VALUE, missing="Enter the answer to look for"
        )
    question.condition_question_id = other.id
    question.condition_operator, question.condition_value = operator, value


def _remove(question: Question) -> None:
    """The operator stays with conditions that looked at it, so that they are seen as broken."""
    db.session.execute(
        update(Question)
        .where(Question.condition_question_id == question.id)
        .values(condition_question_id=None),
        execution_options={"page_tags": question.page_tags},
    )
    db.session.delete(question)


def _renumber(consultation: Consultation) -> None:
    """Positions from 1 in each section; numbers through the whole, 0 for what asks nothing."""
    db.session.flush()
    number = 0
    for section in queries.questionnaire_of(consultation.id):
        for position, question in enumerate(section.questions, 1):
            is_asked = question.kind is not QuestionKind.INFORMATION
            number += int(is_asked)
            question.position = position
            question.number = number if is_asked else 0


def _title(text: str) -> str:
    return accept_line(text, field="title", longest=LONGEST_TITLE, missing="Enter a title")


def _introduction(text: str) -> str:
    return accept_paragraphs(text, field="introduction", longest=LONGEST_INTRODUCTION)


def _record(actor: Actor, consultation: Consultation, verb: str, thing: Section | Question) -> None:
    audit.record(
        actor,
        f"consultation.{verb}",
        thing,
        centre_id=consultation.centre_id,
        consultation=consultation.id,
    )
