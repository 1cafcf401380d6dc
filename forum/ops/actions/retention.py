"""Retention: what has ceased to be of use is removed."""

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from forum.accounts.models import AccountToken, LoginSession
from forum.core import clock
from forum.core.db import Model, db
from forum.core.outbox import OutboxEvent
from forum.core.transactions import action
from forum.notifications.models import Notice
from forum.threads.models import Draft

log = structlog.get_logger(__name__)

# How long records are kept after they ceased to be of use.
KEEP_ENDED = timedelta(days=30)
KEEP_DELIVERED = timedelta(days=30)
KEEP_DRAFTS = timedelta(days=365)
KEEP_READ = timedelta(days=90)
KEEP_NOTICES = timedelta(days=365)
BATCH = 1000


def remove_expired_access() -> int:
    """Remove mailed tokens and sessions that ended, or ran out, over 30 days ago."""
    limit = clock.now() - KEEP_ENDED
    removed = _remove(AccountToken, AccountToken.id, AccountToken.expires_at < limit)
    removed += _remove(
        LoginSession,
        LoginSession.id,
        or_(LoginSession.expires_at < limit, LoginSession.ended_at < limit),
    )
    return removed


def remove_delivered_events() -> int:
    """Remove events that were delivered over 30 days ago."""
    limit = clock.now() - KEEP_DELIVERED
    return _remove(OutboxEvent, OutboxEvent.id, OutboxEvent.delivered_at < limit)


def remove_old_drafts() -> int:
    """Remove drafts that nobody has touched for a year."""
    return _remove(Draft, Draft.id, Draft.saved_at < clock.now() - KEEP_DRAFTS)


def remove_old_notices() -> int:
    """Remove notices that were read over 90 days ago, and all that are older than a year."""
    now = clock.now()
    return _remove(
        Notice, Notice.id, or_(Notice.read_at < now - KEEP_READ, Notice.at < now - KEEP_NOTICES)
    )


def _remove(
    table: type[Model], key: InstrumentedAttribute[int], unwanted: ColumnElement[bool]
) -> int:
    """Delete in batches, each a transaction of its own, so that nobody waits long."""
    removed = 0
    while batch := _remove_batch(table, key, unwanted):
        removed += batch
    log.info("retention.removed", table=table.__tablename__, rows=removed)
    return removed


@action
def _remove_batch(
    table: type[Model], key: InstrumentedAttribute[int], unwanted: ColumnElement[bool]
) -> int:
    keys = db.session.scalars(select(key).where(unwanted).order_by(key).limit(BATCH)).all()
    if keys:
        db.session.execute(delete(table).where(key.in_(keys)))
    return len(keys)
