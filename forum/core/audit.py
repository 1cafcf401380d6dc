"""A record beside every change, in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.core import clock
from forum.core.access import Actor
from forum.core.db import Key, Model, db
from forum.core.tags import Private


class AuditRecord(Private, Model):
    """Who did what to which thing, when and why; no personal data, no secrets."""

    __tablename__ = "audit_record"
    __table_args__ = (Index("ix_audit_record_target", "target_type", "target_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(
        Key, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    tag: Mapped[str] = mapped_column(String(60), index=True)
    target_type: Mapped[str] = mapped_column(String(40))
    target_id: Mapped[int] = mapped_column(Key)
    centre_id: Mapped[int | None] = mapped_column(Key, index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    actor: Actor | None,
    tag: str,
    target: Model,
    *,
    reason: str = "",
    centre_id: int | None = None,
    **details: Any,
) -> None:
    """Write that ``actor`` (None: the site itself or a command) did ``tag`` to ``target``.

    ``tag`` reads "thread.lock"; ``target`` needs an ``id`` or gets one by this flush.
    """
    if getattr(target, "id", None) is None:
        db.session.flush()
    db.session.add(
        AuditRecord(
            at=clock.now(),
            actor_id=actor.actor_id if actor else None,
            tag=tag,
            target_type=target.__tablename__,
            target_id=target.id,  # type: ignore[attr-defined]  # every audited model has one
            centre_id=centre_id,
            reason=reason,
            details=details,
        )
    )
