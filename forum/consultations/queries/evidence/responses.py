"""Reads of responses for the evidence file, and of what was made of them."""

from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from forum.consultations.models import (
    Answer,
    CodedAnswer,
    Coding,
    Consultation,
    Question,
    Reading,
    Respondent,
    Response,
    ResponseGroup,
    ResponseGroupMember,
)
from forum.consultations.queries import published
from forum.consultations.queries.evidence.rows import Row, Staff, is_published, is_sent, stream
from forum.core.db import db


def evidence_register(consultation: Consultation) -> Iterator[Row]:
    """Every response that was sent, also those that were withdrawn; names as the public reads."""
    staff = Staff()
    rows = stream(
        select(Response, Respondent, is_published(consultation).label("is_public"))
        .outerjoin(Respondent, Respondent.response_id == Response.id)
        .where(is_sent(consultation))
        .order_by(Response.id)
    )
    for response, respondent, is_public in rows:
        named = is_public and response.may_name and respondent is not None
        yield {
            "id": response.id,
            "name": (respondent.organisation_name or respondent.name) if named else "",
            "state": response.state,
            "channel": response.channel,
            "is_organisation": response.is_organisation,
            "sector": response.sector,
            "size": response.size,
            "region": response.region,
            "may_publish": response.may_publish,
            "may_name": response.may_name,
            "began_at": response.began_at,
            "submitted_at": response.submitted_at,
            "is_late": response.is_late,
            "withdrawn_at": response.withdrawn_at,
            "received_on": response.received_on,
            "edition": response.edition,
            "transcribed_by": staff(response.transcriber_id),
            "checked_by": staff(response.checker_id),
            "published_at": response.published_at,
        }


def evidence_answers(consultation: Consultation) -> Iterator[Row]:
    """Every answer: what the public reads of it, or why it reads nothing."""
    rows = stream(
        select(Answer, Question.number, is_published(consultation).label("is_public"))
        .join(Response, Response.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .options(selectinload(Answer.choices), joinedload(Answer.upload))
        .where(is_sent(consultation))
        .order_by(Answer.response_id, Question.number, Answer.id)
    )
    for answer, number, is_public in rows:
        decided = {
            "response": answer.response_id,
            "question": number,
            "decision": answer.publication,
            "reason": answer.publication_reason,
            "in_confidence": answer.confidentiality,
        }
        yield decided | {"public": _public(answer) if is_public else None}


def _public(answer: Answer) -> Row | None:
    if answer.confidentiality is not None:
        return None
    shown = published.public_answer(answer)
    number, file = shown.given.number, shown.file
    return {
        "text": shown.given.text,
        "number": None if number is None else format(number.normalize(), "f"),
        "date": shown.given.day,
        "choices": [asdict(choice) for choice in shown.given.choices],
        "file": file and {"name": file.name, "size": file.size, "sha256": file.sha256},
    }


def evidence_readings(consultation: Consultation) -> Iterator[Row]:
    """Who read which response, and when."""
    staff = Staff()
    for (row,) in stream(
        select(Reading)
        .join(Response, Response.id == Reading.response_id)
        .where(is_sent(consultation))
        .order_by(Reading.response_id, Reading.analyst_id)
    ):
        yield {"response": row.response_id, "by": staff(row.analyst_id), "at": row.read_at}


def evidence_codings(consultation: Consultation) -> Iterator[Row]:
    """Who found which theme in which answer, and who took it back."""
    staff = Staff()
    for coding, response_id, number in stream(
        select(Coding, Answer.response_id, Question.number)
        .join(Answer, Answer.id == Coding.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .join(Response, Response.id == Answer.response_id)
        .where(is_sent(consultation))
        .order_by(Answer.response_id, Question.number, Coding.id)
    ):
        yield {
            "response": response_id,
            "question": number,
            "theme": coding.theme_id,
            "by": staff(coding.coder_id),
            "at": coding.coded_at,
            "removed_at": coding.removed_at,
            "removed_by": staff(coding.removed_by),
        }


def evidence_coded(consultation: Consultation) -> Iterator[Row]:
    """Who has looked for themes in which answer and when last, also when none was found."""
    staff = Staff()
    for coded, response_id, number in stream(
        select(CodedAnswer, Answer.response_id, Question.number)
        .join(Answer, Answer.id == CodedAnswer.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .join(Response, Response.id == Answer.response_id)
        .where(is_sent(consultation))
        .order_by(Answer.response_id, Question.number, CodedAnswer.coder_id)
    ):
        yield {
            "response": response_id,
            "question": number,
            "by": staff(coded.coder_id),
            "at": coded.coded_at,
        }


def evidence_groups(consultation: Consultation) -> Iterator[Row]:
    """Responses found to say much the same, as in a campaign, and what was decided about each."""
    staff = Staff()
    members: dict[int, list[int]] = {}
    for group_id, response_id in db.session.execute(
        select(ResponseGroupMember.group_id, ResponseGroupMember.response_id)
        .join(ResponseGroup, ResponseGroup.id == ResponseGroupMember.group_id)
        .where(ResponseGroup.consultation_id == consultation.id)
        .order_by(ResponseGroupMember.group_id, ResponseGroupMember.response_id)
    ):
        members.setdefault(group_id, []).append(response_id)
    for group in db.session.scalars(
        select(ResponseGroup)
        .where(ResponseGroup.consultation_id == consultation.id)
        .order_by(ResponseGroup.id)
    ):
        yield {
            "id": group.id,
            "state": group.state,
            "decided_at": group.decided_at,
            "decided_by": staff(group.decided_by),
            "responses": members.get(group.id, []),
        }


def count_evidence(consultation: Consultation) -> int:
    """How many rows the register and the answers have, which are most of the file."""
    responses = select(func.count()).select_from(Response).where(is_sent(consultation))
    answers = responses.join(Answer, Answer.response_id == Response.id)
    return (db.session.scalar(responses) or 0) + (db.session.scalar(answers) or 0)
