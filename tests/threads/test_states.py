"""What becomes of a post: each change leaves every counter true, whatever came before it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.threads import actions, queries
from forum.threads.actions import states
from forum.threads.actions.restoring import put_state
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.models import Post
from tests import factories as make
from tests.threads.writing import (
    CENTRE,
    edit,
    events,
    first_post,
    fresh,
    reply,
    start,
    wrong_counters,
)

EFFECTS = {
    "publish": states.publish,
    "reject": lambda post: states.reject(post, rule="1.2", reason="Not so.", entry=3),
    "hide": lambda post: states.hide(post, rule="1.2", reason="Not so.", entry=3),
    "show again": states.show_again,
}


def hold_again(post):
    """What undoing an approval does."""
    put_state(post, PostState.PENDING, rule="", reason="", entry=None, holds=[CENTRE])


# From which states each can be done, and to which it leads.
ROADS = {
    "publish": ({"pending", "rejected"}, "visible"),
    "reject": ({"pending"}, "rejected"),
    "hide": ({"visible"}, "hidden"),
    "show again": ({"hidden"}, "visible"),
}


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("state", list(PostState))
@pytest.mark.parametrize("number", [1, 2])
def test_each_from_each_state(app, name, state, number):
    thread = make.make_thread(state=state if number == 1 else PostState.VISIBLE)
    post = first_post(thread) if number == 1 else make.make_post(thread, state=state)
    possible, target = ROADS[name]
    if state in possible:
        EFFECTS[name](post)
        assert fresh(post).state == target
        assert wrong_counters() == []
    else:
        with pytest.raises(Conflict):
            EFFECTS[name](post)
        assert fresh(post).state is state
    if number == 1:
        assert fresh(thread).state is post.state


@pytest.mark.parametrize("name", ["reject", "hide"])
def test_the_decision_stands_on_the_post_until_it_is_undone(app, name):
    state = "pending" if name == "reject" else "visible"
    post = make.make_post(make.make_thread(), state=state, holds=[CENTRE])
    EFFECTS[name](post)
    post = fresh(post)
    assert (post.hidden_rule, post.hidden_reason, post.entry_number) == ("1.2", "Not so.", 3)
    (states.publish if name == "reject" else states.show_again)(post)
    post = fresh(post)
    assert (post.hidden_rule, post.hidden_reason, post.entry_number) == ("", "", None)


def test_published_it_waits_for_nothing(app):
    post = make.make_post(make.make_thread(), state="pending", holds=[CENTRE])
    states.publish(post)
    assert fresh(post).holds == []


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("publish", ["PostPublished"]),
        ("reject", []),
        ("hide", ["PostHidden"]),
        ("show again", ["PostRestored"]),
    ],
)
def test_what_is_told(app, name, event):
    state = min(ROADS[name][0])
    EFFECTS[name](make.make_post(make.make_thread(), state=state))
    assert events() == event


def test_a_decision_about_what_the_author_withdrew_says_so(app):
    post = make.make_post(make.make_thread(), state="retracted")
    with pytest.raises(Conflict, match="The author has withdrawn this post"):
        states.publish(post)


def test_the_newest_shown_post_is_found_again(app):
    thread = make.make_thread(posts=3)
    newest = db.session.scalars(select(Post).filter_by(thread_id=thread.id, number=3)).one()
    hold_again(newest)
    assert (fresh(thread).last_shown, thread.last_number) == (2, 3)
    states.publish(newest)
    assert fresh(thread).last_shown == 3
    states.hide(newest, rule="", reason="No.", entry=None)
    assert fresh(thread).last_shown == 3


class Life:
    """A thread, and what may happen to its posts."""

    def __init__(self, screen):
        self.screen = screen
        self.author = make.make_account()
        self.board = make.make_board()
        self.thread = None

    def step(self, name, which, *, held):
        """Take the step with one of the posts, if it can be taken with it."""
        self.screen.holds = [CENTRE] if held else []
        if name == "start" or self.thread is None:
            self.thread = start(self.author, self.board)
            return
        posts = db.session.scalars(
            select(Post).filter_by(thread_id=self.thread.id).order_by(Post.number)
        ).all()
        post = fresh(posts[which % len(posts)])
        try:
            self.do(name, post)
        except (Conflict, Invalid, NotAllowed):
            db.session.rollback()

    def do(self, name, post):
        if name == "reply":
            reply(self.author, self.thread)
        elif name == "edit":
            edit(self.author, post, f"{post.source} more")
        elif name == "apply":
            actions.apply_held_edit(post)
        elif name == "hold again":
            hold_again(post)
        elif name == "withdraw":
            actions.withdraw_post(self.author, post)
        else:
            EFFECTS[name](post)
        make.commit()


STEPS = st.tuples(
    st.sampled_from(
        ["start", "reply", "reply", "edit", "apply", "withdraw", "hold again", *EFFECTS]
    ),
    st.integers(0, 5),
    st.booleans(),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_whatever_happens_the_counters_are_true(app, screen, steps):
    life = Life(screen)
    reader = make.make_account()
    for name, which, held in steps:
        life.step(name, which, held=held)
        assert wrong_counters() == [], (name, which, held)
    thread = fresh(life.thread)
    posts = db.session.scalars(select(Post).filter_by(thread_id=thread.id)).all()
    assert sorted(post.number for post in posts) == list(range(1, thread.last_number + 1))
    seen = {row.number for row in queries.posts_on_page(reader, thread, page=1)}
    assert seen == {post.number for post in posts if post.state not in UNPUBLISHED}
    assert max(seen, default=0) == thread.last_shown == queries.last_number_for(reader, thread)
