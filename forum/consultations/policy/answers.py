"""Which questions are asked, and what answers them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forum.consultations.enums import Confidentiality, Operator, QuestionKind
from forum.consultations.models import Question
from forum.core.access import YES, Decision, no

OTHER = "other"
YES_NO = ("yes", "no", "unknown")
LONGEST_SHORT = 500
LONGEST_TEXT = 20_000
LONGEST_OTHER = 500
# What the column holds: 14 digits before the point and 4 after it.
LARGEST_NUMBER = Decimal(10) ** 14
MOST_DECIMALS = 4
EARLIEST_YEAR = 1000

TEXTS = frozenset({QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT})


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option; ``row`` of a matrix, ``rank`` from 1 of a ranking."""

    option: str
    row: str = ""
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives as the answer to one question; ``text`` with a choice is "other"."""

    text: str = ""
    number: Decimal | None = None
    day: date | None = None
    choices: tuple[Chosen, ...] = ()
    upload_id: int | None = None
    confidentiality: Confidentiality | None = None
    confidential_reason: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given; a wish for confidentiality alone is nothing."""
        return not (
            self.text.strip()
            or self.choices
            or self.number is not None
            or self.day is not None
            or self.upload_id is not None
        )


NOTHING = Given()


def asked(questions: Sequence[Question], answers: Mapping[int, Given]) -> list[Question]:
    """Those of ``questions`` (all of them, in order) that ``answers`` by id lead to.

    A condition looks at an earlier question; one that is not asked itself has no answer.
    """
    shown: dict[int, Question] = {}
    for question in questions:
        before = question.condition_question_id
        given = answers.get(before, NOTHING) if before in shown else NOTHING
        if before is None or _fits(question, given):
            shown[question.id] = question
    return list(shown.values())


def fingerprint(answers: Mapping[int, Given], questions: Sequence[Question]) -> str:
    """Short digest of what ``answers`` say to ``questions``, to notice a change meanwhile."""
    said = [(question.id, answers.get(question.id, NOTHING)) for question in questions]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def can_answer(question: Question, given: Given) -> Decision:
    """Whether ``given`` is an acceptable answer; the reason is for the respondent."""
    if given.is_empty:
        if question.is_required and question.kind is not QuestionKind.INFORMATION:
            return no(f"Answer question {question.number}")
        return YES
    if given.confidentiality and not question.may_be_confidential:
        return no(f"The answer to question {question.number} cannot be confidential")
    if given.confidentiality and not given.confidential_reason.strip():
        return no(f"Say why the answer to question {question.number} is confidential")
    return _CHECKS[question.kind](question, given)


def _fits(question: Question, given: Given) -> bool:
    value = question.condition_value
    if question.condition_operator is Operator.IS:
        return _is(given, value)
    if question.condition_operator is Operator.IS_NOT:
        return not given.is_empty and not _is(given, value)
    if question.condition_operator is Operator.CONTAINS:
        return any(one.option == value for one in given.choices) or (
            bool(value) and value.casefold() in given.text.casefold()
        )
    return not given.is_empty


def _is(given: Given, value: str) -> bool:
    if given.choices:
        return [one.option for one in given.choices] == [value]
    if given.number is not None:
        return str(given.number.normalize()) == value or str(given.number) == value
    if given.day is not None:
        return given.day.isoformat() == value
    return given.text.strip().casefold() == value.strip().casefold()


def _text(question: Question, given: Given) -> Decision:
    usual = LONGEST_SHORT if question.kind is QuestionKind.SHORT_TEXT else LONGEST_TEXT
    longest = int(question.settings.get("longest") or usual)
    if len(given.text) > longest:
        return no(f"Shorten the answer to question {question.number} to {longest:,} characters")
    return YES


def _one(question: Question, given: Given) -> Decision:
    if len(given.choices) != 1:
        return no(f"Choose one answer to question {question.number}")
    return _known(question, given)


def _several(question: Question, given: Given) -> Decision:
    least = int(question.settings.get("least") or 0)
    most = int(question.settings.get("most") or 0)
    if len(given.choices) < least:
        return no(f"Choose at least {least} answers to question {question.number}")
    if most and len(given.choices) > most:
        return no(f"Choose at most {most} answers to question {question.number}")
    return _known(question, given)


def _known(question: Question, given: Given) -> Decision:
    known = _options(question)
    chosen = {one.option for one in given.choices}
    if not chosen <= known or len(chosen) != len(given.choices):
        return no(f"Choose among the answers to question {question.number}")
    if given.text.strip() and OTHER not in chosen:
        return no(f"Choose other in question {question.number}, or remove what you wrote there")
    if OTHER in chosen and question.settings.get("other") and not given.text.strip():
        return no(f"Say what you mean by other in question {question.number}")
    if len(given.text) > LONGEST_OTHER:
        return no(f"Shorten what you say under question {question.number} to 500 characters")
    return YES


def _options(question: Question) -> set[str]:
    """Keys of what may be chosen."""
    if question.kind is QuestionKind.YES_NO:
        return set(YES_NO)
    if question.kind is QuestionKind.SCALE:
        least, most = int(question.settings["least"]), int(question.settings["most"])
        return {str(step) for step in range(least, most + 1)}
    keys = {option["key"] for option in question.options}
    return keys | {OTHER} if question.settings.get("other") else keys


def _matrix(question: Question, given: Given) -> Decision:
    rows = [row["key"] for row in question.rows]
    chosen_rows = [one.row for one in given.choices]
    if len(set(chosen_rows)) != len(chosen_rows) or not set(chosen_rows) <= set(rows):
        return no(f"Choose one answer in each line of question {question.number}")
    if not {one.option for one in given.choices} <= _options(question):
        return no(f"Choose among the answers to question {question.number}")
    if question.is_required and len(chosen_rows) < len(rows):
        return no(f"Choose one answer in each line of question {question.number}")
    return YES


def _ranking(question: Question, given: Given) -> Decision:
    chosen = [one.option for one in given.choices]
    if len(set(chosen)) != len(chosen) or not set(chosen) <= _options(question):
        return no(f"Choose among the answers to question {question.number}")
    ranks = sorted(one.rank or 0 for one in given.choices)
    if ranks != list(range(1, len(ranks) + 1)):
        return no(f"Give the places in question {question.number} from 1 on, each of them once")
    if question.is_required and len(chosen) < len(question.options):
        return no(f"Give each line of question {question.number} a place")
    return YES


def _number(question: Question, given: Given) -> Decision:
    number = given.number
    if number is None or not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        return no(f"Enter a number for question {question.number}")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        return no(f"Give the number in question {question.number} with at most 4 decimal places")
    least, most = question.settings.get("least"), question.settings.get("most")
    if least is not None and number < Decimal(str(least)):
        return no(f"The number in question {question.number} must be {least} or more")
    if most is not None and number > Decimal(str(most)):
        return no(f"The number in question {question.number} must be {most} or less")
    return YES


def _date(question: Question, given: Given) -> Decision:
    if given.day is None or given.day.year < EARLIEST_YEAR:
        return no(f"Enter a date for question {question.number}, such as 31 3 2027")
    return YES


def _file(question: Question, given: Given) -> Decision:
    if given.upload_id is None:
        return no(f"Choose a file for question {question.number}")
    return YES


def _information(question: Question, _given: Given) -> Decision:
    del question
    return no("Nothing is asked here")


_CHECKS = {
    QuestionKind.SHORT_TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.YES_NO: _one,
    QuestionKind.SINGLE: _one,
    QuestionKind.MULTIPLE: _several,
    QuestionKind.SCALE: _one,
    QuestionKind.MATRIX: _matrix,
    QuestionKind.RANKING: _ranking,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _date,
    QuestionKind.FILE: _file,
    QuestionKind.INFORMATION: _information,
}
