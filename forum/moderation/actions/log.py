"""Appending to the public log: each entry holds the hash of the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forum.core import clock
from forum.core.canonical import canonical, digest, stamp
from forum.core.db import db
from forum.moderation.enums import DecisionKind, Seat
from forum.moderation.models import LogEntry, LogHead

HEAD = 1


@dataclass(frozen=True, slots=True)
class Public:
    """What everybody may know of a decision: no names, no notes of staff.

    ``centre`` is a slug, ``rules`` holds centre, version, clause and title of the rule applied,
    ``target`` its type and address, ``parent`` and ``corrects`` numbers of other entries.
    """

    action: DecisionKind
    seat: Seat
    centre: str | None
    target: dict[str, Any]
    rules: dict[str, Any] | None = None
    reason: str = ""
    until: datetime | None = None
    parent: int | None = None
    corrects: int | None = None


def hold_log() -> LogHead:
    """The newest entry's number and hash, held until this transaction ends.

    Whoever decides takes this first, before posts and their items: in one order nobody waits for
    somebody who waits for them (decision record 0028).
    """
    return db.session.scalars(
        select(LogHead)
        .where(LogHead.id == HEAD)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def append_entry(public: Public, *, centre_id: int | None) -> LogEntry:
    """Write the next entry; other writers of the log wait until this transaction ends."""
    head = hold_log()
    now = clock.now()
    body = canonical(
        {
            "number": head.number + 1,
            "at": stamp(now),
            "action": str(public.action),
            "seat": str(public.seat),
            "centre": public.centre,
            "rules": public.rules,
            "reason": public.reason,
            "target": public.target,
            "until": stamp(public.until) if public.until else None,
            "parent": public.parent,
            "corrects": public.corrects,
            "previous": head.hash,
        }
    )
    entry = LogEntry(
        number=head.number + 1,
        at=now,
        centre_id=centre_id,
        action=str(public.action),
        clause=public.rules["clause"] if public.rules else "",
        body=body,
        hash=digest(body),
    )
    db.session.add(entry)
    head.number, head.hash = entry.number, entry.hash
    db.session.flush()
    return entry
