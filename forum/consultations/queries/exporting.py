"""Reads of responses in batches, for files of all of them; and the orders for such files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Channel, FileFormat, QuestionKind
from forum.consultations.models import (
    Answer,
    Choice,
    Consultation,
    Question,
    Respondent,
    Response,
    ResponseExport,
    Upload,
)
from forum.consultations.policy import exporting as policy
from forum.consultations.policy.answers import Given
from forum.consultations.queries.published import (
    public_answer,
    published,
)
from forum.consultations.queries.responses import AnswerRow, FileName, given_of, questions_to_answer
from forum.consultations.queries.results import counts
from forum.core import tags
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.organisations.enums import SizeBand

BATCH = 250


@dataclass(frozen=True, slots=True)
class Extract:
    """Which responses are told: what the public reads, or all that count, with who gave them."""

    consultation: Consultation
    is_public: bool = False
    with_names: bool = False


@dataclass(frozen=True, slots=True)
class ExportedResponse:
    """A response with its answers by question; ``reference`` and names "" unless they are told.

    ``email`` is told of those alone who may be written to.
    """

    id: int
    reference: str
    name: str
    organisation: str
    email: str
    is_organisation: bool
    sector: Sector | None
    size: SizeBand | None
    region: Region | None
    channel: Channel
    is_late: bool
    may_publish: bool
    may_name: bool
    received_on: date | None
    submitted_at: datetime | None
    published_at: datetime | None
    answers: Mapping[int, "ExportedAnswer"]


class ExportedAnswer(NamedTuple):
    """An answer: to the public what it reads, and ``why`` not all of it; to staff as given."""

    given: Given
    file: FileName | None = None
    why: str = ""
    is_redacted: bool = False


def count_to_export(extract: Extract) -> int:
    """How many responses it is about."""
    statement = select(func.count()).select_from(Response).where(*_which(extract))
    return db.session.scalar(statement) or 0


def questions_to_export(extract: Extract) -> Sequence[Question]:
    """The questions whose answers are told, in order: never those on equality."""
    return [
        question
        for question in questions_to_answer(extract.consultation.id)
        if question.kind is not QuestionKind.INFORMATION
    ]


def batch_to_export(extract: Extract, *, after: int) -> Sequence[ExportedResponse]:
    """The next responses by their ids from that ``after`` which they come; three statements."""
    rows = db.session.execute(
        select(
            *(Response.id, Response.reference, Response.is_organisation, Response.sector),
            *(Response.size, Response.region, Response.channel, Response.is_late),
            *(Response.may_publish, Response.may_name, Response.may_contact),
            *(Response.received_on, Response.submitted_at, Response.published_at),
            *(Respondent.name, Respondent.organisation_name, Respondent.email),
        )
        .outerjoin(Respondent, Respondent.response_id == Response.id)
        .where(*_which(extract), Response.id > after)
        .order_by(Response.id)
        .limit(BATCH)
    ).all()
    answers = _answers([row.id for row in rows], extract)
    return [_exported(row, answers.get(row.id, {}), extract) for row in rows]


def _which(extract: Extract) -> list[ColumnElement[bool]]:
    if extract.is_public:
        return published(extract.consultation)
    return [counts(extract.consultation)]


def _answers(
    response_ids: Sequence[int], extract: Extract
) -> Mapping[int, Mapping[int, ExportedAnswer]]:
    """By response and question."""
    chosen = _choices(response_ids)
    found: dict[int, dict[int, ExportedAnswer]] = {}
    for answer_id, response_id, question_id, file_name, *columns in db.session.execute(
        select(
            *(Answer.id, Answer.response_id, Answer.question_id, Upload.name),
            *(Answer.text, Answer.number, Answer.date, Answer.upload_id),
            *(Answer.confidentiality, Answer.confidential_reason),
            *(Answer.publication, Answer.published_text, Answer.publication_reason),
        )
        .outerjoin(Upload, Upload.id == Answer.upload_id)
        .where(Answer.response_id.in_(response_ids))
        .order_by(Answer.id)
    ):
        file = None
        if file_name is not None:
            file = FileName(file_name, _path_of_file(extract, response_id, columns[3]))
        row = AnswerRow._make([*columns, file, chosen.get(answer_id, ())])
        told = found.setdefault(response_id, {})
        told[question_id] = (
            _public(row) if extract.is_public else ExportedAnswer(given_of(row), file)
        )
    return found


def _choices(response_ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """What was chosen, by answer."""
    rows = db.session.execute(
        select(Choice.answer_id, Choice.option, Choice.row, Choice.rank)
        .join(Answer, Answer.id == Choice.answer_id)
        .where(Answer.response_id.in_(response_ids))
        .order_by(Choice.id)
    )
    chosen: dict[int, list[Any]] = {}
    for row in rows:
        chosen.setdefault(row[0], []).append(row)
    return chosen


def _public(row: AnswerRow) -> ExportedAnswer:
    """What the page of published responses shows of the answer."""
    shown = public_answer(row)
    file = row.upload if shown.file is not None else None
    return ExportedAnswer(shown.given, file, shown.why, shown.is_redacted)


def _path_of_file(extract: Extract, response_id: int, upload_id: int) -> str:
    consultation = extract.consultation
    if extract.is_public:
        return f"{consultation.path}responses/files/{upload_id}/"
    return f"/consultations/{consultation.id}/manage/responses/{response_id}/files/{upload_id}/"


def _exported(
    row: Row[*tuple[object, ...]], answers: Mapping[int, ExportedAnswer], extract: Extract
) -> ExportedResponse:
    by_choice = extract.is_public and row.may_name
    is_named = extract.with_names or by_choice
    organisation = row.organisation_name or ""
    # The public reads one name, as on the page: the organisation's, or that of an individual.
    name = "" if by_choice and organisation else row.name or ""
    return ExportedResponse(
        id=row.id,
        reference=row.reference if extract.with_names else "",
        name=name if is_named else "",
        organisation=organisation if is_named else "",
        email=row.email or "" if extract.with_names and row.may_contact else "",
        is_organisation=row.is_organisation,
        sector=row.sector,
        size=row.size,
        region=row.region,
        channel=row.channel,
        is_late=row.is_late,
        may_publish=row.may_publish,
        may_name=row.may_name,
        received_on=row.received_on,
        submitted_at=row.submitted_at,
        published_at=row.published_at,
        answers=answers,
    )


def get_export(actor: Actor, consultation: Consultation, export_id: int) -> ResponseExport:
    """A file that the actor has ordered; raises NotFound when there is none."""
    found = db.session.scalar(
        select(ResponseExport).where(
            ResponseExport.id == export_id,
            ResponseExport.consultation_id == consultation.id,
            policy.ordered_by(actor),
        )
    )
    if found is None:
        raise NotFound("There is no such file, or it has expired.")
    return found


def list_exports(actor: Actor, consultation: Consultation) -> Sequence[ResponseExport]:
    """The files that the actor has ordered, the newest first."""
    return db.session.scalars(
        select(ResponseExport)
        .where(ResponseExport.consultation_id == consultation.id, policy.ordered_by(actor))
        .order_by(ResponseExport.id.desc())
    ).all()


def published_version(consultation: Consultation) -> int:
    """A number that grows when something that the public reads of it is taken away or added."""
    name = f"consultation:{consultation.id}"
    return tags.versions([name]).get(name, 0)


def published_exports(consultation: Consultation) -> Mapping[FileFormat, ResponseExport]:
    """By format, the newest files of what the public reads now, ready or being made."""
    rows = db.session.scalars(
        select(ResponseExport)
        .where(
            ResponseExport.consultation_id == consultation.id,
            ResponseExport.is_public,
            ResponseExport.failed_at.is_(None),
            ResponseExport.version == published_version(consultation),
        )
        .order_by(ResponseExport.id)
    )
    return {row.format: row for row in rows}
