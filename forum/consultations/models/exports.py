"""Table of files with all responses of a consultation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from forum.consultations.enums import FileFormat
from forum.core.db import Key, Model, words
from forum.core.tags import Private


class ResponseExport(Private, Model):
    """An order for a file; whoever makes it holds it until ``held_until``.

    ``is_public``: what the public reads, as it was when its tag had ``version``; anybody may have
    ordered it. Else ``account_id`` has, ``with_names`` or without. ``done`` responses of
    ``total`` are written. The file goes with the row at ``expires_at``.
    """

    __tablename__ = "response_export"
    __table_args__ = (
        Index("ix_response_export_consultation", "consultation_id", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    consultation_id: Mapped[int] = mapped_column(Key, ForeignKey("consultation.id"))
    account_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    is_public: Mapped[bool] = mapped_column(default=False)
    with_names: Mapped[bool] = mapped_column(default=False)
    format: Mapped[FileFormat] = mapped_column(words(FileFormat))
    version: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(default=0)
