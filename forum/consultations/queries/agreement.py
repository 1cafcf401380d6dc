"""How far coders agree: Cohen's kappa, by theme and over all themes.

Kappa is what two coders agree beyond chance, as a share of what they could: (observed -
expected) / (1 - expected), where what is expected follows from how often each finds the theme
(Cohen, A coefficient of agreement for nominal scales, 1960). With more coders it is the mean
over their pairs (Light, Measures of response agreement for qualitative data, 1971). Over all
themes the observed and the expected are averaged first, so that a rare theme does not outweigh
the others (De Vries and others, Using pooled kappa to summarize interrater agreement across many
items, 2008).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from forum.consultations.models import Answer, CodedAnswer, Coding, Consultation, Response
from forum.consultations.queries.results import counts
from forum.core.db import db

# Answers that two have coded. Below it one answer more or less moves kappa by a tenth.
FEWEST_ANSWERS = 20

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """``answers``: how many two or more coders have coded, by whichever ``coders``.

    ``overall`` and ``themes`` (by id) are kappas from -1 to 1: 1 is full agreement, 0 what
    chance gives. None: no two coders have coded FEWEST_ANSWERS, or there is nothing to differ
    about, since they found the theme always or never.
    """

    answers: int
    coders: int
    overall: float | None
    themes: Mapping[int, float | None]


def agreement_of(consultation: Consultation, theme_ids: Collection[int]) -> Agreement:
    """How far the coders of a consultation agree about each of the themes."""
    counted = counts(consultation)
    pairs = _pairs(counted)
    both, each = _found_by_both(counted), _found_by_each(counted)
    enough = {pair: count for pair, count in pairs.items() if count >= FEWEST_ANSWERS}
    shares = {
        theme_id: [
            _shares(
                count,
                both[pair, theme_id],
                (each[pair, theme_id], each[pair[::-1], theme_id]),
            )
            for pair, count in sorted(enough.items())
        ]
        for theme_id in theme_ids
    }
    return Agreement(
        answers=_coded_by_several(counted),
        coders=len({coder for pair in pairs for coder in pair}),
        overall=_mean([_pooled(list(of_pair)) for of_pair in zip(*shares.values(), strict=True)]),
        themes={theme_id: _mean([_kappa(*one) for one in of]) for theme_id, of in shares.items()},
    )


def _shares(count: int, both: int, each: Pair) -> tuple[float, float]:
    """Of ``count`` answers, the shares of same findings: observed, and expected by chance."""
    first, second = each
    neither = count - first - second + both
    expected = first * second + (count - first) * (count - second)
    return (both + neither) / count, expected / count**2


def _kappa(observed: float, expected: float) -> float | None:
    return (observed - expected) / (1 - expected) if expected < 1 else None


def _pooled(shares: Sequence[tuple[float, float]]) -> float | None:
    """One kappa from the shares of several themes."""
    return _kappa(fmean(one for one, _ in shares), fmean(other for _, other in shares))


def _mean(kappas: Sequence[float | None]) -> float | None:
    known = [kappa for kappa in kappas if kappa is not None]
    return fmean(known) if known else None


def _coded_by_several(counted: ColumnElement[bool]) -> int:
    several = (
        select(CodedAnswer.answer_id)
        .join(Answer, Answer.id == CodedAnswer.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counted)
        .group_by(CodedAnswer.answer_id)
        .having(func.count() > 1)
    )
    return db.session.scalar(select(func.count()).select_from(several.subquery())) or 0


def _pairs(counted: ColumnElement[bool]) -> dict[Pair, int]:
    """How many answers two coders have coded both, by their ids, the smaller first."""
    one, other = aliased(CodedAnswer), aliased(CodedAnswer)
    rows = db.session.execute(
        select(one.coder_id, other.coder_id, func.count())
        .join(other, (other.answer_id == one.answer_id) & (other.coder_id > one.coder_id))
        .join(Answer, Answer.id == one.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counted)
        .group_by(one.coder_id, other.coder_id)
    )
    return {(first, second): count for first, second, count in rows}


def _found_by_both(counted: ColumnElement[bool]) -> Counter[tuple[Pair, int]]:
    """In how many answers two coders found a theme both, by pair and theme."""
    one, other = aliased(Coding), aliased(Coding)
    rows = db.session.execute(
        select(one.coder_id, other.coder_id, one.theme_id, func.count(one.answer_id.distinct()))
        .join(
            other,
            (other.answer_id == one.answer_id)
            & (other.theme_id == one.theme_id)
            & (other.coder_id > one.coder_id),
        )
        .join(Answer, Answer.id == one.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counted, one.removed_at.is_(None), other.removed_at.is_(None))
        .group_by(one.coder_id, other.coder_id, one.theme_id)
    )
    return Counter({((first, second), theme): count for first, second, theme, count in rows})


def _found_by_each(counted: ColumnElement[bool]) -> Counter[tuple[Pair, int]]:
    """In how many answers that both coded the first of a pair found a theme."""
    other = aliased(CodedAnswer)
    rows = db.session.execute(
        select(
            Coding.coder_id,
            other.coder_id,
            Coding.theme_id,
            func.count(Coding.answer_id.distinct()),
        )
        .join(other, (other.answer_id == Coding.answer_id) & (other.coder_id != Coding.coder_id))
        .join(Answer, Answer.id == Coding.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counted, Coding.removed_at.is_(None))
        .group_by(Coding.coder_id, other.coder_id, Coding.theme_id)
    )
    return Counter({((first, second), theme): count for first, second, theme, count in rows})
