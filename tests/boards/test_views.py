"""Pages where managers look after the boards of their centre."""

import pytest

from forum.boards import actions, queries
from forum.boards.enums import Readers
from forum.core.db import db
from tests import factories as make

NEW = "/centres/north-east/boards/new/"
ORDER = "/centres/north-east/boards/order/"


@pytest.fixture
def manager(app):
    return make.make_account(role="manager")


@pytest.fixture
def signed_in(client, manager):
    return client.sign_in(manager)


def shown_titles(page):
    return page.texts("h2", css="rows__title")


class TestCreate:
    def test_board_stands_on_the_page_of_the_centre(self, signed_in):
        filled = {
            "title": "  Getting   paid ",
            "purpose": "Invoices.",
            "start_sectors": ["public", "community"],
        }
        answer = signed_in.post_form(NEW, filled)
        assert answer.headers["Location"] == "/centres/north-east/boards/getting-paid/"
        assert "Getting paid" in signed_in.follow(answer).h1
        assert "Getting paid" in signed_in.sign_out().get("/centres/north-east/").links

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("title", "", "Enter a title"),
            ("title", "x" * 81, "Shorten the title"),
            ("purpose", "", "Say what belongs on this board"),
            ("purpose", "x" * 501, "Shorten the purpose"),
        ],
    )
    def test_wrong_value_is_told_and_the_rest_kept(self, signed_in, field, value, message):
        filled = {"title": "Getting paid", "purpose": "Invoices.", field: value}
        page = signed_in.post_form(NEW, filled, status=422)
        assert any(message in error for error in page.errors)
        kept = page.fields(action=NEW)
        other = "purpose" if field == "title" else "title"
        assert kept[other] == [filled[other]]

    @pytest.mark.parametrize("field", ["readers", "start_sectors", "reply_sectors"])
    def test_choices_are_among_those_offered(self, signed_in, field):
        data = {"title": "A", "purpose": "B", "readers": "everyone", field: "royal"}
        token = signed_in.get(NEW).fields(action=NEW)["csrf_token"]
        signed_in.post(NEW, data={**data, "csrf_token": token}, status=422)

    def test_title_in_use(self, signed_in):
        make.make_board(title="Getting paid")
        page = signed_in.post_form(NEW, {"title": "Getting paid", "purpose": "x"}, status=422)
        assert "The centre has a board with this title already." in page.errors

    def test_others_may_not(self, client):
        client.sign_in(make.make_account(role="manager", centre=make.get_centre("london")))
        client.get(NEW, status=403)
        client.get(ORDER, status=403)
        client.sign_in(make.make_account(role="moderator")).get(NEW, status=403)

    def test_visitor_is_asked_to_sign_in(self, client):
        assert "/account/sign-in/" in client.get(NEW, status=303).headers["Location"]


class TestEdit:
    def test_form_holds_what_is_stored(self, signed_in):
        board = make.make_board(title="Getting paid", readers="members", reply_sectors=["public"])
        path = f"{board.path}edit/"
        held = signed_in.get(path).fields(action=path)
        assert held["title"] == ["Getting paid"]
        assert held["readers"] == ["members"]
        assert held["reply_sectors"] == ["public"]
        assert "start_sectors" not in held

    def test_change_is_shown(self, signed_in):
        board = make.make_board(title="Getting paid", reply_sectors=["public"])
        path = f"{board.path}edit/"
        changed = {"title": "Payment", "readers": "members", "reply_sectors": []}
        page = signed_in.follow(signed_in.post_form(path, changed, action=path))
        assert "Payment" in page.h1
        db.session.refresh(board)
        assert (board.readers, board.reply_sectors) == (Readers.MEMBERS, [])

    def test_every_post_waits_where_the_manager_says_so(self, signed_in):
        board = make.make_board()
        path = f"{board.path}edit/"
        assert "holds_posts" not in signed_in.get(path).fields(action=path)
        signed_in.post_form(path, {"holds_posts": "y"}, action=path)
        db.session.refresh(board)
        assert board.holds_posts
        assert signed_in.get(path).fields(action=path)["holds_posts"] == ["y"]
        signed_in.post_form(path, {"holds_posts": None}, action=path)
        db.session.refresh(board)
        assert not board.holds_posts

    def test_wrong_value(self, signed_in):
        path = f"{make.make_board(title='Getting paid').path}edit/"
        make.make_board(title="Payment")
        page = signed_in.post_form(path, {"title": "payment"}, action=path, status=422)
        assert "The centre has a board with this title already." in page.errors

    def test_later_of_two_sees_both_texts(self, signed_in, manager):
        board = make.make_board(title="Getting paid", start_sectors=["public"])
        path = f"{board.path}edit/"
        page = signed_in.get(path)
        settings = {"readers": Readers.MEMBERS, "start_sectors": ["private"], "reply_sectors": []}
        settings["holds_posts"] = True
        actions.edit_board(
            manager, board, version=board.version, title="First", purpose="1st", **settings
        )
        answer = signed_in.post_form(page, {"title": "Second"}, action=path, status=409)
        for text in ("First", "1st", "Members only", "Private", "All sectors", "Yes"):
            assert text in answer.main
        assert answer.fields(action=path)["title"] == ["Second"]
        signed_in.post_form(answer, {}, action=path)
        db.session.refresh(board)
        assert board.title == "Second"

    def test_others_may_not(self, client):
        board = make.make_board()
        elsewhere = make.make_account(role="manager", centre=make.get_centre("london"))
        client.sign_in(elsewhere).get(f"{board.path}edit/", status=403)

    def test_unknown_board(self, signed_in):
        signed_in.get("/centres/north-east/boards/nothing/edit/", status=404)


class TestOrder:
    def test_empty(self, signed_in):
        assert "No boards yet" in signed_in.get(ORDER).main

    def test_boards_move_without_script(self, signed_in):
        boards = [make.make_board(title=title) for title in ("A1", "B2", "C3")]
        page = signed_in.get(ORDER)
        assert shown_titles(page) == ["A1", "B2", "C3"]
        page = signed_in.follow(signed_in.post_form(page, button="Move up: C3"))
        assert shown_titles(page) == ["A1", "C3", "B2"]
        page = signed_in.follow(signed_in.post_form(page, button="Move down: A1"))
        assert shown_titles(page) == ["C3", "A1", "B2"]
        assert "Move up: C3" not in page.buttons
        assert "Move down: B2" not in page.buttons
        assert len(boards) == 3

    def test_archive_and_reopen(self, signed_in):
        make.make_board(title="A1")
        board = make.make_board(title="B2")
        page = signed_in.follow(signed_in.post_form(ORDER, button="Archive: A1"))
        assert shown_titles(page) == ["B2", "A1"]
        assert "Board archived." in page.words
        page = signed_in.follow(signed_in.post_form(page, button="Reopen: A1"))
        assert shown_titles(page) == ["A1", "B2"]
        assert queries.get_board(make.make_account(), "north-east", board.slug) is board

    @pytest.mark.parametrize("act", ["move", "archive", "reopen"])
    def test_others_may_not(self, client, act):
        board = make.make_board()
        other = make.make_account(role="manager", centre=make.get_centre("london"))
        own = make.make_board(make.get_centre("london"), title="Ours")
        client.sign_in(other)
        token = client.get(f"{own.path}edit/").fields(button="Save changes")["csrf_token"]
        client.post(f"{board.path}{act}/", data={"csrf_token": token}, status=403)
