"""Questionnaires from files and from earlier consultations."""

from forum.consultations import policy, queries
from forum.consultations.actions.building import add_question, add_section, set_condition
from forum.consultations.exports import (
    QuestionFile,
    QuestionnaireFile,
    read_questionnaire,
    write_questionnaire,
)
from forum.consultations.models import Consultation, Question
from forum.consultations.policy.conditions import values_of
from forum.consultations.policy.questions import Wanted
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.errors import Invalid, NotFound
from forum.core.transactions import action


@action
def import_questionnaire(actor: Actor, consultation: Consultation, data: bytes) -> int:
    """Add the sections of a JSON file below those that there are; returns how many questions.

    Raises Invalid with the place in the file; nothing is added then.
    """
    ensure(policy.can_build(actor, consultation))
    count = _add(actor, consultation, read_questionnaire(data))
    audit.record(
        actor,
        "consultation.import-questions",
        consultation,
        centre_id=consultation.centre_id,
        questions=count,
    )
    return count


@action
def copy_questionnaire(actor: Actor, consultation: Consultation, source_id: int) -> int:
    """Add the sections of another consultation that the actor may copy; returns how many."""
    ensure(policy.can_build(actor, consultation))
    if source_id not in {key for key, _title in queries.sources_for(actor, consultation)}:
        raise Invalid("Choose a consultation from the list", field="source")
    source = queries.get_consultation(actor, source_id)
    written = write_questionnaire(queries.questionnaire_of(source.id))
    count = _add(actor, consultation, read_questionnaire(written))
    audit.record(
        actor,
        "consultation.copy-questions",
        consultation,
        centre_id=consultation.centre_id,
        source=source_id,
    )
    return count


def _add(actor: Actor, consultation: Consultation, file: QuestionnaireFile) -> int:
    asked: list[Question] = []
    count = 0
    for place, part in enumerate(file.sections, 1):
        try:
            section = add_section(
                actor,
                consultation,
                title=part.title,
                introduction=part.introduction,
                is_equality=part.equality,
            )
        except Invalid as error:
            raise Invalid(f"At sections {place}: {error.message}", field="file") from error
        for number, one in enumerate(part.questions, 1):
            count += 1
            try:
                question = add_question(actor, consultation, section, _wanted(one))
                _add_condition(actor, consultation, question, one, asked)
            except (Invalid, NotFound) as error:
                message = f"At sections {place}, questions {number}: {error.message}"
                raise Invalid(message, field="file") from error
            if question.number:
                asked.append(question)
    return count


def _add_condition(
    actor: Actor,
    consultation: Consultation,
    question: Question,
    file: QuestionFile,
    asked: list[Question],
) -> None:
    """``asked``: the questions of the file so far, the first of them number 1 in it."""
    if (condition := file.condition) is None:
        return
    if condition.question > len(asked):
        raise Invalid("Its condition looks at a question that does not come before it")
    other = asked[condition.question - 1]
    keys = {label: key for key, label in values_of(other)}
    value = condition.value
    set_condition(
        actor,
        consultation,
        question,
        other_id=other.id,
        operator=condition.operator,
        value=value if value in keys.values() else keys.get(value, value),
    )


def _wanted(file: QuestionFile) -> Wanted:
    return Wanted(
        kind=file.kind,
        text=file.text,
        help=file.help,
        is_required=file.required,
        may_be_confidential=file.may_be_confidential,
        options=file.options,
        rows=file.rows,
        least=file.least or "",
        most=file.most or "",
        low=file.low,
        high=file.high,
        other=file.other,
        longest=str(file.longest or ""),
    )
