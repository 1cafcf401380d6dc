"""The documents that respondents should read first."""

from collections.abc import Sequence
from typing import BinaryIO

from forum.consultations import policy, queries
from forum.consultations.actions.publishing import publish_edition
from forum.consultations.actions.uploads import accept_upload
from forum.consultations.models import Consultation, Document, Upload
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action

LONGEST_TITLE = 150
LONGEST_TEXT = 50_000
MOST_DOCUMENTS = 30


@action
def add_document(
    actor: Actor,
    consultation: Consultation,
    *,
    title: str,
    text: str,
    file: BinaryIO | None = None,
    filename: str = "",
    note: str = "",
) -> Document:
    """Add a document: a text, and a file that the text stands for where there is one.

    One that was announced gets a new edition with the public ``note``. Raises Invalid for what
    cannot be accepted.
    """
    ensure(policy.can_edit(actor, consultation))
    earlier = queries.documents_of(consultation.id)
    if len(earlier) >= MOST_DOCUMENTS:
        raise Invalid(f"A consultation has up to {MOST_DOCUMENTS} documents")
    document = Document(
        consultation_id=consultation.id,
        position=max((one.position for one in earlier), default=0) + 1,
        title=_title(title),
        text=_text(text),
        upload=accept_upload(file, filename) if file else None,
    )
    db.session.add(document)
    _publish(actor, consultation, note)
    _record(actor, "add", consultation, document)
    return document


@action
def edit_document(
    actor: Actor,
    consultation: Consultation,
    document: Document,
    *,
    title: str,
    text: str,
    file: BinaryIO | None = None,
    filename: str = "",
    note: str = "",
) -> None:
    """Change a document; a ``file`` takes the place of the one before, None leaves it."""
    ensure(policy.can_edit(actor, consultation))
    document.title, document.text = _title(title), _text(text)
    if file:
        before, document.upload = document.upload, accept_upload(file, filename)
        _drop(consultation, before)
    _publish(actor, consultation, note)
    _record(actor, "edit", consultation, document)


@action
def remove_document(actor: Actor, consultation: Consultation, document: Document) -> None:
    """Take a document out of a draft."""
    ensure(policy.can_build(actor, consultation))
    _record(actor, "remove", consultation, document)
    db.session.delete(document)
    db.session.flush()
    _drop(consultation, document.upload)


@action
def move_document(
    actor: Actor, consultation: Consultation, document: Document, *, up: bool
) -> None:
    """Let a document of a draft change places with its neighbour; the ends stay."""
    ensure(policy.can_build(actor, consultation))
    swap(list(queries.documents_of(consultation.id)), document, up=up)
    _record(actor, "move", consultation, document)


def swap(order: Sequence[object], thing: object, *, up: bool) -> None:
    """Let ``thing`` change places with its neighbour in ``order``; positions count from 1."""
    moved = list(order)
    place = moved.index(thing)
    neighbour = place - 1 if up else place + 1
    if 0 <= neighbour < len(moved):
        moved[place], moved[neighbour] = moved[neighbour], moved[place]
    for position, one in enumerate(moved, 1):
        one.position = position  # type: ignore[attr-defined]  # documents, sections, questions


def _drop(consultation: Consultation, upload: Upload | None) -> None:
    """Delete the file of a draft; what was announced once is kept with its editions."""
    if upload is not None and not consultation.edition:
        db.session.flush()
        db.session.delete(upload)


def _publish(actor: Actor, consultation: Consultation, note: str) -> None:
    if consultation.announced_at is not None:
        publish_edition(actor, consultation, note=note)


def _title(text: str) -> str:
    return accept_line(text, field="title", longest=LONGEST_TITLE, missing="Enter a title")


def _text(text: str) -> str:
    return accept_paragraphs(
        text,
        field="text",
        longest=LONGEST_TEXT,
        missing="Write the text, or what the file says for those who cannot open it",
    )


def _record(actor: Actor, verb: str, consultation: Consultation, document: Document) -> None:
    audit.record(
        actor,
        f"consultation.{verb}-document",
        document,
        centre_id=consultation.centre_id,
        consultation=consultation.id,
    )
