"""An author changes what waits while a moderator has it open: nothing unseen is published."""

import pytest

from forum.core.db import db
from forum.core.errors import Conflict
from forum.moderation import actions
from forum.moderation.enums import ItemKind
from forum.threads.actions import screening
from forum.threads.actions.screening import Screening
from forum.threads.enums import PostState
from tests import factories
from tests.moderation.making import held_post, items, moderator, ruling
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
