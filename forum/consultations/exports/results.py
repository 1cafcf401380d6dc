"""Results in words, and as a CSV table."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from forum.consultations.enums import QuestionKind
from forum.consultations.policy.answers import OTHER
from forum.consultations.queries.results import (
    INDIVIDUAL,
    NOT_GIVEN,
    ORGANISATION,
    TOTAL,
    Line,
    QuestionResult,
    Results,
)
from forum.core.tables import write_csv
from forum.web.filters import REGION_NAMES, SECTOR_NAMES, SIZE_NAMES

# How statistics of the government mark a number that is kept back.
HIDDEN = "[c]"
GROUP_NAMES = {
    "sector": _l("Sector"),
    "size": _l("Size of the organisation"),
    "region": _l("Region"),
    "capacity": _l("Organisation or individual"),
}
GROUP_WORDS: dict[str, Any] = {
    **SECTOR_NAMES,
    **SIZE_NAMES,
    **REGION_NAMES,
    NOT_GIVEN: _l("Not given or national"),
    ORGANISATION: _l("Organisations"),
    INDIVIDUAL: _l("Individuals"),
}
ANSWER_WORDS = {"yes": _l("Yes"), "no": _l("No"), "unknown": _l("Don’t know")}


def group_word(group: str) -> str:
    """A sector, size, region or capacity in words."""
    return str(_(str(GROUP_WORDS[group])))


def option_word(question: Any, option: str) -> str:
    """An option of a question in words."""
    if option == TOTAL:
        return str(_("All"))
    if option == OTHER:
        return str(_("Other"))
    if question.kind is QuestionKind.YES_NO:
        return str(ANSWER_WORDS[option])
    labels = {one["key"]: one["label"] for one in question.options}
    return str(labels.get(option, option))


def row_word(question: Any, row: str) -> str:
    """A row of a matrix in words; "" for other questions."""
    labels = {one["key"]: one["label"] for one in question.rows}
    return str(labels.get(row, ""))


def results_csv(results: Results) -> Iterator[str]:
    """The results as a CSV table with a head, an option a row."""
    head = ("number", "question", "row", "option", "responses", "answered")
    rows = (
        _row(one, line) for one in results.questions for line in one.lines if line.option != TOTAL
    )
    return write_csv(chain([(*head, *map(group_word, results.groups))], rows))


def _row(one: QuestionResult, line: Line) -> tuple[object, ...]:
    return (
        one.question.number,
        one.question.text,
        row_word(one.question, line.row),
        option_word(one.question, line.option),
        line.count,
        one.answered,
        *(HIDDEN if cell is None else cell for cell in line.cells),
    )
