"""Table of what members are told on the site."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Key, Model
from forum.core.tags import Private


class Notice(Private, Model):
    """Something that a member is told; ``key`` makes telling it twice impossible.

    ``kind`` chooses the words, ``details`` fills them in, ``path`` is where it leads.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notice_account_id", "account_id", "id"),
        Index("ix_notice_unread", "account_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(300))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key: Mapped[str] = mapped_column(String(80))
    read_at: Mapped[datetime | None]
