"""Who may read, use and manage boards; the check agrees with its filter."""

import pytest
from sqlalchemy import select

from forum.accounts.enums import Sector
from forum.boards import policy
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.core.access import Anonymous
from forum.core.db import db
from tests import factories as make

ACTORS = {
    "visitor": Anonymous,
    "unconfirmed": lambda: make.make_account(confirmed=False),
    "member": make.make_account,
    "moderator": lambda: make.make_account(role="moderator"),
    "moderator elsewhere": lambda: make.make_account(
        role="moderator", centre=make.get_centre("london")
    ),
    "manager": lambda: make.make_account(role="manager"),
    "manager elsewhere": lambda: make.make_account(
        role="manager", centre=make.get_centre("london")
    ),
    "administrator": lambda: make.make_account(role="administrator"),
}
READS_MEMBERS_BOARD = [name for name in ACTORS if name not in {"visitor", "unconfirmed"}]
MANAGES = {"manager", "administrator"}
STAFF_HERE = {"moderator", "manager", "administrator"}


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("readers", list(Readers))
@pytest.mark.parametrize("name", ACTORS)
def test_check_and_filter_agree(app, name, readers, archived):
    board = make.make_board(readers=readers, archived=archived)
    actor = ACTORS[name]()
    listed = db.session.scalars(select(Board.id).where(policy.visible_to(actor))).all()
    assert (board.id in listed) is bool(policy.can_see(actor, board))
    expected = readers is Readers.EVERYONE or name in READS_MEMBERS_BOARD
    assert (board.id in listed) is expected


@pytest.mark.parametrize("name", ACTORS)
def test_only_managers_of_the_centre_manage(app, name):
    decision = policy.can_manage(ACTORS[name](), make.get_centre("north-east").id)
    assert bool(decision) is (name in MANAGES)


@pytest.mark.parametrize("rule", ["can_start", "can_reply"])
class TestPosting:
    @pytest.mark.parametrize("name", ACTORS)
    def test_confirmed_members_post_on_an_open_board(self, app, rule, name):
        decision = getattr(policy, rule)(ACTORS[name](), make.make_board())
        assert bool(decision) is (name in READS_MEMBERS_BOARD)
        assert bool(decision.reason) is not bool(decision)

    @pytest.mark.parametrize("name", ACTORS)
    def test_nobody_posts_on_an_archived_board(self, app, rule, name):
        assert not getattr(policy, rule)(ACTORS[name](), make.make_board(archived=True))

    @pytest.mark.parametrize("name", READS_MEMBERS_BOARD)
    def test_other_sectors_are_refused_but_for_staff(self, app, rule, name):
        board = make.make_board(start_sectors=["public"], reply_sectors=["public"])
        assert bool(getattr(policy, rule)(ACTORS[name](), board)) is (name in STAFF_HERE)

    @pytest.mark.parametrize("sector", list(Sector))
    def test_named_sectors_are_let_in(self, app, rule, sector):
        board = make.make_board(
            start_sectors=["voluntary", "community"], reply_sectors=["voluntary", "community"]
        )
        decision = getattr(policy, rule)(make.make_account(sector=sector), board)
        assert bool(decision) is (sector in {Sector.VOLUNTARY, Sector.COMMUNITY})

    def test_each_rule_has_sectors_of_its_own(self, app, rule):
        other = "reply_sectors" if rule == "can_start" else "start_sectors"
        board = make.make_board(**{other: ["public"]})
        assert getattr(policy, rule)(make.make_account(sector="private"), board)
