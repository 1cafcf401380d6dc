"""Who may read, use and manage boards."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, true

from forum.accounts import policy as accounts
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.core.access import YES, Actor, Decision, manages, moderates, no

SECTOR_REFUSED = "This board is open to posts from other sectors only."


def can_see(actor: Actor, board: Board) -> Decision:
    """Whether the actor may read the board; twin of ``visible_to``."""
    if board.readers is Readers.EVERYONE or is_member(actor):
        return YES
    return no("Only members can read this board.")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter for statements that select from Board; twin of ``can_see``."""
    if is_member(actor):
        return true()
    return Board.readers == Readers.EVERYONE


def can_start(actor: Actor, board: Board) -> Decision:
    """Whether the actor may start a thread on the board."""
    return can_draft_start(actor, board) and _is_free(actor, board)


def can_reply(actor: Actor, board: Board) -> Decision:
    """Whether the actor may reply on the board."""
    return can_draft_reply(actor, board) and _is_free(actor, board)


def can_draft_start(actor: Actor, board: Board) -> Decision:
    """Whether the actor may keep drafts of threads: also while a suspension lasts."""
    return _can_write(actor, board, board.start_sectors)


def can_draft_reply(actor: Actor, board: Board) -> Decision:
    """Whether the actor may keep drafts of replies: also while a suspension lasts."""
    return _can_write(actor, board, board.reply_sectors)


def can_manage(actor: Actor, centre_id: int) -> Decision:
    """Whether the actor may create, change, order and archive boards of the centre."""
    if manages(actor, centre_id):
        return YES
    return no("Only managers of this centre can do this.")


def _is_free(actor: Actor, board: Board) -> Decision:
    return accounts.is_free(actor, board.centre_id, place=board.centre.name)


def _can_write(actor: Actor, board: Board, sectors: Sequence[str]) -> Decision:
    if not actor.is_authenticated:
        return no("Sign in to take part.")
    if not actor.is_confirmed:
        return no("Confirm your email address before you post.")
    if board.is_archived:
        return no("This board is archived. It can be read, but nothing can be added.")
    if _speaks_here(actor, board, sectors):
        return YES
    return no(SECTOR_REFUSED)


def _speaks_here(actor: Actor, board: Board, sectors: Sequence[str]) -> bool:
    return not sectors or actor.sector_value in sectors or moderates(actor, board.centre_id)


def is_member(actor: Actor) -> bool:
    """Whether the actor may read boards for members."""
    # Whoever has not confirmed an address might be anybody.
    return actor.is_authenticated and actor.is_confirmed
