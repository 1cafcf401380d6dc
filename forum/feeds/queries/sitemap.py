"""Every page that search engines should know, in parts that are read piece by piece.

A part's rows are numbered by a key; its file N names the pages of the keys from (N - 1) times
``WINDOW`` on, so that no file can have too many and none has to be counted. A new kind of page
is a new line in ``PARTS``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from forum.accounts import policy as accounts
from forum.accounts.models import Account, HouseRules
from forum.boards import policy as boards
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.consultations import policy as consultations
from forum.consultations.models import Consultation, Document
from forum.consultations.policy.analysis import CLOSED
from forum.consultations.stages import in_stage
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.transactions import pause
from forum.moderation.models import LogEntry
from forum.organisations import policy as organisations
from forum.organisations.models import Organisation
from forum.threads import policy as threads
from forum.threads.models import Post, Thread
from forum.threads.queries import PAGE_SIZE, page_of
from forum.topics.models import Topic

# The most addresses that a sitemap may have (sitemaps.org).
WINDOW = 50_000
BATCH = 1_000
VISITOR = Anonymous()
# The pages that explain the API, a feature beside this one.
TABLES = ("boards", "centres", "decisions", "organisations", "people", "posts", "threads", "topics")
FIXED = (
    "/",
    "/accessibility/",
    "/api/",
    *(f"/api/{table}/" for table in TABLES),
    "/centres/",
    "/consultations/",
    "/feeds/",
    "/help/writing/",
    "/helpful/",
    "/house-rules/",
    "/moderation-figures/",
    "/moderation-figures/site/",
    "/moderation-log/",
    "/moderation-log/heads/",
    "/open-data/",
    "/organisations/",
    "/privacy/",
    "/promises/",
    "/questions/",
    "/topics/",
    "/voices/",
)

Earlier = aliased(Post)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Address:
    """A page: its path, and when what it is about was last changed, when that is known."""

    path: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of one kind: their ``key`` (from 1), a select of them, and the address of a row."""

    key: Any
    rows: Callable[[], Rows]
    address: Callable[[Any], Address]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the sitemap."""

    part: str
    number: int


def fixed_addresses() -> Sequence[Address]:
    """The pages that every site has, and those of centres and topics, of which there are few."""
    centres = db.session.scalars(select(Centre.slug).order_by(Centre.id)).all()
    topics = db.session.scalars(select(Topic.slug).order_by(Topic.id)).all()
    paths = [
        *FIXED,
        *(f"/centres/{slug}/" for slug in centres),
        *(f"/moderation-figures/{slug}/" for slug in centres),
        *(f"/topics/{slug}/" for slug in topics),
    ]
    return [Address(path) for path in paths]


def list_files() -> Sequence[File]:
    """The files that have at least one address, one statement for each part."""
    return [File(name, number) for name, part in PARTS.items() for number in _windows(part)]


def read_file(name: str, number: int) -> Iterator[Address]:
    """The addresses of a file, to be read to its end, in batches between which nothing is held.

    Raises NotFound, before the first is read, for a file that has none.
    """
    if name not in PARTS or number < 1:
        raise NotFound("There is no such part of the sitemap.")
    part = PARTS[name]
    first = _batch(part, (number - 1) * WINDOW, number * WINDOW)
    if not first:
        raise NotFound("There is no such part of the sitemap.")
    return _walk(part, first, number * WINDOW)


def _walk(part: Part, rows: Sequence[Any], last: int) -> Iterator[Address]:
    while rows:
        # Whoever reads slowly must not hold a connection meanwhile.
        pause()
        yield from map(part.address, rows)
        rows = _batch(part, rows[-1].key, last) if len(rows) == BATCH else ()


def _batch(part: Part, after: int, last: int) -> Sequence[Any]:
    statement = part.rows().add_columns(part.key.label("key"))
    chosen = statement.where(part.key > after, part.key <= last)
    return db.session.execute(chosen.order_by(part.key).limit(BATCH)).all()


def _windows(part: Part) -> Sequence[int]:
    """Numbers of the windows that hold a row: from the first row of each to that of the next."""

    def first_after(key: Any) -> Any:
        rows = part.rows().with_only_columns(part.key).where(part.key > key)
        return rows.order_by(part.key).limit(1)

    begin = select(first_after(0).scalar_subquery().label("key")).cte("steps", recursive=True)
    end_of_window = ((begin.c.key - 1) // WINDOW + 1) * WINDOW
    following = first_after(end_of_window).correlate(begin).scalar_subquery()
    steps = begin.union_all(select(following).where(begin.c.key.is_not(None)))
    keys = db.session.scalars(select(steps.c.key).where(steps.c.key.is_not(None)))
    return [(key - 1) // WINDOW + 1 for key in keys]


def _board_rows() -> Rows:
    rows = select(Centre.slug.label("centre"), Board.slug).where(boards.visible_to(VISITOR))
    return rows.join(Centre, Centre.id == Board.centre_id)


def _thread_rows() -> Rows:
    return (
        select(Thread.id, Thread.slug, Thread.last_shown, Thread.last_post_at)
        # A sum, so that no board is looked through first: the rows come in the order of their keys.
        .join(Board, Board.id == Thread.board_id + 0)
        .where(threads.visible_to(VISITOR), Thread.merged_into_id.is_(None))
    )


def _later_page_rows() -> Rows:
    """The first post, published or not, of each page of a thread but the first."""
    begin = (Post.number - 1) // PAGE_SIZE * PAGE_SIZE
    before_it = select(Earlier.id).where(
        Earlier.thread_id == Post.thread_id, Earlier.number > begin, Earlier.number < Post.number
    )
    return (
        _thread_rows()
        .add_columns(Post.number)
        .join(Post, Post.thread_id == Thread.id)
        .where(
            Post.number > PAGE_SIZE,
            Post.number <= Thread.last_shown,
            # Where posts were moved away, a page may begin with any of its numbers.
            ~before_it.exists(),
        )
    )


def _thread_address(row: Any, *, page: int = 1) -> Address:
    """A page of a thread; of those before the last it is not known when they were changed."""
    path = f"/threads/{row.id}/{row.slug}/"
    is_last = page >= page_of(max(row.last_shown, 1))
    return Address(
        f"{path}?page={page}" if page > 1 else path, row.last_post_at if is_last else None
    )


def _consultation_rows(*which: ColumnElement[bool]) -> Rows:
    rows = select(Consultation.id, Consultation.slug)
    return rows.where(consultations.visible_to(VISITOR), *which)


def _has_closed() -> ColumnElement[bool]:
    """Filter of consultations that have closed; as ``policy.has_closed`` says of one."""
    now = clock.now()
    return or_(*(in_stage(stage, now) for stage in sorted(CLOSED)))


def _below_consultation(page: str) -> Callable[[Any], Address]:
    return lambda row: Address(f"/consultations/{row.id}/{row.slug}/{page}")


PARTS = {
    "boards": Part(
        Board.id, _board_rows, lambda row: Address(f"/centres/{row.centre}/boards/{row.slug}/")
    ),
    "threads": Part(Thread.id, _thread_rows, _thread_address),
    "thread-pages": Part(
        Post.id, _later_page_rows, lambda row: _thread_address(row, page=page_of(row.number))
    ),
    "consultations": Part(Consultation.id, _consultation_rows, _below_consultation("")),
    "documents": Part(
        Document.id,
        lambda: (
            _consultation_rows()
            .add_columns(Document.id.label("document"))
            .join(Document, Document.consultation_id == Consultation.id)
        ),
        lambda row: _below_consultation(f"documents/{row.document}/")(row),
    ),
    "responses": Part(
        Consultation.id,
        lambda: _consultation_rows(_has_closed()),
        _below_consultation("responses/"),
    ),
    "results": Part(
        Consultation.id,
        lambda: _consultation_rows(_has_closed(), Consultation.results_at.is_not(None)),
        _below_consultation("results/"),
    ),
    "outcomes": Part(
        Consultation.id,
        lambda: _consultation_rows(Consultation.responded_at.is_not(None)),
        _below_consultation("outcome/"),
    ),
    "people": Part(
        Account.id,
        lambda: select(Account.handle).where(accounts.visible_to(VISITOR)),
        lambda row: Address(f"/people/{row.handle}/"),
    ),
    "organisations": Part(
        Organisation.id,
        lambda: select(Organisation.id, Organisation.slug).where(organisations.visible_to(VISITOR)),
        lambda row: Address(f"/organisations/{row.id}/{row.slug}/"),
    ),
    "rules": Part(
        HouseRules.id,
        lambda: select(HouseRules.id),
        lambda row: Address(f"/house-rules/versions/{row.id}/"),
    ),
    "decisions": Part(
        LogEntry.number,
        lambda: select(LogEntry.number, LogEntry.at),
        lambda row: Address(f"/moderation-log/{row.number}/", row.at),
    ),
}
