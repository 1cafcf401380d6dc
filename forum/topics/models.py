"""Tables of procurement topics and of the Common Procurement Vocabulary (CPV)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Key, Model, words
from forum.topics.enums import TopicKind


class Topic(Model):
    """A procurement topic; ``parent_id`` makes the tree."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("slug"), Index("ix_topic_order", "kind", "name", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[TopicKind] = mapped_column(words(TopicKind))
    description: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("topic.id"), index=True)

    synonyms: Mapped[list["TopicSynonym"]] = relationship(order_by="TopicSynonym.name")

    @property
    def path(self) -> str:
        """Address of the topic's page."""
        return f"/topics/{self.slug}/"


class TopicSynonym(Model):
    """Another name by which people look for a topic."""

    __tablename__ = "topic_synonym"
    __table_args__ = (UniqueConstraint("topic_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    topic_id: Mapped[int] = mapped_column(Key, ForeignKey("topic.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))


class TopicCount(Model):
    """When the regions were last counted on a topic; one that never was has no row.

    ``version`` is what the versions of the page tags that the numbers depend on added up to.
    """

    __tablename__ = "topic_count"

    topic_id: Mapped[int] = mapped_column(
        Key, ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]
    counted_at: Mapped[datetime]

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the count concerns."""
        return (f"regions:{self.topic_id}",)


class TopicRegion(Model):
    """What one centre had to say on a topic when it was counted.

    The threads and posts are those of the centre's boards that everybody may read, or, with
    ``for_members``, of those that only members may. ``sectors`` are the words of the sectors
    that were heard. A topic that was counted has two rows for each centre.
    """

    __tablename__ = "topic_region"

    topic_id: Mapped[int] = mapped_column(
        Key, ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True
    )
    for_members: Mapped[bool] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"), primary_key=True)
    threads: Mapped[int]
    posts: Mapped[int]
    sectors: Mapped[list[str]] = mapped_column(JSON)

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the numbers concerns."""
        return (f"regions:{self.topic_id}",)


class TopicDivision(Model):
    """That a market covers a CPV division (the first two digits of a code)."""

    __tablename__ = "topic_division"

    topic_id: Mapped[int] = mapped_column(
        Key, ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True
    )
    division: Mapped[str] = mapped_column(String(2), primary_key=True)


class CpvCode(Model):
    """A code of the Common Procurement Vocabulary, Regulation (EC) 213/2008."""

    __tablename__ = "cpv_code"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    check_digit: Mapped[str] = mapped_column(String(1))
    level: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(8), index=True)
    label: Mapped[str] = mapped_column(Text)
