"""Reads of one's own notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.notifications.enums import WORDS, NoticeKind, Words
from forum.notifications.models import Notice
from forum.notifications.queries.messages import appeal_path
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

NOTICES_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as its list shows it; ``title`` is that of the thread it is about, if any."""

    id: int
    at: datetime
    words: Words
    path: str
    title: str
    rule: str
    reason: str
    note: str
    centre: str
    about: str
    appeal_path: str
    date: datetime | None
    until: datetime | None
    unread: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page of one's notices; ``newest`` is the highest identifier on it, 0 when empty."""

    page: Page[NoticeRow]
    newest: int
    unread: int


def list_notices(actor: Actor, *, after: str = "") -> NoticePage:
    """The actor's notices, newest first."""
    statement = (
        select(Notice)
        .where(Notice.account_id == actor.actor_id)
        .order_by(Notice.id.desc())
        .limit(NOTICES_A_PAGE + 1)
    )
    if after:
        statement = before(statement, (Notice.id,), decode_cursor(after, int))
    found = db.session.scalars(statement).all()
    shown = found[:NOTICES_A_PAGE]
    titles = _titles(actor, shown)
    cursor = encode_cursor(shown[-1].id) if len(found) > NOTICES_A_PAGE else ""
    return NoticePage(
        Page([_row(notice, titles) for notice in shown], cursor),
        newest=shown[0].id if shown else 0,
        unread=count_unread(actor),
    )


def count_unread(actor: Actor) -> int:
    """How many notices the actor has not read."""
    unread = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.account_id == actor.actor_id, Notice.read_at.is_(None))
    )
    return db.session.scalar(unread) or 0


def get_notice(actor: Actor, notice_id: int) -> Notice:
    """A notice of the actor's own; raises NotFound for anybody else's."""
    notice = db.session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.account_id == actor.actor_id)
    )
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice


def _titles(actor: Actor, notices: Sequence[Notice]) -> dict[tuple[str, int], str]:
    """Titles of the threads that the notices are about, as far as the actor may read them."""
    posts = {n.details["post"] for n in notices if n.details.get("post")}
    threads = {n.details["thread"] for n in notices if n.details.get("thread")}
    rows = db.session.execute(
        select(Post.id, Thread.id, Thread.title)
        .join(Post.thread)
        .where(
            or_(Post.id.in_(sorted(posts)), (Post.number == 1) & Thread.id.in_(sorted(threads))),
            or_(Thread.state == PostState.VISIBLE, Thread.author_id == actor.actor_id),
        )
    ).all()
    return {("post", row[0]): row[2] for row in rows} | {("thread", row[1]): row[2] for row in rows}


def _row(notice: Notice, titles: dict[tuple[str, int], str]) -> NoticeRow:
    details: dict[str, Any] = notice.details
    about = "post" if details.get("post") else "thread"
    until, date = details.get("until"), details.get("date")
    return NoticeRow(
        id=notice.id,
        at=notice.at,
        words=WORDS[NoticeKind(notice.kind)],
        path=notice.path,
        title=titles.get((about, details.get(about, 0)), ""),
        rule=details.get("rule", ""),
        reason=details.get("reason", ""),
        note=details.get("note", ""),
        centre=details.get("centre", ""),
        about=details.get("organisation", "") or details.get("consultation", ""),
        appeal_path=appeal_path(details),
        date=datetime.fromisoformat(date) if date else None,
        until=datetime.fromisoformat(until) if until else None,
        unread=notice.read_at is None,
    )
