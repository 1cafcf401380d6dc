"""The search index of load data, made in bulk: the texts are few, their documents many."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, select, text

from forum.core.db import db
from forum.core.transactions import action
from forum.ops.actions.bulk_rows import take_time, write_documents
from forum.ops.actions.statistics import look_at_tables
from forum.search import index, queries
from forum.search.enums import Source
from forum.search.models import LAST, SearchDocument, base
from forum.threads.enums import PostState
from forum.threads.models import Post

BATCH = 20_000
LARGEST_DISTINCT = 1_000

Rows = list[tuple[int, str, str, str]]


@action
def index_bulk(*, progress: Callable[[int], object]) -> None:
    """Index what was loaded; ``progress`` is told how many more posts were.

    Documents are written past their triggers and indexes, which are made again at the end, all
    at once; whatever is not a post is few, and compared one by one.
    """
    take_time()
    connection = db.session.connection()
    make_again = _lay_aside(connection)
    for posts, batch in _batches(_last_indexed()):
        if batch:
            write_documents(batch)
        progress(posts)
    for source in set(Source) - {Source.POST}:
        _repair(source)
    for statement in make_again:
        connection.execute(text(statement))
    look_at_tables()


def _repair(source: Source) -> None:
    after: int | None = 0
    while after is not None:
        _rows, _wrong, after = index.repair(source, after=after, size=BATCH)


def _last_indexed() -> int:
    """Identifier of the newest post in the index; 0 when there is none."""
    first = base(Source.POST)
    newest = select(func.max(SearchDocument.id)).where(
        SearchDocument.id > first, SearchDocument.id <= first + LAST
    )
    return (db.session.scalar(newest) or first) - first


def _batches(after: int) -> Iterator[tuple[int, Rows]]:
    """How many posts come next after ``after``, and the documents of those that are replies."""
    stems = lru_cache(LARGEST_DISTINCT)(_stems)
    while True:
        rows = db.session.execute(
            select(Post.id, Post.number, Post.html, Post.state)
            .where(Post.id > after)
            .order_by(Post.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        documents = [
            (post_id + base(Source.POST), "", "", stems(html))
            for post_id, number, html, state in rows
            if state is PostState.VISIBLE and number > 1
        ]
        yield len(rows), documents
        after = rows[-1].id


def _stems(html: str) -> str:
    return queries.stem_line(queries.plain_text(html))


def _lay_aside(connection: Connection) -> list[str]:
    """Drop what would look at every document; the statements that make it again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        wanted = select(text("indexname, indexdef")).select_from(text("pg_indexes"))
        of_words = wanted.where(text("indexname LIKE 'ix_search_document_%'"))
        made = connection.execute(of_words).all()
        for name, _sql in made:
            connection.execute(text(f"DROP INDEX {name}"))
        return [sql for _name, sql in made]
    triggers: list[Any] = list(
        connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master "
                "WHERE type = 'trigger' AND tbl_name = 'search_document'"
            )
        )
    )
    for name, _sql in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    rebuild = "INSERT INTO search_text(search_text) VALUES ('rebuild')"
    return [rebuild, *(sql for _name, sql in triggers)]
