"""What was answered, counted; with a number of statements that does not grow with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Channel, QuestionKind, ResponseState
from forum.consultations.models import (
    Answer,
    Choice,
    Consultation,
    EqualityAnswer,
    Question,
    Response,
)
from forum.consultations.policy.answers import OTHER, YES_NO
from forum.consultations.queries.responses import equality_questions, questions_to_answer
from forum.core.db import db
from forum.core.suppression import FEWEST, cells_to_hide
from forum.organisations.enums import SizeBand

TOTAL = "total"
NOT_GIVEN = "not-given"
ORGANISATION, INDIVIDUAL = "organisation", "individual"
# What the answers can be set against, with the words of each in order.
GROUPS: Mapping[str, Sequence[str]] = {
    "sector": [str(sector) for sector in Sector],
    "size": [*(str(size) for size in SizeBand), NOT_GIVEN],
    "region": [*(str(region) for region in Region), NOT_GIVEN],
    "capacity": [ORGANISATION, INDIVIDUAL],
}
COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "sector": Response.sector.expression,
    "size": Response.size.expression,
    "region": Response.region.expression,
    "capacity": Response.is_organisation.expression,
}
BANDS = (1, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Line:
    """An option of a question: how often it was chosen, in all and by each group.

    None stands for a number that is kept back. ``row`` is that of a matrix; ``place`` the mean
    place in a ranking.
    """

    option: str
    row: str
    count: int
    cells: Sequence[int | None] = ()
    place: float | None = None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to a question; ``mean`` of numbers that are not confidential."""

    question: Question
    answered: int
    lines: Sequence[Line] = ()
    mean: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SectorHeard:
    """How many of a sector responded, as "5 to 9" in numbers: ``least`` to ``most``.

    ``most`` None: any number from ``least``. A sector not heard has 0 and 0.
    """

    sector: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a consultation, set against ``by`` ("": not at all) with its ``groups``."""

    submissions: int
    organisations: int
    late: int
    heard: Sequence[SectorHeard]
    by: str
    groups: Sequence[str]
    questions: Sequence[QuestionResult]
    equality: Sequence[QuestionResult]


def counts(consultation: Consultation) -> ColumnElement[bool]:
    """Filter for Response: those that count. What was transcribed waits for its check."""
    submitted = and_(
        Response.consultation_id == consultation.id, Response.state == ResponseState.SUBMITTED
    )
    if not consultation.checks_offline:
        return submitted
    checked = or_(Response.channel == Channel.ONLINE, Response.checker_id.is_not(None))
    return and_(submitted, checked)


def results_of(consultation: Consultation, *, by: str = "", exact: bool = False) -> Results:
    """What was answered. ``exact``: for staff, who see small numbers too."""
    counted = counts(consultation)
    kinds = _kinds(counted)
    totals = _totals(counted)
    groups = _groups(kinds, by, exact=exact)
    chosen = _chosen(counted, by)
    answered = _answered(counted)
    means = _means(counted, fewest=1 if exact else FEWEST)
    return Results(
        submissions=totals.submissions,
        organisations=totals.organisations,
        late=totals.late or 0,
        heard=[_band(sector, kinds["sector"][sector]) for sector in GROUPS["sector"]],
        by=by,
        groups=groups,
        questions=[
            QuestionResult(
                question=question,
                answered=answered.get(question.id, 0),
                lines=_lines(question, chosen.get(question.id, {}), groups, exact=exact),
                mean=means.get(question.id),
            )
            for question in questions_to_answer(consultation.id)
            if question.kind is not QuestionKind.INFORMATION
        ],
        equality=_equality(consultation) if exact else (),
    )


def _equality(consultation: Consultation) -> Sequence[QuestionResult]:
    """What respondents said about themselves, which is for staff alone."""
    questions = equality_questions(consultation.id)
    rows = db.session.execute(
        select(EqualityAnswer.question_id, EqualityAnswer.option, func.count())
        .where(EqualityAnswer.question_id.in_([question.id for question in questions]))
        .group_by(EqualityAnswer.question_id, EqualityAnswer.option)
    )
    found = {(question_id, option): count for question_id, option, count in rows}
    return [
        QuestionResult(
            question=question,
            answered=sum(found.get((question.id, key), 0) for key in options_of(question)),
            lines=[
                Line(option=key, row="", count=found.get((question.id, key), 0))
                for key in options_of(question)
            ],
        )
        for question in questions
        if question.kind is not QuestionKind.INFORMATION
    ]


def _totals(counted: ColumnElement[bool]) -> Row[int, int, int]:
    return db.session.execute(
        select(
            func.count().label("submissions"),
            func.count(Response.id).filter(Response.is_registered).label("organisations"),
            func.count(Response.id).filter(Response.is_late).label("late"),
        ).where(counted)
    ).one()


def _kinds(counted: ColumnElement[bool]) -> dict[str, Counter[str]]:
    """How many responses there are of each group, by what they are grouped by."""
    rows = db.session.execute(
        select(*COLUMNS.values(), func.count()).where(counted).group_by(*COLUMNS.values())
    )
    kinds: dict[str, Counter[str]] = {by: Counter() for by in COLUMNS}
    for *values, count in rows:
        for by, value in zip(COLUMNS, values, strict=True):
            kinds[by][_word(by, value)] += count
    return kinds


def _groups(kinds: Mapping[str, Counter[str]], by: str, *, exact: bool) -> Sequence[str]:
    """The groups from which anybody responded; a single one tells the public nothing more."""
    if not by:
        return []
    present = [group for group in GROUPS[by] if kinds[by][group]]
    return present if exact or len(present) > 1 else []


def _band(sector: str, count: int) -> SectorHeard:
    """Exact small numbers would help to work out the cells that are kept back."""
    if count == 0:
        return SectorHeard(sector, 0, 0)
    least = max(bound for bound in BANDS if bound <= count)
    more = [bound - 1 for bound in BANDS if bound > count]
    return SectorHeard(sector, least, more[0] if more else None)


def _answered(counted: ColumnElement[bool]) -> dict[int, int]:
    rows = db.session.execute(
        select(Answer.question_id, func.count())
        .join(Response, Response.id == Answer.response_id)
        .where(counted)
        .group_by(Answer.question_id)
    )
    return {question_id: count for question_id, count in rows}  # noqa: C416 — rows are no pairs


def _means(counted: ColumnElement[bool], *, fewest: int) -> dict[int, Decimal]:
    """By question, of at least ``fewest`` numbers: what was given in confidence is none of them."""
    rows = db.session.execute(
        select(Answer.question_id, func.avg(Answer.number))
        .join(Response, Response.id == Answer.response_id)
        .where(counted, Answer.number.is_not(None), Answer.confidentiality.is_(None))
        .group_by(Answer.question_id)
        .having(func.count() >= fewest)
    )
    return {question_id: Decimal(mean) for question_id, mean in rows}


def _word(by: str, value: Any) -> str:
    if by == "capacity":
        return ORGANISATION if value else INDIVIDUAL
    return NOT_GIVEN if value is None else str(value)


Chosen = dict[tuple[str, str], dict[str, int]]
RANK = " rank"


def _chosen(counted: ColumnElement[bool], by: str) -> dict[int, Chosen]:
    """How often each option was chosen, by question, row and option, and group."""
    group = COLUMNS.get(by)
    columns = [Choice.question_id, Choice.row, Choice.option]
    grouping = [*columns, *([] if group is None else [group])]
    rows = db.session.execute(
        select(*grouping, func.count().label("times"), func.sum(Choice.rank).label("places"))
        .join(Answer, Answer.id == Choice.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counted)
        .group_by(*grouping)
    )
    chosen: dict[int, Chosen] = {}
    for row in rows:
        cells = chosen.setdefault(row.question_id, {}).setdefault((row.row, row.option), {})
        name = TOTAL if group is None else _word(by, row[3])
        cells[name] = cells.get(name, 0) + row.times
        cells[RANK] = cells.get(RANK, 0) + (row.places or 0)
    return chosen


def _lines(
    question: Question, chosen: Chosen, groups: Sequence[str], *, exact: bool
) -> Sequence[Line]:
    options = options_of(question)
    rows = [row["key"] for row in question.rows] if question.kind is QuestionKind.MATRIX else [""]
    lines: list[Line] = []
    for row in rows:
        table = {option: chosen.get((row, option), {}) for option in options}
        if groups and table:
            table[TOTAL] = _sums(table)
        hidden = frozenset() if exact else _hidden(table, groups)
        lines += [_line(row, option, cells, groups, hidden) for option, cells in table.items()]
    return lines


def _line(
    row: str,
    option: str,
    cells: Mapping[str, int],
    groups: Sequence[str],
    hidden: frozenset[tuple[str, str]],
) -> Line:
    count = sum(times for name, times in cells.items() if name != RANK)
    return Line(
        option=option,
        row=row,
        count=count,
        cells=[None if (option, group) in hidden else cells.get(group, 0) for group in groups],
        place=cells[RANK] / count if count and cells.get(RANK) else None,
    )


def _sums(table: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """All choices of a question together, by group."""
    sums: Counter[str] = Counter()
    for cells in table.values():
        sums.update({name: times for name, times in cells.items() if name != RANK})
    return dict(sums)


def _hidden(
    table: Mapping[str, Mapping[str, int]], groups: Sequence[str]
) -> frozenset[tuple[str, str]]:
    """The cells that are kept back: nobody can be told by them, not even from the sums."""
    if not groups:
        return frozenset()
    values = {
        (option, group): cells.get(group, 0) for option, cells in table.items() for group in groups
    }
    return cells_to_hide(values, total=TOTAL)


def options_of(question: Question) -> Sequence[str]:
    """Keys of what can be chosen, in order; none for texts, numbers, dates and files."""
    if question.kind is QuestionKind.YES_NO:
        return YES_NO
    if question.kind is QuestionKind.SCALE:
        steps = range(int(question.settings["least"]), int(question.settings["most"]) + 1)
        return [str(step) for step in steps]
    keys = [option["key"] for option in question.options]
    return [*keys, OTHER] if question.settings.get("other") else keys
