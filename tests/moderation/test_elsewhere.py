"""Moderators and managers of London: nothing of North East is theirs to open or to decide."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from forum.core import clock
from forum.core.db import db
from forum.moderation import actions
from forum.moderation.models import Decision, LogEntry
from tests import factories
from tests.house.world import World, make_world
from tests.moderation.making import REASON, clause, held_post, ruling

REFUSED, UNSEEN, NOT_OFFERED = 403, 404, 422
RULED = {"reason": REASON}
ITEM = "/moderation/items/<int:item_id>"
MEMBER = "/moderation/members/<handle>"
WORD = "/moderation/words/<int:word_id>"
SEAL = "/moderation/seals/<int:seal_id>"
POST = "/posts/<int:post_id>"
THREAD = "/threads/<int:thread_id>"

# Every act of staff: what is sent, and the answer. Where a page answers 404 to them, so does its
# act; where a form lets them choose among their own centres, North East is not among these.
ACTS = {
    "/moderation/appeals/<int:appeal_id>/": ({"do": "reverse", **RULED}, UNSEEN),
    "/moderation/bulk/": ({"do": "approve"}, REFUSED),
    "/moderation/complaints/<int:complaint_id>/": ({"answer": "No."}, REFUSED),
    "/moderation/decisions/<int:decision_id>/undo/": ({}, REFUSED),
    f"{ITEM}/claim/": ({}, REFUSED),
    f"{ITEM}/decide/": ({"do": "keep"}, REFUSED),
    f"{ITEM}/note/": ({"note": "Seen."}, REFUSED),
    f"{ITEM}/release/": ({}, REFUSED),
    f"{MEMBER}/<act>/": ({"staff_text": "Seen."}, NOT_OFFERED),
    f"{MEMBER}/sanctions/<int:sanction_id>/lift/": (RULED, UNSEEN),
    f"{SEAL}/": ({"reason": "To know."}, UNSEEN),
    f"{SEAL}/openings/<int:opening_id>/agree/": ({}, UNSEEN),
    f"{SEAL}/read/": ({}, UNSEEN),
    "/moderation/words/": ({"phrase": "gift", "effect": "hold"}, UNSEEN),
    f"{WORD}/": ({"phrase": "gift", "effect": "hold", "version": "1"}, UNSEEN),
    f"{WORD}/remove/": ({}, UNSEEN),
    f"{POST}/hide/": (RULED, REFUSED),
    f"{POST}/redact/": ({"do": "redact", "spans": "Reply", "code": "personal-data"}, REFUSED),
    f"{POST}/restore/": ({}, REFUSED),
    f"{THREAD}/hold/": ({"why": "sensitive", **RULED}, REFUSED),
    f"{THREAD}/lock/": (RULED, REFUSED),
    f"{THREAD}/merge/": ({"into": "1", **RULED}, REFUSED),
    f"{THREAD}/move/": ({"board": "1", **RULED}, REFUSED),
    f"{THREAD}/pin/": ({}, REFUSED),
    f"{THREAD}/slow/": ({"minutes": "5", **RULED}, REFUSED),
    f"{THREAD}/split/": ({"posts": "2", "title": "Another thread", **RULED}, REFUSED),
    f"{THREAD}/topics/": ({"topics": "1", **RULED}, REFUSED),
    f"{THREAD}/unlock/": ({}, REFUSED),
    f"{THREAD}/unpin/": ({}, REFUSED),
}
# What everybody may do about a decision, a post or a centre; each has tests of its own.
FOR_ALL = {
    f"{POST}/report/",
    "/account/standing/decisions/<int:decision_id>/appeal/",
    "/account/standing/decisions/<int:decision_id>/withdraw/",
    "/account/standing/questions/<int:item_id>/",
    "/centres/<centre>/complain/",
}


@dataclass
class Scene:
    """Two centres: ``world`` is North East's, and an appeal is about a decision of London."""

    world: World
    waiting: str
    chosen: str
    appeal_id: int
    north_east: int
    sanction_id: int

    def address(self, app, rule):
        """Where ``rule`` leads in North East."""
        if rule.endpoint == "moderation.judge_appeal":
            return f"/moderation/appeals/{self.appeal_id}/"
        if rule.endpoint == "moderation.lift":
            handle = self.world.people["member"].handle
            return f"/moderation/members/{handle}/sanctions/{self.sanction_id}/lift/"
        more = "?centre=north-east" if rule.endpoint == "moderation.words" else ""
        return self.world.address(app, rule) + more


@pytest.fixture
def scene(app):
    world = make_world()
    _post, item = held_post(thread=world.thread, text="Nobody in London reads this.")
    london = factories.get_centre("london")
    there = factories.make_post(factories.make_thread(factories.make_board(london)))
    judge = factories.make_account(role="moderator", centre=london)
    hidden = actions.hide_post(judge, there, ruling=ruling())
    appeal = actions.lodge_appeal(there.author, hidden.id, text="It is not.")
    slowed = actions.slow_member(
        factories.make_account(role="moderator"),
        world.people["member"],
        centre_id=world.centre.id,
        minutes=5,
        member_text="",
        ruling=replace(ruling(), until=clock.now() + timedelta(days=3)),
    )
    return Scene(
        world, item.path, f"{item.id}:{item.version}", appeal.id, world.centre.id, slowed.id
    )


@pytest.fixture(params=["moderator", "manager"])
def stranger(scene, request):
    """Staff of London."""
    return factories.make_account(role=request.param, centre=factories.get_centre("london"))


def acts(app):
    """The rules of every act of moderation."""
    return {
        rule.rule: rule
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and rule.endpoint.startswith("moderation.")
    }


def test_no_act_is_forgotten(app):
    assert acts(app).keys() == ACTS.keys() | FOR_ALL


def test_every_act_of_staff_is_for_staff(app):
    rules = {
        rule: getattr(app.view_functions[found.endpoint], "access_rule", "")
        for rule, found in acts(app).items()
        if rule in ACTS and not rule.startswith(SEAL)
    }
    assert set(rules.values()) == {"staff", "manager"}


def test_acts_are_refused_and_change_nothing(app, browser, scene, stranger):
    opened = browser(stranger)
    opened.proofreads = False
    before = recorded(scene)
    told = {}
    for rule, found in acts(app).items():
        if rule in FOR_ALL:
            continue
        fields, _status = ACTS[rule]
        data = {
            "csrf_token": opened.token(),
            "clause": clause(),
            "centre": str(scene.north_east),
            "items": scene.chosen,
            "version": "1",
            **fields,
        }
        answer = opened.open(
            scene.address(app, found),
            method="POST",
            data=data,
            headers={"Origin": "http://localhost"},
        )
        told[rule] = answer.status_code
    expected = {rule: status for rule, (_fields, status) in ACTS.items()}
    if stranger.managed_centres:
        # The route is for managers; this one is not theirs.
        expected["/moderation/complaints/<int:complaint_id>/"] = UNSEEN
    assert told == expected
    assert recorded(scene) == before


def recorded(scene):
    """What an act would leave behind."""
    world, thread = scene.world, scene.world.thread
    return (
        db.session.query(Decision).count(),
        db.session.query(LogEntry).count(),
        (world.post.state, world.post.source, world.post.thread_id, world.post.version),
        (thread.is_locked, thread.is_pinned, thread.slow_minutes, thread.hold),
        (thread.board_id, thread.title, world.word.phrase, world.complaint.answer),
    )


def test_pages_are_not_found(browser, scene, stranger):
    opened = browser(stranger)
    world = scene.world
    for address in (
        scene.waiting,
        world.moderated.question.path,
        f"/moderation/words/{world.word.id}/",
        "/moderation/words/?centre=north-east",
        f"/moderation/appeals/{scene.appeal_id}/",
    ):
        opened.get(address, status=404)


def test_nothing_of_it_stands_in_their_queue(browser, scene, stranger):
    page = browser(stranger).get("/moderation/")
    assert "Nobody in London reads this." not in page.words
    assert scene.waiting not in page.text
    assert scene.world.thread.title not in page.words


@pytest.mark.parametrize("more", ["", "&kind=pending-post", "&kind=appeal", "&claimed=nobody"])
def test_its_queue_is_not_found(browser, stranger, more):
    opened = browser(stranger)
    opened.get(f"/moderation/?centre=north-east{more}", status=404)
    assert "North East" not in opened.get("/moderation/").text.partition("</form>")[0]
