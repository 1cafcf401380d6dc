"""Locks, pins, slow modes and holds end when their time has come."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.moderation import actions as moderation
from forum.threads import actions, policy
from forum.threads.enums import ThreadHold
from tests import factories as make
from tests.moderation.making import ruling
from tests.statements import plans_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON, LONG_AGO = NOW + timedelta(minutes=90), NOW - timedelta(days=1)


@pytest.fixture(autouse=True)
def frozen():
    with clock.at(NOW):
        yield


def limited(until):
    return make.make_thread(
        is_locked=True,
        locked_reason="Too hot.",
        locked_until=until,
        is_pinned=True,
        pinned_until=until,
        slow_minutes=10,
        slow_until=until,
        hold=ThreadHold.SENSITIVE,
        hold_until=until,
    )


def test_lock_is_told_with_its_end(client):
    member = make.make_account()
    thread = limited(SOON)
    page = client.sign_in(member).get(thread.path)
    assert "Locked until 23 November 2026 at 1:30pm. Reason: Too hot." in page.main
    assert "This thread is locked until 23 November 2026 at 1:30pm." in page.main
    assert "Post reply" not in page.buttons
    with clock.at(SOON):
        client.sign_in(member)
        page = client.get(thread.path)
        assert "Locked" not in page.main
        assert "Slow mode" not in page.main
        client.post_form(page, {"source": "Open again."}, button="Post reply")


def test_lock_that_ended_lets_authors_edit(app):
    author = make.make_account()
    thread = make.make_thread(author=author, is_locked=True, locked_until=SOON)
    post = make.make_post(thread, author)
    assert policy.can_edit(author, post).reason.startswith("This thread is locked until")
    with clock.at(SOON):
        assert policy.can_edit(author, post)


def test_lists_show_what_holds(client):
    thread = limited(SOON)
    tags = client.get(thread.board.path).texts("span", css="tag")
    assert {"Locked", "Pinned"} <= set(tags)
    with clock.at(SOON):
        tags = client.get(thread.board.path).texts("span", css="tag")
    assert not {"Locked", "Pinned"} & set(tags)


def test_moderator_is_offered_what_is_not_in_force(client):
    thread = limited(LONG_AGO)
    page = client.sign_in(make.make_account(role="moderator")).get(thread.path)
    assert "Lock thread" in page.links
    assert "Pin thread" in page.links


def test_job_clears_what_ended_and_nothing_else(app):
    ended, later, endless = limited(LONG_AGO), limited(SOON), limited(None)
    versions = [thread.version for thread in (ended, later, endless)]
    events = db.session.query(OutboxEvent).count()
    assert actions.end_expired() == 4
    db.session.expire_all()
    assert (ended.is_locked, ended.locked_reason, ended.locked_until) == (False, "", None)
    assert (ended.is_pinned, ended.pinned_until) == (False, None)
    assert (ended.slow_minutes, ended.slow_until) == (0, None)
    assert (ended.hold, ended.hold_until) == (None, None)
    for thread, until in ((later, SOON), (endless, None)):
        assert (thread.is_locked, thread.locked_until) == (True, until)
        assert (thread.is_pinned, thread.slow_minutes) == (True, 10)
        assert thread.hold is ThreadHold.SENSITIVE
    assert [thread.version for thread in (ended, later, endless)] == versions
    assert db.session.query(OutboxEvent).count() == events
    assert actions.end_expired() == 0


def test_job_finds_what_ended_by_an_index(app):
    """A site has a million threads, of which a few are limited in time."""
    columns = ("locked_until", "pinned_until", "slow_until", "hold_until")
    make.make_thread(posts=1)
    limited(SOON)
    make.commit()
    if db.engine.dialect.name == "postgresql":
        # So few rows are read in any order; whether an index would do is asked here.
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    plans = plans_of(actions.end_expired, "UPDATE thread")
    assert len(plans) == len(columns)
    for plan, column in zip(plans, columns, strict=True):
        assert f"ix_thread_{column}" in plan


def test_what_a_moderator_does_anew_has_no_old_end(app):
    moderator = make.make_account(role="moderator")
    thread = limited(SOON)
    with clock.at(SOON):
        moderation.lock_thread(moderator, thread, ruling=ruling("For good."))
        moderation.pin_thread(moderator, thread, ruling=ruling(clause=""))
        assert (thread.locked_until, thread.pinned_until) == (None, None)
        actions.end_expired()
        db.session.expire_all()
        assert thread.is_locked
        assert thread.is_pinned
        assert thread.slow_minutes == 0
