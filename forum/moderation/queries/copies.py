"""Where the words of a post stand besides: in other posts, in drafts, in notes of staff."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from forum.consultations.models import Citation, Theme
from forum.core import markup
from forum.core.audit import AuditRecord
from forum.core.db import Model, db
from forum.core.spans import Span, contains, is_left
from forum.moderation.models import (
    Appeal,
    Complaint,
    Decision,
    ItemEvent,
    LogEntry,
    Report,
    ReviewItem,
    Sanction,
    SealedText,
)
from forum.threads.models import Draft, HeldEdit, Interest, Post, PostRevision, Thread, TrailLine

MARKDOWN = frozenset({"source"})


@dataclass(frozen=True, slots=True)
class Copy:
    """A value that holds words to remove: of a column of a row of a table.

    ``post_id`` is the post to which it belongs, None for what belongs to none.
    """

    table: type[Model]
    key: int
    column: str
    value: Any
    post_id: int | None = None

    @property
    def name(self) -> str:
        """What it is, as "post.source"."""
        return f"{self.table.__tablename__}.{self.column}"

    @property
    def is_markdown(self) -> bool:
        """Whether signs of Markdown in it are not seen by readers."""
        return self.column in MARKDOWN

    @property
    def path(self) -> str:
        """Address of the post that it belongs to; "" for what staff or members keep."""
        public = self.table in {Post, PostRevision}
        return f"/posts/{self.post_id}/" if public and self.post_id else ""


Rows = tuple[type[Any], Sequence[str], ColumnElement[bool], str]


def find_copies(post: Post, spans: Sequence[Span]) -> list[Copy]:
    """Every stored text that holds one of the spans and has to do with the post.

    That is the post itself and its history, all posts of its thread, those anywhere that quote
    it, drafts of answers to them, and what reports, notes and records say of all these.
    """
    return [
        Copy(table, row.id, column, getattr(row, column), _post_of(row, belongs))
        for table, columns, where, belongs in _places(post)
        for row in _read(table, columns, where, belongs)
        for column in columns
        if holds(getattr(row, column), spans, html=_shown(row, column))
    ]


def _shown(row: Any, column: str) -> str:
    """How a text is shown, where letters may be written as entities."""
    if column not in MARKDOWN:
        return ""
    if stored := getattr(row, "html", ""):
        return str(stored)
    return markup.render(row.source) if "&" in row.source else ""


def holds(value: Any, spans: Sequence[Span], *, html: str = "") -> bool:
    """Whether a text, or a text within JSON, holds one of the spans; ``html`` as it is shown."""
    if isinstance(value, str):
        return contains(value, spans) or bool(html and is_left(html, spans))
    return any(contains(text, spans) for text in _texts_in(value))


def holds_words(copy: Copy, span: Span) -> bool:
    """Whether the copy holds this span, as a reader or as staff see it."""
    shown = markup.render(copy.value) if copy.is_markdown else ""
    return holds(copy.value, [span], html=shown)


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The JSON value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: map_texts(part, change) for key, part in value.items()}
    return [map_texts(part, change) for part in value] if isinstance(value, list) else value


def entries_holding(post: Post, spans: Sequence[Span]) -> Sequence[int]:
    """Numbers of entries of the public log about the post or its thread that hold a span."""
    numbers = select(Decision.entry_number).where(
        or_(Decision.post_id == post.id, Decision.thread_id == post.thread_id)
    )
    rows = db.session.execute(
        select(LogEntry.number, LogEntry.body).where(LogEntry.number.in_(numbers))
    )
    return sorted(row.number for row in rows if contains(row.body, spans))


def sealed_by(decision_id: int) -> SealedText:
    """What a redaction removed."""
    return db.session.scalars(select(SealedText).where(SealedText.decision_id == decision_id)).one()


def _places(post: Post) -> Iterator[Rows]:
    posts, items, decisions = _ids_concerned(post)
    thread = post.thread_id
    yield Thread, ("title",), Thread.id == thread, ""
    told = ("source", "hidden_reason", "interest", "holds", "citations")
    yield Post, told, Post.id.in_(posts), "id"
    of_posts = ("source", "note")
    yield PostRevision, of_posts, PostRevision.post_id.in_(posts), "post_id"
    yield HeldEdit, (*of_posts, "holds"), HeldEdit.post_id.in_(posts), "post_id"
    quoting = or_(Draft.thread_id == thread, Draft.source.contains(post.path, autoescape=True))
    yield Draft, ("source", "title"), quoting, ""
    yield Interest, ("text",), Interest.thread_id == thread, ""
    yield TrailLine, ("details",), TrailLine.thread_id == thread, ""
    yield Citation, ("note",), Citation.post_id.in_(posts), ""
    themes = select(Citation.theme_id).where(Citation.post_id.in_(posts))
    yield Theme, ("title", "description", "reason", "did"), Theme.id.in_(themes), ""
    yield ReviewItem, ("reasons",), ReviewItem.id.in_(items), ""
    yield ItemEvent, ("text",), ItemEvent.item_id.in_(items), ""
    yield Report, ("note",), Report.post_id.in_(posts), ""
    yield Decision, ("before", "reason", "staff_note"), Decision.id.in_(decisions), ""
    yield Appeal, ("text",), Appeal.decision_id.in_(decisions), ""
    of_author = Sanction.account_id == post.author_id
    yield Sanction, ("member_text", "staff_text"), of_author, ""
    yield Complaint, ("text", "answer"), Complaint.centre_id == post.thread.centre_id, ""
    recorded = or_(
        and_(AuditRecord.target_type == "post", AuditRecord.target_id.in_(posts)),
        and_(AuditRecord.target_type == "thread", AuditRecord.target_id == thread),
        and_(AuditRecord.target_type == "review_item", AuditRecord.target_id.in_(items)),
        and_(AuditRecord.target_type == "decision", AuditRecord.target_id.in_(decisions)),
    )
    yield AuditRecord, ("reason", "details"), recorded, ""


def _ids_concerned(post: Post) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Posts of the thread and that quote the post, their items, decisions, also on the author."""
    address = post.path
    revised = select(PostRevision.post_id).where(
        PostRevision.source.contains(address, autoescape=True)
    )
    held = select(HeldEdit.post_id).where(HeldEdit.source.contains(address, autoescape=True))
    posts = select(Post.id).where(
        or_(
            Post.thread_id == post.thread_id,
            Post.source.contains(address, autoescape=True),
            Post.id.in_(revised),
            Post.id.in_(held),
        )
    )
    items = select(ReviewItem.id).where(ReviewItem.post_id.in_(posts))
    decisions = select(Decision.id).where(
        or_(
            Decision.post_id.in_(posts),
            Decision.thread_id == post.thread_id,
            Decision.item_id.in_(items),
            Decision.account_id == post.author_id,
        )
    )
    return posts, items, decisions


def _read(
    table: type[Any], columns: Sequence[str], where: ColumnElement[bool], belongs: str
) -> Sequence[Any]:
    names = {"id", *columns, *([belongs] if belongs else []), *(["html"] if table is Post else [])}
    wanted = [getattr(table, name) for name in sorted(names)]
    return db.session.execute(select(*wanted).where(where).order_by(table.id)).all()


def _post_of(row: Any, belongs: str) -> int | None:
    return int(getattr(row, belongs)) if belongs else None


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(part)
