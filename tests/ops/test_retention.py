"""What has ceased to be of use is removed, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from forum.accounts.enums import TokenPurpose
from forum.accounts.models import AccountToken, LoginSession
from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.notifications.models import Notice
from forum.ops import actions
from forum.ops.actions import retention
from forum.threads.models import Draft
from tests import factories

DAY = timedelta(days=1)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def add(thing):
    db.session.add(thing)
    factories.commit()


def make_token(*, expires_at):
    add(
        AccountToken(
            account_id=factories.make_account().id,
            purpose=TokenPurpose.RESET,
            token_hash=f"{expires_at.timestamp()}",
            created_at=expires_at - DAY,
            expires_at=expires_at,
            details={},
        )
    )


def make_event(*, delivered_at=None, given_up_at=None):
    long_ago = clock.now() - 90 * DAY
    add(
        OutboxEvent(
            name="PostPublished",
            payload={},
            created_at=long_ago,
            next_attempt_at=long_ago,
            delivered_at=delivered_at,
            given_up_at=given_up_at,
        )
    )


def make_draft(*, saved_at):
    board = factories.make_board()
    add(Draft(account_id=factories.make_account().id, board_id=board.id, saved_at=saved_at))


@pytest.mark.parametrize(("age", "left"), [(29 * DAY, 1), (31 * DAY, 0), (-DAY, 1)])
def test_dead_links_are_removed_after_a_month(app, age, left):
    make_token(expires_at=clock.now() - age)
    assert actions.remove_expired_access() == 1 - left
    assert count(AccountToken) == left


@pytest.mark.parametrize(
    ("times", "left"),
    [
        ({"expires_at": 29 * DAY}, 1),
        ({"expires_at": 31 * DAY}, 0),
        ({"expires_at": -DAY, "ended_at": 31 * DAY}, 0),
        ({"expires_at": -DAY, "ended_at": DAY}, 1),
        ({"expires_at": -DAY}, 1),
    ],
)
def test_sessions_are_removed_a_month_after_their_end(app, times, left):
    moments = {name: clock.now() - age for name, age in times.items()}
    factories.make_session(factories.make_account(), **moments)
    assert actions.remove_expired_access() == 1 - left
    assert count(LoginSession) == left


def test_events_are_removed_a_month_after_their_delivery(app):
    now = clock.now()
    make_event(delivered_at=now - 31 * DAY)
    make_event(delivered_at=now - 29 * DAY)
    make_event()
    make_event(given_up_at=now - 60 * DAY)
    assert actions.remove_delivered_events() == 1
    assert count(OutboxEvent) == 3


@pytest.mark.parametrize(("age", "left"), [(364 * DAY, 1), (366 * DAY, 0)])
def test_drafts_are_removed_after_a_year(app, age, left):
    make_draft(saved_at=clock.now() - age)
    assert actions.remove_old_drafts() == 1 - left
    assert count(Draft) == left


@pytest.mark.parametrize(
    ("age", "read", "left"),
    [
        (364 * DAY, None, 1),
        (366 * DAY, None, 0),
        (364 * DAY, 89 * DAY, 1),
        (364 * DAY, 91 * DAY, 0),
    ],
)
def test_notices_are_removed_when_they_were_read_long_ago_or_are_old(app, age, read, left):
    now = clock.now()
    add(
        Notice(
            account_id=factories.make_account().id,
            at=now - age,
            kind="post-hidden",
            path="/posts/1/",
            key="decision-1",
            read_at=now - read if read else None,
        )
    )
    assert actions.remove_old_notices() == 1 - left
    assert count(Notice) == left


def test_much_is_removed_in_batches(app, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        make_event(delivered_at=clock.now() - 31 * DAY)
    assert actions.remove_delivered_events() == 5
    assert count(OutboxEvent) == 0
