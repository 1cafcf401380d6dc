"""What should be in the index: the plain text of what is public, made from the other tables."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from forum.accounts.models import Account
from forum.consultations.models import Consultation
from forum.consultations.models import Document as Paper
from forum.core.db import db
from forum.core.stems import stem_line
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.search.enums import Source
from forum.search.models import SearchDocument, base
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread
from forum.topics.models import CpvCode, Topic, TopicDivision, TopicSynonym

LONGEST_BODY = 100_000
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
COARSE_LEVELS = ("division", "group")
KEYS = {
    Source.THREAD: Thread.id,
    Source.POST: Post.id,
    Source.CONSULTATION: Consultation.id,
    Source.TOPIC: Topic.id,
    Source.ORGANISATION: Organisation.id,
    Source.PERSON: Account.id,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it should be: ``name`` to be read, ``title`` and ``body`` as stems."""

    id: int
    name: str
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
    """The text in one line, without control characters."""
    return " ".join(CONTROL.sub(" ", text).split())[:LONGEST_BODY]


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


def strays(thread_ids: Collection[int]) -> Sequence[int]:
    """Posts of threads that became the first or ceased to be, since they were indexed.

    They are held until the transaction ends, so that none is hidden meanwhile.
    """
    has_document = SearchDocument.id.is_not(None)
    return db.session.scalars(
        select(Post.id)
        .outerjoin(SearchDocument, SearchDocument.id == Post.id + base(Source.POST))
        .where(
            Post.thread_id.in_(sorted(thread_ids)),
            or_(and_(Post.number == 1, has_document), and_(Post.number > 1, ~has_document)),
        )
        .order_by(Post.id)
        .with_for_update(of=Post, key_share=True)
    ).all()


def _read(source: Source, which: ColumnElement[bool]) -> Sequence[Document]:
    rows = db.session.execute(_statement(source).where(which)).all()
    more = MORE[source]([row.id for row in rows]) if source in MORE else {}
    return [_document(source, row, more.get(row.id, ())) for row in rows]


def _document(source: Source, row: Any, more: Sequence[str]) -> Document:
    name = one_line(row.title)
    body = (
        plain_text(row.body)
        if source in {Source.THREAD, Source.POST}
        else one_line(" ".join([row.body, *more]))
    )
    return Document(row.id + base(source), name, stem_line(name), stem_line(body))


def _statement(source: Source) -> Select[*tuple[Any, ...]]:
    if source is Source.THREAD:
        return (
            select(Thread.id, Thread.title, Post.html.label("body"))
            .join(Post, (Post.thread_id == Thread.id) & (Post.number == 1))
            .where(Post.state == PostState.VISIBLE)
        )
    if source is Source.POST:
        return select(Post.id, literal("").label("title"), Post.html.label("body")).where(
            Post.state == PostState.VISIBLE, Post.number > 1
        )
    if source is Source.CONSULTATION:
        body = Consultation.summary + " " + Consultation.purpose
        return select(Consultation.id, Consultation.title, body.label("body")).where(
            Consultation.announced_at.is_not(None)
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


def _other_names(topic_ids: Collection[int]) -> dict[int, list[str]]:
    """Synonyms of topics, and the codes that they cover: divisions of the CPV and their groups."""
    found: dict[int, list[str]] = defaultdict(list)
    synonyms = select(TopicSynonym.topic_id, TopicSynonym.name, TopicSynonym.id).where(
        TopicSynonym.topic_id.in_(topic_ids)
    )
    for row in db.session.execute(synonyms.order_by(TopicSynonym.id)):
        found[row.topic_id].append(row.name)
    codes = (
        select(TopicDivision.topic_id, CpvCode.code, CpvCode.label)
        .join(CpvCode, func.substr(CpvCode.code, 1, 2) == TopicDivision.division)
        .where(TopicDivision.topic_id.in_(topic_ids), CpvCode.level.in_(COARSE_LEVELS))
    )
    for topic_id, code, label in db.session.execute(codes.order_by(CpvCode.code)):
        found[topic_id].append(f"{code} {label}")
    return found


def _papers(consultation_ids: Collection[int]) -> dict[int, list[str]]:
    """Titles and texts of what is to be read with consultations."""
    found: dict[int, list[str]] = defaultdict(list)
    papers = select(Paper.consultation_id, Paper.title, Paper.text).where(
        Paper.consultation_id.in_(consultation_ids)
    )
    for consultation_id, title, text in db.session.execute(
        papers.order_by(Paper.position, Paper.id)
    ):
        found[consultation_id] += [title, text]
    return found


# More texts of documents, by the identifiers of their rows.
MORE = {Source.TOPIC: _other_names, Source.CONSULTATION: _papers}
