"""Tables of analysis and outcome: themes, their codings, decisions, promises."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.consultations.enums import PromiseState, Ruling
from forum.consultations.models.consultations import Consultation, ConsultationPart
from forum.consultations.models.responses import Response
from forum.core.db import Key, Model, words
from forum.core.tags import Private


class Theme(ConsultationPart):
    """A theme of the code frame; ``ruling`` None: not decided yet.

    ``reason`` says why it was decided so, ``did`` what will be done about it.
    """

    __tablename__ = "theme"
    __table_args__ = (
        UniqueConstraint("consultation_id", "title"),
        Index("ix_theme_order", "consultation_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    ruling: Mapped[Ruling | None] = mapped_column(words(Ruling))
    reason: Mapped[str] = mapped_column(Text, default="")
    did: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so


class Coding(Private, Model):
    """That a coder found a theme in an answer; one that was taken back keeps its row."""

    __tablename__ = "coding"
    __table_args__ = (
        Index("ix_coding_answer", "answer_id", "theme_id", "coder_id"),
        Index("ix_coding_theme", "theme_id", "answer_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    answer_id: Mapped[int] = mapped_column(Key, ForeignKey("answer.id", ondelete="CASCADE"))
    theme_id: Mapped[int] = mapped_column(Key, ForeignKey("theme.id", ondelete="CASCADE"))
    coder_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    coded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))


class CodedAnswer(Private, Model):
    """That a coder has said which themes an answer holds, be it none."""

    __tablename__ = "coded_answer"
    __table_args__ = (Index("ix_coded_answer_coder", "coder_id", "answer_id"),)

    answer_id: Mapped[int] = mapped_column(
        Key, ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True
    )
    coder_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), primary_key=True)
    coded_at: Mapped[datetime]


class Reading(Private, Model):
    """That an analyst has read a response."""

    __tablename__ = "response_reading"

    response_id: Mapped[int] = mapped_column(
        Key, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
    analyst_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), primary_key=True)
    read_at: Mapped[datetime]

    response: Mapped[Response] = relationship()


class Outcome(ConsultationPart):
    """What was asked and what is decided; ``signed_at`` None: not signed off.

    ``signer`` and ``signer_role`` are the name and office of the decision maker, for whom
    ``signed_by`` signed off here.
    """

    __tablename__ = "outcome"

    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id"), primary_key=True
    )
    asked: Mapped[str] = mapped_column(Text, default="")
    said: Mapped[str] = mapped_column(Text, default="")
    decided: Mapped[str] = mapped_column(Text, default="")
    signer: Mapped[str] = mapped_column(String(120), default="")
    signer_role: Mapped[str] = mapped_column(String(120), default="")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so


class LatenessNotice(ConsultationPart):
    """A public word that the outcome comes late: why, and the new date."""

    __tablename__ = "lateness_notice"
    __table_args__ = (Index("ix_lateness_notice_order", "consultation_id", "published_at", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))


class Promise(ConsultationPart):
    """What a centre has committed itself to: who does it, until when, how far it has come."""

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_due", "state", "due_on", "id"),
        Index("ix_promise_consultation", "consultation_id", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    theme_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("theme.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date]
    state: Mapped[PromiseState] = mapped_column(words(PromiseState))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    consultation: Mapped[Consultation] = relationship()
    theme: Mapped[Theme | None] = relationship()

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of it concerns."""
        return (f"consultation:{self.consultation_id}", "promises")


class PromiseUpdate(Model):
    """A step in the history of a promise, with the state and due date from then on."""

    __tablename__ = "promise_update"
    __table_args__ = (Index("ix_promise_update_order", "promise_id", "at", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    promise_id: Mapped[int] = mapped_column(Key, ForeignKey("promise.id"))
    at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    state: Mapped[PromiseState] = mapped_column(words(PromiseState))
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")


class Citation(ConsultationPart):
    """That a post of the debate was taken as evidence, perhaps for a theme."""

    __tablename__ = "citation"
    __table_args__ = (
        UniqueConstraint("consultation_id", "post_id"),
        Index("ix_citation_post", "post_id", "consultation_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    post_id: Mapped[int] = mapped_column(Key, ForeignKey("post.id"))
    theme_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("theme.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(Text, default="")
    cited_at: Mapped[datetime]
    cited_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))

    theme: Mapped[Theme | None] = relationship()
