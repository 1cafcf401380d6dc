"""Tables of responses: private until staff publish single answers after closing."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.enums import Region, Sector
from forum.consultations.enums import Channel, Confidentiality, Publication, ResponseState
from forum.consultations.models.consultations import Consultation, Upload
from forum.core.db import Key, Model, words
from forum.core.tags import Private
from forum.core.transactions import explain
from forum.organisations.enums import SizeBand


class Response(Private, Model):
    """One person's or organisation's answers; holds nothing that names anybody.

    ``is_registered``: for an organisation that is registered here, which responds once.
    ``sector``, ``size`` and ``region`` are those that were given with it. ``editor_id`` holds
    the joint draft of an organisation until ``edited_until``. ``edition`` is that which was
    answered last. ``wants_sign_off``: a steward of the organisation
    agrees before it is sent; ``sign_off_note`` says why one gave it back.
    ``published_at``: since when the public reads what was approved of it.
    ``has_said_equality``: the questions on equality were answered, stored apart.
    ``is_late``: submitted after closing, by the stated rule.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index("ix_response_consultation", "consultation_id", "state", "submitted_at", "id"),
        Index("ix_response_in_order", "consultation_id", "id"),
        Index(
            "ix_response_published",
            "consultation_id",
            "published_at",
            "id",
            postgresql_where="published_at IS NOT NULL",
            sqlite_where="published_at IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    reference: Mapped[str] = mapped_column(String(14))
    state: Mapped[ResponseState] = mapped_column(words(ResponseState), default=ResponseState.DRAFT)
    channel: Mapped[Channel] = mapped_column(words(Channel), default=Channel.ONLINE)
    is_organisation: Mapped[bool] = mapped_column(default=False)
    is_registered: Mapped[bool] = mapped_column(default=False)
    sector: Mapped[Sector | None] = mapped_column(words(Sector))
    size: Mapped[SizeBand | None] = mapped_column(words(SizeBand))
    region: Mapped[Region | None] = mapped_column(words(Region))
    may_publish: Mapped[bool] = mapped_column(default=False)
    may_name: Mapped[bool] = mapped_column(default=False)
    may_contact: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    has_said_equality: Mapped[bool] = mapped_column(default=False)
    is_late: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[int]
    editor_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    edited_until: Mapped[datetime | None]
    transcriber_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    checker_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    wants_sign_off: Mapped[bool] = mapped_column(default=False)
    sign_off_note: Mapped[str] = mapped_column(Text, default="")
    signed_off_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    submission_id: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    consultation: Mapped[Consultation] = relationship()
    respondent: Mapped["Respondent | None"] = relationship(
        back_populates="response", passive_deletes=True
    )


class Respondent(Private, Model):
    """Who responds; the one place of identities, deleted when the retention date has come.

    ``key`` keeps one response of an account ("account:7"), organisation ("organisation:3") or
    link ("link:…", the hash of its secret) to a consultation.
    """

    __tablename__ = "respondent"
    __table_args__ = (
        UniqueConstraint("consultation_id", "key"),
        Index("ix_respondent_account", "account_id", "response_id"),
        Index("ix_respondent_organisation", "organisation_id", "response_id"),
    )

    response_id: Mapped[int] = mapped_column(
        Key, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    organisation_id: Mapped[int | None] = mapped_column(Key, ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(120), default="")

    response: Mapped[Response] = relationship(back_populates="respondent")


class Answer(Private, Model):
    """The answer to one question: a text, number, date or file, or choices beside it.

    With a choice, ``text`` is that of "other". ``published_text`` is what the public reads of
    ``text``: all of it, or what staff left.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("response_id", "question_id"),
        Index("ix_answer_question", "question_id", "response_id"),
        Index(
            "ix_answer_upload",
            "upload_id",
            postgresql_where="upload_id IS NOT NULL",
            sqlite_where="upload_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    response_id: Mapped[int] = mapped_column(Key, ForeignKey("response.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation_question.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    date: Mapped[date | None]
    upload_id: Mapped[int | None] = mapped_column(Key, ForeignKey("upload.id"))
    confidentiality: Mapped[Confidentiality | None] = mapped_column(words(Confidentiality))
    confidential_reason: Mapped[str] = mapped_column(Text, default="")
    publication: Mapped[Publication] = mapped_column(
        words(Publication), default=Publication.UNDECIDED
    )
    published_text: Mapped[str] = mapped_column(Text, default="")
    publication_reason: Mapped[str] = mapped_column(Text, default="")

    upload: Mapped[Upload | None] = relationship()
    choices: Mapped[list["Choice"]] = relationship(
        order_by="Choice.id", passive_deletes=True, cascade="all, delete-orphan"
    )


class Choice(Private, Model):
    """An option that was chosen; ``row`` of a matrix, ``rank`` from 1 of a ranking."""

    __tablename__ = "answer_choice"
    __table_args__ = (
        UniqueConstraint("answer_id", "row", "option"),
        Index("ix_answer_choice_count", "question_id", "row", "option", "answer_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    answer_id: Mapped[int] = mapped_column(Key, ForeignKey("answer.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation_question.id"))
    row: Mapped[str] = mapped_column(String(20), default="")
    option: Mapped[str] = mapped_column(String(20))
    rank: Mapped[int | None]


class EqualityAnswer(Private, Model):
    """What somebody said about themselves: with no way to their response, and no time."""

    __tablename__ = "equality_answer"
    __table_args__ = (Index("ix_equality_answer_question", "question_id", "option"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    question_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation_question.id"))
    option: Mapped[str] = mapped_column(String(20))


explain(
    "uq_respondent_consultation_id_key",
    "There is a response already. Go on with that one.",
)
