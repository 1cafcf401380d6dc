"""What moderation imposes on a member: stored, in force, ended, and what it forbids."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.accounts import actions, policy, queries
from forum.boards import policy as boards
from forum.core import clock
from forum.core.access import OPERATOR, Anonymous, Restriction
from forum.core.db import db
from forum.organisations import policy as organisations
from forum.threads import actions as threads
from forum.threads import policy as thread_policy
from tests import factories as make

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNTIL = datetime(2026, 12, 3, 9, tzinfo=UTC)
STANDING = "Read why on your standing page."


@pytest.fixture(autouse=True)
def frozen():
    with clock.at(NOW):
        yield


@pytest.fixture
def member(app):
    return make.make_account()


@pytest.fixture
def centre_id(app):
    return make.get_centre().id


def restrict(member, *restrictions):
    actions.set_restrictions(member, restrictions)
    make.commit()


class TestStored:
    def test_they_come_back_as_they_were(self, member, centre_id):
        all_of_them = [
            Restriction("slow-mode", centre_id, UNTIL, minutes=30, entry_number=7),
            Restriction("suspension", None, UNTIL),
            Restriction("ban"),
        ]
        restrict(member, *all_of_them)
        db.session.expire_all()
        assert member.restrictions_in(centre_id) == all_of_them

    def test_the_version_of_the_account_is_not_theirs(self, member):
        before = member.version
        restrict(member, Restriction("suspension"))
        assert member.version == before

    def test_new_ones_take_the_place_of_the_old(self, member):
        restrict(member, Restriction("suspension"))
        restrict(member)
        assert member.restrictions_in(None) == []

    def test_only_those_of_the_place(self, member, centre_id):
        london = make.get_centre("london").id
        here, everywhere = Restriction("suspension", centre_id), Restriction("suspension", None)
        restrict(member, here, everywhere)
        assert member.restrictions_in(centre_id) == [here, everywhere]
        assert member.restrictions_in(london) == [everywhere]
        assert member.restrictions_in(None) == [everywhere]

    def test_they_end_by_themselves(self, member):
        restrict(member, Restriction("suspension", None, UNTIL))
        with clock.at(UNTIL - timedelta(seconds=1)):
            assert member.restrictions_in(None)
        with clock.at(UNTIL):
            assert not member.restrictions_in(None)

    def test_nothing_is_imposed_on_others(self, centre_id):
        assert not Anonymous().restrictions_in(centre_id)
        assert not OPERATOR.restrictions_in(None)


class TestBan:
    def test_ends_all_sessions_once(self, member):
        token = make.make_session(member)
        restrict(member, Restriction("suspension"))
        assert queries.account_of_session(token)
        restrict(member, Restriction("ban"))
        assert queries.account_of_session(token) is None
        again = make.make_session(member)
        restrict(member, Restriction("ban"), Restriction("suspension"))
        assert queries.account_of_session(again)

    def test_banned_member_signs_in_and_reads_and_sees_the_account(self, client, member):
        restrict(member, Restriction("ban"))
        thread = make.make_thread()
        fields = {"email": member.email, "password": make.PASSWORD}
        client.post_form("/account/sign-in/", fields)
        assert client.get("/account/").h1 == "Your account"
        page = client.get(thread.path)
        assert f"You are banned from taking part. {STANDING}" in page.main
        assert "Post reply" not in page.buttons


class TestTakePart:
    @pytest.mark.parametrize(
        ("restriction", "reason"),
        [
            (("suspension", None, UNTIL), f"You cannot post until 3 December 2026. {STANDING}"),
            (("suspension", None, None), f"You cannot post. {STANDING}"),
            (
                ("suspension", None, NOW + timedelta(hours=3)),
                f"You cannot post until 23 November 2026 at 3:00pm. {STANDING}",
            ),
            (("ban", None, None), f"You are banned from taking part. {STANDING}"),
            (
                ("ban", None, UNTIL),
                f"You are banned from taking part until 3 December 2026. {STANDING}",
            ),
        ],
    )
    def test_everywhere(self, member, restriction, reason):
        restrict(member, Restriction(*restriction))
        assert policy.can_take_part(member).reason == reason

    def test_in_one_centre(self, member, centre_id):
        restrict(member, Restriction("suspension", centre_id, UNTIL))
        decision = policy.can_take_part(member, centre_id, place="North East")
        assert decision.reason == f"You cannot post in North East until 3 December 2026. {STANDING}"
        assert policy.can_take_part(member)
        assert policy.can_take_part(member, make.get_centre("london").id, place="London")

    def test_ban_is_told_first_then_what_lasts_longest(self, member):
        later = Restriction("suspension", None, UNTIL + timedelta(days=30))
        restrict(member, Restriction("suspension", None, UNTIL), later)
        assert "2 January 2027" in policy.can_take_part(member).reason
        restrict(member, Restriction("suspension"), later)
        assert "until" not in policy.can_take_part(member).reason
        restrict(member, Restriction("suspension"), Restriction("ban", None, UNTIL))
        assert "banned" in policy.can_take_part(member).reason

    def test_slow_mode_lets_take_part(self, member):
        restrict(member, Restriction("slow-mode", minutes=60))
        assert policy.can_take_part(member)

    def test_visitors_and_unconfirmed(self, app):
        assert policy.can_take_part(Anonymous()).reason == "Sign in to take part."
        unconfirmed = make.make_account(confirmed=False)
        assert "Confirm your email" in policy.can_take_part(unconfirmed).reason

    def test_organisations_ask_too(self, member, centre_id):
        organisation = make.make_organisation()
        restrict(member, Restriction("suspension", centre_id))
        assert organisations.can_register(member)
        restrict(member, Restriction("suspension"))
        assert not organisations.can_register(member)
        assert not organisations.can_join(member, organisation)


@pytest.mark.parametrize("kind", ["suspension", "ban"])
class TestPosting:
    def test_every_way_of_posting_is_closed_but_drafts_are_not(self, member, kind):
        thread, own = make.make_thread(), make.make_thread(author=member)
        post = make.make_post(own, member)
        restrict(member, Restriction(kind, None, UNTIL))
        assert not boards.can_start(member, thread.board)
        assert not boards.can_reply(member, thread.board)
        assert not thread_policy.can_start(member, thread.board)
        assert not thread_policy.can_reply(member, thread)
        assert not thread_policy.can_edit(member, post)
        assert thread_policy.can_withdraw(member, post)
        assert threads.save_reply_draft(member, thread, source="Later.", choices={})
        draft = {"title": "Later", "source": "Later.", "choices": {}}
        assert threads.save_thread_draft(member, thread.board, **draft)

    def test_pages_refuse_with_the_reason_and_keep_the_text(self, client, member, kind):
        thread = make.make_thread()
        restrict(member, Restriction(kind, None, UNTIL))
        client.sign_in(member)
        typed = {"csrf_token": client.token(), "source": "All that I say."}
        refused = client.post(f"/threads/{thread.id}/reply/", data=typed, status=403)
        assert "until 3 December 2026" in refused.main
        assert "All that I say." in refused.main
        client.post(f"/threads/{thread.id}/reply/", data={**typed, "do": "preview"}, status=403)
        client.post(f"{thread.board.path}start/", data=typed, status=403)
        client.post(f"/threads/{thread.id}/reply/", data={**typed, "do": "draft"})
        assert "All that I say." in client.get("/account/drafts/").main
        assert "until 3 December 2026" in client.get(thread.board.path).main
        assert "Start a thread" not in client.get(thread.board.path).links

    def test_afterwards_everything_is_as_before(self, client, member, kind):
        thread = make.make_thread()
        restrict(member, Restriction(kind, None, UNTIL))
        with clock.at(UNTIL):
            client.sign_in(member)
            client.post_form(thread.path, {"source": "Back again."}, button="Post reply")

    def test_another_centre_is_open_when_only_one_is_closed(self, member, kind):
        restrict(member, Restriction(kind, make.get_centre("london").id))
        assert thread_policy.can_reply(member, make.make_thread())
