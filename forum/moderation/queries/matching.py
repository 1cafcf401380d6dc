"""Finding watched words in a text, in time linear in its length.

Text and phrases are folded in the same way: compatibility forms and case are made equal, what
cannot be seen (zero-width characters, combining marks) is dropped, and whatever is neither
letter nor digit parts words. A phrase is then looked for between the borders of words; with a
``*`` at its end it may go on. An Aho-Corasick automaton (the library ahocorasick-rs) looks for
all phrases at once: it reads each character once, whatever the phrases are. As a match begins
at the border of a word, no more can begin at one place than the longest phrase has letters.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from forum.moderation.enums import WordEffect

# One list for each centre with what it was before a change, and samples being tried.
KEPT_MATCHERS = 64
WORD = re.compile(r"[^\W_]+")
# Marks within a word part it on the page no more than they do for a reader.
INLINE_TAG = re.compile(r"</?(?:a|code|del|em|s|strong|sub|sup)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
ADDRESS = re.compile(r'\bhref="([^"]*)"')
# Where the text of a link ends and its address begins.
SOURCE_PART = re.compile(r"\][(:\[]")
UNSEEN_CATEGORIES = frozenset({"Cf", "Mn", "Me", "Mc"})
# Fillers of Hangul, which are letters by their category but show nothing.
UNSEEN_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
# Parts texts that do not belong together, so that no phrase reaches from one into the next.
BORDER = "\n"


@dataclass(frozen=True, slots=True)
class Watched:
    """A phrase to look for, and what it does; the key by which matchers are kept."""

    phrase: str
    effect: WordEffect
    message: str = ""


class Matcher:
    """Looks for many phrases at once."""

    def __init__(self, words: Sequence[Watched]) -> None:
        patterns: dict[str, list[Watched]] = {}
        for word in words:
            if pattern := pattern_of(word.phrase):
                patterns.setdefault(pattern, []).append(word)
        self._words = list(patterns.values())
        self._automaton = AhoCorasick(list(patterns)) if patterns else None

    def find(self, text: str) -> list[Watched]:
        """The words that the folded ``text`` holds, each once, by their phrases."""
        if self._automaton is None:
            return []
        found = {
            index
            for index, _start, _end in self._automaton.find_matches_as_indexes(
                text, overlapping=True
            )
        }
        return sorted(
            (word for index in found for word in self._words[index]),
            key=lambda word: (word.phrase, word.effect),
        )


@lru_cache(maxsize=KEPT_MATCHERS)
def matcher_of(words: tuple[Watched, ...]) -> Matcher:
    """The matcher for ``words``, made once in a process.

    It is kept by the words themselves, so that a change made anywhere is seen at once.
    """
    return Matcher(words)


def pattern_of(phrase: str) -> str:
    """What stands for the phrase in a folded text; "" when it holds no letter or digit."""
    words = " ".join(WORD.findall(_even(phrase)))
    if not words:
        return ""
    return f" {words}" if phrase.rstrip().endswith("*") else f" {words} "


def fold_line(text: str) -> str:
    """A plain line, such as a title, folded."""
    return _join([text])


def fold_post(source: str, rendered: str) -> str:
    """A post folded: as it was typed (its history shows that), as it reads, and its links."""
    reads = html.unescape(TAG.sub(" ", INLINE_TAG.sub("", rendered)))
    links = [html.unescape(address) for address in ADDRESS.findall(rendered)]
    return _join([*SOURCE_PART.split(source), reads, *links])


def _join(texts: Iterable[str]) -> str:
    parts: list[str] = []
    for text in texts:
        even = _even(text)
        parts.append(" ".join(WORD.findall(even)))
        # Once more with words put together that punctuation parts: "b.r.i.b.e", "bri-be".
        closed = " ".join("".join(WORD.findall(chunk)) for chunk in even.split())
        if closed != parts[-1]:
            parts.append(" ".join(closed.split()))
    return BORDER + BORDER.join(f" {part} " for part in parts) + BORDER


def _even(text: str) -> str:
    """The text with forms and case made equal, without what cannot be seen."""
    even = unicodedata.normalize("NFKC", text).casefold()
    if even.isascii():
        return even
    # Folding the case can bring forms back that were made equal before.
    even = unicodedata.normalize("NFKC", even)
    return "".join(
        character
        for character in even
        if unicodedata.category(character) not in UNSEEN_CATEGORIES
        and character not in UNSEEN_LETTERS
    )
