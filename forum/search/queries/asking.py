"""The language of the search: from what somebody typed to what is asked, without a database."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from slugify import slugify

from forum.accounts.enums import Sector
from forum.core.stems import WORD, stems_of

LONGEST_QUERY = 500
MOST_TERMS = 16
LONGEST_VALUE = 120
# Of the wanted words of a loose question.
ENOUGH = 2

Changes = dict[str, Any]

# A piece: perhaps a minus, perhaps a key, then a quotation (that may lack its end) or a word.
PIECE = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))', re.IGNORECASE)
# They stand in every text and tell nothing, unless they are part of a phrase.
EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be but by for from has have if in into is it its of on or our so "
        "than that the their them then there these they this to was we were will with you your",
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand next to each other, in this order."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words in one line."""
        return " ".join(self.words)

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems of the words; none for signs that stand for no word."""
        return tuple(stem for word in self.words for stem in stems_of(word))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; ``before`` and ``after`` bound the time of posting.

    To a loose question all that has ``ENOUGH`` of the wanted words is an answer.
    ``notes`` are the pieces that could not be understood, and were left out.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    author: str = ""
    organisation: str = ""
    centre: str = ""
    board: str = ""
    topic: str = ""
    sector: Sector | None = None
    is_question: bool = False
    is_answered: bool | None = None
    before: datetime | None = None
    after: datetime | None = None
    is_cut: bool = False
    is_loose: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return replace(self, notes=(), is_cut=False, is_loose=False) == Question()

    @property
    def can_be_looser(self) -> bool:
        """Whether there are so many wanted words that some could do."""
        return len(self.wanted) > ENOUGH and not self.is_loose

    @property
    def concerns_posts(self) -> bool:
        """Whether something is asked that only threads and posts have."""
        asked = (self.author, self.organisation, self.board, self.topic, self.before, self.after)
        return any(asked) or self.is_question or self.is_answered is not None


def of_words(text: str) -> Question:
    """What asks loosely for the words of a plain text, such as a title; none is an operator."""
    words = dict.fromkeys(word.lower() for word in WORD.findall(printable(text)))
    wanted = tuple(Term((word,)) for word in words)[:MOST_TERMS]
    return _without_empty_words(Question(wanted=wanted, is_loose=True))


def parse(text: str) -> Question:
    """What ``text`` asks, whatever it is: there is no wrong question."""
    question = Question(is_cut=len(text) > LONGEST_QUERY)
    for minus, key, quoted, bare in PIECE.findall(printable(text)):
        question = _add(question, is_unwanted=bool(minus), key=key.lower(), text=quoted or bare)
    return _without_empty_words(question)


def printable(text: str) -> str:
    """What of the text is looked at, in one line, without signs that cannot be seen."""
    seen = "".join(
        " " if unicodedata.category(sign)[0] == "C" else sign for sign in text[:LONGEST_QUERY]
    )
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _add(question: Question, *, is_unwanted: bool, key: str, text: str) -> Question:
    if key in KEYS and not is_unwanted:
        changes = KEYS[key](text.strip()[:LONGEST_VALUE])
        if changes:
            return replace(question, **changes)
        return replace(question, notes=(*question.notes, f"{key}:{text}"))
    words = tuple(word.lower() for word in WORD.findall(f"{key} {text}"))
    if not words or len(question.wanted) + len(question.unwanted) >= MOST_TERMS:
        return question
    if is_unwanted:
        return replace(question, unwanted=(*question.unwanted, Term(words)))
    return replace(question, wanted=(*question.wanted, Term(words)))


def _without_empty_words(question: Question) -> Question:
    return replace(
        question,
        wanted=tuple(filter(_tells_something, question.wanted)),
        unwanted=tuple(filter(_tells_something, question.unwanted)),
    )


def _tells_something(term: Term) -> bool:
    return bool(term.stems) and not EMPTY_WORDS.issuperset(term.words)


def _name(key: str) -> Callable[[str], Changes]:
    return lambda text: {key: slug} if (slug := slugify(text, max_length=LONGEST_VALUE)) else {}


def _sector(text: str) -> Changes:
    try:
        return {"sector": Sector(slugify(text))}
    except ValueError:
        return {}


def _is(text: str) -> Changes:
    states = {
        "answered": {"is_answered": True},
        "unanswered": {"is_answered": False},
        "question": {"is_question": True},
    }
    return states.get(text.lower(), {})


def _date(key: str) -> Callable[[str], Changes]:
    """A day in UTC; ``after`` begins when the day has ended."""

    def read(text: str) -> Changes:
        try:
            day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
            return {key: day + timedelta(days=1 if key == "after" else 0)}
        except (ValueError, OverflowError):
            return {}

    return read


KEYS: dict[str, Callable[[str], Changes]] = {
    "author": _name("author"),
    "org": _name("organisation"),
    "centre": _name("centre"),
    "board": _name("board"),
    "topic": _name("topic"),
    "sector": _sector,
    "is": _is,
    "before": _date("before"),
    "after": _date("after"),
}


def corrected(text: str, changes: Sequence[tuple[str, str]]) -> str:
    """The text that was typed with some of its words replaced."""
    for wrong, right in changes:
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, text, flags=re.IGNORECASE)
    return text
