"""What moderators have limited in time ends by itself."""

from typing import Any

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from forum.core import clock, tags
from forum.core.db import db
from forum.core.transactions import action
from forum.threads import queries
from forum.threads.models import Thread

log = structlog.get_logger(__name__)

# When something ends, and what the thread has then.
ENDS: tuple[tuple[InstrumentedAttribute[Any], dict[str, Any]], ...] = (
    (Thread.locked_until, {"is_locked": False, "locked_reason": "", "locked_until": None}),
    (Thread.pinned_until, {"is_pinned": False, "pinned_until": None}),
    (Thread.slow_until, {"slow_minutes": 0, "slow_until": None}),
    (Thread.hold_until, {"hold": None, "hold_until": None}),
)


@action
def end_expired() -> int:
    """Clear locks, pins, slow modes and holds whose time has passed; returns how many.

    They have had no effect since: this keeps lists and indexes true. Nobody is told.
    """
    now = clock.now()
    over = or_(*(until <= now for until, _values in ENDS))
    queries.hold_threads(db.session.scalars(select(Thread.id).where(over)).all())
    ended = 0
    for until, values in ENDS:
        result = db.session.execute(
            update(Thread)
            .where(until <= now)
            .values(values)
            .execution_options(synchronize_session=False, **{tags.KEPT: ()})
        )
        ended += int(getattr(result, "rowcount", 0))
    if ended:
        tags.touch(tags.EVERYTHING)
    log.info("threads.expired", ended=ended)
    return ended
