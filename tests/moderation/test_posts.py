"""Decisions about posts: what becomes of the post, the item, the log and the records."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from forum.core import audit, clock
from forum.core.canonical import canonical, digest
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from forum.core.outbox import OutboxEvent
from forum.moderation import actions, queries
from forum.moderation.enums import DecisionKind, ItemKind, ItemState, ReportOutcome, Seat
from forum.ops.queries import counters
from forum.threads import actions as threads
from forum.threads.enums import PostState
from tests import factories
from tests.moderation.making import (
    decisions,
    entries,
    events,
    held_post,
    items,
    manager,
    moderator,
    queue,
    reported_post,
    ruling,
)
from tests.moderation.reporting import report


def wrong_counters():
    return [
        *counters.wrong_threads(),
        *counters.wrong_boards(),
        *counters.wrong_voices(),
        *counters.wrong_thread_topics(),
    ]


def names_of_events():
    return [event.name for event in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


@pytest.fixture
def judge(app):
    return moderator()


def test_an_approved_post_can_be_read_in_its_place(app, judge):
    post, item = held_post()
    later = factories.make_post(post.thread)
    written = post.created_at
    actions.approve(judge, item.id, version=item.version, ruling=ruling(reason="", clause=""))
    assert post.state is PostState.VISIBLE
    assert post.created_at == written
    assert post.number < later.number
    assert post.holds == []
    assert item.state is ItemState.CLOSED
    assert "PostPublished" in names_of_events()
    assert wrong_counters() == []


def test_a_rejected_post_keeps_rule_and_reason_for_its_author(app, judge):
    post, item = held_post()
    decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
    assert post.state is PostState.REJECTED
    assert post.hidden_rule == "House rules, version 1, clause 3: Do not advertise"
    assert post.hidden_reason.startswith("This sells")
    assert post.entry_number == decision.entry_number
    assert "PostPublished" not in names_of_events()
    assert wrong_counters() == []


def test_a_hidden_post_leaves_all_counts(app, judge):
    post, item = reported_post()
    actions.hide_post(judge, post, ruling=ruling(), version=item.version)
    assert post.state is PostState.HIDDEN
    assert item.state is ItemState.CLOSED
    assert wrong_counters() == []


def test_a_post_without_an_item_can_be_hidden_and_restored(app, judge):
    post = factories.make_post(factories.make_thread())
    actions.hide_post(judge, post, ruling=ruling())
    actions.restore_post(judge, post, ruling=ruling(reason="", clause=""))
    assert post.state is PostState.VISIBLE
    assert [post.hidden_rule, post.hidden_reason, post.entry_number] == ["", "", None]
    assert items() == []
    assert wrong_counters() == []


def test_nothing_is_hidden_or_restored_twice(app, judge):
    post = factories.make_post(factories.make_thread())
    plain = ruling(reason="", clause="")
    with pytest.raises(Conflict, match="not hidden"):
        actions.restore_post(judge, post, ruling=plain)
    first = actions.hide_post(judge, post, ruling=ruling())
    with pytest.raises(Conflict, match="has hidden this post already"):
        actions.hide_post(moderator(), post, ruling=ruling("Another reason."))
    db.session.refresh(post)
    assert (post.state, post.entry_number) == (PostState.HIDDEN, first.entry_number)
    assert len(decisions()) == len(entries()) == 1


def test_a_kept_post_stays_as_it_is(app, judge):
    post, item = reported_post()
    actions.keep(judge, item.id, version=item.version, ruling=ruling(reason="", clause=""))
    assert post.state is PostState.VISIBLE
    assert item.state is ItemState.CLOSED


def test_what_waits_cannot_be_kept(app, judge):
    _post, item = held_post()
    with pytest.raises(Invalid, match="Approve or reject"):
        actions.keep(judge, item.id, version=item.version, ruling=ruling())
    assert item.state is ItemState.OPEN


def test_an_edited_post_says_so(app, judge):
    post, item = held_post(text="Buy our forms. Forms should be short.")
    actions.edit_and_approve(
        judge,
        item.id,
        version=item.version,
        source="Forms should be short.",
        ruling=ruling("I took out the advertisement."),
    )
    assert post.state is PostState.VISIBLE
    assert post.source == "Forms should be short."
    assert post.edits == 1
    assert post.edited_at is not None
    assert wrong_counters() == []


def test_a_rejection_needs_a_reason(app, judge):
    post, item = held_post()
    with pytest.raises(Invalid, match="reason") as refusal:
        actions.reject(judge, item.id, version=item.version, ruling=ruling(" "))
    assert refusal.value.field == "reason"
    db.session.refresh(post)
    assert post.state is PostState.PENDING
    assert decisions() == entries() == []


def test_an_edit_needs_a_reason(app, judge):
    post, item = held_post()
    with pytest.raises(Invalid, match="reason"):
        actions.edit_and_approve(
            judge, item.id, version=item.version, source="Other.", ruling=ruling("")
        )
    db.session.refresh(post)
    assert post.source != "Other."
    assert decisions() == entries() == []


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ("", "Choose the house rule"),
        ("nonsense", "Choose a clause from the list"),
        ("99999:3", "have changed"),
        ("1:3:4", "Choose a clause from the list"),
    ],
)
def test_a_restriction_names_a_clause_in_force(app, judge, sent, message):
    post, item = held_post()
    with pytest.raises(Invalid, match=message) as refusal:
        actions.reject(judge, item.id, version=item.version, ruling=ruling(clause=sent))
    assert refusal.value.field == "clause"
    db.session.refresh(post)
    assert post.state is PostState.PENDING


@pytest.mark.parametrize(
    "reason",
    [
        "Write to jo.bloggs@example.org about it.",
        "Ring 0191 498 0000 instead.",
        "Jo Bloggs should not sell here.",
        "You, JO BLOGGS, sell.",
        "jo-bloggs sells",
    ],
)
def test_a_public_reason_holds_no_personal_data(app, judge, reason):
    author = factories.make_account(display_name="Jo Bloggs", handle="jo-bloggs")
    _post, item = held_post(author=author)
    with pytest.raises(Invalid, match="everybody can read the reason") as refusal:
        actions.reject(judge, item.id, version=item.version, ruling=ruling(reason))
    assert refusal.value.field == "reason"


def test_nobody_decides_about_their_own_post(app, judge):
    _post, item = held_post(author=judge)
    with pytest.raises(NotAllowed, match="concerns you"):
        actions.approve(judge, item.id, version=item.version, ruling=ruling())


def test_a_moderator_of_another_centre_decides_nothing(app):
    stranger = moderator("london")
    post, item = held_post()
    shown = factories.make_post(factories.make_thread())
    waiting = {"version": item.version, "ruling": ruling()}
    for act in (
        lambda: actions.approve(stranger, item.id, **waiting),
        lambda: actions.reject(stranger, item.id, **waiting),
        lambda: actions.keep(stranger, item.id, **waiting),
        lambda: actions.edit_and_approve(stranger, item.id, source="Else.", **waiting),
        lambda: actions.hide_post(stranger, shown, ruling=ruling()),
        lambda: actions.restore_post(stranger, shown, ruling=ruling()),
        lambda: actions.claim_item(stranger, item.id),
        lambda: actions.release_item(stranger, item.id),
        lambda: actions.note_item(stranger, item.id, text="Hm."),
        lambda: actions.ask_author(stranger, item.id, text="Why?"),
        lambda: actions.escalate_item(stranger, item.id, text="Please."),
        lambda: actions.hand_over_item(stranger, item.id, centre="london", text="Please."),
    ):
        with pytest.raises(NotAllowed):
            act()
    db.session.expire_all()
    assert post.state is PostState.PENDING
    assert shown.state is PostState.VISIBLE
    assert events(item) == ["opened"]
    assert entries() == []


def test_the_second_moderator_is_told_what_the_first_did(app, judge):
    first = moderator(display_name="Ada First")
    post, item = held_post()
    seen = item.version
    with clock.at(datetime(2026, 11, 23, 9, 42, tzinfo=UTC)):
        actions.approve(first, item.id, version=seen, ruling=ruling(reason="", clause=""))
    told = r"Ada First approved this on 23 November 2026 at 9:42am\. Nothing was changed\."
    with pytest.raises(Conflict, match=told):
        actions.reject(judge, item.id, version=seen, ruling=ruling())
    db.session.refresh(post)
    assert post.state is PostState.VISIBLE
    assert len(decisions()) == 1


def test_a_post_withdrawn_meanwhile_is_not_decided(app, judge):
    post, item = held_post()
    seen = item.version
    threads.withdraw_post(post.author, post)
    with pytest.raises(Conflict, match="took this back"):
        actions.approve(judge, item.id, version=seen, ruling=ruling(reason="", clause=""))
    assert decisions() == []


def test_whoever_has_lost_the_role_decides_nothing(app, judge):
    post, item = held_post()
    db.session.delete(judge.grants[0])
    factories.commit()
    db.session.refresh(judge)
    with pytest.raises(NotAllowed):
        actions.approve(judge, item.id, version=item.version, ruling=ruling(reason="", clause=""))
    db.session.refresh(post)
    assert post.state is PostState.PENDING


class TestRecusal:
    def test_the_own_organisation_is_concerned(self, app):
        organisation = factories.make_organisation()
        judge = moderator(organisation=organisation)
        post, item = held_post(organisation=organisation)
        with pytest.raises(NotAllowed, match="organisation"):
            actions.approve(
                judge, item.id, version=item.version, ruling=ruling(reason="", clause="")
            )
        db.session.expire_all()
        assert post.state is PostState.PENDING
        assert events(item) == ["opened", "recused"]
        tags = [row.tag for row in db.session.query(audit.AuditRecord)]
        assert tags.count("moderation.recused") == 1

    def test_the_organisation_of_an_author_who_speaks_for_themself_too(self, app):
        organisation = factories.make_organisation()
        judge = moderator(organisation=organisation)
        author = factories.make_account(organisation=organisation)
        _post, item = held_post(author=author)
        with pytest.raises(NotAllowed, match="organisation"):
            actions.reject(judge, item.id, version=item.version, ruling=ruling())

    def test_others_of_the_centre_decide_instead(self, app):
        organisation = factories.make_organisation()
        moderator(organisation=organisation)
        post, item = held_post(organisation=organisation)
        actions.approve(
            moderator(), item.id, version=item.version, ruling=ruling(reason="", clause="")
        )
        assert post.state is PostState.VISIBLE

    def test_an_item_passed_on_is_decided_by_the_neighbour_or_the_manager_alone(self, app):
        organisation = factories.make_organisation()
        judge = moderator(organisation=organisation)
        post, item = held_post(organisation=organisation)
        actions.hand_over_item(judge, item.id, centre="north-west", text="My own firm.")
        neighbour = moderator("north-west")
        far = moderator("london")
        with pytest.raises(NotAllowed):
            actions.approve(far, item.id, version=item.version, ruling=ruling(reason="", clause=""))
        db.session.expire_all()
        decision = actions.approve(
            neighbour, item.id, version=item.version, ruling=ruling(reason="", clause="")
        )
        assert post.state is PostState.VISIBLE
        assert decision.seat is Seat.NEIGHBOUR

    def test_only_neighbours_are_offered(self, app, judge):
        _post, item = held_post()
        for centre in ("london", "north-east", "nowhere"):
            with pytest.raises(Invalid, match="neighbouring"):
                actions.hand_over_item(judge, item.id, centre=centre, text="Please.")

    def test_what_was_passed_to_the_managers_waits_for_them(self, app, judge):
        post, item = held_post()
        actions.escalate_item(judge, item.id, text="I know the author well.")
        with pytest.raises(NotAllowed, match="managers"):
            actions.approve(
                judge, item.id, version=item.version, ruling=ruling(reason="", clause="")
            )
        db.session.expire_all()
        decision = actions.approve(
            manager(), item.id, version=item.version, ruling=ruling(reason="", clause="")
        )
        assert post.state is PostState.VISIBLE
        assert decision.seat is Seat.MANAGER


class TestUndo:
    @pytest.mark.parametrize("act", ["approve", "reject", "edit", "hide", "keep", "restore"])
    def test_all_is_as_before(self, app, judge, act):
        post, item, decide = prepared(judge, act)
        before = picture(post)
        decision = decide()
        assert picture(post) != before or act == "keep"
        taken_back = actions.undo_decision(judge, decision.id)
        assert picture(post) == before
        assert taken_back.kind is DecisionKind.UNDO
        if item is not None:
            assert item.state is ItemState.OPEN
            assert events(item)[-1] == "undone"
        assert wrong_counters() == []
        assert json.loads(entries()[-1].body)["corrects"] == decision.entry_number

    def test_not_after_ten_minutes(self, app, judge):
        _post, item = held_post()
        decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
        with clock.at(decision.at + timedelta(minutes=10)), pytest.raises(NotAllowed):
            actions.undo_decision(judge, decision.id)
        with clock.at(decision.at + timedelta(minutes=9, seconds=59)):
            actions.undo_decision(judge, decision.id)

    def test_only_what_one_decided_oneself(self, app, judge):
        _post, item = held_post()
        decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
        with pytest.raises(NotAllowed):
            actions.undo_decision(moderator(), decision.id)

    def test_not_twice_and_not_what_was_decided_about_since(self, app, judge):
        post = factories.make_post(factories.make_thread())
        first = actions.hide_post(judge, post, ruling=ruling())
        second = actions.restore_post(judge, post, ruling=ruling(reason="", clause=""))
        with pytest.raises(Conflict, match="since"):
            actions.undo_decision(judge, first.id)
        actions.undo_decision(judge, second.id)
        actions.undo_decision(judge, first.id)
        assert post.state is PostState.VISIBLE
        with pytest.raises(NotAllowed, match="already"):
            actions.undo_decision(judge, first.id)

    @pytest.mark.parametrize("act", ["hide", "keep"])
    def test_the_reports_wait_again_and_are_answered_anew(self, app, judge, act):
        post, reporter = factories.make_post(factories.make_thread()), factories.make_account()
        made = report(reporter, post)
        (item,) = items()
        none = ruling(reason="", clause="")
        acts = {
            "hide": lambda: actions.hide_of_item(
                judge, item.id, version=item.version, ruling=ruling()
            ),
            "keep": lambda: actions.keep(judge, item.id, version=item.version, ruling=none),
        }
        actions.undo_decision(judge, acts[act]().id)
        assert (made.outcome, made.closed_at, made.decision_id) == (ReportOutcome.OPEN, None, None)
        assert queries.reporter_record(reporter.id) == queries.ReporterRecord(0, 0)
        decision = actions.keep(judge, item.id, version=item.version, ruling=none)
        db.session.refresh(made)
        assert (made.outcome, made.decision_id) == (ReportOutcome.NOT_UPHELD, decision.id)

    def test_what_was_reported_since_waits_together_with_what_waited_before(self, app, judge):
        """Else a post that waits once more could be left as it is, and nobody would find it."""
        post, item = held_post()
        approval = actions.approve(
            judge, item.id, version=item.version, ruling=ruling(reason="", clause="")
        )
        report(factories.make_account(), post, reason="spam")
        assert item.kind is ItemKind.REPORT
        actions.undo_decision(judge, approval.id)
        assert post.state is PostState.PENDING
        assert (item.kind, item.state) == (ItemKind.PENDING_POST, ItemState.OPEN)
        assert events(item)[-3:] == ["reopened", "reported", "undone"]
        with pytest.raises(Invalid, match="Approve or reject"):
            actions.keep(judge, item.id, version=item.version, ruling=ruling())

    def test_earlier_reports_wait_together_with_one_that_came_since(self, app, judge):
        post = factories.make_post(factories.make_thread())
        first = report(factories.make_account(), post)
        (item,) = items()
        left = actions.keep(
            judge, item.id, version=item.version, ruling=ruling(reason="", clause="")
        )
        second = report(factories.make_account(), post, reason="spam")
        assert item.score == 100
        actions.undo_decision(judge, left.id)
        assert {first.outcome, second.outcome} == {ReportOutcome.OPEN}
        assert (item.kind, item.state, item.score) == (ItemKind.REPORT, ItemState.OPEN, 200)

    def test_not_what_its_author_has_edited_since(self, app, judge):
        post, item = held_post()
        decision = actions.edit_and_approve(
            judge, item.id, version=item.version, source="Changed.", ruling=ruling()
        )
        threads.edit_post(post.author, post, source="Mine.", note="", version=post.version)
        with pytest.raises(Conflict, match="edited since"):
            actions.undo_decision(judge, decision.id)
        db.session.expire_all()
        assert (post.source, post.state) == ("Mine.", PostState.VISIBLE)
        assert (decision.undone_at, item.state) == (None, ItemState.CLOSED)
        assert wrong_counters() == []


def prepared(judge, act):
    """A post, its item and what decides about it."""
    none = ruling(reason="", clause="")
    if act in {"hide", "keep"}:
        post, item = reported_post()
    elif act == "restore":
        post, item = factories.make_post(factories.make_thread()), None
        actions.hide_post(judge, post, ruling=ruling())
    else:
        post, item = held_post()
    version = item.version if item else None
    acts = {
        "approve": lambda: actions.approve(judge, item.id, version=version, ruling=none),
        "reject": lambda: actions.reject(judge, item.id, version=version, ruling=ruling()),
        "edit": lambda: actions.edit_and_approve(
            judge, item.id, version=version, source="Changed.", ruling=ruling()
        ),
        "hide": lambda: actions.hide_post(judge, post, ruling=ruling(), version=version),
        "keep": lambda: actions.keep(judge, item.id, version=version, ruling=none),
        "restore": lambda: actions.restore_post(judge, post, ruling=none),
    }
    return post, item, acts[act]


def picture(post):
    """Everything that a decision may change of a post."""
    names = ("state", "source", "html", "edits", "edited_at", "hidden_rule", "hidden_reason")
    return [getattr(post, name) for name in (*names, "entry_number", "holds")]


class TestRecords:
    def test_the_log_names_neither_moderator_nor_author(self, app, judge):
        post, item = held_post()
        actions.reject(
            judge, item.id, version=item.version, ruling=ruling(staff_note="Knows no limits.")
        )
        [entry] = entries()
        body = json.loads(entry.body)
        assert body["target"] == {"type": "post", "path": post.path}
        assert body["rules"] == {
            "of": "site",
            "version": 1,
            "clause": "3",
            "title": "Do not advertise",
        }
        assert [body["seat"], body["centre"], body["action"]] == [
            "moderator",
            "north-east",
            "reject",
        ]
        for secret in (
            judge.display_name,
            judge.handle,
            post.author.display_name,
            post.author.handle,
            "Knows no limits",
        ):
            assert secret not in entry.body

    def test_each_entry_holds_the_hash_of_the_one_before(self, app, judge):
        for _ in range(3):
            _post, item = held_post()
            actions.reject(judge, item.id, version=item.version, ruling=ruling())
        previous = "0" * 64
        for number, entry in enumerate(entries(), 1):
            body = json.loads(entry.body)
            assert entry.number == body["number"] == number
            assert body["previous"] == previous
            assert entry.hash == digest(entry.body)
            assert canonical(body) == entry.body
            previous = entry.hash

    def test_a_decision_is_recorded_and_told(self, app, judge):
        _post, item = held_post()
        decision = actions.reject(judge, item.id, version=item.version, ruling=ruling())
        assert names_of_events()[-1] == "DecisionTaken"
        record = db.session.query(audit.AuditRecord).filter_by(tag="moderation.reject").one()
        assert [record.actor_id, record.target_id] == [judge.id, decision.id]
        assert decision.waited_seconds is not None


class TestQueue:
    def test_there_is_one_row_for_each_post(self, app, judge):
        post, item = held_post()
        actions.approve(judge, item.id, version=item.version, ruling=ruling(reason="", clause=""))
        again = queue(post, score=50)
        assert again.id == item.id
        assert again.times_opened == 2
        assert again.state is ItemState.OPEN
        assert events(again) == ["opened", "decided", "reopened"]
        queue(post, score=50)
        assert again.score == 100
        assert len(items()) == 1

    def test_a_claim_is_seen_and_respected_until_it_goes_stale(self, app, judge):
        colleague = moderator(display_name="Col League")
        _post, item = held_post()
        actions.claim_item(colleague, item.id)
        with pytest.raises(Conflict, match="Col League has claimed"):
            actions.claim_item(judge, item.id)
        with pytest.raises(Conflict, match="Col League has claimed"):
            actions.reject(judge, item.id, version=item.version, ruling=ruling())
        with clock.at(clock.now() + timedelta(minutes=30)):
            actions.claim_item(judge, item.id)
        assert item.claimed_by == judge.id

    def test_a_claim_is_released_by_whoever_has_it_or_a_manager(self, app, judge):
        _post, item = held_post()
        actions.claim_item(judge, item.id)
        with pytest.raises(NotAllowed):
            actions.release_item(moderator(), item.id)
        actions.release_item(manager(), item.id)
        assert item.claimed_by is None

    def test_the_author_answers_what_was_asked_and_nothing_else(self, app, judge):
        post, item = held_post()
        with pytest.raises(Exception, match="no question"):
            actions.answer_moderator(post.author, item.id, text="Because.")
        actions.ask_author(judge, item.id, text="Why?")
        with pytest.raises(Exception, match="no question"):
            actions.answer_moderator(factories.make_account(), item.id, text="Because.")
        actions.answer_moderator(post.author, item.id, text="Because.")
        assert events(item)[-2:] == ["asked", "answered"]
        assert queries.is_asked(item.id) is False
