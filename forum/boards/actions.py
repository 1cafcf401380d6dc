"""What managers do with the boards of their centre."""

from collections.abc import Sequence

from sqlalchemy import func, select

from forum.accounts.enums import Sector
from forum.boards import policy, queries
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import audit
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.slugs import slug_of
from forum.core.texts import accept_line, accept_paragraphs
from forum.core.transactions import action

LONGEST_TITLE = 80
LONGEST_SLUG = 60
LONGEST_PURPOSE = 500
# Addresses below /boards/ that are not boards.
RESERVED_SLUGS = frozenset({"new", "order"})


@action
def create_board(
    actor: Actor,
    centre: Centre,
    *,
    title: str,
    purpose: str,
    readers: Readers,
    start_sectors: Sequence[str],
    reply_sectors: Sequence[str],
    holds_posts: bool,
) -> Board:
    """Add a board to the centre, after those it has; empty lists of sectors mean all.

    ``holds_posts``: every post on it waits for a moderator.
    Raises Invalid for values that cannot be accepted, such as a title that is in use.
    """
    ensure(policy.can_manage(actor, centre.id))
    title = _accept_title(title, centre_id=centre.id)
    last = select(func.coalesce(func.max(Board.position), 0)).where(Board.centre_id == centre.id)
    board = Board(
        centre=centre,
        slug=_make_slug(title),
        title=title,
        purpose=_accept_purpose(purpose),
        position=(db.session.scalar(last) or 0) + 1,
        readers=readers,
        start_sectors=_accept_sectors(start_sectors, field="start_sectors"),
        reply_sectors=_accept_sectors(reply_sectors, field="reply_sectors"),
        holds_posts=holds_posts,
        last_post_at=None,
    )
    db.session.add(board)
    audit.record(actor, "board.create", board, centre_id=centre.id, holds_posts=holds_posts)
    return board


@action
def edit_board(
    actor: Actor,
    board: Board,
    *,
    version: int,
    title: str,
    purpose: str,
    readers: Readers,
    start_sectors: Sequence[str],
    reply_sectors: Sequence[str],
    holds_posts: bool,
) -> Board:
    """Change a board; its address stays.

    Raises Conflict when the board is no longer at ``version``, Invalid for values that cannot
    be accepted.
    """
    ensure(policy.can_manage(actor, board.centre_id))
    if board.version != version:
        raise Conflict("Somebody changed this board while you were writing.")
    board.title = _accept_title(title, centre_id=board.centre_id, board=board)
    board.purpose = _accept_purpose(purpose)
    board.readers = readers
    board.start_sectors = _accept_sectors(start_sectors, field="start_sectors")
    board.reply_sectors = _accept_sectors(reply_sectors, field="reply_sectors")
    board.holds_posts = holds_posts
    audit.record(
        actor, "board.edit", board, centre_id=board.centre_id, holds_posts=board.holds_posts
    )
    return board


@action
def move_board(actor: Actor, board: Board, *, up: bool) -> None:
    """Let a board change places with the one above it, or below; the ends stay where they are."""
    ensure(policy.can_manage(actor, board.centre_id))
    if board.is_archived:
        raise NotAllowed("Archived boards are not in the order.")
    order = [other for other in queries.boards_to_order(board.centre_id) if not other.is_archived]
    place = order.index(board)
    neighbour = place - 1 if up else place + 1
    if not 0 <= neighbour < len(order):
        return
    order[place], order[neighbour] = order[neighbour], order[place]
    # Numbered anew, since boards that were made at once may share a position.
    for position, other in enumerate(order, start=1):
        if other.position != position:
            other.position = position
    audit.record(actor, "board.move", board, centre_id=board.centre_id, up=up)


@action
def archive_board(actor: Actor, board: Board) -> None:
    """Keep the board for reading only."""
    _set_archived(actor, board, archived=True)


@action
def reopen_board(actor: Actor, board: Board) -> None:
    """Let an archived board be written on again."""
    _set_archived(actor, board, archived=False)


def _set_archived(actor: Actor, board: Board, *, archived: bool) -> None:
    ensure(policy.can_manage(actor, board.centre_id))
    if board.is_archived == archived:
        return
    board.is_archived = archived
    tag = "board.archive" if archived else "board.reopen"
    audit.record(actor, tag, board, centre_id=board.centre_id)


def _accept_title(title: str, *, centre_id: int, board: Board | None = None) -> str:
    title = accept_line(title, field="title", longest=LONGEST_TITLE, missing="Enter a title")
    for other in queries.boards_to_order(centre_id):
        if other is not board and other.title.casefold() == title.casefold():
            raise Invalid("The centre has a board with this title already.", field="title")
    return title


def _accept_purpose(purpose: str) -> str:
    return accept_paragraphs(
        purpose, field="purpose", longest=LONGEST_PURPOSE, missing="Say what belongs on this board"
    )


def _accept_sectors(sectors: Sequence[str], *, field: str) -> list[str]:
    """The sectors in their usual order; all of them are the same as none."""
    known = [str(sector) for sector in Sector]
    if not set(sectors) <= set(known):
        raise Invalid("Choose among the sectors", field=field)
    chosen = [sector for sector in known if sector in sectors]
    return [] if chosen == known else chosen


def _make_slug(title: str) -> str:
    slug = slug_of(title, longest=LONGEST_SLUG, otherwise="board")
    return f"{slug}-board" if slug in RESERVED_SLUGS else slug
