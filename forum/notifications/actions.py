"""Writes of notices."""

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.transactions import action
from forum.notifications import queries
from forum.notifications.models import Notice


@action
def keep_notice(message: queries.Message) -> None:
    """Tell an account something on the site; once, however often this is called.

    A notice for staff within an hour of one that was mailed is kept as "quiet": for the site.
    """
    details = {name: value for name, value in message.details.items() if value}
    if message.kind in queries.FOR_STAFF and queries.is_mailed_lately(message.account.id):
        details["quiet"] = True
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(Notice)
        .values(
            account_id=message.account.id,
            at=clock.now(),
            kind=str(message.kind),
            path=message.path,
            details=details,
            key=message.key,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "key"])
    )


@action
def forget_respondents(consultation_id: int) -> None:
    """Remove the notices that tell who responded to a consultation."""
    key = queries.respondents_key(consultation_id)
    db.session.execute(delete(Notice).where(Notice.key.startswith(key, autoescape=True)))


@action
def mark_read(actor: Actor, notice_id: int) -> None:
    """Mark one of the actor's notices as read; raises NotFound for those of others."""
    notice = queries.get_notice(actor, notice_id)
    if notice.read_at is None:
        notice.read_at = clock.now()


@action
def mark_all_read(actor: Actor, *, newest: int) -> None:
    """Mark the actor's notices up to ``newest`` as read: what came meanwhile stays unread."""
    db.session.execute(
        update(Notice)
        .where(Notice.account_id == actor.actor_id, Notice.id <= newest, Notice.read_at.is_(None))
        .values(read_at=clock.now())
    )
