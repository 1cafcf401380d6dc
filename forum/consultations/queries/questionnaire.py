"""Reads of questionnaires and documents, and what the gate looks at."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from forum.consultations.models import (
    Consultation,
    ConsultationTopic,
    Document,
    Question,
    Section,
)
from forum.consultations.policy.gate import Basis
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound


def questionnaire_of(consultation_id: int) -> Sequence[Section]:
    """The sections in order, each with its questions in order; two statements."""
    return db.session.scalars(
        select(Section)
        .options(selectinload(Section.questions))
        .where(Section.consultation_id == consultation_id)
        .order_by(Section.position, Section.id)
        .execution_options(populate_existing=True)
    ).all()


def questions_in(sections: Sequence[Section]) -> list[Question]:
    """All questions of ``sections`` in order."""
    return [question for section in sections for question in section.questions]


def get_section(consultation: Consultation, section_id: int) -> Section:
    """A section of the consultation; raises NotFound when there is none."""
    found = db.session.scalar(
        select(Section).where(Section.id == section_id, Section.consultation_id == consultation.id)
    )
    if found is None:
        raise NotFound("There is no such section.")
    return found


def get_question(consultation: Consultation, question_id: int) -> Question:
    """A question of the consultation; raises NotFound when there is none."""
    found = db.session.scalar(
        select(Question).where(
            Question.id == question_id, Question.consultation_id == consultation.id
        )
    )
    if found is None:
        raise NotFound("There is no such question.")
    return found


def documents_of(consultation_id: int) -> Sequence[Document]:
    """The documents in order, each with its upload but not the bytes of it."""
    return db.session.scalars(
        select(Document)
        .options(joinedload(Document.upload))
        .where(Document.consultation_id == consultation_id)
        .order_by(Document.position, Document.id)
    ).all()


def get_document(consultation: Consultation, document_id: int) -> Document:
    """A document of the consultation; raises NotFound when there is none."""
    found = db.session.scalar(
        select(Document)
        .options(joinedload(Document.upload))
        .where(Document.id == document_id, Document.consultation_id == consultation.id)
    )
    if found is None:
        raise NotFound("There is no such document.")
    return found


def basis_of(
    consultation: Consultation,
    *,
    sections: Sequence[Section] | None = None,
    documents: int | None = None,
    topics: int | None = None,
) -> Basis:
    """What the gate looks at; what the caller has read already need not be read again."""
    key = consultation.id
    return Basis(
        consultation=consultation,
        documents=_count(Document, key) if documents is None else documents,
        topics=_count(ConsultationTopic, key) if topics is None else topics,
        questions=questions_in(questionnaire_of(key) if sections is None else sections),
        now=clock.now(),
    )


def sources_for(actor: Actor, consultation: Consultation) -> Sequence[tuple[int, str]]:
    """Identifiers and titles of consultations whose questions the actor may copy, newest first.

    Those that were announced, and drafts of the same centre.
    """
    del actor
    rows = db.session.execute(
        select(Consultation.id, Consultation.title)
        .where(
            Consultation.id != consultation.id,
            Consultation.announced_at.is_not(None)
            | (Consultation.centre_id == consultation.centre_id),
            Consultation.id.in_(select(Question.consultation_id)),
        )
        .order_by(Consultation.created_at.desc(), Consultation.id.desc())
        .limit(100)
    )
    return [(row.id, row.title) for row in rows]


def _count(model: type[Document | ConsultationTopic], consultation_id: int) -> int:
    statement = select(func.count()).where(model.consultation_id == consultation_id)
    return db.session.scalar(statement) or 0
