"""What has happened to consultations, as far as everybody may read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forum.consultations import policy, queries
from forum.consultations.models import Consultation, Edition
from forum.core.access import Anonymous
from forum.core.db import db
from forum.feeds.queries.entries import ENTRIES_A_PART

VISITOR = Anonymous()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a consultation; ``key`` is lasting among its steps.

    ``kind``: announced, edition, results, late, outcome or ended.
    """

    key: str
    kind: str
    at: datetime
    text: str
    path: str


def announced() -> Sequence[Consultation]:
    """The consultations that were announced last, with their centres."""
    return db.session.scalars(
        select(Consultation)
        .options(joinedload(Consultation.centre, innerjoin=True))
        .where(policy.visible_to(VISITOR))
        .order_by(Consultation.announced_at.desc(), Consultation.id.desc())
        .limit(ENTRIES_A_PART)
    ).all()


def steps_of(consultation: Consultation) -> Sequence[Step]:
    """All that has happened to a consultation, newest first."""
    editions = db.session.scalars(
        select(Edition)
        .where(Edition.consultation_id == consultation.id)
        .order_by(Edition.number.desc())
        .limit(ENTRIES_A_PART)
    )
    steps = [*_of_editions(editions.all(), consultation), *_later(consultation)]
    return sorted(steps, key=lambda step: (step.at, step.key), reverse=True)


def _of_editions(editions: Sequence[Edition], consultation: Consultation) -> Iterator[Step]:
    for edition in editions:
        kind = "announced" if edition.number == 1 else "edition"
        text = edition.note or consultation.summary
        path = f"{consultation.path}history/"
        yield Step(f"edition-{edition.number}", kind, edition.published_at, text, path)


def _later(consultation: Consultation) -> Iterator[Step]:
    path = consultation.path
    for notice in queries.notices_of(consultation.id):
        yield Step(f"late-{notice.id}", "late", notice.published_at, notice.reason, path)
    if consultation.results_at is not None:
        yield Step("results", "results", consultation.results_at, "", f"{path}results/")
    if consultation.ended_at is not None:
        yield Step("ended", "ended", consultation.ended_at, consultation.ended_reason, path)
    if consultation.responded_at is not None:
        outcome = queries.published_outcome(consultation)
        text = f"{outcome.asked}\n\n{outcome.said}\n\n{outcome.decided}"
        yield Step("outcome", "outcome", consultation.responded_at, text, f"{path}outcome/")
