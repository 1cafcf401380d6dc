"""Reads for the evidence file of how a consultation was held, from the gate to promises."""

from collections.abc import Iterator
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, and_, or_, select

from forum.consultations.models import (
    Answer,
    Citation,
    Consultation,
    Promise,
    PromiseUpdate,
    Response,
    ResponseGroup,
    Theme,
    ThemeSuggestion,
    Upload,
)
from forum.consultations.policy import analysis as policy
from forum.consultations.policy.gate import gate
from forum.consultations.queries import citations, editions, outcomes, retention
from forum.consultations.queries.evidence.rows import Row, Staff, is_published, stream
from forum.consultations.queries.questionnaire import basis_of
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.threads.models import Post

# Records of making the file itself: they would make the next one differ.
NOT_RECORDED = ("consultation.evidence",)
# What stands below a consultation and has records of its own.
PARTS: tuple[Any, ...] = (Theme, Promise, Citation, Response, ThemeSuggestion, ResponseGroup)


def evidence_head(consultation: Consultation) -> Row:
    """What the consultation is, and its instants."""
    centre = consultation.centre
    return {
        "id": consultation.id,
        "path": consultation.path,
        "title": consultation.title,
        "kind": consultation.kind,
        "centre": {"name": centre.name, "host": centre.host},
        "edition": consultation.edition,
        "announced_at": consultation.announced_at,
        "opens_at": consultation.opens_at,
        "closes_at": consultation.closes_at,
        "results_at": consultation.results_at,
        "responded_at": consultation.responded_at,
        "ended_at": consultation.ended_at,
        "ended_reason": consultation.ended_reason,
        "second_manager": Staff()(consultation.approver_id),
        "late_rule": consultation.late_rule,
        "late_until": consultation.late_until,
        "retention_on": consultation.retention_on,
        "has_legal_hold": bool(consultation.legal_hold),
        "identities_removed_at": consultation.identities_removed_at,
    }


def evidence_gate(consultation: Consultation) -> list[Row]:
    """The items of the fairness gate with what was said to each."""
    return [asdict(item) for item in gate(basis_of(consultation))]


def evidence_editions(consultation: Consultation) -> list[Row]:
    """All that was announced and when, with the public notes, the first first."""
    staff = Staff()
    return [
        {
            "number": edition.number,
            "published_at": edition.published_at,
            "published_by": staff(edition.published_by),
            "note": edition.note,
            "closes_at": edition.closes_at,
            "content": edition.content,
        }
        for edition in reversed(editions.list_editions(consultation.id))
    ]


def evidence_lateness(consultation: Consultation) -> list[Row]:
    """The public notices that the outcome comes late, the first first."""
    staff = Staff()
    return [
        {
            "published_at": notice.published_at,
            "published_by": staff(notice.published_by),
            "due_on": notice.due_on,
            "reason": notice.reason,
        }
        for notice in reversed(outcomes.notices_of(consultation.id))
    ]


def evidence_themes(consultation: Consultation) -> list[Row]:
    """The code frame, and what was decided about each theme."""
    return [
        {
            "id": theme.id,
            "title": theme.title,
            "description": theme.description,
            "ruling": theme.ruling,
            "reason": theme.reason,
            "did": theme.did,
        }
        for theme in outcomes.themes_of(consultation.id)
    ]


def evidence_outcome(consultation: Consultation) -> Row | None:
    """What was asked, said and decided; None before anything was written."""
    outcome = outcomes.outcome_of(consultation.id)
    if outcome is None:
        return None
    return {
        "asked": outcome.asked,
        "said": outcome.said,
        "decided": outcome.decided,
        "signer": outcome.signer,
        "signer_role": outcome.signer_role,
        "signed_at": outcome.signed_at,
        "signed_by": Staff()(outcome.signed_by),
        "published_at": consultation.responded_at,
    }


def evidence_promises(consultation: Consultation) -> list[Row]:
    """The promises, each with its history, the first step first."""
    staff = Staff()
    promises = sorted(outcomes.promises_of(consultation.id), key=lambda promise: promise.id)
    steps = outcomes.updates_of([promise.id for promise in promises])
    return [
        {
            "id": promise.id,
            "text": promise.text,
            "owner": promise.owner,
            "theme": promise.theme_id,
            "history": [_step(step, staff) for step in reversed(steps.get(promise.id, ()))],
        }
        for promise in promises
    ]


def _step(step: PromiseUpdate, staff: Staff) -> Row:
    return {
        "at": step.at,
        "by": staff(step.account_id),
        "state": step.state,
        "due_on": step.due_on,
        "note": step.note,
    }


def evidence_citations(consultation: Consultation) -> Iterator[Row]:
    """The posts that were cited, with their texts as everybody reads them at present."""
    staff = Staff()
    kept = {
        citation.id: (citation, source)
        for citation, source in db.session.execute(
            select(Citation, Post.source)
            .join(Post, Post.id == Citation.post_id)
            .where(Citation.consultation_id == consultation.id)
        )
    }
    for shown in sorted(citations.citations_of(consultation.id), key=lambda one: one.id):
        citation, source = kept[shown.id]
        yield {
            "post": shown.url,
            "state": shown.state,
            "author": shown.author_name,
            "organisation": shown.organisation_name,
            "sector": shown.sector,
            "posted_at": shown.posted_at,
            "text": source if shown.author_name else "",
            "theme": citation.theme_id,
            "note": shown.note,
            "cited_at": citation.cited_at,
            "cited_by": staff(citation.cited_by),
        }


def evidence_audit(consultation: Consultation) -> Iterator[Row]:
    """What was done, in order; without reasons that may name a respondent."""
    staff = Staff()
    record, key = AuditRecord, consultation.id
    about = [and_(record.target_type == "consultation", record.target_id == key)]
    for part in PARTS:
        ids = select(part.id).where(part.consultation_id == key)
        about.append(and_(record.target_type == part.__tablename__, record.target_id.in_(ids)))
    # What was removed is known by its record alone.
    about.append(
        and_(
            record.centre_id == consultation.centre_id,
            record.target_type.in_([part.__tablename__ for part in PARTS]),
            record.details["consultation"].as_integer() == key,
        )
    )
    for (row,) in stream(
        select(record).where(or_(*about), record.tag.not_in(NOT_RECORDED)).order_by(record.id)
    ):
        yield {
            "at": row.at,
            "by": staff(row.actor_id),
            "what": row.tag,
            "about": {"kind": row.target_type, "id": row.target_id},
            "reason": row.reason if _may_tell_reason(row) else "",
            "details": row.details,
        }


def _may_tell_reason(record: AuditRecord) -> bool:
    """Not of responses, where it says who asked, and of legal holds, which managers alone read."""
    is_of_response = record.target_type == Response.__tablename__
    return not is_of_response and record.tag not in {retention.HELD, retention.LIFTED}


def evidence_files(consultation: Consultation) -> list[tuple[int, str, str]]:
    """Id, SHA-256 and name of each file that is public: documents of all editions, and answers'.

    By their digests, a file once.
    """
    told = {
        document["file"]["sha256"]
        for edition in editions.list_editions(consultation.id)
        for document in edition.content.get("documents", ())
        if document.get("file")
    }
    rows = db.session.execute(
        select(Upload.id, Upload.sha256, Upload.name)
        .where(or_(Upload.sha256.in_(sorted(told)), Upload.id.in_(_approved(consultation))))
        .order_by(Upload.sha256, Upload.id.desc())
    )
    return sorted(
        {row.sha256: (row.id, row.sha256, row.name) for row in rows}.values(), key=itemgetter(1)
    )


def _approved(consultation: Consultation) -> Select[int | None]:
    return (
        select(Answer.upload_id)
        .join(Response, Response.id == Answer.response_id)
        .where(is_published(consultation), policy.has_public_file())
    )


def evidence_bytes(upload_id: int) -> bytes:
    """The bytes of a file."""
    return db.session.scalars(select(Upload.content).where(Upload.id == upload_id)).one()
