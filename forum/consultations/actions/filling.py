"""Filling a consultation with responses that are made up, written in bulk."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Table, func, insert, select

from forum.consultations import queries
from forum.consultations.actions.inventing import Inventor, Persona
from forum.consultations.actions.responding import GROUP_SIZE, REFERENCE_GROUPS, REFERENCE_SIGNS
from forum.consultations.actions.uploads import accept_upload
from forum.consultations.enums import QuestionKind, ResponseState
from forum.consultations.models import (
    Answer,
    Choice,
    Consultation,
    EqualityAnswer,
    Question,
    Respondent,
    Response,
)
from forum.consultations.policy.answers import Given, asked
from forum.core import audit, clock, tags
from forum.core.access import OPERATOR
from forum.core.db import Model, db
from forum.core.errors import Invalid
from forum.core.transactions import action
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation

# Responses that are written together.
CHUNK = 500
LONGEST_VISIT = timedelta(hours=2)
PUBLISH_SHARE, NAME_SHARE, CONTACT_SHARE = 0.75, 0.6, 0.4

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A response that is made up, before it is written: ``answers`` by identifier of question."""

    persona: Persona
    answers: Mapping[int, Given]


@action
def fill_consultation(
    consultation: Consultation,
    *,
    responses: int,
    seed: int,
    invent: Callable[[Random], Inventor] = Inventor,
    progress: Callable[[int], object] = lambda _count: None,
) -> None:
    """Add ``responses`` submitted ones with answers to all questions that are asked.

    They come between opening and closing, or until now while it is open. The same ``seed``
    gives the same answers in the same state of the consultation. ``progress`` is told how many
    more were written. Raises Invalid when it has not opened, or asks nothing.
    """
    filling = Filling(consultation, seed=seed, invent=invent)
    for first in range(1, responses + 1, CHUNK):
        count = min(CHUNK, responses + 1 - first)
        filling.write([filling.sheet(number) for number in range(first, first + count)])
        progress(count)
    tags.touch(*consultation.page_tags)
    audit.record(
        OPERATOR,
        "consultation.fill",
        consultation,
        centre_id=consultation.centre_id,
        responses=responses,
        seed=seed,
    )


class Filling:
    """The filling of one consultation."""

    def __init__(
        self, consultation: Consultation, *, seed: int, invent: Callable[[Random], Inventor]
    ) -> None:
        self.consultation = consultation
        self.opens_at, self.until = _open_until_now(consultation)
        sections = queries.sections_of(consultation.id)
        apart = {section.id for section in sections if section.is_equality}
        self.questions = queries.questions_of(consultation.id)
        self.apart = {one.id for one in self.questions if one.section_id in apart}
        if not any(one.number for one in self.questions):
            raise Invalid("This consultation asks nothing. Add questions first.")
        earlier = db.session.scalar(
            select(func.count()).where(Response.consultation_id == consultation.id)
        )
        # Different from fill to fill, so that references are never given twice.
        self.chance = Random(f"{seed} {consultation.id} {earlier}")  # noqa: S311 — load data, no secret
        self.inventor = invent(self.chance)
        self.inventor.upload_id = _upload_for(self.questions)
        self.organisations = _organisations_left(consultation)
        self.chance.shuffle(self.organisations)

    def sheet(self, number: int) -> Sheet:
        """The response ``number`` from 1, with those answers that its others lead to."""
        following = self.organisations[-1] if self.organisations else None
        persona = self.inventor.persona(number, following)
        if persona.organisation_id is not None:
            self.organisations.pop()
        answers = {one.id: self.inventor.answer(one, persona) for one in self.questions}
        shown = asked(self.questions, answers)
        return Sheet(
            persona, {one.id: answers[one.id] for one in shown if not answers[one.id].is_empty}
        )

    def write(self, sheets: Sequence[Sheet]) -> None:
        """Write responses with all that belongs to them."""
        ids = _write_responses([self._response(sheet.persona) for sheet in sheets])
        _write(
            Respondent,
            [
                self._respondent(response_id, sheet.persona)
                for response_id, sheet in zip(ids, sheets, strict=True)
            ],
        )
        given = [
            (response_id, question_id, answer)
            for response_id, sheet in zip(ids, sheets, strict=True)
            for question_id, answer in sheet.answers.items()
        ]
        told = [one for one in given if one[1] not in self.apart]
        places = _write_answers(ids, [_answer(*one) for one in told])
        _write(
            Choice,
            [
                {
                    "answer_id": places[response_id, question_id],
                    "question_id": question_id,
                    "row": chosen.row,
                    "option": chosen.option,
                    "rank": chosen.rank,
                }
                for response_id, question_id, answer in told
                for chosen in answer.choices
            ],
        )
        _write(EqualityAnswer, list(self._equality(given)))

    def _response(self, persona: Persona) -> Row:
        chance = self.chance
        span = (self.until - self.opens_at).total_seconds()
        # More come late than early.
        sent = self.opens_at + timedelta(seconds=int(span * max(chance.random(), chance.random())))
        began = max(self.opens_at, sent - LONGEST_VISIT * chance.random())
        signs = chance.choices(REFERENCE_SIGNS, k=GROUP_SIZE * REFERENCE_GROUPS)
        groups = ("".join(signs[at : at + GROUP_SIZE]) for at in range(0, len(signs), GROUP_SIZE))
        return {
            "consultation_id": self.consultation.id,
            "reference": "-".join(groups),
            "state": ResponseState.SUBMITTED,
            "is_organisation": persona.is_organisation,
            "is_registered": persona.organisation_id is not None,
            "sector": persona.sector,
            "size": persona.size,
            "region": persona.region,
            "may_publish": chance.random() < PUBLISH_SHARE,
            "may_name": chance.random() < NAME_SHARE,
            "may_contact": chance.random() < CONTACT_SHARE,
            "began_at": began,
            "saved_at": sent,
            "submitted_at": sent,
            "edition": self.consultation.edition,
            "has_said_equality": bool(self.apart),
        }

    def _respondent(self, response_id: int, persona: Persona) -> Row:
        is_known = persona.organisation_id is not None
        key = f"organisation:{persona.organisation_id}" if is_known else f"filled:{response_id}"
        return {
            "response_id": response_id,
            "consultation_id": self.consultation.id,
            "key": key,
            "name": persona.name,
            "organisation_id": persona.organisation_id,
            "organisation_name": persona.organisation_name,
        }

    def _equality(self, given: Sequence[tuple[int, int, Given]]) -> Iterator[Row]:
        for _response_id, question_id, answer in given:
            if question_id in self.apart:
                for chosen in answer.choices:
                    yield {"id": str(uuid4()), "question_id": question_id, "option": chosen.option}


def _open_until_now(consultation: Consultation) -> tuple[datetime, datetime]:
    opens_at, closes_at, now = consultation.opens_at, consultation.closes_at, clock.now()
    if consultation.announced_at is None or opens_at is None or closes_at is None or now < opens_at:
        raise Invalid("This consultation has not opened, so it has no responses.")
    return opens_at, min(closes_at, now)


def _upload_for(questions: Sequence[Question]) -> int | None:
    """A small picture for the questions that a file answers; None where there is none."""
    if all(question.kind is not QuestionKind.FILE for question in questions):
        return None
    from PIL import Image  # noqa: PLC0415 — only load data has pictures

    content = io.BytesIO()
    Image.new("RGB", (16, 16), "white").save(content, "PNG")
    content.seek(0)
    upload = accept_upload(content, "attachment.png")
    db.session.add(upload)
    db.session.flush()
    return upload.id


def _organisations_left(consultation: Consultation) -> list[Organisation]:
    """Those that may respond and have not, in order."""
    responded = select(Respondent.organisation_id).where(
        Respondent.consultation_id == consultation.id, Respondent.organisation_id.is_not(None)
    )
    return list(
        db.session.scalars(
            select(Organisation)
            .where(
                Organisation.state == OrganisationState.CONFIRMED,
                Organisation.id.not_in(responded),
            )
            .order_by(Organisation.id)
        )
    )


def _answer(response_id: int, question_id: int, given: Given) -> Row:
    return {
        "response_id": response_id,
        "question_id": question_id,
        "text": given.text,
        "number": given.number,
        "date": given.day,
        "upload_id": given.upload_id,
        "confidentiality": given.confidentiality,
        "confidential_reason": given.confidential_reason,
    }


def _write(model: type[Model], rows: Sequence[Row]) -> None:
    if rows:
        db.session.connection().execute(insert(cast("Table", model.__table__)), rows)


def _write_responses(rows: Sequence[Row]) -> list[int]:
    """Write responses; their identifiers in the same order."""
    _write(Response, rows)
    references = [row["reference"] for row in rows]
    found = db.session.execute(
        select(Response.reference, Response.id).where(Response.reference.in_(references))
    )
    ids = {row.reference: row.id for row in found}
    return [ids[reference] for reference in references]


def _write_answers(response_ids: Sequence[int], rows: Sequence[Row]) -> dict[tuple[int, int], int]:
    """Write the answers of responses; their identifiers by response and question."""
    _write(Answer, rows)
    found = db.session.execute(
        select(Answer.response_id, Answer.question_id, Answer.id).where(
            Answer.response_id.in_(response_ids)
        )
    )
    return {(response_id, question_id): key for response_id, question_id, key in found}
