"""The two ways to ask an index: FTS5 of SQLite, tsvector of PostgreSQL; both hold stems.

FTS5 gives what matches newest first, and stops when there is enough. A GIN index of PostgreSQL
gives everything that matches, in no order. There a document has one more word, the number of
its chunk: the newest chunks are asked first, and older ones only while there is not enough.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    not_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from forum.core.db import db
from forum.search.enums import Source
from forum.search.models import LAST, SearchDocument, base
from forum.search.queries.asking import ENOUGH, Question, Term

TEXT = table("search_text", column("rowid", Integer), column("search_text"))
VECTOR: ColumnElement[Any] = literal_column("search_document.vector")
TITLE_VECTOR: ColumnElement[Any] = literal_column("search_document.title_vector")
SIMPLE: ColumnElement[Any] = literal_column("'simple'")
# As in the migration: a chunk has 4,096 documents.
CHUNK_BITS = 12
# How many chunks are asked together, the newest first; then all that are left.
WINDOWS = (2, 8, 32)
# More are told by their identifiers, after all that match were found.
MOST_CHUNKS = 64
# Of so many wanted words every two are looked for together.
MOST_LOOSE = 8
DOCUMENTS: FromClause = SearchDocument.__table__
DOCUMENT_ID: ColumnElement[int] = SearchDocument.id  # type: ignore[assignment]  # a mapped column

# PostgreSQL is to use the index of the words, not to read all documents in the order of theirs.
UNINDEXED: ColumnElement[int] = DOCUMENT_ID + 0


@dataclass(frozen=True, slots=True)
class Match:
    """Documents of one source that match: from where, their identifier, which, and their order."""

    source: FromClause
    id: ColumnElement[int]
    where: ColumnElement[bool]
    order: ColumnElement[int]


def is_postgresql() -> bool:
    """Whether the database is PostgreSQL, not SQLite."""
    return db.engine.dialect.name == "postgresql"


def matches(
    question: Question, source: Source, *, newest: int | None = None, in_title: bool = False
) -> Sequence[Match]:
    """The documents of a source that have the wanted words and none of the unwanted ones.

    Of a loose question two of the wanted words are enough. They come in windows, each newer than
    the next. ``newest`` is the highest key of the source; without it all are asked together.
    """
    if is_postgresql() and question.wanted:
        rules = list(_vector_rules(question, TITLE_VECTOR if in_title else VECTOR))
        return [
            Match(DOCUMENTS, DOCUMENT_ID, and_(window, *rules), UNINDEXED)
            for window in _windows(source, newest, TITLE_VECTOR if in_title else VECTOR)
        ]
    if question.wanted:
        text = _fts_text(question, in_title=in_title)
        key = TEXT.c.rowid
        return [Match(TEXT, key, and_(_has(text), _range(key, source)), key)]
    rule: ColumnElement[bool] = true()
    if is_postgresql():
        rule = and_(true(), *_vector_rules(question, VECTOR))
    elif question.unwanted:
        strange = select(TEXT.c.rowid).where(_has(_any(question.unwanted)))
        rule = DOCUMENT_ID.not_in(strange)
    return [Match(DOCUMENTS, DOCUMENT_ID, and_(_range(DOCUMENT_ID, source), rule), DOCUMENT_ID)]


def contained(word: str) -> ColumnElement[bool]:
    """Whether any document has the word."""
    term = Term((word,))
    if is_postgresql():
        found = select(literal(1)).where(VECTOR.op("@@", is_comparison=True)(_tsquery([term])))
        return found.select_from(DOCUMENTS).limit(1).exists()
    return select(TEXT.c.rowid).where(_has(_phrase(term))).exists()


def plan_for_few() -> Sequence[ColumnElement[Any]]:
    """Columns that let PostgreSQL, until the transaction ends, look rows up one by one.

    It cannot know that it will stop early, and would read whole tables to join them. And it plans
    each time anew: the words are parameters, and how common they are decides how to look for them.
    """
    if not is_postgresql():
        return ()
    settings = {
        "enable_mergejoin": "off",
        "enable_hashjoin": "off",
        "max_parallel_workers_per_gather": "0",
        "plan_cache_mode": "force_custom_plan",
        "jit": "off",
    }
    return [func.set_config(name, value, true()) for name, value in settings.items()]


def hits(text: Any, stems: Sequence[str]) -> ColumnElement[int]:
    """How often the stems stand side by side in a text of the index."""
    padded = literal(" ") + text + literal(" ")
    wanted = f" {' '.join(stems)} "
    less = func.length(padded) - func.length(func.replace(padded, wanted, ""))
    return less // literal(len(wanted))


def _range(key: Any, source: Source) -> Any:
    return key.between(base(source) + 1, base(source) + LAST)


def _has(text: str) -> ColumnElement[bool]:
    return TEXT.c.search_text.op("MATCH", is_comparison=True)(text)


def _alternatives(question: Question) -> Sequence[Sequence[Term]]:
    """The sets of wanted words of which a document must have one."""
    if not question.is_loose:
        return [question.wanted]
    return [*combinations(question.wanted[:MOST_LOOSE], ENOUGH)] or [question.wanted]


def _fts_text(question: Question, *, in_title: bool) -> str:
    text = " OR ".join(
        "(" + " AND ".join(map(_phrase, terms)) + ")" for terms in _alternatives(question)
    )
    if in_title:
        text = f"title : ({text})"
    return f"({text}) NOT ({_any(question.unwanted)})" if question.unwanted else text


def _any(terms: Sequence[Term]) -> str:
    return " OR ".join(_phrase(term) for term in terms)


def _phrase(term: Term) -> str:
    # Stems are letters and digits alone.
    return f'"{" ".join(term.stems)}"'


def _vector_rules(question: Question, vector: Any) -> Iterator[ColumnElement[bool]]:
    if question.wanted:
        alternatives = [_tsquery(terms) for terms in _alternatives(question)]
        yield vector.op("@@", is_comparison=True)(reduce(func.tsquery_or, alternatives))
    for term in question.unwanted:
        yield not_(VECTOR.op("@@", is_comparison=True)(_tsquery([term])))


def _tsquery(terms: Sequence[Term]) -> ColumnElement[Any]:
    phrases: list[ColumnElement[Any]] = [
        func.phraseto_tsquery(SIMPLE, " ".join(term.stems)) for term in terms
    ]
    return reduce(func.tsquery_and, phrases)


def _windows(source: Source, newest: int | None, vector: Any) -> Iterator[ColumnElement[bool]]:
    """Conditions of the chunks that are asked together; one for all when nothing is known."""
    if newest is None:
        yield _range(DOCUMENT_ID, source)
        return
    first, last = base(source) >> CHUNK_BITS, (base(source) + newest) >> CHUNK_BITS
    for size in WINDOWS:
        if last - first < size:
            break
        yield _in_chunks(vector, last - size + 1, last)
        last -= size
    if last - first < MOST_CHUNKS:
        yield _in_chunks(vector, first, last)
    else:
        yield UNINDEXED.between(base(source) + 1, ((last + 1) << CHUNK_BITS) - 1)


def _in_chunks(vector: Any, first: int, last: int) -> Any:
    chunks = "|".join(f"'#{chunk}'" for chunk in range(first, last + 1))
    return vector.op("@@", is_comparison=True)(cast(chunks, TSQUERY))
