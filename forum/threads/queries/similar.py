"""Threads like one that is about to be started, as the search, a higher feature, finds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forum.core.access import Actor


@dataclass(frozen=True, slots=True)
class SimilarThread:
    """A thread that the actor may read and that may have said it already."""

    title: str
    url: str
    centre_name: str
    reply_count: int
    is_answered: bool
    last_post_at: datetime


Finder = Callable[[Actor, str], Sequence[SimilarThread]]

_finders: list[Finder] = []


def find_similar_with(finder: Finder) -> None:
    """Let ``finder`` look for threads with such a title; the best come first."""
    if finder not in _finders:
        _finders.append(finder)


def similar_threads(actor: Actor, title: str) -> Sequence[SimilarThread]:
    """Threads whose titles are like ``title`` and that the actor may read, the best first."""
    return [thread for finder in _finders for thread in finder(actor, title)]
