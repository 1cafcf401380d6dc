"""Reads of boards."""

import pytest

from forum.boards import queries
from forum.core.access import Anonymous
from forum.core.errors import NotFound
from tests import factories as make
from tests.statements import count_statements


def test_get_board_with_its_centre_in_one_statement(app):
    slug = make.make_board(title="Getting paid").slug
    with count_statements() as statements:
        board = queries.get_board(Anonymous(), "north-east", slug)
        assert board.path == "/centres/north-east/boards/getting-paid/"
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("centre", "board"), [("north-east", "nothing"), ("london", "getting-paid"), ("x", "y")]
)
def test_there_is_no_such_board(app, centre, board):
    make.make_board(title="Getting paid")
    with pytest.raises(NotFound):
        queries.get_board(Anonymous(), centre, board)


def test_members_board_is_not_there_for_visitors(app):
    board = make.make_board(readers="members")
    with pytest.raises(NotFound):
        queries.get_board(Anonymous(), "north-east", board.slug)
    assert board not in queries.boards_of(Anonymous(), board.centre_id)
    member = make.make_account()
    assert queries.get_board(member, "north-east", board.slug) is board
    assert board in queries.boards_of(member, board.centre_id)


def test_open_boards_in_order_then_archived_ones(app):
    centre = make.get_centre("south-west")
    third = make.make_board(centre, position=3)
    first = make.make_board(centre, position=1)
    archived = make.make_board(centre, position=0, archived=True)
    second = make.make_board(centre, position=1)
    make.make_board(make.get_centre("london"))
    assert queries.boards_of(Anonymous(), centre.id) == [first, second, third, archived]


def test_list_costs_one_statement_however_long(app):
    centre_id = make.get_centre().id
    for _ in range(4):
        make.make_board()
    make.commit()
    with count_statements() as statements:
        assert [board.path for board in queries.boards_of(Anonymous(), centre_id)]
    assert len(statements) == 1
