"""What managers do with boards, without the web."""

import pytest
from sqlalchemy import select

from forum.boards import actions
from forum.boards.enums import Readers
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from tests import factories as make

SETTINGS = {
    "title": "Getting paid",
    "purpose": "Invoices and how long they take.",
    "readers": Readers.EVERYONE,
    "start_sectors": [],
    "reply_sectors": [],
    "holds_posts": False,
}


@pytest.fixture
def manager(app):
    return make.make_account(role="manager")


@pytest.fixture
def centre(app):
    return make.get_centre("north-east")


def tags():
    return list(db.session.scalars(select(AuditRecord.tag).order_by(AuditRecord.id)))


def titles(centre):
    return [board.title for board in actions.queries.boards_to_order(centre.id)]


class TestCreate:
    def test_new_board_stands_last(self, manager, centre):
        make.make_board(position=41)
        board = actions.create_board(manager, centre, **SETTINGS)
        assert (board.slug, board.position, board.is_archived) == ("getting-paid", 42, False)
        assert tags() == ["board.create"]

    def test_board_whose_posts_wait(self, manager, centre):
        board = actions.create_board(manager, centre, **{**SETTINGS, "holds_posts": True})
        assert board.holds_posts
        actions.edit_board(manager, board, version=board.version, **SETTINGS)
        assert not board.holds_posts
        records = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id)).all()
        assert [record.details["holds_posts"] for record in records] == [True, False]

    def test_first_board(self, manager, centre):
        assert actions.create_board(manager, centre, **SETTINGS).position == 1

    def test_all_sectors_are_the_same_as_none(self, manager, centre):
        every = ["public", "community", "social-enterprise", "voluntary", "private"]
        chosen = {**SETTINGS, "start_sectors": every, "reply_sectors": ["public", "private"]}
        board = actions.create_board(manager, centre, **chosen)
        assert (board.start_sectors, board.reply_sectors) == ([], ["private", "public"])

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "x" * 81),
            ("title", "…"),
            ("purpose", " "),
            ("purpose", "x" * 501),
            ("start_sectors", ["royal"]),
            ("reply_sectors", ["public", "royal"]),
        ],
    )
    def test_wrong_value(self, manager, centre, field, value):
        with pytest.raises(Invalid) as refused:
            actions.create_board(manager, centre, **{**SETTINGS, field: value})
        assert refused.value.field == field
        assert titles(centre) == []

    @pytest.mark.parametrize("title", ["Getting paid", "GETTING PAID", "  getting   paid "])
    def test_title_in_use(self, manager, centre, title):
        actions.create_board(manager, centre, **SETTINGS)
        with pytest.raises(Invalid, match="already") as refused:
            actions.create_board(manager, centre, **{**SETTINGS, "title": title})
        assert refused.value.field == "title"

    def test_address_in_use(self, manager, centre):
        actions.create_board(manager, centre, **SETTINGS)
        make.commit()
        with pytest.raises(Invalid, match="already") as refused:
            actions.create_board(manager, centre, **{**SETTINGS, "title": "Getting, paid!"})
        assert refused.value.field == "title"

    def test_title_of_another_centre_is_free(self, manager, centre):
        make.make_board(make.get_centre("london"), title="Getting paid")
        assert actions.create_board(manager, centre, **SETTINGS)

    @pytest.mark.parametrize(
        ("title", "slug"), [("New", "new-board"), ("Order", "order-board"), ("協議", "xie-yi")]
    )
    def test_address_never_hides_a_page(self, manager, centre, title, slug):
        board = actions.create_board(manager, centre, **{**SETTINGS, "title": title})
        assert board.slug == slug

    @pytest.mark.parametrize("role", [None, "moderator"])
    def test_others_may_not(self, centre, role):
        with pytest.raises(NotAllowed):
            actions.create_board(make.make_account(role=role), centre, **SETTINGS)


class TestEdit:
    def test_address_stays(self, manager, centre):
        board = make.make_board(centre, title="Getting paid")
        changed = {**SETTINGS, "title": "Payment", "readers": Readers.MEMBERS}
        actions.edit_board(manager, board, version=board.version, **changed)
        assert (board.slug, board.title) == ("getting-paid", "Payment")
        assert board.readers is Readers.MEMBERS
        assert tags() == ["board.edit"]

    def test_own_title_may_stay(self, manager, centre):
        board = make.make_board(centre, title="Getting paid")
        actions.edit_board(manager, board, version=board.version, **SETTINGS)
        assert board.purpose == SETTINGS["purpose"]

    def test_older_version(self, manager, centre):
        board = make.make_board(centre)
        with pytest.raises(Conflict):
            actions.edit_board(manager, board, version=board.version - 1, **SETTINGS)
        assert board.title != SETTINGS["title"]

    def test_others_may_not(self, centre):
        elsewhere = make.make_account(role="manager", centre=make.get_centre("london"))
        board = make.make_board(centre)
        with pytest.raises(NotAllowed):
            actions.edit_board(elsewhere, board, version=1, **SETTINGS)


class TestOrder:
    @pytest.fixture
    def boards(self, centre):
        # Made at once they may share a position: the order is then that of their making.
        return [make.make_board(centre, title=title, position=0) for title in "ABC"]

    def test_up_and_down(self, manager, centre, boards):
        a, _b, c = boards
        actions.move_board(manager, c, up=True)
        assert titles(centre) == ["A", "C", "B"]
        actions.move_board(manager, a, up=False)
        assert titles(centre) == ["C", "A", "B"]
        assert tags() == ["board.move", "board.move"]

    def test_ends_stay(self, manager, centre, boards):
        a, _b, c = boards
        actions.move_board(manager, a, up=True)
        actions.move_board(manager, c, up=False)
        assert titles(centre) == ["A", "B", "C"]
        assert tags() == []

    def test_archived_boards_are_passed_over(self, manager, centre, boards):
        _a, b, c = boards
        actions.archive_board(manager, b)
        actions.move_board(manager, c, up=True)
        shown = [board.title for board in actions.queries.boards_of(manager, centre.id)]
        assert shown == ["C", "A", "B"]
        with pytest.raises(NotAllowed):
            actions.move_board(manager, b, up=True)

    def test_others_may_not(self, centre, boards):
        with pytest.raises(NotAllowed):
            actions.move_board(make.make_account(role="moderator"), boards[0], up=False)


class TestArchive:
    def test_and_reopen(self, manager, centre):
        board = make.make_board(centre)
        actions.archive_board(manager, board)
        assert board.is_archived
        actions.archive_board(manager, board)
        actions.reopen_board(manager, board)
        assert not board.is_archived
        assert tags() == ["board.archive", "board.reopen"]

    def test_others_may_not(self, centre):
        board = make.make_board(centre)
        for act in (actions.archive_board, actions.reopen_board):
            with pytest.raises(NotAllowed):
                act(make.make_account(role="moderator"), board)
