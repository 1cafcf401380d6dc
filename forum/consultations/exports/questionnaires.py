"""A questionnaire as a JSON file, to take it elsewhere and back."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.models import Question, Section
from forum.consultations.policy.conditions import values_of
from forum.core.errors import Invalid

FORMAT = "roundtable-questionnaire"
LARGEST_FILE = 2 * 1024 * 1024

Label = Annotated[str, Meta(max_length=200)]
Labels = Annotated[list[Label], Meta(max_length=100)]
# As people type it: bounds of numbers may have decimals.
Bound = Annotated[str, Meta(max_length=20)] | None
TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}


class ConditionFile(Struct, forbid_unknown_fields=True, kw_only=True):
    """When a question is asked; ``question`` is the number of an earlier one in the file.

    ``value`` is the label of an option, "yes", "no" or "unknown", a step, or a text.
    """

    question: Annotated[int, Meta(ge=1, le=1_000)]
    operator: Operator
    value: Label = ""


class QuestionFile(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A question; it has the number that it would get in the file by itself."""

    kind: QuestionKind
    text: Annotated[str, Meta(min_length=1, max_length=500)]
    help: Annotated[str, Meta(max_length=5_000)] = ""
    required: bool = False
    may_be_confidential: bool = False
    options: Labels = []
    rows: Labels = []
    least: Bound = None
    most: Bound = None
    low: Label = ""
    high: Label = ""
    other: bool = False
    longest: Annotated[int, Meta(ge=1, le=20_000)] | None = None
    condition: ConditionFile | None = None


class SectionFile(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A section; ``equality``: its answers are stored apart."""

    title: Annotated[str, Meta(min_length=1, max_length=150)]
    introduction: Annotated[str, Meta(max_length=5_000)] = ""
    equality: bool = False
    questions: Annotated[list[QuestionFile], Meta(max_length=200)] = []


class QuestionnaireFile(Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    format: Literal["roundtable-questionnaire"]
    version: Literal[1]
    sections: Annotated[list[SectionFile], Meta(min_length=1, max_length=30)]


def write_questionnaire(sections: Sequence[Section]) -> bytes:
    """The questionnaire as JSON, readable by people; equal for equal questionnaires."""
    questions = {one.id: one for section in sections for one in section.questions}
    file = QuestionnaireFile(
        format="roundtable-questionnaire",
        version=1,
        sections=[
            SectionFile(
                title=section.title,
                introduction=section.introduction,
                equality=section.is_equality,
                questions=[_question(one, questions) for one in section.questions],
            )
            for section in sections
        ],
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def read_questionnaire(data: bytes) -> QuestionnaireFile:
    """The questionnaire of a JSON file.

    Raises Invalid with the place of the first thing that is wrong; nothing of the file is
    repeated in it.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid("The file is larger than 2 MB", field="file")
    try:
        return msgspec.json.decode(data, type=QuestionnaireFile)
    except msgspec.ValidationError as error:
        raise Invalid(_in_words(str(error)), field="file") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("This is not a JSON file", field="file") from error


def _question(question: Question, questions: dict[int, Question]) -> QuestionFile:
    settings = question.settings
    least, most = settings.get("least"), settings.get("most")
    return QuestionFile(
        kind=question.kind,
        text=question.text,
        help=question.help,
        required=question.is_required,
        may_be_confidential=question.may_be_confidential,
        options=[option["label"] for option in question.options],
        rows=[row["label"] for row in question.rows],
        least=None if least is None else str(least),
        most=None if most is None else str(most),
        low=settings.get("low", ""),
        high=settings.get("high", ""),
        other=bool(settings.get("other")),
        longest=settings.get("longest"),
        condition=_condition(question, questions),
    )


def _condition(question: Question, questions: dict[int, Question]) -> ConditionFile | None:
    """A condition that is broken is left out."""
    other = questions.get(question.condition_question_id or 0)
    if other is None or question.condition_operator is None or not other.number:
        return None
    value = question.condition_value
    labels = {option["key"]: option["label"] for option in other.options}
    if values_of(other) and value not in dict(values_of(other)) and value:
        return None
    return ConditionFile(
        question=other.number,
        operator=question.condition_operator,
        value=labels.get(value, value),
    )


def _in_words(message: str) -> str:
    """What msgspec says, as "sections 1, questions 2, text: …" and in plain words."""
    what, _sign, path = message.partition(" - at `$")
    steps = re.findall(r"\.([a-z_]+)|\[(\d+)\]", path)
    place = ""
    for name, index in steps:
        place += f" {int(index) + 1}" if index else f", {name}" if place else name
    words = re.sub(r"`([^`]*)`", lambda match: _type_words(match[1]), what)
    return f"At {place}: {words}" if place else words


def _type_words(text: str) -> str:
    known = [TYPES.get(part.strip(), part.strip()) for part in text.split("|")]
    return " or ".join(known)
