"""An author changes what waits while a moderator has it open: nothing unseen is published."""

import pytest

from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.transactions import action
from forum.moderation import actions
from forum.moderation.actions import queueing
from forum.moderation.enums import ItemKind, ItemState, ReportOutcome
from forum.threads.actions import screening
from forum.threads.actions.screening import Screening
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit
from tests import factories
from tests.moderation.making import held_post, items, moderator, ruling
from tests.moderation.reporting import report
from tests.threads.writing import edit, fresh, reply

HOLD = {"why": "new-member", "first": 3}


@pytest.fixture(autouse=True)
def held(monkeypatch):
    """Everything of members waits, each time for the same reason."""
    monkeypatch.setattr(screening, "_screens", [lambda _: Screening(holds=[HOLD])])


@pytest.mark.parametrize("decide", [actions.approve, actions.reject])
def test_a_waiting_post(app, decide):
    author, judge = factories.make_account(), moderator()
    post, item = held_post(author=author)
    seen = item.version
    edit(author, post, "Something quite different.")
    with pytest.raises(Conflict):
        decide(judge, item.id, version=seen, ruling=ruling())
    assert fresh(post).state is PostState.PENDING
    decide(judge, item.id, version=fresh(item).version, ruling=ruling())
    assert fresh(post).state is not PostState.PENDING


def test_a_waiting_edit(app):
    author, judge = factories.make_account(), moderator()
    post = reply(author, factories.make_thread(), source="one")
    actions.approve(judge, items()[0].id, version=items()[0].version, ruling=ruling())
    edit(author, post, "two")
    item = items()[0]
    assert item.kind is ItemKind.EDIT
    seen = item.version
    edit(author, post, "three")
    with pytest.raises(Conflict):
        actions.approve(judge, item.id, version=seen, ruling=ruling())
    db.session.rollback()
    assert fresh(post).source == "one"


def test_an_edit_taken_back_leaves_nothing_to_decide(app):
    author = factories.make_account()
    post = factories.make_post(factories.make_thread(), author, text="one")
    edit(author, post, "two")
    (item,) = items()
    edit(author, post, "one")
    assert item.state is ItemState.CLOSED
    assert (fresh(post).source, fresh(post).state) == ("one", PostState.VISIBLE)


def test_an_edit_taken_back_does_not_take_reports_along(app):
    """Else who was reported could empty the queue by an edit, and by the old words after it."""
    author = factories.make_account()
    post = factories.make_post(factories.make_thread(), author, text="one")
    made = report(factories.make_account(), post)
    edit(author, post, "two")
    (item,) = items()
    assert item.kind is ItemKind.EDIT
    edit(author, post, "one")
    assert (item.kind, item.state) == (ItemKind.REPORT, ItemState.OPEN)
    assert fresh(made).outcome is ReportOutcome.OPEN
    actions.hide_of_item(moderator(), item.id, version=item.version, ruling=ruling())
    assert fresh(made).outcome is ReportOutcome.UPHELD


@pytest.mark.parametrize("decide", [actions.approve, actions.reject])
def test_who_decides_an_edit_has_not_decided_what_was_reported(app, decide):
    author, judge = factories.make_account(), moderator()
    post = factories.make_post(factories.make_thread(), author, text="one")
    made = report(factories.make_account(), post)
    edit(author, post, "two")
    (item,) = items()
    decision = decide(judge, item.id, version=item.version, ruling=ruling())
    assert (item.kind, item.state) == (ItemKind.REPORT, ItemState.OPEN)
    assert fresh(made).outcome is ReportOutcome.OPEN
    actions.undo_decision(judge, decision.id)
    assert (item.kind, item.state, fresh(post).source) == (ItemKind.EDIT, ItemState.OPEN, "one")
    decide(judge, item.id, version=item.version, ruling=ruling())
    actions.keep(judge, item.id, version=item.version, ruling=ruling())
    assert item.state is ItemState.CLOSED
    assert fresh(made).outcome is ReportOutcome.NOT_UPHELD
    assert fresh(post).source == ("two" if decide is actions.approve else "one")


def test_an_edit_taken_back_after_its_post_was_judged_leaves_what_was_reported(app):
    author, judge = factories.make_account(), moderator()
    post = factories.make_post(factories.make_thread(), author, text="one")
    edit(author, post, "two")
    (item,) = items()
    actions.hide_of_item(judge, item.id, version=item.version, ruling=ruling())
    actions.restore_post(judge, post, ruling=actions.Ruling())
    made = report(factories.make_account(), post)
    assert (item.kind, item.state) == (ItemKind.EDIT, ItemState.OPEN)
    edit(author, post, "one")
    assert (item.kind, item.state) == (ItemKind.REPORT, ItemState.OPEN)
    assert fresh(made).outcome is ReportOutcome.OPEN
    assert db.session.query(HeldEdit).count() == 0


def test_an_edit_that_is_taken_back_leaves_an_item_about_something_else(app):
    post = factories.make_post(factories.make_thread())
    drop_edit = action(queueing.drop_edit)
    drop_edit(post.id)
    assert items() == []
    report(factories.make_account(), post)
    (item,) = items()
    drop_edit(post.id)
    assert (item.kind, item.state) == (ItemKind.REPORT, ItemState.OPEN)
