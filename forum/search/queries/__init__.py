"""Reads of the search: what is asked, what is found, what should be in the index."""

from forum.core.stems import stem_line
from forum.search.queries.asking import LONGEST_QUERY, Question, Term, parse, printable
from forum.search.queries.finding import Choice, Facet, Finding, search
from forum.search.queries.showing import Result
from forum.search.queries.similar import similar_threads
from forum.search.queries.sources import (
    Document,
    batch,
    count_rows,
    documents,
    plain_text,
    strays,
)
from forum.search.queries.suggesting import suggest, words_of

__all__ = [
    "LONGEST_QUERY",
    "Choice",
    "Document",
    "Facet",
    "Finding",
    "Question",
    "Result",
    "Term",
    "batch",
    "count_rows",
    "documents",
    "parse",
    "plain_text",
    "printable",
    "search",
    "similar_threads",
    "stem_line",
    "strays",
    "suggest",
    "words_of",
]
