"""Tables of the questionnaire."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.models.consultations import ConsultationPart
from forum.core.db import Key, words


class Section(ConsultationPart):
    """A page of the questionnaire.

    ``is_equality``: its answers are stored apart from the response and cannot be joined to it.
    """

    __tablename__ = "consultation_section"
    __table_args__ = (Index("ix_consultation_section_order", "consultation_id", "position", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id", ondelete="CASCADE")
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(150))
    introduction: Mapped[str] = mapped_column(Text, default="")
    is_equality: Mapped[bool] = mapped_column(default=False)

    questions: Mapped[list["Question"]] = relationship(
        order_by="Question.position, Question.id", viewonly=True
    )


class Question(ConsultationPart):
    """A question, or a piece of information between questions (which has the number 0).

    ``number`` counts through the whole questionnaire and stays when conditions hide others.
    ``options`` and ``rows`` are lists of {"key", "label"}; keys are short and never reused.
    ``settings``: ``least`` and ``most`` (choices, number, scale), ``other`` (a choice in one's
    own words), ``low`` and ``high`` (words at the ends of a scale), ``longest`` (characters).
    The question is shown when the answer to ``condition_question_id`` fits: ``IS``, ``IS_NOT``
    and ``CONTAINS`` look for the option key or text in ``condition_value``.
    """

    __tablename__ = "consultation_question"
    __table_args__ = (
        Index("ix_consultation_question_order", "consultation_id", "section_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id", ondelete="CASCADE")
    )
    section_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation_section.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    number: Mapped[int] = mapped_column(default=0)
    kind: Mapped[QuestionKind] = mapped_column(words(QuestionKind))
    text: Mapped[str] = mapped_column(String(500))
    help: Mapped[str] = mapped_column(Text, default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    may_be_confidential: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    rows: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    condition_question_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("consultation_question.id", ondelete="SET NULL"), index=True
    )
    condition_operator: Mapped[Operator | None] = mapped_column(words(Operator))
    condition_value: Mapped[str] = mapped_column(String(200), default="")
