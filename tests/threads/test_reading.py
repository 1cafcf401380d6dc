"""Reading a board's threads and a thread."""

from tests import factories as make


def test_visitor_reads_a_thread(client):
    thread = make.make_thread(title="Thirty days from what, exactly?", posts=3)
    page = client.get(thread.path)
    assert page.h1 == "Thirty days from what, exactly?"
    assert "Reply 3." in page.main


def test_board_lists_threads(client):
    thread = make.make_thread(title="Thirty days from what, exactly?")
    page = client.get(thread.board.path)
    assert "Thirty days from what, exactly?" in page.links
