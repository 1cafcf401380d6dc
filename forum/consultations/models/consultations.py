"""Tables of consultations and of what they were announced with."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.centres.models import Centre
from forum.consultations.enums import Kind
from forum.core.db import Key, Model, words
from forum.core.tags import HOME, Private
from forum.topics.models import Topic

IS_NAMED = "submission_id != ''"


class Consultation(Model):
    """What a centre asks its stakeholders; its stage follows from its instants (stages.py).

    ``opens_at`` and ``closes_at`` are the first instant of answering and the first after it.
    ``announced_at`` None: a draft. ``late_until``: until when answers that come late are taken
    by the stated ``late_rule``. ``edition`` is the number of the newest published edition.
    ``results_at``: since when the public sees what was answered, counted.
    ``submission_id`` names the form that was sent: sent twice, it is one draft.
    ``usual_weeks``: how long the centre's were usually open when it was announced.
    ``approver_id``: the second manager who agreed to fewer than four weeks.
    ``legal_hold``: why identities are kept beyond ``retention_on``; "": they are not.
    ``identities_removed_at``: since when nothing here names respondents.
    """

    __tablename__ = "consultation"
    __table_args__ = (
        Index("ix_consultation_centre", "centre_id", "closes_at", "id"),
        Index("ix_consultation_closing", "announced_at", "closes_at", "id"),
        Index(
            "uq_consultation_submission_id",
            "author_id",
            "submission_id",
            unique=True,
            postgresql_where=text(IS_NAMED),
            sqlite_where=text(IS_NAMED),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"))
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    kind: Mapped[Kind] = mapped_column(words(Kind))
    title: Mapped[str] = mapped_column(String(150))
    slug: Mapped[str] = mapped_column(String(150))
    summary: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]

    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    results_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    purpose: Mapped[str] = mapped_column(Text, default="")
    still_open: Mapped[str] = mapped_column(Text, default="")
    already_fixed: Mapped[str] = mapped_column(Text, default="")
    decider: Mapped[str] = mapped_column(String(200), default="")
    decision_on: Mapped[date | None]
    options_considered: Mapped[str] = mapped_column(Text, default="")
    options_rejected: Mapped[str] = mapped_column(Text, default="")
    short_reason: Mapped[str] = mapped_column(Text, default="")
    approver_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    holiday_reason: Mapped[str] = mapped_column(Text, default="")
    controller: Mapped[str] = mapped_column(String(200), default="")
    lawful_basis: Mapped[str] = mapped_column(Text, default="")
    retention_on: Mapped[date | None]
    legal_hold: Mapped[str] = mapped_column(Text, default="")
    identities_removed_at: Mapped[datetime | None]
    engagement_purposes: Mapped[list[str]] = mapped_column(JSON, default=list)
    notice_number: Mapped[str] = mapped_column(String(11), default="")
    no_notice_reason: Mapped[str] = mapped_column(Text, default="")

    takes_visitors: Mapped[bool] = mapped_column(default=True)
    checks_offline: Mapped[bool] = mapped_column(default=False)
    late_rule: Mapped[str] = mapped_column(Text, default="")
    late_until: Mapped[datetime | None]
    thread_id: Mapped[int | None] = mapped_column(Key, ForeignKey("thread.id"))
    usual_weeks: Mapped[int | None]
    submission_id: Mapped[str] = mapped_column(String(64), default="")
    edition: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    centre: Mapped[Centre] = relationship()

    @property
    def path(self) -> str:
        """The permanent address."""
        return f"/consultations/{self.id}/{self.slug}/"

    @property
    def weeks(self) -> int:
        """How long it should be open by the policy of its centre, holidays apart."""
        return self.usual_weeks or self.centre.consultation_weeks

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of it concerns."""
        return (f"consultation:{self.id}", "consultations", f"centre:{self.centre_id}", HOME)


class ConsultationPart(Model):
    """A row that belongs to a consultation and stands on its page."""

    __abstract__ = True

    consultation_id: Mapped[int]

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of it concerns."""
        return (f"consultation:{self.consultation_id}",)


class ConsultationTopic(ConsultationPart):
    """That a consultation is about a procurement topic."""

    __tablename__ = "consultation_topic"

    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id", ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[int] = mapped_column(Key, ForeignKey("topic.id"), primary_key=True, index=True)

    topic: Mapped[Topic] = relationship()


class Edition(ConsultationPart):
    """The consultation as it was shown from ``published_at`` on; never changed.

    ``content`` is the whole text and questionnaire; ``note`` says to the public what changed.
    ``closes_at`` is the closing that was announced with it, so that extensions can be read.
    """

    __tablename__ = "consultation_edition"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    closes_at: Mapped[datetime]


class Upload(Private, Model):
    """A file that was checked by its content; ``sha256`` in hexadecimal, ``size`` in bytes.

    The bytes stand in the database, so that a backup and every web process has them.
    """

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(150))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime]


class Document(ConsultationPart):
    """What respondents should read first; ``text`` is the whole of it, or says what the file does.

    Without an upload the text is the document.
    """

    __tablename__ = "consultation_document"
    __table_args__ = (Index("ix_consultation_document_order", "consultation_id", "position", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id", ondelete="CASCADE")
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(150))
    text: Mapped[str] = mapped_column(Text)
    upload_id: Mapped[int | None] = mapped_column(Key, ForeignKey("upload.id"))

    upload: Mapped[Upload | None] = relationship()
