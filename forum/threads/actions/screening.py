"""Screening: what higher features have to say of a text before it is stored.

Each hold is a dictionary of JSON values: ``why`` is a word of HoldReason, the others fill in the
sentence that the author reads (templates/components/holds.html): ``first`` (how many posts of a
new member wait), ``word`` (the watched word), ``hold`` (a word of ThreadHold) and ``until`` (when
it ends, ISO 8601).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core.access import moderates
from forum.threads.models import Post, Thread


@dataclass(frozen=True, slots=True)
class Submission:
    """What is about to be stored.

    ``thread`` is None for a new thread, of which ``title`` is the title ("" otherwise); ``post``
    is the post whose text an edit replaces, None for a new one.
    """

    author: Account
    board: Board
    thread: Thread | None
    title: str
    source: str
    html: str
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """Why a text waits (no ``holds``: it need not), and ``flags``, words to look at."""

    holds: Sequence[dict[str, Any]] = ()
    flags: Sequence[str] = ()


Screen = Callable[[Submission], Screening]

_screens: list[Screen] = []
_switched_off: ContextVar[bool] = ContextVar("screening_switched_off", default=False)


def screen_with(screen: Screen) -> None:
    """Have ``screen`` asked about every text of a member from now on."""
    if screen not in _screens:
        _screens.append(screen)


@contextmanager
def unscreened() -> Iterator[None]:
    """Within the block nothing is screened: for content that comes with the project."""
    token = _switched_off.set(True)
    try:
        yield
    finally:
        _switched_off.reset(token)


def screen(submission: Submission) -> Screening:
    """What all screens have to say; staff of the centre are never held.

    Raises Invalid, for ``source`` or ``title``, where a screen refuses the text.
    """
    if _switched_off.get():
        return Screening()
    answers = [ask(submission) for ask in _screens]
    if moderates(submission.author, submission.board.centre_id):
        return Screening()
    return Screening(
        holds=[hold for answer in answers for hold in answer.holds],
        flags=[flag for answer in answers for flag in answer.flags],
    )
