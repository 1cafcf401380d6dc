"""Decisions about threads: what becomes of posts, numbers, counters, addresses; and undoing."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.core import audit, clock
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, MovedInto, NotAllowed, NotFound
from forum.core.outbox import OutboxEvent
from forum.moderation import actions
from forum.moderation.enums import DecisionKind, ItemKind
from forum.ops.queries import counters
from forum.threads import actions as writing
from forum.threads import queries as threads
from forum.threads.enums import PostState, ThreadHold, ThreadKind, TrailKind
from forum.threads.models import Draft, Interest, Post, Thread, ThreadTopic, TrailLine
from tests import factories as make
from tests.moderation.making import decisions, entries, moderator, queue, ruling

REASON = "The same is asked elsewhere. Please go on there."


@pytest.fixture
def judge(app):
    return moderator()


def why(reason=REASON, **fields):
    return ruling(reason=reason, **{"clause": "", **fields})


def wrong_counters():
    return [
        *counters.wrong_threads(),
        *counters.wrong_boards(),
        *counters.wrong_voices(),
        *counters.wrong_thread_topics(),
    ]


def posts_of(thread_id):
    """Number, id, author and time of every post of a thread."""
    rows = select(Post.number, Post.id, Post.author_id, Post.created_at)
    return [
        tuple(row)
        for row in db.session.execute(rows.filter_by(thread_id=thread_id).order_by(Post.number))
    ]


def post_ids(thread):
    return [row[1] for row in posts_of(thread.id)]


def columns(thread_id):
    """Everything that a thread row holds, but for its version."""
    row = db.session.execute(select(Thread.__table__).where(Thread.id == thread_id)).one()
    return {
        name: value for name, value in row._asdict().items() if name not in {"version", "has_trail"}
    }


def topics_of(thread_id):
    return sorted(db.session.scalars(select(ThreadTopic.topic_id).filter_by(thread_id=thread_id)))


def trail(thread):
    lines = db.session.scalars(
        select(TrailLine).filter_by(thread_id=thread.id).order_by(TrailLine.id)
    )
    return [(line.kind, line.entry_number) for line in lines]


def snapshot():
    """All threads, posts' places and ties to topics: what undoing must give back."""
    ids = db.session.scalars(select(Thread.id).order_by(Thread.id)).all()
    return {key: (columns(key), posts_of(key), topics_of(key)) for key in ids}


def london():
    return make.get_centre("london")


class TestSettings:
    def test_a_lock_has_rule_reason_and_end(self, app, judge):
        thread = make.make_thread()
        until = clock.now() + timedelta(days=2)
        decision = actions.lock_thread(judge, thread, ruling=ruling(until=until))
        assert (thread.is_locked, thread.locked_until) == (True, until)
        assert thread.locked_reason.startswith("This sells")
        assert decision.until == until
        assert (decision.account_id, decision.thread_id) == (thread.author_id, thread.id)
        assert trail(thread) == [(TrailKind.LOCKED, decision.entry_number)]
        assert entries()[-1].action == "lock"
        assert "ThreadLocked" in {event.name for event in db.session.query(OutboxEvent)}

    def test_each_is_undone_exactly(self, app, judge):
        thread, topic = make.make_thread(), make.make_topic().id
        acts = (
            lambda: actions.lock_thread(judge, thread, ruling=ruling()),
            lambda: actions.pin_thread(judge, thread, ruling=why("")),
            lambda: actions.slow_thread(judge, thread, minutes=30, ruling=why()),
            lambda: actions.hold_thread(judge, thread, why=ThreadHold.SENSITIVE, ruling=why()),
            lambda: actions.retopic_thread(judge, thread, topic_ids=[topic], ruling=why()),
        )
        for act in acts:
            before = snapshot()
            decision = act()
            assert snapshot() != before
            actions.undo_decision(judge, decision.id)
            db.session.expire_all()
            assert snapshot() == before

    def test_unlocking_and_unpinning_are_undone_with_their_ends(self, app, judge):
        until = clock.now() + timedelta(days=2)
        thread = make.make_thread(
            is_locked=True,
            locked_reason="x",
            locked_until=until,
            is_pinned=True,
            pinned_until=until,
        )
        before = snapshot()
        for act in (actions.unlock_thread, actions.unpin_thread):
            actions.undo_decision(judge, act(judge, thread, ruling=why("")).id)
        assert snapshot() == before

    def test_twice_is_a_conflict(self, app, judge):
        thread = make.make_thread(is_locked=True, is_pinned=True)
        for act in (actions.lock_thread, actions.pin_thread):
            with pytest.raises(Conflict):
                act(judge, thread, ruling=ruling())
        plain = make.make_thread()
        for act in (actions.unlock_thread, actions.unpin_thread):
            with pytest.raises(Conflict):
                act(judge, plain, ruling=why(""))
        assert decisions() == []

    def test_a_lock_needs_clause_and_reason(self, app, judge):
        thread = make.make_thread()
        for wrong, field in ((why(), "clause"), (ruling(reason=" "), "reason")):
            with pytest.raises(Invalid) as caught:
                actions.lock_thread(judge, thread, ruling=wrong)
            assert caught.value.field == field
        past = ruling(until=clock.now() - timedelta(minutes=1))
        with pytest.raises(Invalid) as caught:
            actions.lock_thread(judge, thread, ruling=past)
        assert caught.value.field == "until"
        db.session.refresh(thread)
        assert not thread.is_locked
        assert entries() == []

    @pytest.mark.parametrize("minutes", [-1, 1441, 0])
    def test_minutes_have_limits(self, app, judge, minutes):
        with pytest.raises(Invalid) as caught:
            actions.slow_thread(judge, make.make_thread(), minutes=minutes, ruling=why())
        assert caught.value.field == "minutes"

    def test_slow_mode_and_holding_end(self, app, judge):
        thread = make.make_thread(slow_minutes=5, hold=ThreadHold.SLOW)
        later = clock.now() + timedelta(days=1)
        actions.slow_thread(judge, thread, minutes=0, ruling=why(until=later))
        actions.hold_thread(judge, thread, why=None, ruling=why())
        assert (thread.slow_minutes, thread.slow_until, thread.hold) == (0, None, None)
        with pytest.raises(Invalid):
            actions.hold_thread(judge, thread, why=None, ruling=why())

    @pytest.mark.parametrize("count", [0, 6])
    def test_one_to_five_topics(self, app, judge, count):
        thread = make.make_thread()
        chosen = [make.make_topic().id for _ in range(count)]
        before = topics_of(thread.id)
        with pytest.raises(Invalid) as caught:
            actions.retopic_thread(judge, thread, topic_ids=chosen, ruling=why())
        assert caught.value.field == "topics"
        assert topics_of(thread.id) == before

    def test_the_topics_that_it_has_are_no_change(self, app, judge):
        topics = [make.make_topic().id for _ in range(2)]
        thread = make.make_thread()
        actions.retopic_thread(judge, thread, topic_ids=topics, ruling=why())
        with pytest.raises(Invalid, match="topics of the thread already") as caught:
            actions.retopic_thread(judge, thread, topic_ids=topics[::-1], ruling=why())
        assert caught.value.field == "topics"
        assert (len(decisions()), len(entries()), len(trail(thread))) == (1, 1, 1)

    def test_staff_pin_what_they_announce_but_lock_nothing_of_their_own(self, app, judge):
        own = make.make_thread(author=judge, kind=ThreadKind.ANNOUNCEMENT)
        actions.pin_thread(judge, own, ruling=why(""))
        actions.unpin_thread(judge, own, ruling=why(""))
        with pytest.raises(NotAllowed):
            actions.lock_thread(judge, own, ruling=ruling())
        with pytest.raises(NotAllowed):
            actions.pin_thread(judge, make.make_thread(author=judge), ruling=why(""))


class TestMove:
    def test_everything_goes_along(self, app, judge):
        thread = make.make_thread(posts=3)
        draft = make.make_draft(make.make_account(), thread=thread)
        board, old = make.make_board(), thread.board
        places = posts_of(thread.id)
        actions.move_thread(judge, thread, board=board, ruling=why())
        db.session.expire_all()
        assert (thread.board_id, thread.centre_id) == (board.id, board.centre_id)
        assert posts_of(thread.id) == places
        assert draft.board_id == board.id
        assert (old.thread_count, old.post_count, old.last_post_at) == (0, 0, None)
        assert (board.thread_count, board.post_count) == (1, 3)
        assert trail(thread)[0][0] is TrailKind.MOVED
        assert wrong_counters() == []

    def test_to_another_centre_with_its_items(self, app, judge):
        make.grant_role(judge, "moderator", centre=london())
        thread = make.make_thread()
        item = queue(make.make_post(thread), ItemKind.REPORT)
        before = snapshot()
        board = make.make_board(london())
        decision = actions.move_thread(judge, thread, board=board, ruling=why())
        db.session.expire_all()
        assert thread.centre_id == item.centre_id == london().id
        assert wrong_counters() == []
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert snapshot() == before
        assert item.centre_id == thread.centre_id
        assert wrong_counters() == []

    def test_not_to_a_centre_of_others(self, app, judge):
        thread = make.make_thread()
        with pytest.raises(NotAllowed):
            actions.move_thread(judge, thread, board=make.make_board(london()), ruling=why())
        assert decisions() == []

    def test_not_where_it_is_nor_to_an_archive(self, app, judge):
        thread = make.make_thread()
        for board in (thread.board, make.make_board(archived=True)):
            with pytest.raises(Invalid) as caught:
                actions.move_thread(judge, thread, board=board, ruling=why())
            assert caught.value.field == "board"

    def test_not_where_its_author_cannot_read(self, app, judge):
        thread = make.make_thread(author=make.make_account(confirmed=False))
        with pytest.raises(Invalid, match="started the thread cannot read"):
            actions.move_thread(
                judge, thread, board=make.make_board(readers="members"), ruling=why()
            )

    def test_what_members_wrote_for_members_is_not_shown_to_all(self, app, judge):
        thread = make.make_thread(make.make_board(readers="members"))
        with pytest.raises(Invalid, match="for members only"):
            actions.move_thread(judge, thread, board=make.make_board(), ruling=why())
        assert thread.board.readers == "members"

    def test_undoing_does_not_show_what_was_written_for_members_since(self, app, judge):
        thread = make.make_thread()
        board = make.make_board(readers="members")
        decision = actions.move_thread(judge, thread, board=board, ruling=why())
        make.make_post(thread)
        with pytest.raises(Conflict):
            actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert thread.board_id == board.id


class TestMerge:
    def test_posts_follow_with_times_and_authors(self, app, judge):
        into, thread = make.make_thread(posts=2), make.make_thread(posts=3)
        moved = [(author, at) for _, _, author, at in posts_of(thread.id)]
        ids = post_ids(into) + post_ids(thread)
        actions.merge_threads(judge, thread, into=into, ruling=why())
        db.session.expire_all()
        assert [row[1] for row in posts_of(into.id)] == ids
        assert [row[0] for row in posts_of(into.id)] == [1, 2, 3, 4, 5]
        assert [(author, at) for _, _, author, at in posts_of(into.id)[2:]] == moved
        assert thread.merged_into_id == into.id
        assert trail(into)[0][0] is TrailKind.MERGED
        assert wrong_counters() == []
        assert thread.board.thread_count == 0

    def test_addresses_lead_on_through_a_chain(self, app, judge):
        first, second, third = (make.make_thread() for _ in range(3))
        actions.merge_threads(judge, first, into=second, ruling=why())
        actions.merge_threads(judge, second, into=third, ruling=why())
        for reader in (judge, make.make_account(), first.author):
            with pytest.raises(MovedInto) as moved:
                threads.get_thread(reader, first.id)
            assert moved.value.into_id == third.id

    def test_nothing_is_told_of_a_thread_that_may_not_be_seen(self, app, judge):
        board = make.make_board(readers="members")
        thread, into = make.make_thread(board), make.make_thread(board)
        actions.merge_threads(judge, thread, into=into, ruling=why())
        with pytest.raises(NotFound) as refused:
            threads.get_thread(make.make_account(confirmed=False), thread.id)
        assert not isinstance(refused.value, MovedInto)

    def test_is_undone_exactly(self, app, judge):
        into = make.make_thread(posts=2)
        thread = make.make_thread(posts=3, organisation=make.make_organisation())
        make.make_post(thread, state="pending")
        make.make_post(thread, state="hidden")
        thread.accepted_post_id = post_ids(thread)[1]
        make.commit()
        before = snapshot()
        decision = actions.merge_threads(judge, thread, into=into, ruling=why())
        db.session.expire_all()
        assert into.accepted_post_id == decision.before["accepted"]
        assert wrong_counters() == []
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert snapshot() == before
        assert wrong_counters() == []

    def test_own_accepted_answer_stays(self, app, judge):
        into, thread = make.make_thread(posts=2), make.make_thread(posts=2)
        for one in (into, thread):
            one.accepted_post_id = post_ids(one)[1]
        make.commit()
        mine = into.accepted_post_id
        actions.merge_threads(judge, thread, into=into, ruling=why())
        db.session.expire_all()
        assert into.accepted_post_id == mine

    def test_a_reply_since_stands_in_the_way_of_undoing(self, app, judge):
        into, thread = make.make_thread(), make.make_thread()
        decision = actions.merge_threads(judge, thread, into=into, ruling=why())
        make.make_post(into)
        places = posts_of(into.id)
        with pytest.raises(Conflict, match="happened in this thread since"):
            actions.undo_decision(judge, decision.id)
        assert posts_of(into.id) == places
        assert decisions()[-1].kind is DecisionKind.MERGE

    def test_not_into_itself(self, app, judge):
        thread = make.make_thread()
        with pytest.raises(Invalid) as caught:
            actions.merge_threads(judge, thread, into=thread, ruling=why())
        assert caught.value.field == "into"
        assert thread.merged_into_id is None

    def test_not_twice_and_not_into_one_that_was_merged(self, app, judge):
        thread, into, third = (make.make_thread() for _ in range(3))
        actions.merge_threads(judge, thread, into=into, ruling=why())
        with pytest.raises(Conflict):
            actions.merge_threads(judge, thread, into=third, ruling=why())
        with pytest.raises(Conflict):
            actions.merge_threads(judge, third, into=thread, ruling=why())
        assert len(decisions()) == 1

    def test_not_into_a_centre_of_others(self, app, judge):
        thread, into = make.make_thread(), make.make_thread(make.make_board(london()))
        with pytest.raises(NotAllowed):
            actions.merge_threads(judge, thread, into=into, ruling=why())
        with pytest.raises(NotAllowed):
            actions.merge_threads(judge, into, into=thread, ruling=why())
        assert (thread.merged_into_id, into.merged_into_id) == (None, None)

    def test_not_where_others_read(self, app, judge):
        thread = make.make_thread(make.make_board(readers="members"))
        with pytest.raises(Invalid, match="Different people"):
            actions.merge_threads(judge, thread, into=make.make_thread(), ruling=why())

    def test_a_reply_that_was_too_late_is_not_lost_in_the_old_thread(self, app, judge):
        author, thread, into = make.make_account(), make.make_thread(), make.make_thread()
        actions.merge_threads(judge, thread, into=into, ruling=why())
        # What a browser held before: the thread could still be seen.
        thread.state = PostState.VISIBLE
        make.commit()
        with pytest.raises(Conflict, match="merged into another"):
            writing.reply(author, thread, source="Late", organisation_id=None, submission_id="x")
        assert posts_of(thread.id) == []

    def test_drafts_and_interests_go_along_and_come_back(self, app, judge):
        thread, into = make.make_thread(), make.make_thread()
        writer, both = make.make_account(), make.make_account()
        make.make_draft(writer, thread=thread)
        make.make_draft(both, thread=thread, source="mine")
        make.make_draft(both, thread=into)
        declare(writer, thread)
        decision = actions.merge_threads(judge, thread, into=into, ruling=why())
        db.session.expire_all()
        assert draft_threads(writer) == [into.id]
        assert draft_threads(both) == sorted([thread.id, into.id])
        assert db.session.scalars(select(Interest.thread_id)).all() == [into.id]
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert draft_threads(writer) == [thread.id]
        assert db.session.scalars(select(Interest.thread_id)).all() == [thread.id]


def declare(account, thread, text="I sell this."):
    now = clock.now()
    db.session.add(
        Interest(
            account_id=account.id,
            thread_id=thread.id,
            text=text,
            declared_at=now,
            expires_at=now + timedelta(days=365),
        )
    )
    make.commit()


def draft_threads(account):
    return sorted(db.session.scalars(select(Draft.thread_id).filter_by(account_id=account.id)))


def split(judge, thread, numbers, **fields):
    by_number = {row[0]: row[1] for row in posts_of(thread.id)}
    return actions.split_thread(
        judge,
        thread,
        **{
            "post_ids": [by_number[number] for number in numbers],
            "title": "Another question altogether",
            "topic_ids": topics_of(thread.id),
            "ruling": why(),
            **fields,
        },
    )


class TestSplit:
    def test_chosen_posts_stand_in_a_thread_of_their_own(self, app, judge):
        thread = make.make_thread(posts=5)
        by_number = {row[0]: row for row in posts_of(thread.id)}
        decision = split(judge, thread, [4, 2])
        db.session.expire_all()
        new = threads.get_thread(judge, decision.before["new"])
        assert [row[1] for row in posts_of(new.id)] == [by_number[2][1], by_number[4][1]]
        assert [row[0] for row in posts_of(new.id)] == [1, 2]
        assert [row[0] for row in posts_of(thread.id)] == [1, 3, 5]
        assert new.created_at == by_number[2][3]
        assert new.author_id == by_number[2][2]
        assert new.slug == "another-question-altogether"
        assert (trail(thread)[0][0], trail(new)[0][0]) == (TrailKind.SPLIT_OFF, TrailKind.SPLIT)
        assert wrong_counters() == []

    def test_is_undone_exactly_and_the_new_address_leads_back(self, app, judge):
        thread = make.make_thread(posts=5, organisation=make.make_organisation())
        make.make_post(thread, state="pending")
        thread.accepted_post_id = post_ids(thread)[3]
        make.commit()
        before = snapshot()
        decision = split(judge, thread, [2, 4, 6])
        assert wrong_counters() == []
        actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        after = snapshot()
        assert {key: after[key] for key in before} == before
        with pytest.raises(MovedInto) as moved:
            threads.get_thread(make.make_account(), decision.before["new"])
        assert moved.value.into_id == thread.id
        assert wrong_counters() == []

    def test_accepted_answer_goes_along_as_a_reply_only(self, app, judge):
        thread = make.make_thread(posts=4)
        thread.accepted_post_id = accepted = post_ids(thread)[2]
        make.commit()
        decision = split(judge, thread, [2, 3])
        db.session.expire_all()
        new = db.session.get(Thread, decision.before["new"])
        assert (thread.accepted_post_id, new.accepted_post_id) == (None, accepted)
        first = split(judge, new, [2], title="The answer on its own")
        db.session.expire_all()
        assert db.session.get(Thread, first.before["new"]).accepted_post_id is None

    def test_the_first_post_stays(self, app, judge):
        thread = make.make_thread(posts=3)
        with pytest.raises(Invalid) as caught:
            split(judge, thread, [1, 2])
        assert caught.value.field == "posts"
        assert len(posts_of(thread.id)) == 3
        assert decisions() == []

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"post_ids": []}, "posts"), ({"title": "Short"}, "title"), ({"topic_ids": []}, "topics")],
    )
    def test_what_is_missing_is_asked_for(self, app, judge, wrong, field):
        thread = make.make_thread(posts=3)
        with pytest.raises(Invalid) as caught:
            split(judge, thread, [2], **wrong)
        assert caught.value.field == field
        assert db.session.query(Thread).count() == 1

    def test_a_thread_does_not_begin_with_what_nobody_can_read(self, app, judge):
        thread = make.make_thread()
        make.make_post(thread, state="pending")
        with pytest.raises(Invalid) as caught:
            split(judge, thread, [2])
        assert caught.value.field == "posts"

    def test_posts_of_another_thread_are_a_conflict(self, app, judge):
        thread, other = make.make_thread(posts=2), make.make_thread(posts=2)
        with pytest.raises(Conflict):
            split(judge, thread, [2], post_ids=[post_ids(other)[1]])

    def test_a_post_that_is_none_refuses_all(self, app, judge):
        thread = make.make_thread(posts=3)
        chosen = [post_ids(thread)[1], 10**9]
        with pytest.raises(Invalid, match="Choose the posts") as caught:
            split(judge, thread, [], post_ids=chosen)
        assert caught.value.field == "posts"
        assert len(posts_of(thread.id)) == 3
        assert decisions() == []

    def test_undoing_waits_for_nothing_that_was_done_with_the_new_thread(self, app, judge):
        thread = make.make_thread(posts=3)
        decision = split(judge, thread, [2])
        new = db.session.get(Thread, decision.before["new"])
        actions.lock_thread(judge, new, ruling=ruling())
        with pytest.raises(Conflict):
            actions.undo_decision(judge, decision.id)
        assert len(posts_of(new.id)) == 1

    def test_a_reply_since_stands_in_the_way_of_undoing(self, app, judge):
        thread = make.make_thread(posts=3)
        decision = split(judge, thread, [3])
        make.make_post(thread)
        with pytest.raises(Conflict):
            actions.undo_decision(judge, decision.id)
        assert wrong_counters() == []

    def test_marks_of_reading_do_not_swallow_what_comes_next(self, app, judge):
        reader, thread = make.make_account(), make.make_thread(posts=5)
        writing.mark_read(reader, thread, number=5)
        split(judge, thread, [3, 4, 5])
        db.session.expire_all()
        assert threads.read_number(reader, thread.id) == 2

    def test_interests_hold_in_the_new_thread_too(self, app, judge):
        thread = make.make_thread(posts=3)
        colleague = moderator()
        declare(colleague, thread)
        decision = split(judge, thread, [2])
        new = db.session.get(Thread, decision.before["new"])
        with pytest.raises(NotAllowed):
            actions.lock_thread(colleague, new, ruling=ruling())


def every_act(actor, thread, other):
    """Each act about a thread, by a name, as a function without arguments."""
    reply = db.session.scalars(select(Post).filter_by(thread_id=thread.id, number=2)).one()
    board, topic = make.make_board(), make.make_topic()
    return {
        "lock": lambda: actions.lock_thread(actor, thread, ruling=ruling()),
        "unlock": lambda: actions.unlock_thread(actor, thread, ruling=why("")),
        "pin": lambda: actions.pin_thread(actor, thread, ruling=why("")),
        "unpin": lambda: actions.unpin_thread(actor, thread, ruling=why("")),
        "slow": lambda: actions.slow_thread(actor, thread, minutes=5, ruling=why()),
        "hold": lambda: actions.hold_thread(actor, thread, why=ThreadHold.SLOW, ruling=why()),
        "topics": lambda: actions.retopic_thread(actor, thread, topic_ids=[topic.id], ruling=why()),
        "move": lambda: actions.move_thread(actor, thread, board=board, ruling=why()),
        "merge": lambda: actions.merge_threads(actor, thread, into=other, ruling=why()),
        "merge into": lambda: actions.merge_threads(actor, other, into=thread, ruling=why()),
        "split": lambda: actions.split_thread(
            actor,
            thread,
            post_ids=[reply.id],
            title="Another question altogether",
            topic_ids=[topic.id],
            ruling=why(),
        ),
    }


class TestRights:
    @pytest.mark.parametrize("who", ["elsewhere", "member", "author"])
    def test_nobody_else_does_anything(self, app, who):
        thread, other = make.make_thread(posts=2), make.make_thread()
        actor = {
            "elsewhere": moderator("london"),
            "member": make.make_account(),
            "author": thread.author,
        }[who]
        if who == "author":
            make.grant_role(actor, "moderator")
        before = snapshot()
        for name, act in every_act(actor, thread, other).items():
            with pytest.raises(NotAllowed):
                act()
            assert snapshot() == before, name
        assert (decisions(), entries()) == ([], [])

    def test_the_recused_do_nothing_and_the_attempt_is_recorded(self, app, judge):
        organisation = make.make_organisation()
        make.make_membership(judge, organisation)
        thread = make.make_thread(posts=2, organisation=organisation)
        before = snapshot()
        acts = every_act(judge, thread, make.make_thread())
        before = snapshot()
        for act in acts.values():
            with pytest.raises(NotAllowed):
                act()
        assert snapshot() == before
        tags = db.session.scalars(select(audit.AuditRecord.tag)).all()
        assert tags.count("moderation.recused") == len(acts)
        assert entries() == []


@pytest.mark.parametrize("seed", range(12))
def test_counters_stay_true_whatever_is_done_and_undone(app, judge, seed):
    luck = random.Random(seed)  # noqa: S311 — nothing secret is drawn
    boards = [make.make_board(), make.make_board()]
    for board in boards * 2:
        make.make_thread(board, posts=luck.randint(1, 4))
    for _step in range(6):
        live = [t for t in db.session.query(Thread).order_by(Thread.id) if t.merged_into_id is None]
        try:
            decision = one_act(luck, judge, live, boards)
            assert wrong_counters() == []
            if luck.random() < 0.5:
                actions.undo_decision(judge, decision.id)
        except (Invalid, Conflict):
            db.session.rollback()
        db.session.expire_all()
        assert wrong_counters() == []


def one_act(luck, judge, live, boards):
    """Something that a moderator does to one of the threads; it may be refused."""
    thread, act = luck.choice(live), luck.choice(["move", "merge", "split", "hide"])
    if act == "move":
        return actions.move_thread(judge, thread, board=luck.choice(boards), ruling=why())
    if act == "merge":
        return actions.merge_threads(judge, thread, into=luck.choice(live), ruling=why())
    numbers = [row[0] for row in posts_of(thread.id)]
    if act == "split":
        return split(judge, thread, luck.sample(numbers, k=min(len(numbers), 2)))
    number = luck.choice(numbers)
    post = db.session.scalars(select(Post).filter_by(thread_id=thread.id, number=number)).one()
    return actions.hide_post(judge, post, ruling=ruling())
