"""Reads for the pages of decisions about threads and posts."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from forum.accounts.queries import rules_in_force
from forum.boards import policy as board_policy
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import Invalid, MovedInto, NotFound
from forum.moderation.enums import ItemState
from forum.moderation.models import ReviewItem
from forum.moderation.queries.concerns import concern_of
from forum.threads import queries as threads
from forum.threads.models import Thread


def concern_of_thread(actor: Actor, thread: Thread) -> str:
    """Why the actor is recused from deciding about the thread; "": nothing stands in the way."""
    return concern_of(actor, threads.first_post_of(thread.id))


def boards_to_move_to(actor: Actor, thread: Thread) -> dict[str, list[tuple[int, str]]]:
    """Boards to which the actor may move the thread, identifier and title, by centre."""
    statement = (
        select(Board)
        .join(Board.centre)
        .options(contains_eager(Board.centre))
        .where(
            Board.is_archived.is_(False),
            Board.id != thread.board_id,
            board_policy.visible_to(actor),
        )
        .order_by(Centre.id != thread.centre_id, Centre.id, Board.position, Board.id)
    )
    if not actor.is_admin:
        statement = statement.where(Board.centre_id.in_(sorted(actor.moderated_centres)))
    boards: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for board in db.session.scalars(statement):
        boards[board.centre.name].append((board.id, board.title))
    return dict(boards)


def get_board(actor: Actor, board_id: int) -> Board:
    """A board with its centre; raises NotFound for one that the actor may not see."""
    board = db.session.scalar(
        select(Board)
        .join(Board.centre)
        .options(contains_eager(Board.centre))
        .where(Board.id == board_id, board_policy.visible_to(actor))
    )
    if board is None:
        raise NotFound("There is no such board.")
    return board


def find_thread(actor: Actor, thread_id: int) -> Thread:
    """The thread, or the one that it was merged into.

    Raises Invalid for the field ``into`` when there is none that the actor may see.
    """
    try:
        return threads.get_thread(actor, thread_id)
    except MovedInto as moved:
        return threads.get_thread(actor, moved.into_id)
    except NotFound as error:
        raise Invalid("There is no such thread", field="into") from error


def open_item_version(post_id: int) -> int | None:
    """Version of the item of the queue that waits about the post; None when there is none."""
    return db.session.scalar(
        select(ReviewItem.version).where(
            ReviewItem.post_id == post_id,
            ReviewItem.target_type == "post",
            ReviewItem.state == ItemState.OPEN,
        )
    )


def clause_choices(centre_id: int) -> Sequence[tuple[str, str]]:
    """The clauses in force in a centre, as a Ruling names them and as they read."""
    return [
        (
            f"{held.rules.id}:{clause.number}",
            f"{_of(held.rules.centre_id)}{clause.number}. {clause.title}",
        )
        for held in rules_in_force(centre_id)
        for clause in held.clauses
    ]


def _of(centre_id: int | None) -> str:
    return "" if centre_id is None else "Rules of the centre, "
