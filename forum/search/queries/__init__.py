"""Reads of the search: what is asked, what is found, what should be in the index."""

from forum.search.queries.asking import LONGEST_QUERY, Question, Term, parse, printable
from forum.search.queries.finding import Choice, Facet, Finding, search
from forum.search.queries.showing import Result
from forum.search.queries.sources import Document, batch, count_rows, documents, titled_posts
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
    "printable",
    "search",
    "suggest",
    "titled_posts",
    "words_of",
]
