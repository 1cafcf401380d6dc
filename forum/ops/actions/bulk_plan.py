"""The shape of the load data: how long threads are, who posts in them and when.

Threads and members are counted from 0, time in seconds from the beginning of the data.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

LONGEST_SHARE = 0.0125
STEEPEST = 20.0
STEPS = 60

SPAN_SECONDS = 3 * 365 * 24 * 3600
LONGEST_GAP_SECONDS = 8 * 3600


class PlannedPost(NamedTuple):
    """A post by numbers; ``number`` is that within its thread, from 1."""

    thread: int
    number: int
    author: int
    as_organisation: bool
    second: int


class Plan:
    """Who posts where and when, with ``posts`` posts in ``threads`` threads by ``users``."""

    def __init__(self, chance: random.Random, *, users: int, threads: int, posts: int) -> None:
        self._chance = chance
        self._users = users
        self.lengths = thread_lengths(threads, posts)
        chance.shuffle(self.lengths)
        self.circles = [self._circle(length) for length in self.lengths]
        self.starts: list[int] = []
        self.ends: list[int] = []
        # Second and thread in one number: half a million of them are sorted.
        self._moments = sorted(self._plan_moments())
        self.voices: Counter[tuple[int, int, bool]] = Counter()

    def posts(self, *, organised: Sequence[bool]) -> Iterator[PlannedPost]:
        """Every post in the order of time; fills ``voices`` on the way.

        ``organised`` tells of each member whether they can speak for an organisation.
        """
        numbers = [0] * len(self.lengths)
        draw = self._chance.random
        for moment in self._moments:
            second, thread = divmod(moment, len(numbers))
            numbers[thread] += 1
            circle = self.circles[thread]
            author = circle[int(draw() * len(circle)) if numbers[thread] > 1 else 0]
            as_organisation = organised[author] and (author + thread) % 2 == 0
            self.voices[thread, author, as_organisation] += 1
            yield PlannedPost(thread, numbers[thread], author, as_organisation, second)

    def _plan_moments(self) -> Iterator[int]:
        draw = self._chance.random
        count = len(self.lengths)
        for thread, length in enumerate(self.lengths):
            start = int(draw() * SPAN_SECONDS * 0.9)
            gap = min(LONGEST_GAP_SECONDS, (SPAN_SECONDS - start) // (2 * length))
            gaps = (1 + int(draw() * 2 * gap) for _ in range(length - 1))
            seconds = list(accumulate(gaps, initial=start))
            self.starts.append(start)
            self.ends.append(seconds[-1])
            yield from (second * count + thread for second in seconds)

    def _circle(self, length: int) -> list[int]:
        """Who posts in a thread: the starter first, and more people the longer it is."""
        size = min(self._users, 2 + int(length**0.7))
        draw = self._chance.random
        # Squared, so that some members are much busier than others.
        return [int(self._users * draw() ** 2) for _ in range(size)]


def thread_lengths(threads: int, posts: int) -> list[int]:
    """Lengths of ``threads`` threads with ``posts`` posts in all, longest first.

    They fall by a power of their rank; the longest has about 1.25 % of all posts.
    """
    longest = min(max(posts * LONGEST_SHARE, posts / threads), posts - threads + 1)
    low, high = 0.0, STEEPEST
    for _ in range(STEPS):
        exponent = (low + high) / 2
        if sum(_by_rank(longest, exponent, threads)) > posts:
            low = exponent
        else:
            high = exponent
    lengths = _by_rank(longest, high, threads)
    # What rounding left over goes to the shorter half, a post each.
    for index in range(posts - sum(lengths)):
        lengths[threads - 1 - index % max(1, threads // 2)] += 1
    return lengths


def _by_rank(longest: float, exponent: float, threads: int) -> list[int]:
    return [max(1, int(longest * rank**-exponent)) for rank in range(1, threads + 1)]
