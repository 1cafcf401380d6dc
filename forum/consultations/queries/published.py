"""Reads of responses by the public: of those that were published, what was approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload, undefer

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Publication
from forum.consultations.models import Answer, Consultation, Respondent, Response, Upload
from forum.consultations.policy import analysis
from forum.consultations.policy.answers import Given
from forum.consultations.queries.responses import AnswerRow, given_of
from forum.consultations.queries.results import counts
from forum.consultations.queries.reviewing import RESPONSES_PER_PAGE, page_of
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor
from forum.organisations.enums import SizeBand

CONFIDENTIAL = "confidential"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which published responses are looked for; None and "": all."""

    sector: Sector | None = None
    size: SizeBand | None = None
    region: Region | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class PublishedResponse:
    """What the public reads of a response; ``name`` "" when its respondent wants none."""

    id: int
    name: str
    sector: Sector | None
    size: SizeBand | None
    region: Region | None
    is_organisation: bool
    is_late: bool
    answers: Mapping[int, "PublishedAnswer"]


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """What the public reads of an answer; ``why`` it reads not all of it, "" when it does.

    ``file`` is the Upload, or its FileName where answers are read as rows.
    """

    given: Given
    why: str
    is_redacted: bool
    file: Any


def list_published(
    consultation: Consultation, wanted: Wanted, *, after: str = ""
) -> Page[PublishedResponse]:
    """What the public reads, the first published last; with all of each response's answers."""
    statement = (
        select(Response, Respondent)
        .outerjoin(Respondent, Respondent.response_id == Response.id)
        .where(*published(consultation, wanted))
        .order_by(Response.published_at.desc(), Response.id.desc())
        .limit(RESPONSES_PER_PAGE + 1)
    )
    if after:
        place = decode_cursor(after, datetime, int)
        statement = before(statement, (Response.published_at, Response.id), place)
    rows = db.session.execute(statement).all()
    answers = _published_answers([row.Response.id for row in rows])
    shown = [
        _published_row(row.Response, row.Respondent, answers.get(row.Response.id, {}))
        for row in rows
    ]
    return page_of(shown, [(row.Response.published_at, row.Response.id) for row in rows])


def count_published(consultation: Consultation) -> int:
    """How many responses the public can read."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Response).where(*published(consultation))
        )
        or 0
    )


def get_published_file(consultation: Consultation, upload_id: int) -> Upload:
    """A file that was approved; raises NotFound when there is none."""
    upload = db.session.scalar(
        select(Upload)
        .join(Answer, Answer.upload_id == Upload.id)
        .join(Response, Response.id == Answer.response_id)
        .options(undefer(Upload.content))
        .where(
            *published(consultation),
            Upload.id == upload_id,
            analysis.has_public_file(),
        )
    )
    if upload is None:
        raise NotFound("There is no such file.")
    return upload


def published(
    consultation: Consultation, wanted: Wanted | None = None
) -> list[ColumnElement[bool]]:
    """Filters for Response: those that the public can read, among those that are looked for."""
    wanted = wanted or Wanted()
    filters: list[ColumnElement[bool]] = [
        counts(consultation),
        Response.published_at.is_not(None),
        Response.may_publish.is_(True),
    ]
    for column, value in (
        (Response.sector, wanted.sector),
        (Response.size, wanted.size),
        (Response.region, wanted.region),
    ):
        if value is not None:
            filters.append(column == value)
    for word in wanted.words.split():
        pattern = f"%{_escaped(word.lower())}%"
        said = (
            exists()
            .where(
                Answer.response_id == Response.id,
                Answer.publication.in_([Publication.APPROVED, Publication.REDACTED]),
                Answer.confidentiality.is_(None),
                func.lower(Answer.published_text).like(pattern, escape="\\"),
            )
            .correlate(Response)
        )
        named = (
            exists()
            .where(
                Respondent.response_id == Response.id,
                Response.may_name.is_(True),
                func.lower(Respondent.organisation_name).like(pattern, escape="\\"),
            )
            .correlate(Response)
        )
        filters.append(or_(said, named))
    return filters


def _escaped(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, f"\\{sign}")
    return word


def _published_answers(
    response_ids: Sequence[int],
) -> Mapping[int, Mapping[int, PublishedAnswer]]:
    """By response and question; of texts and files what was decided, of choices all."""
    rows = db.session.scalars(
        select(Answer)
        .options(joinedload(Answer.choices), joinedload(Answer.upload))
        .where(Answer.response_id.in_(sorted(response_ids)))
        .order_by(Answer.id)
    ).unique()
    found: dict[int, dict[int, PublishedAnswer]] = {}
    for answer in rows:
        found.setdefault(answer.response_id, {})[answer.question_id] = public_answer(answer)
    return found


def public_answer(answer: Answer | AnswerRow) -> PublishedAnswer:
    """What the public reads of an answer, in a response that is published.

    Nothing of an answer that was given in confidence, or of a text that was not approved.
    """
    if answer.confidentiality is not None:
        return PublishedAnswer(Given(), CONFIDENTIAL, is_redacted=False, file=None)
    is_approved = answer.publication is Publication.APPROVED
    is_redacted = answer.publication is Publication.REDACTED
    is_withheld = answer.publication is Publication.WITHHELD
    given = given_of(answer)
    return PublishedAnswer(
        given=Given(
            text=answer.published_text if is_approved or is_redacted else "",
            number=None if is_withheld else given.number,
            day=None if is_withheld else given.day,
            choices=() if is_withheld else given.choices,
        ),
        why=answer.publication_reason if is_withheld or is_redacted else "",
        is_redacted=is_redacted,
        file=answer.upload if is_approved else None,
    )


def _published_row(
    response: Response, respondent: Respondent | None, answers: Mapping[int, PublishedAnswer]
) -> PublishedResponse:
    name = ""
    if response.may_name and respondent is not None:
        name = respondent.organisation_name or respondent.name
    return PublishedResponse(
        id=response.id,
        name=name,
        sector=response.sector,
        size=response.size,
        region=response.region,
        is_organisation=response.is_organisation,
        is_late=response.is_late,
        answers=answers,
    )
