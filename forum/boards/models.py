"""Table of discussion boards."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.boards.enums import Readers
from forum.centres.models import Centre
from forum.core.db import Key, Model, words
from forum.core.transactions import explain


class Board(Model):
    """A place for threads in a centre; empty lists of sectors mean all sectors.

    ``holds_posts``: every post waits for a moderator.
    """

    __tablename__ = "board"
    __table_args__ = (
        UniqueConstraint("centre_id", "slug"),
        Index("ix_board_order", "centre_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    is_archived: Mapped[bool] = mapped_column(default=False)
    readers: Mapped[Readers] = mapped_column(words(Readers), default=Readers.EVERYONE)
    start_sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    reply_sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    holds_posts: Mapped[bool] = mapped_column(default=False)
    thread_count: Mapped[int] = mapped_column(default=0)
    post_count: Mapped[int] = mapped_column(default=0)
    last_post_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    centre: Mapped[Centre] = relationship()

    @property
    def path(self) -> str:
        """Address of the board's page; needs the centre to be loaded."""
        return f"/centres/{self.centre.slug}/boards/{self.slug}/"


explain("uq_board_centre_id_slug", "The centre has a board with this title already.", field="title")
