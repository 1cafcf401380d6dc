"""Reads of boards."""

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from forum.boards import policy
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.statements import once_for_visitors


def get_board(actor: Actor, centre_slug: str, board_slug: str) -> Board:
    """The board with its centre.

    Raises NotFound when there is none that the actor may see.
    """
    asked = {"centre_slug": centre_slug, "board_slug": board_slug}
    board = db.session.scalar(_board_by_slugs(actor), asked)
    if board is None:
        raise NotFound("There is no such board.")
    return board


@once_for_visitors
def _board_by_slugs(actor: Actor) -> Select[Board]:
    return (
        select(Board)
        .join(Board.centre)
        .options(contains_eager(Board.centre))
        .where(
            Centre.slug == bindparam("centre_slug"),
            Board.slug == bindparam("board_slug"),
            policy.visible_to(actor),
        )
    )


def boards_of(actor: Actor, centre_id: int) -> Sequence[Board]:
    """The boards of a centre that the actor may see: open ones in order, then archived ones."""
    return db.session.scalars(_boards_by_centre(actor), {"centre_id": centre_id}).all()


@once_for_visitors
def _boards_by_centre(actor: Actor) -> Select[Board]:
    return (
        select(Board)
        .options(joinedload(Board.centre, innerjoin=True))
        .where(Board.centre_id == bindparam("centre_id"), policy.visible_to(actor))
        .order_by(Board.is_archived, Board.position, Board.id)
    )


def boards_to_order(centre_id: int) -> Sequence[Board]:
    """All boards of a centre, whoever may read them, in order; for actions of managers."""
    return db.session.scalars(
        select(Board).where(Board.centre_id == centre_id).order_by(Board.position, Board.id)
    ).all()
