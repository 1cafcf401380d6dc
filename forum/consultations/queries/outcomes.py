"""Reads of themes, outcomes and promises."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from forum.accounts.enums import Sector
from forum.consultations import policy
from forum.consultations.enums import PromiseState
from forum.consultations.models import (
    Answer,
    Coding,
    Consultation,
    LatenessNotice,
    Outcome,
    Promise,
    PromiseUpdate,
    Response,
    Theme,
)
from forum.consultations.queries.results import TOTAL, counts
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.suppression import cells_to_hide

SECTORS = [str(sector) for sector in Sector]


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme with the responses in which it was found: in all, and by sector (None: hidden)."""

    theme: Theme
    responses: int
    by_sector: Sequence[int | None]


def themes_of(consultation_id: int) -> Sequence[Theme]:
    """The code frame, in order."""
    return db.session.scalars(
        select(Theme)
        .where(Theme.consultation_id == consultation_id)
        .order_by(Theme.position, Theme.id)
    ).all()


def get_theme(consultation: Consultation, theme_id: int) -> Theme:
    """A theme of the consultation; raises NotFound when it is not one."""
    theme = db.session.get(Theme, theme_id)
    if theme is None or theme.consultation_id != consultation.id:
        raise NotFound("There is no such theme.")
    return theme


def count_themes(consultation: Consultation, *, exact: bool = False) -> Sequence[ThemeCount]:
    """In how many responses each theme was found, by whichever coder."""
    rows = db.session.execute(
        select(Coding.theme_id, Response.sector, func.count(Response.id.distinct()))
        .join(Answer, Answer.id == Coding.answer_id)
        .join(Response, Response.id == Answer.response_id)
        .where(counts(consultation), Coding.removed_at.is_(None))
        .group_by(Coding.theme_id, Response.sector)
    )
    found: dict[int, Counter[str]] = {}
    for theme_id, sector, count in rows:
        found.setdefault(theme_id, Counter())[str(sector)] += count
    themes = themes_of(consultation.id)
    numbers = {theme.id: found.get(theme.id, Counter()) for theme in themes}
    hidden = frozenset() if exact else _hidden(numbers)
    return [
        ThemeCount(
            theme=theme,
            responses=numbers[theme.id].total(),
            by_sector=[
                None if (str(theme.id), sector) in hidden else numbers[theme.id][sector]
                for sector in SECTORS
            ],
        )
        for theme in themes
    ]


def _hidden(numbers: Mapping[int, Counter[str]]) -> frozenset[tuple[str, str]]:
    values = {
        (str(theme_id), sector): counter[sector]
        for theme_id, counter in numbers.items()
        for sector in SECTORS
    }
    sums = {
        (TOTAL, sector): sum(counter[sector] for counter in numbers.values()) for sector in SECTORS
    }
    # A response may hold several themes: their sum by sector is shown to nobody.
    return cells_to_hide(values | sums, total=TOTAL, secret=frozenset(sums))


def outcome_of(consultation_id: int) -> Outcome | None:
    """The outcome, written or signed off; None before anything was written."""
    return db.session.get(Outcome, consultation_id)


def published_outcome(consultation: Consultation) -> Outcome:
    """The outcome that everybody can read; raises NotFound before it is published."""
    outcome = outcome_of(consultation.id)
    if outcome is None or consultation.responded_at is None:
        raise NotFound("The outcome of this consultation is not published yet.")
    return outcome


def notices_of(consultation_id: int) -> Sequence[LatenessNotice]:
    """The public words on lateness, the newest first."""
    return db.session.scalars(
        select(LatenessNotice)
        .where(LatenessNotice.consultation_id == consultation_id)
        .order_by(LatenessNotice.published_at.desc(), LatenessNotice.id.desc())
    ).all()


def missing_for_outcome(consultation: Consultation) -> list[str]:
    """What still has to be written before the outcome can be published, in sentences."""
    outcome = outcome_of(consultation.id)
    missing = [
        sentence
        for written, sentence in (
            (outcome and outcome.asked, "Write what was asked."),
            (outcome and outcome.said, "Write what was said."),
            (outcome and outcome.decided, "Write what will be done."),
            (outcome and outcome.signer and outcome.signer_role, "Name who decides, and as what."),
        )
        if not written
    ]
    themes = themes_of(consultation.id)
    if not themes:
        missing.append("Write at least one theme.")
    return missing + [
        f"Decide about “{theme.title}”, with a reason."
        for theme in themes
        if theme.ruling is None or not theme.reason
    ]


def promises_of(consultation_id: int) -> Sequence[Promise]:
    """The promises of a consultation, the next due first."""
    return db.session.scalars(
        select(Promise)
        .options(joinedload(Promise.theme))
        .where(Promise.consultation_id == consultation_id)
        .order_by(Promise.due_on, Promise.id)
    ).all()


def get_promise(consultation: Consultation, promise_id: int) -> Promise:
    """A promise of the consultation; raises NotFound when it is not one."""
    promise = db.session.get(Promise, promise_id)
    if promise is None or promise.consultation_id != consultation.id:
        raise NotFound("There is no such promise.")
    return promise


def updates_of(promise_ids: Sequence[int]) -> Mapping[int, Sequence[PromiseUpdate]]:
    """The histories of promises, by id, the newest step first."""
    rows = db.session.scalars(
        select(PromiseUpdate)
        .where(PromiseUpdate.promise_id.in_(sorted(promise_ids)))
        .order_by(PromiseUpdate.promise_id, PromiseUpdate.at.desc(), PromiseUpdate.id.desc())
    )
    return {key: list(steps) for key, steps in groupby(rows, key=lambda step: step.promise_id)}


def open_promises(actor: Actor) -> Sequence[Promise]:
    """What all centres have published and not done yet, the longest due first."""
    return db.session.scalars(
        select(Promise)
        .join(Promise.consultation)
        .options(
            contains_eager(Promise.consultation).joinedload(Consultation.centre, innerjoin=True)
        )
        .where(
            Promise.state.in_([PromiseState.OPEN, PromiseState.CHANGED]),
            Consultation.responded_at.is_not(None),
            policy.visible_to(actor),
        )
        .order_by(Promise.due_on, Promise.id)
    ).all()


def today() -> date:
    """The present day in England."""
    return clock.london_day(clock.now())
