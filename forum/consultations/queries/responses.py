"""Reads of responses by those who give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from forum.accounts.models import Account
from forum.consultations.enums import Confidentiality, Publication, ResponseState
from forum.consultations.models import (
    Answer,
    Consultation,
    Question,
    Respondent,
    Response,
    Section,
    Upload,
)
from forum.consultations.policy import responses as policy
from forum.consultations.policy.answers import NOTHING, Chosen, Given, asked, can_answer
from forum.consultations.policy.responses import Holder
from forum.core.access import Actor
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import NotFound
from forum.organisations.models import Membership, Organisation

NO_SUCH_RESPONSE = (
    "There is no such response, it was begun in another browser, "
    "or you no longer speak for its organisation."
)
# The record of a response that was sent.
SENDING = "response.submit"


class FileName(NamedTuple):
    """A file that was handed in, and where it can be had."""

    name: str
    path: str


class AnswerRow(NamedTuple):
    """An answer in columns, for where there are very many; ``choices`` have those of Choice."""

    text: str
    number: Decimal | None
    date: date | None
    upload_id: int | None
    confidentiality: Confidentiality | None
    confidential_reason: str
    publication: Publication
    published_text: str
    publication_reason: str
    upload: FileName | None
    choices: Sequence[Any]


def holder_of(actor: Actor, opened: Sequence[str] = ()) -> Holder:
    """The actor with the organisations spoken for and the responses ``opened`` by reference."""
    if actor.actor_id is None:
        return Holder(actor, opened=frozenset(opened))
    rows = db.session.execute(
        select(Organisation.id, Membership.is_steward)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(policy.speaks_for(actor.actor_id), Membership.account_id == actor.actor_id)
        .order_by(Organisation.id)
    ).all()
    return Holder(
        actor,
        frozenset(row.id for row in rows),
        frozenset(opened),
        frozenset(row.id for row in rows if row.is_steward),
    )


def get_response(holder: Holder, reference: str) -> Response:
    """The response with its consultation, centre and respondent.

    Raises NotFound when there is none that the holder may open.
    """
    response = db.session.scalar(
        select(Response)
        .join(Response.consultation)
        .outerjoin(Response.respondent)
        .options(
            contains_eager(Response.consultation).joinedload(Consultation.centre, innerjoin=True),
            contains_eager(Response.respondent),
        )
        .where(Response.reference == reference, policy.openable_by(holder))
    )
    if response is None:
        raise NotFound(NO_SUCH_RESPONSE)
    return response


def responses_of(holder: Holder, consultation_id: int) -> Sequence[Response]:
    """The holder's responses to a consultation that were not withdrawn, the oldest first."""
    return db.session.scalars(
        select(Response)
        .join(Response.consultation)
        .outerjoin(Response.respondent)
        .options(contains_eager(Response.consultation), contains_eager(Response.respondent))
        .where(
            Response.consultation_id == consultation_id,
            Response.state != ResponseState.WITHDRAWN,
            policy.openable_by(holder),
        )
        .order_by(Response.began_at, Response.id)
    ).all()


def organisations_to_speak_for(actor: Actor) -> Sequence[Organisation]:
    """The organisations that the actor may respond for, by name."""
    return db.session.scalars(
        select(Organisation)
        .where(policy.speaks_for(actor.actor_id))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def sections_of(consultation_id: int) -> Sequence[Section]:
    """The pages of the questionnaire in order."""
    return db.session.scalars(
        select(Section)
        .where(Section.consultation_id == consultation_id)
        .order_by(Section.position, Section.id)
    ).all()


def pages_of(consultation_id: int) -> Sequence[Section]:
    """The pages that make a response: all but those on equality."""
    return [section for section in sections_of(consultation_id) if not section.is_equality]


def questions_of(consultation_id: int) -> Sequence[Question]:
    """All questions in the order in which they are asked."""
    return db.session.scalars(_questions(consultation_id)).all()


def questions_to_answer(consultation_id: int) -> Sequence[Question]:
    """The questions that make a response, in order."""
    return db.session.scalars(_questions(consultation_id).where(~Section.is_equality)).all()


def equality_questions(consultation_id: int) -> Sequence[Question]:
    """The questions whose answers are stored apart from every response, in order."""
    return db.session.scalars(_questions(consultation_id).where(Section.is_equality)).all()


def _questions(consultation_id: int) -> Select[Question]:
    return (
        select(Question)
        .join(Section, Section.id == Question.section_id)
        .where(Question.consultation_id == consultation_id)
        .order_by(Section.position, Section.id, Question.position, Question.id)
    )


def answers_of(response_id: int) -> dict[int, Given]:
    """What was answered, by the id of the question."""
    rows = db.session.scalars(
        select(Answer)
        .options(joinedload(Answer.choices))
        .where(Answer.response_id == response_id)
        .order_by(Answer.id)
    ).unique()
    return {row.question_id: given_of(row) for row in rows}


def uploads_named(upload_ids: Sequence[int]) -> Mapping[int, Upload]:
    """The files with these ids, without their bytes."""
    rows = db.session.scalars(
        select(Upload).where(Upload.id.in_(sorted(upload_ids))).order_by(Upload.id)
    )
    return {upload.id: upload for upload in rows}


def editor_of(response: Response, now: datetime) -> Account | None:
    """Who holds the joint draft; None when nobody does, or who did speaks for it no longer."""
    respondent = response.respondent
    if response.editor_id is None or response.edited_until is None or respondent is None:
        return None
    if response.edited_until <= now:
        return None
    speaks = select(Organisation.id).where(
        Organisation.id == respondent.organisation_id, policy.speaks_for(response.editor_id)
    )
    return db.session.scalar(
        select(Account).where(Account.id == response.editor_id, speaks.exists())
    )


@dataclass(frozen=True, slots=True)
class Written:
    """A response as mails about it need it; ``email`` "" when nobody can be written to."""

    id: int
    reference: str
    state: ResponseState
    title: str
    closes_at: datetime
    email: str
    is_without_account: bool


def written_response(response_id: int) -> Written | None:
    """What a mail says about a response; None when it is gone, or who gave it."""
    row = db.session.execute(
        select(Response, Respondent, Consultation, Account.email)
        .join(Respondent, Respondent.response_id == Response.id)
        .join(Consultation, Consultation.id == Response.consultation_id)
        .outerjoin(Account, Account.id == Respondent.account_id)
        .where(Response.id == response_id)
    ).one_or_none()
    if row is None or row.Consultation.closes_at is None:
        return None
    return Written(
        id=response_id,
        reference=row.Response.reference,
        state=row.Response.state,
        title=row.Consultation.title,
        closes_at=row.Consultation.closes_at,
        email=row.Respondent.email or row.email or "",
        is_without_account=row.Respondent.account_id is None,
    )


def count_sendings(response_id: int, *, since: datetime) -> int:
    """How often a response was sent since then, as the records of it say."""
    statement = select(func.count()).where(
        AuditRecord.target_type == Response.__tablename__,
        AuditRecord.target_id == response_id,
        AuditRecord.tag == SENDING,
        AuditRecord.at > since,
    )
    return db.session.scalar(statement) or 0


def get_own_file(response: Response, upload_id: int) -> Upload:
    """A file that was handed in with the response; raises NotFound when it is not one."""
    upload = db.session.scalar(
        select(Upload)
        .join(Answer, Answer.upload_id == Upload.id)
        .options(undefer(Upload.content))
        .where(Answer.response_id == response.id, Upload.id == upload_id)
    )
    if upload is None:
        raise NotFound("There is no such file.")
    return upload


def given_of(row: Answer | AnswerRow) -> Given:
    """An answer as it was given."""
    return Given(
        text=row.text,
        number=row.number,
        day=row.date,
        choices=tuple(Chosen(one.option, one.row, one.rank) for one in row.choices),
        upload_id=row.upload_id,
        confidentiality=row.confidentiality,
        confidential_reason=row.confidential_reason,
    )


def response_of_key(consultation_id: int, key: str) -> Response | None:
    """The response that the respondent of ``key`` has given or begun; for actions."""
    return db.session.scalar(
        select(Response)
        .join(Response.respondent)
        .options(contains_eager(Response.respondent))
        .where(Respondent.consultation_id == consultation_id, Respondent.key == key)
    )


def unanswered(response: Response) -> list[tuple[Question, str]]:
    """The questions that are asked but not answered as they must be, with the reason."""
    answers = answers_of(response.id)
    refusals = []
    for question in asked(questions_to_answer(response.consultation_id), answers):
        decision = can_answer(question, answers.get(question.id, NOTHING))
        if not decision:
            refusals.append((question, decision.reason))
    return refusals
