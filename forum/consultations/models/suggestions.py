"""Tables of what was suggested to analysts, and what they made of it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.consultations.enums import SuggestionState
from forum.core.db import Key, Model, words
from forum.core.tags import Private


class SuggestionRun(Private, Model):
    """That staff asked for suggestions; ``made_at`` None: the worker has not made any yet.

    ``texts`` is from how many responses they were made.
    """

    __tablename__ = "suggestion_run"

    consultation_id: Mapped[int] = mapped_column(
        Key, ForeignKey("consultation.id"), primary_key=True
    )
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    made_at: Mapped[datetime | None]
    texts: Mapped[int] = mapped_column(default=0)


class Suggestion:
    """What every suggestion has: of which consultation it is, and what became of it."""

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    state: Mapped[SuggestionState] = mapped_column(
        words(SuggestionState), default=SuggestionState.OPEN
    )
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))


class ThemeSuggestion(Private, Suggestion, Model):
    """What many responses speak of; ``examples`` are ids of such responses."""

    __tablename__ = "theme_suggestion"
    __table_args__ = (Index("ix_theme_suggestion_state", "consultation_id", "state", "id"),)

    title: Mapped[str] = mapped_column(String(120))
    terms: Mapped[list[str]] = mapped_column(JSON)
    count: Mapped[int]
    examples: Mapped[list[int]] = mapped_column(JSON)


class ResponseGroup(Private, Suggestion, Model):
    """Responses that say much the same; once it is taken they count as one text."""

    __tablename__ = "response_group"
    __table_args__ = (Index("ix_response_group_state", "consultation_id", "state", "id"),)


class ResponseGroupMember(Private, Model):
    """That a response is of a group."""

    __tablename__ = "response_group_member"
    __table_args__ = (Index("ix_response_group_member_response", "response_id", "group_id"),)

    group_id: Mapped[int] = mapped_column(
        Key, ForeignKey("response_group.id", ondelete="CASCADE"), primary_key=True
    )
    response_id: Mapped[int] = mapped_column(
        Key, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
