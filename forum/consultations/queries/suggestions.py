"""Reads of what is suggested to analysts, and the texts from which it is made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, select

from forum.consultations.enums import QuestionKind, SuggestionState
from forum.consultations.models import (
    Answer,
    Consultation,
    Question,
    Respondent,
    Response,
    ResponseGroup,
    ResponseGroupMember,
    SuggestionRun,
    ThemeSuggestion,
)
from forum.consultations.queries.results import counts
from forum.core.db import db
from forum.core.errors import NotFound

LONGEST_EXCERPT = 400
MOST_SHOWN = 50
S = TypeVar("S", ThemeSuggestion, ResponseGroup)


@dataclass(frozen=True, slots=True)
class Texts:
    """How many responses say something in long texts, and how many of these differ.

    Those of a group that staff confirmed count as one: ``grouped`` responses in ``groups``.
    ``waiting`` is how many groups nobody has decided about.
    """

    responses: int
    distinct: int
    groups: int
    grouped: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of what a response says, and from whom it is ("": no name given)."""

    response_id: int
    reference: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with the ``size`` that it has among the responses that count, and its first."""

    group: ResponseGroup
    size: int
    excerpt: Excerpt | None


def run_of(consultation_id: int) -> SuggestionRun | None:
    """When suggestions were asked for and made last; None: never."""
    return db.session.get(SuggestionRun, consultation_id)


def long_texts(consultation: Consultation) -> Mapping[int, str]:
    """What each response that counts says in its long texts, by its id."""
    rows = db.session.execute(
        select(Answer.response_id, Answer.text)
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .where(_says_something(consultation))
        .order_by(Answer.response_id, Question.position, Question.id)
    )
    found: dict[int, list[str]] = {}
    for response_id, text in rows:
        found.setdefault(response_id, []).append(text)
    return {response_id: "\n".join(texts) for response_id, texts in found.items()}


def count_texts(consultation: Consultation) -> Texts:
    """How many texts there are, and how many differ."""
    responses = db.session.scalar(
        select(func.count(Answer.response_id.distinct()))
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .where(_says_something(consultation))
    )
    sizes = _sizes_above_one(consultation, SuggestionState.TAKEN)
    return Texts(
        responses=responses or 0,
        distinct=(responses or 0) - sum(size - 1 for size in sizes),
        groups=len(sizes),
        grouped=sum(sizes),
        waiting=len(_sizes_above_one(consultation, SuggestionState.OPEN)),
    )


def suggested_themes(consultation_id: int) -> Sequence[ThemeSuggestion]:
    """The themes that wait for a decision, the weightiest first."""
    return db.session.scalars(
        select(ThemeSuggestion)
        .where(
            ThemeSuggestion.consultation_id == consultation_id,
            ThemeSuggestion.state == SuggestionState.OPEN,
        )
        .order_by(ThemeSuggestion.id)
    ).all()


def list_groups(consultation: Consultation, state: SuggestionState) -> Sequence[GroupRow]:
    """The groups in which two or more responses still count, the largest first."""
    sizes = {key: size for key, size in _sizes(consultation, state).items() if size > 1}
    first = _first_of(consultation, sizes)
    excerpts = {one.response_id: one for one in excerpts_of(consultation, set(first.values()))}
    groups = db.session.scalars(
        select(ResponseGroup).where(ResponseGroup.id.in_(sorted(sizes))).order_by(ResponseGroup.id)
    )
    return [
        GroupRow(group, sizes[group.id], excerpts.get(first[group.id]))
        for group in sorted(groups, key=lambda group: (-sizes[group.id], group.id))
    ]


def get_group(consultation: Consultation, group_id: int) -> ResponseGroup:
    """A group of the consultation; raises NotFound when it is not one."""
    return _of(consultation, db.session.get(ResponseGroup, group_id))


def get_theme_suggestion(consultation: Consultation, suggestion_id: int) -> ThemeSuggestion:
    """A suggested theme of the consultation; raises NotFound when it is not one."""
    return _of(consultation, db.session.get(ThemeSuggestion, suggestion_id))


def members_of(consultation: Consultation, group_id: int) -> Sequence[int]:
    """Ids of the group's responses that count, the first sent first."""
    return db.session.scalars(
        select(Response.id)
        .join(ResponseGroupMember, ResponseGroupMember.response_id == Response.id)
        .where(ResponseGroupMember.group_id == group_id, counts(consultation))
        .order_by(Response.submitted_at, Response.id)
    ).all()


def excerpts_of(consultation: Consultation, ids: Collection[int]) -> Sequence[Excerpt]:
    """The beginnings of what these responses say, MOST_SHOWN at most; those that count."""
    rows = db.session.execute(
        select(Response.id, Response.reference, Respondent)
        .outerjoin(Respondent, Respondent.response_id == Response.id)
        .where(counts(consultation), Response.id.in_(sorted(ids)))
        .order_by(Response.submitted_at, Response.id)
        .limit(MOST_SHOWN)
    ).all()
    texts = _beginnings(consultation, [row.id for row in rows])
    return [
        Excerpt(
            row.id,
            row.reference,
            (row.Respondent.organisation_name or row.Respondent.name) if row.Respondent else "",
            texts.get(row.id, ""),
        )
        for row in rows
    ]


def _beginnings(consultation: Consultation, ids: Sequence[int]) -> Mapping[int, str]:
    rows = db.session.execute(
        select(Answer.response_id, func.substr(Answer.text, 1, LONGEST_EXCERPT))
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .where(_says_something(consultation), Response.id.in_(ids))
        .order_by(Question.position.desc(), Question.id.desc())
    )
    # Of each response the first text stands last.
    return {response_id: text for response_id, text in rows}  # noqa: C416 — rows are no pairs


def _says_something(consultation: Consultation) -> ColumnElement[bool]:
    return and_(counts(consultation), Question.kind == QuestionKind.LONG_TEXT, Answer.text != "")


def _sizes(consultation: Consultation, state: SuggestionState) -> Mapping[int, int]:
    """How many responses that count each group in this state has, by its id."""
    rows = db.session.execute(
        select(ResponseGroup.id, func.count())
        .join(ResponseGroupMember, ResponseGroupMember.group_id == ResponseGroup.id)
        .join(Response, Response.id == ResponseGroupMember.response_id)
        .where(counts(consultation), ResponseGroup.state == state)
        .group_by(ResponseGroup.id)
    )
    return {group_id: size for group_id, size in rows}  # noqa: C416 — rows are no pairs


def _sizes_above_one(consultation: Consultation, state: SuggestionState) -> Sequence[int]:
    return [size for size in _sizes(consultation, state).values() if size > 1]


def _first_of(consultation: Consultation, group_ids: Collection[int]) -> Mapping[int, int]:
    rows = db.session.execute(
        select(ResponseGroupMember.group_id, func.min(Response.id))
        .join(Response, Response.id == ResponseGroupMember.response_id)
        .where(counts(consultation), ResponseGroupMember.group_id.in_(sorted(group_ids)))
        .group_by(ResponseGroupMember.group_id)
    )
    return {group_id: first for group_id, first in rows}  # noqa: C416 — rows are no pairs


def _of(consultation: Consultation, found: S | None) -> S:
    if found is None or found.consultation_id != consultation.id:
        raise NotFound("There is no such suggestion.")
    return found
