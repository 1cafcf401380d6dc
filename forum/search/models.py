"""Tables of the index; they hold nothing that cannot be made again from the other tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Key, Model, words
from forum.search.enums import Source

# The identifier of a document tells its source and row, so that newer ones have higher numbers.
SHIFT = 48
LAST = (1 << SHIFT) - 1
NUMBERS = {
    Source.POST: 1,
    Source.TOPIC: 2,
    Source.ORGANISATION: 3,
    Source.PERSON: 4,
    Source.THREAD: 5,
    Source.CONSULTATION: 6,
}


def base(source: Source) -> int:
    """What is added to the identifier of a row to get that of its document."""
    return NUMBERS[source] << SHIFT


class SearchDocument(Model):
    """The words of something that all, or all members, may read.

    ``name`` is its title as it is read; ``title`` and ``body`` are stems in one line. On SQLite
    triggers keep the FTS5 table ``search_text`` equal to it; on PostgreSQL it has the generated
    columns ``vector`` and ``title_vector``.
    """

    __tablename__ = "search_document"
    page_tags: ClassVar[Sequence[str]] = ()

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, server_default="")
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class SearchTrigram(Model):
    """That a word of a title has three letters in a row; for suggestions of spelling."""

    __tablename__ = "search_trigram"
    page_tags: ClassVar[Sequence[str]] = ()

    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)


class SearchSweep(Model):
    """How far the comparison of the index with one source has come."""

    __tablename__ = "search_sweep"
    page_tags: ClassVar[Sequence[str]] = ()

    source: Mapped[Source] = mapped_column(words(Source), primary_key=True)
    after_id: Mapped[int] = mapped_column(Key, default=0)
    finished_at: Mapped[datetime | None]
