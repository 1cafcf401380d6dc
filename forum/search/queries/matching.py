"""The two ways to ask an index: FTS5 of SQLite, tsvector of PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    column,
    func,
    literal,
    literal_column,
    not_,
    select,
    table,
    true,
)

from forum.core.db import db
from forum.search.models import SearchDocument
from forum.search.queries.asking import Question, Term

# What stands around a found word, until the page is made; no document holds such signs.
MARK, UNMARK = "\x01", "\x02"
# PostgreSQL leaves tags out of what it marks, so that "<" and ">" are something else meanwhile.
LESS, GREATER = "\x03", "\x04"
TITLE_WEIGHT, BODY_WEIGHT = 8.0, 1.0
EXTRACT_WORDS = 40
EXTRACT_LENGTH = 300

TEXT = table(
    "search_text", column("rowid", Integer), column("title"), column("body"), column("search_text")
)
FTS: ColumnElement[Any] = literal_column("search_text")
VECTOR: ColumnElement[Any] = literal_column("search_document.vector")
ENGLISH: ColumnElement[Any] = literal_column("'english'")
WEIGHTS: ColumnElement[Any] = literal_column("'{0.1, 0.2, 0.4, 1.0}'")
MARKS = f'StartSel="{MARK}", StopSel="{UNMARK}"'
IN_TITLE = f"{MARKS}, HighlightAll=true"
IN_BODY = f'{MARKS}, MaxFragments=2, MinWords=15, MaxWords=25, FragmentDelimiter=" … "'


@dataclass(frozen=True, slots=True)
class Match:
    """Documents that match a question: where they come from, which, and how well."""

    source: FromClause
    id: ColumnElement[int]
    rank: ColumnElement[float]
    where: ColumnElement[bool]


def match(question: Question) -> Match:
    """The documents that have the wanted words and none of the unwanted ones."""
    if not (question.wanted or question.unwanted):
        return _documents(true())
    if db.engine.dialect.name == "postgresql":
        return _match_vector(question)
    return _match_fts(question)


def extracts(question: Question, document_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Statement for id, title and extract of documents, with marks around what was found."""
    ids = sorted(document_ids)
    if not question.wanted:
        return select(
            SearchDocument.id,
            SearchDocument.title,
            func.substr(SearchDocument.body, 1, EXTRACT_LENGTH).label("extract"),
        ).where(SearchDocument.id.in_(ids))
    if db.engine.dialect.name == "postgresql":
        query = _tsquery(question.wanted)
        return select(
            SearchDocument.id,
            func.ts_headline(ENGLISH, _untagged(SearchDocument.title), query, IN_TITLE).label(
                "title"
            ),
            func.ts_headline(ENGLISH, _untagged(SearchDocument.body), query, IN_BODY).label(
                "extract"
            ),
        ).where(SearchDocument.id.in_(ids))
    return select(
        TEXT.c.rowid.label("id"),
        func.highlight(FTS, 0, MARK, UNMARK).label("title"),
        func.snippet(FTS, 1, MARK, UNMARK, "…", EXTRACT_WORDS).label("extract"),
    ).where(_matches(_all(question.wanted)), TEXT.c.rowid.in_(ids))


def _untagged(text: Any) -> ColumnElement[str]:
    return func.translate(text, "<>", LESS + GREATER)


def _documents(where: ColumnElement[bool]) -> Match:
    return Match(SearchDocument.__table__, SearchDocument.id, literal(0.0), where)  # type: ignore[arg-type]  # a mapped column


def _match_fts(question: Question) -> Match:
    unwanted = " OR ".join(_quoted(term) for term in question.unwanted)
    if not question.wanted:
        strange = select(TEXT.c.rowid).where(_matches(unwanted))
        return _documents(SearchDocument.id.not_in(strange))
    text = _all(question.wanted)
    if unwanted:
        text = f"({text}) NOT ({unwanted})"
    rank = -func.bm25(FTS, TITLE_WEIGHT, BODY_WEIGHT)
    return Match(TEXT, TEXT.c.rowid, rank, _matches(text))


def _matches(text: str) -> ColumnElement[bool]:
    return TEXT.c.search_text.op("MATCH", is_comparison=True)(text)


def _all(terms: Sequence[Term]) -> str:
    return " AND ".join(_quoted(term) for term in terms)


def _quoted(term: Term) -> str:
    # The words of a term are letters and digits alone.
    return f'"{term.text}"'


def _match_vector(question: Question) -> Match:
    unwanted = [
        not_(VECTOR.op("@@", is_comparison=True)(_tsquery([term]))) for term in question.unwanted
    ]
    where = true().self_group()
    for rule in unwanted:
        where = where & rule
    if not question.wanted:
        return _documents(where)
    query = _tsquery(question.wanted)
    found = VECTOR.op("@@", is_comparison=True)(query)
    rank = func.ts_rank_cd(WEIGHTS, VECTOR, query, 1)
    return Match(SearchDocument.__table__, SearchDocument.id, rank, found & where)  # type: ignore[arg-type]  # as above


def _tsquery(terms: Sequence[Term]) -> ColumnElement[Any]:
    query: ColumnElement[Any] = func.phraseto_tsquery(ENGLISH, terms[0].text)
    for term in terms[1:]:
        query = func.tsquery_and(query, func.phraseto_tsquery(ENGLISH, term.text))
    return query
