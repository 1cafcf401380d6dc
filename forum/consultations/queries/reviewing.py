"""Reads of responses by analysts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from forum.accounts.enums import Sector
from forum.consultations.enums import Channel, ResponseState
from forum.consultations.models import (
    Answer,
    Coding,
    Consultation,
    Reading,
    Respondent,
    Response,
    Upload,
)
from forum.consultations.queries.results import counts
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor

RESPONSES_PER_PAGE = 20
MOST_ENTERED = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response in the analysts' list."""

    id: int
    reference: str
    name: str
    sector: Sector | None
    is_organisation: bool
    channel: Channel
    submitted_at: datetime
    is_late: bool
    may_publish: bool
    is_published: bool
    is_read: bool


def list_to_analyse(
    actor: Actor, consultation: Consultation, *, unread: bool = False, after: str = ""
) -> Page[ResponseRow]:
    """The responses that count, newest first; ``unread``: only those the actor has not read."""
    read = _read_by(actor)
    statement = (
        select(Response, Respondent, read.label("is_read"))
        .outerjoin(Respondent, Respondent.response_id == Response.id)
        .where(counts(consultation))
        .order_by(Response.submitted_at.desc(), Response.id.desc())
        .limit(RESPONSES_PER_PAGE + 1)
    )
    if unread:
        statement = statement.where(~read)
    if after:
        place = decode_cursor(after, datetime, int)
        statement = before(statement, (Response.submitted_at, Response.id), place)
    rows = db.session.execute(statement).all()
    shown = [_row(row.Response, row.Respondent, is_read=row.is_read) for row in rows]
    return page_of(shown, [(row.submitted_at, row.id) for row in shown])


def list_entered(consultation: Consultation) -> Sequence[Response]:
    """What staff entered, the newest first: drafts, and what waits for its check or has it."""
    return db.session.scalars(
        select(Response)
        .join(Response.consultation)
        .outerjoin(Response.respondent)
        .options(contains_eager(Response.consultation), contains_eager(Response.respondent))
        .where(
            Response.consultation_id == consultation.id,
            Response.channel != Channel.ONLINE,
            Response.state != ResponseState.WITHDRAWN,
        )
        .order_by(Response.began_at.desc(), Response.id.desc())
        .limit(MOST_ENTERED)
    ).all()


def get_entered(consultation: Consultation, response_id: int) -> Response:
    """A response that staff entered; raises NotFound when it is not one."""
    response = db.session.get(Response, response_id)
    if (
        response is None
        or response.consultation_id != consultation.id
        or response.channel is Channel.ONLINE
    ):
        raise NotFound("There is no such response.")
    return response


def get_to_analyse(consultation: Consultation, response_id: int) -> Response:
    """A response that counts, with its respondent; raises NotFound when there is none."""
    response = db.session.scalar(
        select(Response)
        .join(Response.consultation)
        .outerjoin(Response.respondent)
        .options(contains_eager(Response.consultation), contains_eager(Response.respondent))
        .where(Response.id == response_id, counts(consultation))
    )
    if response is None:
        raise NotFound("There is no such response, or it does not count.")
    return response


def answers_to_review(response_id: int) -> Mapping[int, Answer]:
    """The answers of a response with their choices, by the id of the question."""
    rows = db.session.scalars(
        select(Answer)
        .options(joinedload(Answer.choices), joinedload(Answer.upload))
        .where(Answer.response_id == response_id)
        .order_by(Answer.id)
    ).unique()
    return {row.question_id: row for row in rows}


def get_answer(response: Response, answer_id: int) -> Answer:
    """An answer of the response; raises NotFound when it is not one."""
    answer = db.session.get(Answer, answer_id)
    if answer is None or answer.response_id != response.id:
        raise NotFound("There is no such answer.")
    return answer


def codings_of(response_id: int) -> Mapping[int, Sequence[Coding]]:
    """Who found which themes, by the id of the answer; what was taken back is left out."""
    rows = db.session.scalars(
        select(Coding)
        .join(Answer, Answer.id == Coding.answer_id)
        .where(Answer.response_id == response_id, Coding.removed_at.is_(None))
        .order_by(Coding.id)
    )
    found: dict[int, list[Coding]] = {}
    for coding in rows:
        found.setdefault(coding.answer_id, []).append(coding)
    return found


def readers_of(response_id: int) -> Sequence[Reading]:
    """Who has read the response, the first first."""
    return db.session.scalars(
        select(Reading)
        .where(Reading.response_id == response_id)
        .order_by(Reading.read_at, Reading.analyst_id)
    ).all()


def next_unread(actor: Actor, consultation: Consultation, response_id: int) -> int | None:
    """Id of another response that the actor has not read, the oldest first; None: all are."""
    return db.session.scalar(
        select(Response.id)
        .where(counts(consultation), ~_read_by(actor), Response.id != response_id)
        .order_by(Response.submitted_at, Response.id)
        .limit(1)
    )


def _read_by(actor: Actor) -> Exists:
    """Filter for Response: those that the actor has read."""
    return exists().where(Reading.response_id == Response.id, Reading.analyst_id == actor.actor_id)


def get_any_file(response: Response, upload_id: int) -> Upload:
    """A file of a response, for analysts; raises NotFound when it is not one."""
    upload = db.session.scalar(
        select(Upload)
        .join(Answer, Answer.upload_id == Upload.id)
        .options(undefer(Upload.content))
        .where(Answer.response_id == response.id, Upload.id == upload_id)
    )
    if upload is None:
        raise NotFound("There is no such file.")
    return upload


def _row(response: Response, respondent: Respondent | None, *, is_read: bool) -> ResponseRow:
    name = respondent.organisation_name or respondent.name if respondent else ""
    return ResponseRow(
        id=response.id,
        reference=response.reference,
        name=name,
        sector=response.sector,
        is_organisation=response.is_organisation,
        channel=response.channel,
        submitted_at=response.submitted_at or response.saved_at,
        is_late=response.is_late,
        may_publish=response.may_publish,
        is_published=response.published_at is not None,
        is_read=is_read,
    )


def page_of(rows: Sequence[T], places: Sequence[tuple[Any, ...]]) -> Page[T]:
    """A page of ``rows``, which are one more than fit when there is another, by ``places``."""
    if len(rows) <= RESPONSES_PER_PAGE:
        return Page(rows, "")
    return Page(rows[:RESPONSES_PER_PAGE], encode_cursor(*places[RESPONSES_PER_PAGE - 1]))
