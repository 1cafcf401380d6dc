"""Reads of what a consultation said when: its editions, as structures and as plain text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select

from forum.consultations.enums import EngagementPurpose
from forum.consultations.models import Consultation, Document, Edition, Question, Section
from forum.consultations.policy.gate import PURPOSE_WORDS
from forum.consultations.queries.consultations import topics_of
from forum.consultations.queries.questionnaire import documents_of, questionnaire_of
from forum.core import clock
from forum.core.db import db

TEXTS = (
    ("title", "Title"),
    ("summary", "Summary"),
    ("purpose", "Purpose"),
    ("still_open", "Still open"),
    ("already_fixed", "Already fixed"),
    ("decider", "Decided by"),
    ("decision_on", "Decision expected on"),
    ("options_considered", "Options considered"),
    ("options_rejected", "Options rejected, and why"),
    ("engagement_purposes", "Purposes of the engagement"),
    ("notice_number", "Notice"),
    ("no_notice_reason", "Why there is no notice"),
    ("short_reason", "Why it is shorter than usual"),
    ("holiday_reason", "Why no more time for holidays"),
    ("controller", "Controller"),
    ("lawful_basis", "Lawful basis"),
    ("retention_on", "Personal data are kept until"),
    ("late_rule", "Late responses"),
)
INSTANTS = (("opens_at", "Opens"), ("closes_at", "Closes"), ("late_until", "Late until"))


@dataclass(frozen=True, slots=True)
class Change:
    """An edition, and the lines in which it differs from the one before (none for the first)."""

    number: int
    published_at: datetime
    note: str
    lines: Sequence[tuple[str, str]]


def content_of(consultation: Consultation) -> dict[str, Any]:
    """All that the consultation says at present, as JSON values: what an edition keeps."""
    texts = {name: _plain(getattr(consultation, name)) for name, _label in TEXTS}
    return {
        **texts,
        "kind": str(consultation.kind),
        "opens_at": _plain(consultation.opens_at),
        "closes_at": _plain(consultation.closes_at),
        "late_until": _plain(consultation.late_until),
        "takes_visitors": consultation.takes_visitors,
        "topics": [topic.name for topic in topics_of(consultation.id)],
        "documents": [_document(one) for one in documents_of(consultation.id)],
        "sections": [_section(one) for one in questionnaire_of(consultation.id)],
    }


def list_editions(consultation_id: int) -> Sequence[Edition]:
    """The editions of a consultation, the newest first."""
    return db.session.scalars(
        select(Edition)
        .where(Edition.consultation_id == consultation_id)
        .order_by(Edition.number.desc(), Edition.id.desc())
    ).all()


def changes_of(consultation_id: int) -> Sequence[Change]:
    """What each edition changed, the newest first."""
    editions = list_editions(consultation_id)
    parts = [_parts(edition.content) for edition in editions]
    return [
        Change(
            edition.number,
            edition.published_at,
            edition.note,
            _changed(parts[place + 1], parts[place]) if place + 1 < len(editions) else (),
        )
        for place, edition in enumerate(editions)
    ]


def _changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The lines that differ, each group below the label of its part, as pairs of kind and text.

    By whole lines: the finer comparison of ``core.texts`` takes minutes on long documents.
    """
    found: list[tuple[str, str]] = []
    for label in dict.fromkeys([*before, *after]):
        old, new = before.get(label, []), after.get(label, [])
        if old == new:
            continue
        found.append(("same", f"{label}:"))
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            if tag != "equal":
                found += [("removed", line) for line in old[old_from:old_to]]
                found += [("added", line) for line in new[new_from:new_to]]
    return found


def _parts(content: dict[str, Any]) -> dict[str, list[str]]:
    """The content as a person would read it: lines by the label that stands above them."""
    parts = {label: _words(name, content.get(name) or "") for name, label in TEXTS}
    for name, label in INSTANTS:
        value = content.get(name)
        parts[label] = [clock.datetime_words(datetime.fromisoformat(value))] if value else []
    parts["Topics"] = list(content.get("topics", ()))
    for place, document in enumerate(content.get("documents", ()), 1):
        file = document.get("file")
        told = [f"File: {file['name']}, {file['size']:,} bytes"] if file else []
        parts[f"Document {place}"] = [document["title"], *document["text"].split("\n"), *told]
    for place, section in enumerate(content.get("sections", ()), 1):
        parts[f"Section {place}"] = list(_section_lines(section))
    return parts


def _section_lines(section: dict[str, Any]) -> Iterator[str]:
    yield section["title"]
    yield from filter(None, section["introduction"].split("\n"))
    for question in section["questions"]:
        yield f"{question['number'] or '–'} {question['text']}"
        yield from (f"   {option['label']}" for option in question["options"])


def _words(name: str, value: Any) -> list[str]:
    if name == "engagement_purposes":
        return [PURPOSE_WORDS[EngagementPurpose(one)] for one in value]
    return str(value).split("\n") if value else []


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _document(document: Document) -> dict[str, Any]:
    upload = document.upload
    file = {"name": upload.name, "size": upload.size, "sha256": upload.sha256} if upload else None
    return {"id": document.id, "title": document.title, "text": document.text, "file": file}


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "introduction": section.introduction,
        "is_equality": section.is_equality,
        "questions": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "number": question.number,
        "kind": str(question.kind),
        "text": question.text,
        "help": question.help,
        "is_required": question.is_required,
        "may_be_confidential": question.may_be_confidential,
        "options": question.options,
        "rows": question.rows,
        "settings": question.settings,
        "condition": {
            "question": question.condition_question_id,
            "operator": str(question.condition_operator or ""),
            "value": question.condition_value,
        },
    }
