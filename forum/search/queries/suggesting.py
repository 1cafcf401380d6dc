"""Suggestions of spelling, from the words of titles that share trigrams with what was typed."""

import difflib
from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from forum.core.access import Actor
from forum.core.db import db
from forum.core.stems import WORD
from forum.search.models import SearchTrigram
from forum.search.queries.asking import Question, corrected, parse
from forum.search.queries.candidates import Narrowing, candidates
from forum.search.queries.finding import surroundings
from forum.search.queries.matching import contained

SHORTEST_WORD, LONGEST_WORD = 4, 40
MOST_WORDS = 5
MOST_NEIGHBOURS = 300
# As difflib measures it: 1 is the same.
LEAST_LIKENESS = 0.72


def words_of(title: str) -> set[str]:
    """The words of a title that may be suggested."""
    words = {word.lower() for word in WORD.findall(title)}
    return {word for word in words if SHORTEST_WORD <= len(word) <= LONGEST_WORD}


def suggest(actor: Actor, question: Question, text: str) -> str:
    """The text with words put right, if the actor would find something with it; else "".

    Costs four statements, and only where nothing was found.
    """
    asked = [word for term in question.wanted for word in term.words]
    asked = [word for word in asked if SHORTEST_WORD <= len(word) <= LONGEST_WORD][:MOST_WORDS]
    if asked and (unknown := _not_in_index(asked)):
        known = _neighbours(unknown)
        changes = [(word, better) for word in unknown if (better := _better(word, known))]
        suggestion = corrected(text, changes)
        _, newest = surroundings()
        if suggestion != text and candidates(actor, parse(suggestion), Narrowing(), newest):
            return suggestion
    return ""


def _not_in_index(words: Sequence[str]) -> list[str]:
    """Those of the words that no document has."""
    row = db.session.execute(select(*(contained(word) for word in words))).one()
    return [word for word, is_there in zip(words, row, strict=True) if not is_there]


def _neighbours(words: Collection[str]) -> list[str]:
    trigrams = {word[start : start + 3] for word in words for start in range(len(word) - 2)}
    shared = func.count().label("shared")
    return list(
        db.session.scalars(
            select(SearchTrigram.word)
            .where(SearchTrigram.trigram.in_(sorted(trigrams)))
            .group_by(SearchTrigram.word)
            .order_by(shared.desc(), SearchTrigram.word)
            .limit(MOST_NEIGHBOURS)
        )
    )


def _better(word: str, known: Collection[str]) -> str:
    if word in known:
        return ""
    close = difflib.get_close_matches(word, known, n=1, cutoff=LEAST_LIKENESS)
    return close[0] if close else ""
