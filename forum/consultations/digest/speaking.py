"""What many texts speak of: candidates for themes, by the words that set texts apart.

A word, or two that stand side by side, weighs as much as there are texts with it, times how
rare it is among all (tf-idf: Spärck Jones, A statistical interpretation of term specificity,
1972), so neither what one says nor what everybody says comes to the top. Terms that stand
mostly in the same texts make one candidate.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forum.core.stems import WORD, stems_of

MOST_CANDIDATES = 12
MOST_WORDS = 6
EXAMPLES = 3
FEWEST_TEXTS = 3
# Of the texts: what more than this share says does not set them apart.
TOO_MANY = 0.6
# Of the texts with the rarer of two terms, those that have both.
TOGETHER = 0.5
TERMS_LOOKED_AT = 300
# Two words together say more than the same number of texts with one.
PAIR_WEIGHT = 1.5
SHORTEST_WORD = 3
PIECES = re.compile(r"[.,;:!?()\n\"“”–—]+")
# Words that say nothing of a subject; lists of packages also leave out "buy" and "bill".
EMPTY = frozenset(
    re.findall(
        r"\w+",
        "about above after again against all almost already also although always among and any "
        "anyone anything are around because been before being below between both but can cannot "
        "could did does doing don done down during each either else enough even ever every "
        "everyone everything few first for from further get gets getting give given gives goes "
        "going good got had has have having her here hers him his how however into isn its "
        "itself just know less let like little made make makes making many may maybe might more "
        "most much must need needs never nor not nothing now off often once one only onto other "
        "others our ours out over own per perhaps please put quite rather really said same say "
        "see seem seems several shall she should since some someone something sometimes still "
        "such take taken than that the their theirs them themselves then there these they thing "
        "things think this those though through thus too two under until upon use used using "
        "very want was way ways well were what when where whether which while who whole whom "
        "whose why will with within without won would yes yet you your yours "
        "anybody everybody nobody somebody people person three four five six seven eight nine ten "
        "eleven twelve twenty thirty forty fifty hundred half ask asks asked asking tell tells "
        "told answer answers answered question questions come comes came think thinks thought mean "
        "means talk believe feel agree disagree better best",
    )
)

Term = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ``count`` texts speak of, named by its first term; ``examples`` are keys of texts."""

    title: str
    words: Sequence[str]
    count: int
    examples: Sequence[int]


def speaking_of(texts: Mapping[int, str], *, known: str = "") -> list[Candidate]:
    """Candidates for themes, the weightiest first; the words of ``known`` make none.

    ``known`` is what was asked: answers repeat it.
    """
    left_out = EMPTY | {word.casefold() for word in WORD.findall(known)}
    stems_left_out = frozenset(stem for word in left_out for stem in stems_of(word))
    found: dict[Term, set[int]] = {}
    written: dict[Term, Counter[str]] = {}
    for key, text in sorted(texts.items()):
        for term, words in _terms(text, stems_left_out):
            found.setdefault(term, set()).add(key)
            written.setdefault(term, Counter())[words] += 1
    weights = _weights(found, len(texts))
    first = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS_LOOKED_AT]
    return [
        _candidate(terms, found, written) for terms in _together(first, found)[:MOST_CANDIDATES]
    ]


def _terms(text: str, left_out: frozenset[str]) -> Iterator[tuple[Term, str]]:
    """Single words and two side by side, as stems and as written; not across a stop."""
    for piece in PIECES.split(text):
        before: tuple[str, str] | None = None
        for word in WORD.findall(piece):
            stem = "".join(stems_of(word))
            if len(word) < SHORTEST_WORD or word.isdecimal() or not stem or stem in left_out:
                before = None
                continue
            yield (stem,), word.lower()
            if before is not None:
                yield (before[0], stem), f"{before[1]} {word.lower()}"
            before = stem, word.lower()


def _weights(found: Mapping[Term, set[int]], count: int) -> dict[Term, float]:
    return {
        term: len(keys) * math.log(count / len(keys)) * (PAIR_WEIGHT if len(term) > 1 else 1)
        for term, keys in found.items()
        if FEWEST_TEXTS <= len(keys) <= TOO_MANY * count
    }


def _together(terms: Sequence[Term], found: Mapping[Term, set[int]]) -> list[list[Term]]:
    """Each term with those after it that stand mostly in the same texts."""
    groups: list[list[Term]] = []
    for term in terms:
        for group in groups:
            shared = found[term] & found[group[0]]
            if len(shared) > TOGETHER * min(len(found[term]), len(found[group[0]])):
                group.append(term)
                break
        else:
            groups.append([term])
    return groups


def _candidate(
    terms: Sequence[Term],
    found: Mapping[Term, set[int]],
    written: Mapping[Term, Counter[str]],
) -> Candidate:
    names = [_usual(written[term]) for term in terms]
    others = [name for name in names[1:] if name not in names[0]]
    shown = terms[:MOST_WORDS]
    # The texts that speak most of it, and of these the first.
    fullest = sorted(found[terms[0]], key=lambda key: (-sum(key in found[it] for it in shown), key))
    return Candidate(
        title=names[0][0].upper() + names[0][1:],
        words=others[: MOST_WORDS - 1],
        count=len(found[terms[0]]),
        examples=fullest[:EXAMPLES],
    )


def _usual(ways: Counter[str]) -> str:
    """The way in which a term was written most often."""
    return min(ways, key=lambda words: (-ways[words], words))
