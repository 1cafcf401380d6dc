"""Slow mode and waiting, crossed with each way in which a member can put words on the site."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions as accounts
from forum.core import clock
from forum.core.access import Restriction
from forum.core.db import db
from forum.threads.enums import PostState, ThreadHold
from forum.threads.models import Draft, HeldEdit, Post
from tests import factories as make

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORDS = "From a valid invoice."
TITLE = "Thirty days from what, exactly?"


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOW):
        yield


class Scene:
    """A thread with a post and a rejected post of a member, who has posted a minute ago."""

    def __init__(self, client, expected):
        self.expected = expected
        self.member = make.make_account()
        self.board = make.make_board()
        self.thread = make.make_thread(self.board, at=NOW - timedelta(days=1))
        before = NOW - timedelta(minutes=1)
        self.post = make.make_post(self.thread, self.member, at=before, text="From what?")
        self.rejected = make.make_post(
            self.thread, self.member, at=before, text="Hire us.", state=PostState.REJECTED
        )
        self.topic = make.make_topic()
        self.browser = client.sign_in(self.member)

    def slow_thread(self):
        self.thread.slow_minutes = 30

    def slow_member(self):
        slow = Restriction("slow-mode", self.board.centre_id, None, minutes=30)
        accounts.set_restrictions(self.member, [slow])

    def hold_thread(self):
        self.thread.hold = ThreadHold.SENSITIVE

    def hold_board(self):
        self.board.holds_posts = True

    def both(self):
        self.slow_member()
        self.hold_board()

    def reply(self):
        return self.send(self.thread.path, {"source": WORDS}, "Post reply")

    def quote(self):
        page = self.browser.get(f"{self.thread.path}?quote={self.post.id}&text=From what?")
        quotation = page.fields(button="Post reply")["source"][0]
        assert "> From what?" in quotation
        return self.send(page, {"source": f"{quotation}\n\n{WORDS}"}, "Post reply")

    def send_draft(self):
        """What was saved as a draft before is posted."""
        fields = {"source": WORDS}
        self.browser.post_form(self.thread.path, fields, button="Save draft")
        return self.send(self.thread.path, {}, "Post reply")

    def thread_of_its_own(self):
        fields = {"title": TITLE, "source": WORDS, "topics": [str(self.topic.id)]}
        return self.send(f"{self.board.path}start/", fields, "Start thread")

    def edit(self):
        return self.send(f"/posts/{self.post.id}/edit/", {"source": WORDS}, "Save changes")

    def revise(self):
        return self.send(f"/posts/{self.rejected.id}/edit/", {"source": WORDS}, "Send again")

    def draft(self):
        return self.send(self.thread.path, {"source": WORDS}, "Save draft")

    def send(self, page, fields, button):
        """What became of the words, in a word."""
        status = 422 if self.expected == "refused" else 303
        answer = self.browser.post_form(page, fields, button=button, status=status)
        db.session.expire_all()
        posts = [post for post in self.posts() if post.source.endswith(WORDS)]
        if answer.status_code == 422:
            assert any(error.startswith("Slow mode is on.") for error in answer.errors)
            assert WORDS in answer.fields(button=button)["source"][0]
            assert posts == []
            return "refused"
        if posts:
            return {PostState.VISIBLE: "published", PostState.PENDING: "waits"}[posts[0].state]
        if db.session.scalars(select(HeldEdit).filter_by(post_id=self.post.id)).all():
            return "edit waits"
        (draft,) = db.session.scalars(select(Draft).filter_by(account_id=self.member.id))
        assert draft.source == WORDS
        return "saved"

    def posts(self):
        return db.session.scalars(select(Post).filter_by(author_id=self.member.id)).all()


# Slow mode is about new posts: it keeps nobody from mending one. Waiting is about whatever
# others would read. A thread's limits are no other thread's.
OUTCOMES = {
    None: {"published": ("reply", "quote", "send_draft", "thread_of_its_own", "edit")},
    "slow_thread": {
        "refused": ("reply", "quote", "send_draft"),
        "published": ("thread_of_its_own", "edit"),
    },
    "slow_member": {
        "refused": ("reply", "quote", "send_draft", "thread_of_its_own"),
        "published": ("edit",),
    },
    "hold_thread": {
        "waits": ("reply", "quote", "send_draft"),
        "published": ("thread_of_its_own",),
        "edit waits": ("edit",),
    },
    "hold_board": {
        "waits": ("reply", "quote", "send_draft", "thread_of_its_own"),
        "edit waits": ("edit",),
    },
    "both": {
        "refused": ("reply", "quote", "send_draft", "thread_of_its_own"),
        "edit waits": ("edit",),
    },
}
ALWAYS = {"saved": ("draft",), "waits": ("revise",)}


@pytest.mark.parametrize("limit", OUTCOMES)
def test_each_way_of_posting(client, limit):
    for outcomes in (OUTCOMES[limit], ALWAYS):
        for outcome, ways in outcomes.items():
            for way in ways:
                scene = Scene(client, outcome)
                if limit:
                    getattr(scene, limit)()
                make.commit()
                assert (way, getattr(scene, way)()) == (way, outcome)
