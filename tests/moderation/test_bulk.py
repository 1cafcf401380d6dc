"""Many items decided at once: a parent for each centre, some skipped, all undone together."""

import json
import threading
from collections import Counter

import pytest

from forum.accounts.models import Account
from forum.core import audit
from forum.core import db as core_db
from forum.core.canonical import canonical, digest
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.moderation import actions
from forum.moderation.actions.bulk import MOST_AT_ONCE
from forum.moderation.actions.log import HEAD
from forum.moderation.enums import DecisionKind, ItemEventKind, ItemState
from forum.moderation.models import Decision, ItemEvent, LogEntry, LogHead, ReviewItem
from forum.threads.enums import PostState
from tests import factories
from tests.moderation.making import (
    REASON,
    clause,
    decisions,
    entries,
    events,
    held_post,
    moderator,
    reported_post,
    ruling,
)
from tests.moderation.test_posts import wrong_counters
from tests.moderation.test_queue_pages import in_london

PLAIN = actions.Ruling()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Who decides at once with somebody else waits for them, however busy the machine is."""
    monkeypatch.setattr(core_db, "SQLITE_BUSY_MILLISECONDS", 30_000)


@pytest.fixture
def judge(app):
    return moderator(display_name="Jo Judge")


def versions(*items):
    return {item.id: item.version for item in items}


def waiting(number):
    """Posts that wait in one thread, with their items."""
    thread = factories.make_thread()
    return [held_post(thread=thread) for _ in range(number)]


def assert_chain(log):
    """Every entry holds the hash of the one before, and its own is right."""
    before = json.loads(log[0].body)["previous"] if log else ""
    for number, entry in enumerate(log, start=1):
        body = json.loads(entry.body)
        assert (entry.number, body["number"], body["previous"]) == (number, number, before)
        assert canonical(body) == entry.body
        assert digest(entry.body) == entry.hash
        before = entry.hash


def test_many_are_approved_under_one_parent(app, judge):
    made = waiting(3)
    done = actions.decide_many(
        judge, DecisionKind.APPROVE, chosen=versions(*(item for _, item in made)), ruling=PLAIN
    )
    assert (done.decided, list(done.skipped)) == (3, [])
    parent, *parts = decisions()
    assert [parent] == list(done.parents)
    assert parent.kind is DecisionKind.BULK
    assert {part.parent_id for part in parts} == {parent.id}
    assert {part.kind for part in parts} == {DecisionKind.APPROVE}
    assert all(post.state is PostState.VISIBLE for post, _item in made)
    assert all(item.state is ItemState.CLOSED for _post, item in made)
    first = json.loads(entries()[0].body)
    assert (first["action"], first["target"]["type"]) == ("bulk", "queue")
    assert [json.loads(entry.body)["parent"] for entry in entries()[1:]] == [1, 1, 1]
    assert_chain(entries())
    assert wrong_counters() == []


def test_what_cannot_be_decided_is_skipped_with_the_reason(app, judge):
    (free, free_item), (claimed, claimed_item), (changed, changed_item) = waiting(3)
    organisation = factories.make_organisation()
    factories.make_membership(judge, organisation)
    recused, recused_item = held_post(organisation=organisation)
    own, own_item = held_post(author=judge)
    decided, decided_item = held_post()
    reported, reported_item = reported_post()
    there, there_item = in_london()
    made = [
        free_item,
        claimed_item,
        changed_item,
        recused_item,
        own_item,
        decided_item,
        reported_item,
        there_item,
    ]
    chosen = versions(*made)
    other = moderator(display_name="Olive Other")
    actions.claim_item(other, claimed_item.id)
    actions.note_item(other, changed_item.id, text="Look at the link.")
    changed_item.score += 1
    actions.approve(other, decided_item.id, version=decided_item.version, ruling=PLAIN)
    factories.commit()

    done = actions.decide_many(judge, DecisionKind.APPROVE, chosen=chosen, ruling=PLAIN)
    assert done.decided == 1
    assert free.state is PostState.VISIBLE
    left = {one.path: one.why for one in done.skipped}
    assert left[claimed_item.path].startswith("Olive Other has claimed this item.")
    assert left[changed_item.path].startswith("Somebody changed this item")
    assert left[recused_item.path].startswith("You speak for an organisation")
    assert left[own_item.path] == "This concerns you. Somebody else must decide."
    assert left[decided_item.path].startswith("Olive Other approved this on")
    assert reported_item.path in left
    assert left[""] == "Only moderators of this centre can do this."
    for post in (claimed, changed, recused, own, there):
        assert post.state is PostState.PENDING
    assert decided.state is PostState.VISIBLE
    assert reported.state is PostState.VISIBLE
    assert events(recused_item)[-1] == ItemEventKind.RECUSED
    tags = [record.tag for record in db.session.query(audit.AuditRecord)]
    assert "moderation.recused" in tags
    assert_chain(entries())
    assert wrong_counters() == []


def test_when_nothing_can_be_decided_there_is_no_parent(app, judge):
    (_post, item), (_other, second) = waiting(2)
    chosen = versions(item, second)
    for one in (item, second):
        actions.claim_item(moderator(), one.id)
    done = actions.decide_many(judge, DecisionKind.APPROVE, chosen=chosen, ruling=PLAIN)
    assert (done.decided, list(done.parents), len(done.skipped)) == (0, [], 2)
    assert decisions() == []
    assert entries() == []


def test_each_centre_has_a_parent_of_its_own(app):
    admin = factories.make_account(role="administrator")
    (_post, here), (_post, there) = held_post(), in_london()
    done = actions.decide_many(
        admin, DecisionKind.REJECT, chosen=versions(here, there), ruling=ruling()
    )
    assert [parent.centre_id for parent in done.parents] == sorted(
        [here.centre_id, there.centre_id]
    )
    assert done.decided == 2
    assert {d.rule for d in decisions()} == {"House rules, version 1, clause 3: Do not advertise"}


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (DecisionKind.REJECT, {"clause": ""}, "clause"),
        (DecisionKind.REJECT, {"reason": ""}, "reason"),
        (DecisionKind.HIDE, {"clause": "99:1"}, "clause"),
        (DecisionKind.HIDE, {"reason": "Ring 0191 496 0000 1."}, "reason"),
        (DecisionKind.APPROVE, {"reason": "x" * 1_001}, "reason"),
        (DecisionKind.APPROVE, {"staff_note": "x" * 2_001}, "staff_note"),
        (DecisionKind.BAN, {}, ""),
    ],
)
def test_what_is_wrong_with_the_form_is_told_and_changes_nothing(app, judge, kind, more, field):
    ((post, item),) = waiting(1)
    with pytest.raises(Invalid) as refused:
        actions.decide_many(judge, kind, chosen=versions(item), ruling=ruling(**more))
    assert refused.value.field == field
    assert post.state is PostState.PENDING
    assert decisions() == []
    assert entries() == []


def test_there_is_a_least_and_a_most(app, judge):
    for chosen in ({}, dict.fromkeys(range(1, MOST_AT_ONCE + 2), 1)):
        with pytest.raises(Invalid):
            actions.decide_many(judge, DecisionKind.APPROVE, chosen=chosen, ruling=PLAIN)
    with pytest.raises(NotFound):
        actions.decide_many(judge, DecisionKind.APPROVE, chosen={10**9: 1}, ruling=PLAIN)


def test_nobody_decides_for_another_centre(app):
    post, item = held_post()
    with pytest.raises(NotAllowed):
        actions.decide_many(
            moderator("london"), DecisionKind.APPROVE, chosen=versions(item), ruling=PLAIN
        )
    assert post.state is PostState.PENDING


def test_undoing_the_parent_undoes_all(app, judge):
    made = waiting(3)
    done = actions.decide_many(
        judge, DecisionKind.REJECT, chosen=versions(*(i for _, i in made)), ruling=ruling()
    )
    _later, later_item = held_post()
    actions.decide_many(judge, DecisionKind.APPROVE, chosen=versions(later_item), ruling=PLAIN)
    undone = actions.undo_decision(judge, done.parents[0].id)
    assert all(post.state is PostState.PENDING for post, _item in made)
    assert all(item.state is ItemState.OPEN for _post, item in made)
    assert all(part.undone_at for part in decisions() if part.parent_id == done.parents[0].id)
    assert undone.kind is DecisionKind.UNDO
    assert_chain(entries())
    assert wrong_counters() == []
    with pytest.raises(NotAllowed):
        actions.undo_decision(judge, done.parents[0].id)


def test_a_part_that_was_decided_again_stops_the_undoing_of_all(app, judge):
    made = waiting(2)
    done = actions.decide_many(
        judge, DecisionKind.APPROVE, chosen=versions(*(i for _, i in made)), ruling=PLAIN
    )
    actions.hide_post(moderator(), made[0][0], ruling=ruling())
    with pytest.raises(Conflict):
        actions.undo_decision(judge, done.parents[0].id)
    assert made[0][0].state is PostState.HIDDEN
    assert made[1][0].state is PostState.VISIBLE


def test_the_list_decides_the_chosen_ones_and_tells_what_was_left_out(browser, judge):
    (first, item), (second, other), (third, _left) = waiting(3)
    opened = browser(judge)
    page = opened.get("/moderation/?kind=pending-post")
    before = other.version
    actions.claim_item(moderator(display_name="Olive Other"), other.id)
    chosen = [f"{one.id}:{version}" for one, version in ((item, item.version), (other, before))]
    data = {**page.fields(action="/moderation/bulk/"), "items": chosen, "do": "approve"}
    answer = opened.post("/moderation/bulk/?kind=pending-post", data=data)
    assert answer.headers["Location"] == "/moderation/?kind=pending-post"
    shown = opened.follow(answer)
    assert "1 item decided." in shown.words
    assert "1 item was left out" in shown.main
    assert "Olive Other has claimed this item." in shown.main
    assert first.state is PostState.VISIBLE
    assert (second.state, third.state) == (PostState.PENDING, PostState.PENDING)
    opened.post_form(shown, button="Undo")
    assert first.state is PostState.PENDING
    assert "was left out" not in opened.get("/moderation/").main


def test_a_refused_form_keeps_what_was_chosen_and_typed(browser, judge):
    (_post, item), (_other, _second) = waiting(2)
    opened = browser(judge)
    page = opened.get("/moderation/")
    data = {
        **page.fields(action="/moderation/bulk/"),
        "items": [f"{item.id}:{item.version}"],
        "reason": "Typed with care.",
        "do": "reject",
    }
    answer = opened.post("/moderation/bulk/", data=data, status=422)
    assert answer.errors == ["Choose the house rule that was broken"]
    without = opened.post("/moderation/bulk/", data={**data, "reason": ""}, status=422)
    assert without.errors == [
        "Choose the house rule that was broken",
        "Give a reason; the author will read it",
    ]
    assert "Typed with care." in answer.main
    boxes = {box.get("value"): box.get("checked") for box in answer.find("input", name="items")}
    assert [value for value, checked in boxes.items() if checked is not None] == [
        f"{item.id}:{item.version}"
    ]


@pytest.mark.parametrize(
    "items", [[], ["x"], ["1"], ["1:"], [":1"], ["²:1"], ["9" * 40 + ":1"], ["-1:1"], ["1:1:1"]]
)
def test_no_items_or_nonsense(browser, judge, items):
    waiting(1)
    opened = browser(judge)
    page = opened.get("/moderation/")
    data = {**page.fields(action="/moderation/bulk/"), "items": items, "do": "approve"}
    answer = opened.post("/moderation/bulk/", data=data, status=422)
    assert "Choose at least one item" in answer.main
    data["items"] = ["999999:1"]
    opened.post("/moderation/bulk/", data=data, status=404)


ITEMS = 200


@pytest.mark.live
@pytest.mark.timeout(240)
def test_two_moderators_decide_the_same_items_at_once(live_app):
    with live_app.app_context():
        judges = [moderator().id, moderator().id]
        threads = [factories.make_thread() for _ in range(4)]
        chosen = [held_post(thread=threads[number % 4])[1].id for number in range(ITEMS)]
        places = versions(*(db.session.get_one(ReviewItem, one) for one in chosen))
        cited = clause()
    outcomes = Counter()
    errors, lock = [], threading.Lock()
    begin = threading.Barrier(2)

    def decide(who, order, act):
        try:
            with live_app.app_context():
                begin.wait()
                for item_id in order:
                    told = act(who, item_id, places[item_id])
                    db.session.remove()
                    with lock:
                        outcomes[told] += 1
        except Exception as error:  # noqa: BLE001 — whatever went wrong in the thread is asserted
            errors.append(error)

    def singly(who, item_id, version):
        judge = db.session.get_one(Account, who)
        ruled = actions.Ruling(clause=cited, reason=REASON)
        act = actions.reject if item_id % 2 else actions.approve
        try:
            act(judge, item_id, version=version, ruling=ruled)
        except Conflict as refusal:
            return "refused" if "Nothing was changed." in refusal.message else refusal.message
        return "decided"

    orders = [chosen, chosen[::-1]]
    workers = [
        threading.Thread(target=decide, args=(who, order, singly))
        for who, order in zip(judges, orders, strict=True)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert outcomes == {"decided": ITEMS, "refused": ITEMS}
    with live_app.app_context():
        assert_decided_once(chosen)
        assert wrong_counters() == []


def assert_decided_once(chosen):
    """Each item has one decision of its own, and the log's chain is whole up to its head."""
    made = [d.item_id for d in db.session.query(Decision) if d.item_id is not None]
    assert sorted(made) == sorted(chosen)
    log = db.session.query(LogEntry).order_by(LogEntry.number).all()
    assert_chain(log)
    head = db.session.get_one(LogHead, HEAD)
    assert (head.number, head.hash) == (log[-1].number, log[-1].hash)
    told = db.session.query(ItemEvent).filter_by(what=ItemEventKind.DECIDED).count()
    assert told == len(chosen)


@pytest.mark.live
@pytest.mark.timeout(240)
def test_two_lists_of_the_same_items_are_sent_at_once(live_app):
    with live_app.app_context():
        judges = [moderator().id, moderator().id]
        thread = factories.make_thread()
        chosen = [held_post(thread=thread)[1].id for _ in range(40)]
        places = versions(*(db.session.get_one(ReviewItem, one) for one in chosen))
        cited = clause()
    done, errors = [], []
    begin = threading.Barrier(2)

    def decide(who, kind):
        try:
            with live_app.app_context():
                judge = db.session.get_one(Account, who)
                db.session.commit()
                begin.wait()
                ruled = actions.Ruling(clause=cited, reason=REASON)
                bulk = actions.decide_many(judge, kind, chosen=places, ruling=ruled)
                done.append((bulk.decided, len(bulk.skipped)))
        except Exception as error:  # noqa: BLE001 — whatever went wrong in the thread is asserted
            errors.append(error)

    kinds = (DecisionKind.APPROVE, DecisionKind.REJECT)
    workers = [
        threading.Thread(target=decide, args=(who, kind))
        for who, kind in zip(judges, kinds, strict=True)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert sorted(done) == [(0, 40), (40, 0)]
    with live_app.app_context():
        assert_decided_once(chosen)
        assert wrong_counters() == []
