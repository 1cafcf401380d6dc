"""Words as the index knows them: folded, and cut to their stems by the Snowball rules for English.

The stems are made here and not by the databases, so that both find the same.
Source of the rules: https://snowballstem.org/algorithms/english/stemmer.html
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

WORD = re.compile(r"[^\W_]+")
LONGEST_STEM = 60
KNOWN_WORDS = 50_000

# A stemmer must not be used by two threads at once.
_local = threading.local()


def stems_in(text: str) -> list[str]:
    """The stems of the words of a text, in their order."""
    return [stem for word in WORD.findall(text) for stem in stems_of(word)]


def stem_line(text: str) -> str:
    """The stems of a text in one line, as they stand in the index."""
    return " ".join(stems_in(text))


def places_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each word of the text begins and ends, and its stem."""
    for found in WORD.finditer(text):
        for stem in stems_of(found.group()):
            yield found.start(), found.end(), stem


@lru_cache(maxsize=KNOWN_WORDS)
def stems_of(word: str) -> tuple[str, ...]:
    """The stem of a word; a sign that stands for several words has several."""
    plain = word
    if not word.isascii():
        apart = unicodedata.normalize("NFKD", word)
        plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(
        _stemmer().stemWord(part.casefold()[:LONGEST_STEM])
        for part in WORD.findall(plain)
        if part.casefold().isalnum()
    )


def _stemmer() -> Stemmer.Stemmer:
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
