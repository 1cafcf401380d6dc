"""Slow mode, of a thread and of a member: who waits how long, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts import actions as accounts
from forum.core import clock
from forum.core.access import Restriction
from forum.core.db import db
from forum.core.errors import Invalid
from forum.threads import actions, policy
from forum.threads.models import Post
from tests import factories as make
from tests.statements import count_statements

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGAIN = "Slow mode is on. You can post again on 23 November 2026 at 12:20pm."


def minutes(number):
    return timedelta(minutes=number)


@pytest.fixture(autouse=True)
def frozen():
    with clock.at(NOW):
        yield


@pytest.fixture
def member(app):
    return make.make_account()


@pytest.fixture
def slow_thread(app):
    return make.make_thread(slow_minutes=30, at=NOW - minutes(90))


def slow_member(member, pause=30, *, centre=None, until=None):
    slow = Restriction("slow-mode", centre.id if centre else None, until, minutes=pause)
    accounts.set_restrictions(member, [slow])
    make.commit()


def reply(member, thread, *, submission_id="one", source="A reply."):
    return actions.reply(
        member, thread, source=source, organisation_id=None, submission_id=submission_id
    )


class TestThread:
    def test_pause_counts_from_the_own_latest_post_in_the_thread(self, member, slow_thread):
        make.make_post(slow_thread, member, at=NOW - minutes(50))
        assert policy.can_reply(member, slow_thread)
        make.make_post(slow_thread, member, at=NOW - minutes(10))
        make.make_post(slow_thread, at=NOW - minutes(1))
        decision = policy.can_reply(member, slow_thread)
        assert decision.reason.startswith(AGAIN)
        with clock.at(NOW + minutes(20)):
            assert policy.can_reply(member, slow_thread)

    def test_posts_elsewhere_do_not_count(self, member, slow_thread):
        make.make_post(make.make_thread(), member, at=NOW)
        assert policy.can_reply(member, slow_thread)

    @pytest.mark.parametrize("state", ["pending", "hidden", "withdrawn", "rejected"])
    def test_posts_in_any_state_count(self, member, slow_thread, state):
        make.make_post(slow_thread, member, at=NOW - minutes(10), state=state)
        assert not policy.can_reply(member, slow_thread)

    def test_seconds_are_rounded_up(self, member, slow_thread):
        make.make_post(slow_thread, member, at=NOW - minutes(10) + timedelta(seconds=1))
        assert "12:21pm" in policy.can_reply(member, slow_thread).reason

    def test_it_ends_by_itself(self, member, slow_thread):
        make.make_post(slow_thread, member, at=NOW)
        slow_thread.slow_until = NOW + minutes(5)
        assert not policy.can_reply(member, slow_thread)
        with clock.at(NOW + minutes(5)):
            assert policy.can_reply(member, slow_thread)

    def test_moderators_need_not_wait(self, slow_thread):
        moderator = make.make_account(role="moderator")
        make.make_post(slow_thread, moderator, at=NOW)
        assert policy.can_reply(moderator, slow_thread)
        elsewhere = make.make_account(role="moderator", centre=make.get_centre("london"))
        make.make_post(slow_thread, elsewhere, at=NOW)
        assert not policy.can_reply(elsewhere, slow_thread)

    def test_page_tells_and_refusal_keeps_the_text(self, client, member, slow_thread):
        page = client.sign_in(member).get(slow_thread.path)
        assert "Slow mode: 30 minutes between two posts of a member." in page.main
        make.make_post(slow_thread, member, at=NOW - minutes(10))
        refused = client.post_form(page, {"source": "Too fast."}, button="Post reply", status=422)
        assert any(error.startswith(AGAIN) for error in refused.errors)
        assert refused.fields(button="Post reply")["source"] == ["Too fast."]
        assert AGAIN in client.get(slow_thread.path).main
        client.post_form(refused, {}, button="Save draft")
        with clock.at(NOW + minutes(21)):
            client.sign_in(member)
            client.post_form(slow_thread.path, {}, button="Post reply")

    def test_sending_twice_is_still_one_post(self, member, slow_thread):
        first = reply(member, slow_thread)
        assert reply(member, slow_thread).id == first.id
        with pytest.raises(Invalid, match="Slow mode") as refused:
            reply(member, slow_thread, submission_id="two", source="And more.")
        assert refused.value.field == "source"
        count = select(func.count()).select_from(Post).where(Post.author_id == member.id)
        assert db.session.scalar(count) == 1


class TestMember:
    def test_pause_counts_in_the_whole_centre(self, member):
        slow_member(member, centre=make.get_centre())
        make.make_post(make.make_thread(), member, at=NOW - minutes(10))
        thread = make.make_thread()
        assert policy.can_reply(member, thread).reason.startswith(AGAIN)
        assert policy.can_start(member, thread.board).reason.startswith(AGAIN)
        london = make.make_thread(make.make_board(make.get_centre("london")))
        assert policy.can_reply(member, london)

    def test_posts_in_other_centres_count_when_it_holds_everywhere(self, member):
        slow_member(member)
        london = make.make_thread(make.make_board(make.get_centre("london")))
        make.make_post(london, member, at=NOW - minutes(10))
        assert not policy.can_reply(member, make.make_thread())

    def test_posts_in_other_centres_do_not_count_when_it_holds_here(self, member):
        slow_member(member, centre=make.get_centre())
        london = make.make_thread(make.make_board(make.get_centre("london")))
        make.make_post(london, member, at=NOW - minutes(10))
        assert policy.can_reply(member, make.make_thread())

    def test_longer_pause_of_two_counts(self, member, slow_thread):
        slow_member(member, 120)
        make.make_post(slow_thread, member, at=NOW - minutes(10))
        assert "1:50pm" in policy.can_reply(member, slow_thread).reason

    def test_it_ends_by_itself(self, member):
        slow_member(member, until=NOW + minutes(5))
        thread = make.make_thread()
        make.make_post(thread, member, at=NOW)
        assert not policy.can_reply(member, thread)
        with clock.at(NOW + minutes(5)):
            assert policy.can_reply(member, thread)

    def test_new_threads_wait_too_and_nothing_is_lost(self, client, member):
        slow_member(member)
        board, topic = make.make_board(), make.make_topic()
        page = client.sign_in(member).get(f"{board.path}start/")
        make.make_post(make.make_thread(), member, at=NOW - minutes(10))
        typed = {"title": "Thirty days from what?", "source": "Said.", "topics": str(topic.id)}
        refused = client.post_form(page, typed, button="Start thread", status=422)
        assert any(error.startswith(AGAIN) for error in refused.errors)
        assert refused.fields(button="Start thread")["title"] == [typed["title"]]
        assert "Start a thread" not in client.get(board.path).links


def test_it_costs_one_statement_and_only_where_it_is_on(app, member, slow_thread):
    slow_member(member)
    thread = make.make_thread()
    other = make.make_account()
    checks = [(member, slow_thread, 1), (member, thread, 1), (other, slow_thread, 1)]
    for actor, where, expected in [*checks, (other, thread, 0)]:
        assert policy.can_join(actor, where)
        with count_statements() as statements:
            policy.keeps_pace(actor, where.centre_id, where)
        assert len(statements) == expected
