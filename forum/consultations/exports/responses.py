"""Responses as rows of a table, with the stable numbers of the questions as columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

from forum.consultations.enums import QuestionKind
from forum.consultations.models import Question
from forum.consultations.policy.answers import NOTHING
from forum.consultations.queries import ExportedAnswer, ExportedResponse, Extract
from forum.consultations.queries.results import INDIVIDUAL, ORGANISATION, options_of

Cell = str | int | Decimal | None
Fact = tuple[str, Callable[[ExportedResponse], Cell]]
Tell = Callable[[ExportedAnswer], Cell]

COLUMN_HEAD = ("column", "number", "kind", "meaning", "part")
MEANINGS = {
    "response": "Number of the response on this site",
    "reference": "Reference that the respondent has",
    "name": "Name of the respondent",
    "organisation": "Name of the organisation",
    "email": "Address of a respondent who may be written to",
    "capacity": "organisation, or individual",
    "sector": "Sector of the respondent",
    "size": "Size of the organisation",
    "region": "Code of the region by the Office for National Statistics; empty: national",
    "late": "yes: it came after closing, by the stated rule",
    "channel": "By which way it came",
    "received_on": "Day on which it came, where it did not come online",
    "submitted_at": "When it was sent or entered, in UTC",
    "may_be_published": "yes: the respondent allows it",
    "may_be_named": "yes: the respondent wants the name to be shown",
    "published_at": "Since when the public reads it, in UTC",
    "not_shown": "Which answers, or words of answers, are not published, and why",
}
UNANSWERED = ExportedAnswer(NOTHING)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with what is told there of an answer; ``part``: of which part of it, or ""."""

    name: str
    part: str
    tell: Tell


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of an extract: its ``questions`` are those that make a response, in order."""

    extract: Extract
    questions: Sequence[Question]
    site_url: str

    @property
    def facts(self) -> Sequence[Fact]:
        """What is told of a response beside its answers: names of columns and what they tell."""
        if self.extract.is_public:
            return (_ID, _PUBLIC_NAME, *_ABOUT)
        names = _NAMES if self.extract.with_names else ()
        return (_ID, *names, *_ABOUT, *_WORKINGS)

    @property
    def head(self) -> Sequence[str]:
        """The names of the columns."""
        answers = [column.name for one in self.questions for column in self.columns_of(one)]
        last = ["not_shown"] if self.extract.is_public else []
        return [*(name for name, _tell in self.facts), *answers, *last]

    def rows(self, responses: Sequence[ExportedResponse]) -> Iterator[Sequence[Cell]]:
        """The cells of each of ``responses``."""
        parts = [(one.id, self.columns_of(one)) for one in self.questions]
        for response in responses:
            cells = [tell(response) for _name, tell in self.facts]
            for question_id, columns in parts:
                answer = response.answers.get(question_id, UNANSWERED)
                cells += [column.tell(answer) for column in columns]
            if self.extract.is_public:
                cells.append(self._not_shown(response))
            yield cells

    def columns_of(self, question: Question) -> Sequence[Column]:
        """The columns of a question, in order."""
        name, kind = f"q{question.number}", question.kind
        columns = _spread(question, name)
        if question.settings.get("other"):
            columns.append(Column(f"{name}_other_text", "in own words", _text))
        if kind is QuestionKind.FILE:
            columns.append(Column(f"{name}_address", "address of the file", self._address))
        if question.may_be_confidential and not self.extract.is_public:
            columns.append(Column(f"{name}_confidential", "given in confidence", _confidential))
            columns.append(Column(f"{name}_confidential_reason", "why", _confidential_reason))
        return columns

    def _address(self, answer: ExportedAnswer) -> Cell:
        return f"{self.site_url}{answer.file.path}" if answer.file else None

    def _not_shown(self, response: ExportedResponse) -> Cell:
        """Which answers, or words of answers, the public does not read, and why."""
        return "; ".join(
            f"q{question.number} {'redacted: ' if answer.is_redacted else ''}{answer.why}"
            for question in self.questions
            if (answer := response.answers.get(question.id)) and answer.why
        )


def column_rows(sheet: Sheet) -> Iterator[Sequence[Cell]]:
    """What the columns mean: of those with answers number, kind and text of the question."""
    for name, meaning in MEANINGS.items():
        yield name, None, None, meaning, None
    for question in sheet.questions:
        for column in sheet.columns_of(question):
            yield column.name, question.number, question.kind, question.text, column.part


def labels_of(question: Question) -> Mapping[str, str]:
    """What each option says; the word itself for a step, yes, no, and other."""
    labels = {one["key"]: one["label"] for one in question.options}
    return {key: labels.get(key, key) for key in options_of(question)}


def instant(moment: datetime | None) -> str | None:
    """The instant in UTC to the second, as 2026-11-22T14:05:00Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None


def plain(number: Decimal) -> Decimal:
    """The number without zeros at its end, never as a power of ten."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else number


def _spread(question: Question, name: str) -> list[Column]:
    """A column for each option or each line; for most kinds of questions one."""
    labels = labels_of(question)
    if question.kind is QuestionKind.MULTIPLE:
        return [Column(f"{name}_{key}", label, _is_chosen(key)) for key, label in labels.items()]
    if question.kind is QuestionKind.RANKING:
        return [Column(f"{name}_{key}", label, _rank(key)) for key, label in labels.items()]
    if question.kind is QuestionKind.MATRIX:
        return [
            Column(f"{name}_{row['key']}", row["label"], _choice(labels, row["key"]))
            for row in question.rows
        ]
    if question.kind in {QuestionKind.YES_NO, QuestionKind.SINGLE}:
        return [Column(name, "", _choice(labels))]
    return [Column(name, "", _TELLING.get(question.kind, _text))]


def _choice(labels: Mapping[str, str], row: str = "") -> Tell:
    """What was chosen, in a row of a matrix or at all."""

    def tell(answer: ExportedAnswer) -> Cell:
        options = (one.option for one in answer.given.choices if one.row == row)
        return next((labels.get(option, option) for option in options), None)

    return tell


def _is_chosen(key: str) -> Tell:
    """1 or 0; nothing where the question was not answered."""

    def tell(answer: ExportedAnswer) -> Cell:
        choices = answer.given.choices
        return int(any(one.option == key for one in choices)) if choices else None

    return tell


def _rank(key: str) -> Tell:
    def tell(answer: ExportedAnswer) -> Cell:
        return next((one.rank for one in answer.given.choices if one.option == key), None)

    return tell


def _text(answer: ExportedAnswer) -> Cell:
    return answer.given.text or None


def _step(answer: ExportedAnswer) -> Cell:
    return next((int(one.option) for one in answer.given.choices), None)


def _number(answer: ExportedAnswer) -> Cell:
    return None if answer.given.number is None else plain(answer.given.number)


def _day(answer: ExportedAnswer) -> Cell:
    return answer.given.day.isoformat() if answer.given.day else None


def _file_name(answer: ExportedAnswer) -> Cell:
    return answer.file.name if answer.file else None


def _confidential(answer: ExportedAnswer) -> Cell:
    return answer.given.confidentiality


def _confidential_reason(answer: ExportedAnswer) -> Cell:
    return answer.given.confidential_reason or None


def _yes_or_no(name: str) -> Callable[[ExportedResponse], Cell]:
    """The truth of ``name`` of a response as a word."""
    return lambda response: "yes" if getattr(response, name) else "no"


_TELLING: Mapping[QuestionKind, Tell] = {
    QuestionKind.SCALE: _step,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATE: _day,
    QuestionKind.FILE: _file_name,
}
_ID: Fact = ("response", attrgetter("id"))
_PUBLIC_NAME: Fact = ("name", lambda response: response.organisation or response.name)
_NAMES: Sequence[Fact] = tuple(
    (name, attrgetter(name)) for name in ("reference", "name", "organisation", "email")
)
_ABOUT: Sequence[Fact] = (
    ("capacity", lambda one: ORGANISATION if one.is_organisation else INDIVIDUAL),
    ("sector", attrgetter("sector")),
    ("size", attrgetter("size")),
    ("region", attrgetter("region")),
    ("late", _yes_or_no("is_late")),
)
# What staff alone know.
_WORKINGS: Sequence[Fact] = (
    ("channel", attrgetter("channel")),
    ("received_on", lambda one: one.received_on.isoformat() if one.received_on else None),
    ("submitted_at", lambda one: instant(one.submitted_at)),
    ("may_be_published", _yes_or_no("may_publish")),
    ("may_be_named", _yes_or_no("may_name")),
    ("published_at", lambda one: instant(one.published_at)),
)
