"""What should be in the index: the plain text of what is public, made from the other tables."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from forum.accounts.models import Account
from forum.core.db import db
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.search.enums import Source
from forum.search.models import SearchDocument, base
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from forum.topics.models import Topic, TopicSynonym

LONGEST_BODY = 100_000
KEYS = {
    Source.POST: Post.id,
    Source.TOPIC: Topic.id,
    Source.ORGANISATION: Organisation.id,
    Source.PERSON: Account.id,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it should be."""

    id: int
    title: str
    body: str


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        # The words of two cells or paragraphs are two words; those of "<b>a</b>b" are one.
        if tag not in {"a", "em", "strong", "del", "code", "sub", "sup"}:
            self.parts.append(" ")


def plain_text(html: str) -> str:
    """The words of HTML that core.markup made, in one line."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return one_line("".join(reader.parts))


def one_line(text: str) -> str:
    """The text without control characters, which mark what is highlighted."""
    plain = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(plain.split())[:LONGEST_BODY]


def documents(source: Source, ids: Collection[int]) -> Sequence[Document]:
    """The documents of those rows of ``ids`` that all, or all members, may read."""
    return _read(source, KEYS[source].in_(sorted(ids)))


def batch(source: Source, *, after: int, size: int) -> tuple[int, Sequence[Document], int | None]:
    """How many rows come next after ``after``, their documents, and the id of the last row.

    The id is None when these are the last rows of all. The rows are held until the transaction
    ends, so that none is hidden between being read and being stored.
    """
    key = KEYS[source]
    rows = select(key).where(key > after).order_by(key).limit(size)
    ids = db.session.scalars(rows.with_for_update(key_share=True)).all()
    found = documents(source, ids) if ids else ()
    return len(ids), found, ids[-1] if len(ids) == size else None


def count_rows(source: Source, *, after: int) -> int:
    """How many rows of the source come after ``after``."""
    key = KEYS[source]
    return db.session.scalar(select(func.count(key)).where(key > after)) or 0


def titled_posts(thread_ids: Collection[int]) -> Sequence[int]:
    """Posts of the threads that begin one now, or did when they were indexed; held as above."""
    return db.session.scalars(
        select(Post.id)
        .outerjoin(SearchDocument, SearchDocument.id == Post.id + base(Source.POST))
        .where(
            Post.thread_id.in_(sorted(thread_ids)),
            or_(Post.number == 1, SearchDocument.title != ""),
        )
        .with_for_update(of=Post, key_share=True)
    ).all()


def _read(source: Source, which: ColumnElement[bool]) -> Sequence[Document]:
    rows = db.session.execute(_statement(source).where(which)).all()
    more = _synonyms([row.id for row in rows]) if source is Source.TOPIC else {}
    return [
        Document(
            row.id + base(source),
            one_line(row.title),
            plain_text(row.body)
            if source is Source.POST
            else one_line(" ".join([row.body, *more.get(row.id, ())])),
        )
        for row in rows
    ]


def _statement(source: Source) -> Select[*tuple[Any, ...]]:
    if source is Source.POST:
        title = func.coalesce(Thread.title, "").label("title")
        return (
            select(Post.id, title, Post.html.label("body"))
            .outerjoin(Thread, (Thread.id == Post.thread_id) & (Post.number == 1))
            .where(Post.state == PostState.VISIBLE)
        )
    if source is Source.TOPIC:
        return select(Topic.id, Topic.name.label("title"), Topic.description.label("body"))
    if source is Source.ORGANISATION:
        return select(
            Organisation.id, Organisation.name.label("title"), Organisation.about.label("body")
        ).where(Organisation.state == OrganisationState.CONFIRMED)
    return select(
        Account.id,
        Account.display_name.label("title"),
        ("@" + Account.handle + " " + Account.about).label("body"),
    ).where(Account.is_hidden.is_(False), Account.confirmed_at.is_not(None))


def _synonyms(topic_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for topic_id, name in db.session.execute(
        select(TopicSynonym.topic_id, TopicSynonym.name)
        .where(TopicSynonym.topic_id.in_(topic_ids))
        .order_by(TopicSynonym.id)
    ):
        found[topic_id].append(name)
    return found
