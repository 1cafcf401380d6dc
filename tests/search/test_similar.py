"""Threads like the one that somebody is about to start: as they type, and before it is posted."""

import pytest

from forum.core.db import db
from forum.threads.models import Thread
from tests import factories as make
from tests.statements import count_statements, writes

TITLE = "Late payment by the main contractor on site"


@pytest.fixture
def member(app):
    return make.make_account()


@pytest.fixture
def board(app):
    return make.make_board(make.get_centre("london"), title="Paying")


def titles(browser, title, status=200):
    answer = browser.get(f"/search/similar/?title={title}", status=status)
    return [thread["title"] for thread in answer.json["threads"]]


def start(browser, board, status=303, **changes):
    topic = make.make_topic()
    given = {
        "title": "Main contractors who make late payments",
        "source": "Has anybody got an answer?",
        "kind": "question",
        "topics": [str(topic.id)],
        **changes,
    }
    return browser.post_form(f"{board.path}start/", given, button="Start thread", status=status)


class TestAsked:
    def test_the_one_that_shares_most_words_is_first(self, browser, member):
        make.make_thread(title="Payment of interest")
        make.make_thread(title="Late payment in winter")
        make.make_thread(title=TITLE)
        make.make_thread(title="Something about bread")
        found = titles(browser(member), "When the main contractor pays late: payments")
        assert found == [TITLE, "Late payment in winter"]

    def test_nothing_of_what_the_actor_may_not_read(self, browser, member):
        hidden = make.make_board(readers="members")
        make.make_thread(hidden, title=TITLE)
        make.make_thread(title=TITLE, state="hidden")
        make.make_thread(title=TITLE, state="pending")
        assert titles(browser(make.make_account(confirmed=False)), TITLE) == []
        assert titles(browser(member), TITLE) == [TITLE]

    def test_visitors_sign_in_first(self, client):
        client.get("/search/similar/?title=Late+payment", status=303)

    @pytest.mark.parametrize("title", ["", "the of", "%01", "%F0%9F%98%80", "x" * 5000, '"-:()'])
    def test_any_title(self, browser, member, title):
        browser(member).get(f"/search/similar/?title={title}")

    def test_two_statements_however_many_there_are(self, browser, member):
        page = browser(member)
        counts = []
        for more in (1, 12):
            for number in range(more):
                make.make_thread(title=f"{TITLE} number {number}")
            titles(page, TITLE)
            with count_statements() as statements:
                assert len(titles(page, TITLE)) == min(5, number + more)
            assert writes(statements) == []
            counts.append(len([one for one in statements if "search_" in one or "thread" in one]))
        assert counts == [2, 2]


class TestBeforePosting:
    def test_one_page_more_and_then_it_is_posted(self, browser, member, board):
        make.make_thread(title=TITLE)
        page = browser(member)
        answer = start(page, board, status=200)
        assert answer.h1 == "Start a thread"
        assert "Has this been discussed already?" in answer.main
        assert TITLE in answer.main
        assert "Has anybody got an answer?" in answer.find("textarea", name="source")[0].text
        assert count_threads() == 1
        answer = page.post_form(answer, button="Start thread")
        assert answer.status_code == 303
        assert count_threads() == 2

    def test_another_title_is_looked_at_anew(self, browser, member, board):
        make.make_thread(title=TITLE)
        make.make_thread(title="Weekly collection of garden waste")
        page = browser(member)
        answer = start(page, board, status=200)
        changed = {"title": "Collecting garden waste every week"}
        answer = page.post_form(answer, changed, button="Start thread", status=200)
        assert "Weekly collection of garden waste" in answer.main
        assert page.post_form(answer, button="Start thread").status_code == 303

    def test_nothing_similar_is_no_page(self, browser, member, board):
        make.make_thread(title="Weekly collection of garden waste")
        assert start(browser(member), board).status_code == 303

    def test_sent_twice_it_is_posted_once(self, browser, member, board):
        page = browser(member)
        form = page.get(f"{board.path}start/")
        topic = make.make_topic()
        given = {
            "title": TITLE,
            "source": "An answer?",
            "kind": "question",
            "topics": [str(topic.id)],
        }
        first = page.post_form(form, given, button="Start thread")
        second = page.post_form(form, given, button="Start thread")
        assert first.status_code == second.status_code == 303
        assert first.location == second.location
        assert count_threads() == 1

    def test_errors_come_first(self, browser, member, board):
        make.make_thread(title=TITLE)
        answer = start(browser(member), board, status=422, source="")
        assert "Has this been discussed already?" not in answer.main
        assert "Write your post" in answer.main


def count_threads():
    return db.session.query(Thread).count()
