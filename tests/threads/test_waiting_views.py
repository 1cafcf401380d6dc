"""What authors see of their posts that wait, were rejected, or are being changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from forum.core import clock
from forum.core.db import db
from forum.threads import actions
from forum.threads.actions import states
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit, Thread
from tests import factories as make
from tests.statements import count_statements
from tests.threads.writing import CENTRE, TITLE, edit, first_post, fresh, reply, start

WAITS = "Waiting for a moderator"
NOT_PUBLISHED = "A moderator did not publish this"
ONLY_YOU = "Only you and the moderators of this centre see this post"
FLASH = "Your post waits for a moderator."


@pytest.fixture
def author(app):
    return make.make_account(display_name="Leah Sutton")


@pytest.fixture
def own(client, author):
    """The browser of the author."""
    client.account = author
    return client.sign_in(author)


def notices(page):
    """The notices that stand on posts."""
    return page.texts("div", css="post__notice")


def land(browser, answer):
    """The page of the thread, to which the permalink of a post leads."""
    return browser.follow(browser.follow(answer, status=302))


class TestSending:
    def test_a_reply_that_waits(self, own, screen, browser):
        screen.holds = [{"why": "new-member", "first": 3}]
        thread = make.make_thread()
        answer = own.post_form(own.get(thread.path), {"source": "An answer."}, button="Post reply")
        page = land(own, answer)
        assert page.texts(css="notice__text")[0].startswith(FLASH)
        (notice,) = notices(page)
        assert WAITS in notice
        assert ONLY_YOU in notice
        assert (
            "Your first 3 posts in a centre are read by a moderator before others see them."
            in notice
        )
        assert "An answer." in page.main
        assert FLASH not in own.get(thread.path).main
        other = browser(make.make_account()).get(thread.path)
        assert "An answer." not in other.text
        assert notices(other) == []

    def test_a_thread_that_waits(self, own, screen, browser):
        screen.holds = [CENTRE]
        board, topic = make.make_board(), make.make_topic()
        fields = {"title": TITLE, "source": "When?", "topics": [str(topic.id)]}
        answer = own.post_form(own.get(f"{board.path}start/"), fields, button="Start thread")
        page = own.follow(answer)
        assert page.h1 == TITLE
        assert page.texts(css="notice__text")[0].startswith(FLASH)
        assert len(notices(page)) == 1
        assert "Nobody can reply before a moderator has published this thread." in page.main
        assert TITLE not in browser().get(board.path).text
        browser().get(fresh(db.session.scalars(select(Thread)).one()).path, status=404)

    def test_what_does_not_wait_says_nothing(self, own, screen):
        thread = make.make_thread()
        answer = own.post_form(own.get(thread.path), {"source": "Yes."}, button="Post reply")
        page = land(own, answer)
        assert FLASH not in page.main
        assert notices(page) == []

    def test_a_refused_text_is_kept_with_the_reason_beside_it(self, own, screen):
        screen.refuses = "Do not name bidders while the tender is open"
        thread = make.make_thread()
        page = own.post_form(
            own.get(thread.path), {"source": "Ann bids."}, button="Post reply", status=422
        )
        assert page.errors == ["Do not name bidders while the tender is open"]
        assert "Ann bids." in page.texts("textarea")[0]


UNTIL = datetime(2026, 12, 1, 12, 0, tzinfo=UTC).isoformat()


@pytest.mark.parametrize(
    ("hold", "to_author", "to_moderator"),
    [
        ({"why": "centre"}, "Every post in this centre is read", "Every post in this centre"),
        ({"why": "board"}, "Every post on this board is read", "Every post on this board"),
        (
            {"why": "new-member", "first": 1},
            "Your first post in a centre is read by a moderator before others see it.",
            "The first post of a member in a centre is read",
        ),
        (
            {"why": "new-member", "first": 5},
            "Your first 5 posts in a centre are read",
            "The first 5 posts of a member in a centre are read",
        ),
        (
            {"why": "watched-word", "word": "<b>cartel</b> & co"},
            "It contains “<b>cartel</b> & co”.",
            "It contains “<b>cartel</b> & co”.",
        ),
        (
            {"why": "links"},
            "It contains links. Those of new members are checked by a moderator first.",
            "It contains links, and its author is a new member.",
        ),
        (
            {"why": "speed"},
            "You have posted many times in a short while.",
            "Its author has posted many times in a short while.",
        ),
        ({"why": "thread", "hold": "sensitive"}, "This thread is about something sensitive", ""),
        ({"why": "thread", "hold": "slow"}, "This thread is slowed down", ""),
        (
            {"why": "thread", "hold": "live-tender", "until": UNTIL},
            "before others see it. This ends on 1 December 2026 at 12:00pm.",
            "This ends on 1 December 2026 at 12:00pm.",
        ),
        ({"why": "revised"}, "It was revised after a moderator did not publish it.", ""),
        ({"why": "edit"}, "It changes a post that others read already.", ""),
        ({"why": "a word of later"}, "A moderator reads it before others see it.", ""),
    ],
)
def test_why_it_waits_in_words(own, browser, hold, to_author, to_moderator):
    post = make.make_post(make.make_thread(), own.account, state="pending", holds=[hold])
    (notice,) = notices(own.get(post.thread.path))
    assert to_author in notice
    (notice,) = notices(browser(make.make_account(role="moderator")).get(post.thread.path))
    assert to_moderator in notice
    assert "Only its author and the moderators of this centre see this post so far." in notice


def test_every_reason_is_told(author, own):
    holds = [{"why": "centre"}, {"why": "speed"}]
    post = make.make_post(make.make_thread(), author, state="pending", holds=holds)
    (notice,) = notices(own.get(post.thread.path))
    assert "Every post in this centre" in notice
    assert "many times" in notice


class TestWhileItWaits:
    @pytest.fixture
    def post(self, author):
        thread = make.make_thread()
        return make.make_post(thread, author, text="one", state="pending", holds=[CENTRE])

    def test_notice_leads_to_editing_and_withdrawing(self, post, own):
        page = own.get(post.thread.path)
        assert page.links["Edit post (post 2)"] == f"/posts/{post.id}/edit/"
        assert page.links["Withdraw (post 2)"] == f"/posts/{post.id}/withdraw/"
        assert len([text for text in page.texts("a") if text == "Edit post (post 2)"]) == 1

    def test_moderator_may_edit_but_not_withdraw(self, post, browser):
        page = browser(make.make_account(role="moderator")).get(post.thread.path)
        assert "Edit post (post 2)" in page.links
        assert "Withdraw (post 2)" not in page.links
        assert "Hide post (post 2)" not in page.links

    def test_edit(self, post, own, screen):
        page = own.get(f"/posts/{post.id}/edit/")
        assert "This post waits for a moderator" in page.main
        answer = own.post_form(page, {"source": "two"}, button="Save changes")
        page = land(own, answer)
        assert page.texts(css="notice__text")[0].startswith(FLASH)
        assert "two" in page.main
        assert fresh(post).state is PostState.PENDING

    def test_withdraw(self, post, own, browser):
        page = own.get(f"/posts/{post.id}/withdraw/")
        assert "nothing will stand in its place" in page.main
        answer = own.post_form(page, button="Withdraw post")
        page = land(own, answer)
        assert "Withdrawn by its author before it was published" in page.main
        assert "one" not in page.texts(css="post-body")
        other = browser().get(post.thread.path)
        assert len(other.find("article")) == 1
        assert "Withdrawn" not in other.main

    def test_is_listed_beside_the_drafts(self, post, own, author, browser):
        rejected = make.make_thread(author=author, state="rejected", title="A thread of mine")
        page = own.get("/account/drafts/")
        assert page.links[f"Reply in “{post.thread.title}”"] == f"/posts/{post.id}/"
        assert page.links["A thread of mine"] == first_post(rejected).path
        assert [WAITS in page.main, NOT_PUBLISHED in page.main] == [True, True]
        other = browser(make.make_account()).get("/account/drafts/")
        assert "A thread of mine" not in other.text
        assert WAITS not in other.main

    def test_list_costs_the_same_for_many(self, post, own, author):
        counts = []
        for _ in range(2):
            own.get("/account/drafts/")
            make.commit()
            with count_statements() as statements:
                own.get("/account/drafts/")
            counts.append(len(statements))
            for _ in range(5):
                make.make_post(make.make_thread(), author, state="pending")
        assert counts[0] == counts[1], statements


class TestRejected:
    @pytest.fixture
    def post(self, author, screen):
        screen.holds = [CENTRE]
        post = reply(author, make.make_thread(), source="Buy from us.")
        states.reject(post, rule="2.1 Do not advertise.", reason="It <sells>.", entry=17)
        make.commit()
        return post

    def test_says_why_and_leads_to_the_decision(self, post, own):
        page = own.get(post.thread.path)
        (notice,) = notices(page)
        assert NOT_PUBLISHED in notice
        assert "Rule: 2.1 Do not advertise. Reason: It <sells>." in notice
        assert page.links["Read the decision"] == "/moderation-log/17/"
        assert page.links["Revise and send again (post 2)"] == f"/posts/{post.id}/edit/"

    def test_without_an_entry_there_is_no_link(self, post, own):
        post.entry_number = None
        make.commit()
        assert "Read the decision" not in own.get(post.thread.path).links

    def test_moderator_reads_the_same_without_what_authors_may(self, post, browser):
        page = browser(make.make_account(role="moderator")).get(post.thread.path)
        (notice,) = notices(page)
        assert "Only its author and the moderators of this centre see this post." in notice
        assert "Revise and send again (post 2)" not in page.links

    def test_revise_and_send_again(self, post, own, author, screen):
        page = own.get(f"/posts/{post.id}/edit/")
        assert "Rule: 2.1 Do not advertise." in page.main
        assert "Reason: It <sells>." in page.main
        refused = own.post_form(page, button="Send again", status=422)
        assert refused.errors == ["Change your post before you send it again"]
        answer = own.post_form(refused, {"source": "We sell too."}, button="Send again")
        page = land(own, answer)
        (notice,) = notices(page)
        assert WAITS in notice
        assert "It was revised after a moderator did not publish it." in notice
        assert "It <sells>." not in page.main
        history = own.get(f"/posts/{post.id}/history/")
        assert "Buy from us." in history.main

    def test_what_it_said_before_stays_unread_when_it_is_published(self, post, author, browser):
        edit(author, post, "We sell too.")
        states.publish(fresh(post))
        make.commit()
        other = browser()
        page = other.get(post.thread.path)
        assert "We sell too." in page.main
        assert "Edited" not in page.main
        history = other.get(f"/posts/{post.id}/history/")
        assert "Buy from us." not in history.text
        assert "We sell too." in history.main


class TestHeldEdit:
    @pytest.fixture
    def post(self, author, screen):
        post = reply(author, make.make_thread(), source="one")
        screen.holds = [{"why": "links"}]
        return post

    def save(self, own, post, source):
        answer = own.post_form(
            own.get(f"/posts/{post.id}/edit/"), {"source": source}, button="Save changes"
        )
        return land(own, answer)

    def test_the_author_sees_that_it_waits_and_its_text(self, post, own):
        page = self.save(own, post, "two & three")
        assert "Your changes wait for a moderator." in page.texts(css="notice__text")[0]
        (notice,) = notices(page)
        assert "Changes to this post wait for a moderator" in notice
        assert page.texts("pre", css="stored") == ["two & three"]
        assert "one" in page.texts(css="post-body")[-1]

    def test_so_do_moderators_and_nobody_else(self, post, own, browser):
        self.save(own, post, "two & three")
        moderator = browser(make.make_account(role="moderator")).get(post.thread.path)
        assert moderator.texts("pre", css="stored") == ["two & three"]
        elsewhere = make.make_account(role="moderator", centre=make.get_centre("london"))
        for reader in (browser(), browser(make.make_account()), browser(elsewhere)):
            page = reader.get(post.thread.path)
            assert "two &" not in page.text
            assert "wait for a moderator" not in page.main
            assert "two &" not in reader.get(f"/posts/{post.id}/history/").text

    def test_the_form_begins_with_what_waits(self, post, own):
        self.save(own, post, "two")
        page = own.get(f"/posts/{post.id}/edit/")
        assert page.texts("textarea") == ["two"]
        assert "what you save now takes their place" in page.main
        self.save(own, post, "three")
        assert db.session.scalars(select(HeldEdit.source)).all() == ["three"]

    def test_a_moderator_edits_what_others_read(self, post, own, browser):
        self.save(own, post, "two")
        page = browser(make.make_account(role="moderator")).get(f"/posts/{post.id}/edit/")
        assert page.texts("textarea") == ["one"]

    def test_taken_back(self, post, own):
        self.save(own, post, "two")
        page = self.save(own, post, "one")
        assert notices(page) == []
        assert db.session.scalars(select(HeldEdit)).all() == []

    def test_applied_it_can_be_read(self, post, own, browser):
        self.save(own, post, "two")
        actions.apply_held_edit(fresh(post))
        make.commit()
        page = browser().get(post.thread.path)
        assert page.texts(css="post-body")[-1] == "two"
        assert "Edited" in page.main


class TestHidden:
    @pytest.fixture
    def post(self, author):
        post = make.make_post(make.make_thread(), author)
        states.hide(post, rule="3.2 Name no bidders", reason="It names one.", entry=5)
        make.commit()
        return post

    def test_tombstone_has_rule_reason_and_decision(self, post, browser):
        page = browser().get(post.thread.path)
        (tombstone,) = page.texts("p", css="post__tombstone")
        assert "Hidden by a moderator. Rule: 3.2 Name no bidders. Reason: It names one." in (
            tombstone
        )
        assert page.links["Read the decision"] == "/moderation-log/5/"

    def test_without_an_entry_there_is_no_link(self, post, browser):
        post.entry_number = None
        make.commit()
        assert "Read the decision" not in browser().get(post.thread.path).links

    def test_its_author_reads_the_same_above_the_text(self, post, own):
        page = own.get(post.thread.path)
        (notice,) = page.texts("p", css="post__notice")
        assert "only its author and the moderators see it" in notice
        assert "3.2 Name no bidders" in notice
        assert page.links["Read the decision"] == "/moderation-log/5/"


def test_published_it_stands_at_its_time_among_the_others(app, screen, browser):
    screen.holds = [CENTRE]
    now = clock.now()
    with clock.at(now - timedelta(hours=3)):
        thread = make.make_thread()
        post = reply(make.make_account(), thread, source="The second.")
    screen.holds = []
    with clock.at(now - timedelta(hours=2)):
        reply(make.make_account(), thread, source="The third.")
    states.publish(fresh(post))
    make.commit()
    page = browser().get(thread.path)
    assert page.texts(css="post-body")[1:] == ["The second.", "The third."]


def test_a_waiting_thread_published_is_on_its_board(app, screen, browser):
    screen.holds = [CENTRE]
    thread = start(make.make_account())
    states.publish(first_post(thread))
    make.commit()
    assert TITLE in browser().get(thread.board.path).main
    assert notices(browser().get(thread.path)) == []


def test_what_waits_where_the_thread_was_hidden_is_not_listed(own, author):
    open_thread, hidden = make.make_thread(), make.make_thread(state="hidden")
    make.make_post(open_thread, author, text="It waits.", state="pending")
    make.make_post(hidden, author, text="It waits, too.", state="pending")
    listed = own.get("/account/drafts/").main
    assert open_thread.title in listed
    assert hidden.title not in listed
