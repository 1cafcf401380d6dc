"""Texts that are much alike, as those of a campaign are.

Two texts are alike when they share half of their shingles, which are runs of words (Broder, On
the resemblance and containment of documents, 1997). MinHash finds the pairs worth comparing
without comparing all; each pair is then compared exactly, so chance decides nothing. What is
alike to a text of a group belongs to the group.
"""

from collections.abc import Iterator, Mapping, Sequence

from rensa import RMinHash, RMinHashLSH

from forum.core.stems import WORD

SHINGLE_WORDS = 4
# Below this, people say the same without having been asked to.
LEAST_WORDS = 12
ALIKE = 0.5
# Bands of 4 numbers: a pair that shares half is missed less than once in two thousand times.
PERMUTATIONS, BANDS, SEED = 480, 120, 1

Shingles = frozenset[str]


def alike(texts: Mapping[int, str]) -> list[list[int]]:
    """Groups of two and more keys whose texts are alike, the largest first.

    Texts of fewer than LEAST_WORDS words are in no group.
    """
    same: dict[Shingles, list[int]] = {}
    for key, text in sorted(texts.items()):
        if shingles := _shingles(text):
            same.setdefault(shingles, []).append(key)
    different = list(same)
    groups = [
        sorted(key for place in places for key in same[different[place]])
        for places in _joined(len(different), _pairs(different))
    ]
    return sorted((group for group in groups if len(group) > 1), key=lambda it: (-len(it), it))


def _shingles(text: str) -> Shingles:
    words = [word.casefold() for word in WORD.findall(text)]
    if len(words) < LEAST_WORDS:
        return frozenset()
    starts = range(len(words) - SHINGLE_WORDS + 1)
    return frozenset(" ".join(words[start : start + SHINGLE_WORDS]) for start in starts)


def _pairs(different: Sequence[Shingles]) -> Iterator[tuple[int, int]]:
    """Places of sets that share ALIKE of all their members."""
    near = RMinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS, num_bands=BANDS)
    for place, shingles in enumerate(different):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
        sketch.update(sorted(shingles))
        for other in near.query(sketch):
            shared = len(shingles & different[other])
            if shared >= ALIKE * (len(shingles) + len(different[other]) - shared):
                yield place, other
        near.insert(place, sketch)


def _joined(count: int, pairs: Iterator[tuple[int, int]]) -> list[list[int]]:
    """Places 0 to ``count`` - 1 in groups: those of a pair, and of pairs of these, together."""
    group_of = {place: [place] for place in range(count)}
    for one, other in pairs:
        if group_of[one] is group_of[other]:
            continue
        small, large = sorted((group_of[one], group_of[other]), key=len)
        large.extend(small)
        group_of.update(dict.fromkeys(small, large))
    return list({id(group): group for group in group_of.values()}.values())
