"""Reads of what stands on a page of a thread: posts, topics, voices.

Their statements are put together once: for a page this hot that takes longer than to run them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, func, select, true

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.core.access import Actor, moderates
from forum.core.db import Model, db
from forum.organisations.models import Organisation
from forum.threads import policy
from forum.threads.enums import Capacity, PostState
from forum.threads.models import HeldEdit, Post, Thread, ThreadTopic, Voice
from forum.topics.models import Topic

PAGE_SIZE = 20


class PostRow(NamedTuple):
    """A post as its thread's page shows it; a tuple, which is made quickly.

    ``html``, ``holds`` and ``held_edit`` (the text of an edit that waits) are empty where the
    reader may not read; then ``interest`` is None, too, as when nothing was said. ``author_url``
    is empty where the reader may not see the author's page.
    """

    id: int
    thread: Thread
    number: int
    url: str
    author_id: int
    author_name: str
    author_url: str
    capacity: Capacity
    organisation_name: str
    organisation_url: str
    sector: Sector
    html: str
    state: PostState
    rule: str
    reason: str
    decision_url: str
    holds: Sequence[dict[str, Any]]
    held_edit: str
    interest: str | None
    created_at: datetime
    edited_at: datetime | None
    history_url: str
    is_accepted: bool
    redactions: Sequence[dict[str, Any]]
    citations: Sequence[dict[str, Any]]


class TopicLink(NamedTuple):
    """A topic that a thread is tied to."""

    id: int
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class SectorVoice:
    """How many organisations and individuals of a sector have spoken in a thread."""

    sector: Sector
    organisations: int
    individuals: int


def topics_of(thread_id: int) -> Sequence[TopicLink]:
    """The topics that a thread is tied to, by name."""
    rows = db.session.execute(_topics_by_thread(), {"thread_id": thread_id})
    return [TopicLink(key, name, f"/topics/{slug}/") for key, name, slug in rows]


@cache
def _topics_by_thread() -> Select[*tuple[Any, ...]]:
    return (
        select(Topic.id, Topic.name, Topic.slug)
        .join(ThreadTopic, ThreadTopic.topic_id == Topic.id)
        .where(ThreadTopic.thread_id == bindparam("thread_id"))
        .order_by(Topic.name, Topic.id)
    )


# Tables in place of models: rows without the session's bookkeeping.
_post, _author, _organisation, _held_edit, _voice = (
    Model.metadata.tables[model.__tablename__]
    for model in (Post, Account, Organisation, HeldEdit, Voice)
)
_COLUMNS = (
    _post.c.id,
    _post.c.number,
    _post.c.author_id,
    _author.c.display_name,
    _author.c.handle,
    _author.c.is_hidden,
    _post.c.capacity,
    _post.c.organisation_name,
    _post.c.organisation_id,
    _organisation.c.slug.label("organisation_slug"),
    _post.c.sector,
    _post.c.html,
    _post.c.state,
    _post.c.hidden_rule,
    _post.c.hidden_reason,
    _post.c.entry_number,
    _post.c.holds,
    _held_edit.c.source.label("held_edit"),
    _post.c.interest,
    _post.c.created_at,
    _post.c.edited_at,
    _post.c.redactions,
    _post.c.citations,
)


def posts_on_page(actor: Actor, thread: Thread, *, page: int) -> list[PostRow]:
    """The posts of a numbered page, oldest first, tombstones included."""
    first = (page - 1) * PAGE_SIZE + 1
    staff = moderates(actor, thread.centre_id)
    places = {"thread_id": thread.id, "first": first, "last": first + PAGE_SIZE - 1}
    if not staff:
        places["reader_id"] = actor.actor_id or 0
    rows = db.session.execute(_posts_by_number(is_staff=staff), places)
    return [
        _post_row(
            row,
            thread,
            readable=staff or row.author_id == actor.actor_id,
            shows_author=not row.is_hidden or actor.is_staff or row.author_id == actor.actor_id,
        )
        for row in rows
    ]


@cache
def _posts_by_number(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    which = true() if is_staff else policy.is_post_for(bindparam("reader_id"), _post.c)
    return (
        select(*_COLUMNS)
        .select_from(_post)
        .join(_author, _author.c.id == _post.c.author_id)
        .outerjoin(_organisation, _organisation.c.id == _post.c.organisation_id)
        .outerjoin(_held_edit, _held_edit.c.post_id == _post.c.id)
        .where(
            _post.c.thread_id == bindparam("thread_id"),
            _post.c.number.between(bindparam("first"), bindparam("last")),
            which,
        )
        .order_by(_post.c.number)
        # There are no more, but PostgreSQL expects thousands in the longest threads.
        .limit(PAGE_SIZE)
    )


def _post_row(row: Any, thread: Thread, *, readable: bool, shows_author: bool) -> PostRow:
    shown = row.state is PostState.VISIBLE or readable
    return PostRow(
        id=row.id,
        thread=thread,
        number=row.number,
        url=f"/posts/{row.id}/",
        author_id=row.author_id,
        author_name=row.display_name,
        author_url=f"/people/{row.handle}/" if shows_author else "",
        capacity=row.capacity,
        organisation_name=row.organisation_name,
        organisation_url=_organisation_url(row.organisation_id, row.organisation_slug),
        sector=row.sector,
        html=row.html if shown else "",
        state=row.state,
        rule=row.hidden_rule,
        reason=row.hidden_reason,
        decision_url=f"/moderation-log/{row.entry_number}/" if row.entry_number else "",
        holds=row.holds if readable else [],
        held_edit=(row.held_edit or "") if readable else "",
        interest=row.interest if shown else None,
        created_at=row.created_at,
        edited_at=row.edited_at,
        history_url=f"/posts/{row.id}/history/" if row.edited_at and shown else "",
        is_accepted=row.id == thread.accepted_post_id,
        redactions=row.redactions if shown else (),
        citations=row.citations if row.state is PostState.VISIBLE else (),
    )


def _organisation_url(organisation_id: int | None, slug: str | None) -> str:
    return f"/organisations/{organisation_id}/{slug}/" if organisation_id else ""


def voices_of(thread_id: int) -> list[SectorVoice]:
    """Voices of every sector, heard or not, in the order of ``Sector``."""
    rows = db.session.execute(_voices_by_thread(), {"thread_id": thread_id})
    heard = {sector: (int(organisations), int(people)) for sector, organisations, people in rows}
    return [SectorVoice(sector, *heard.get(sector, (0, 0))) for sector in Sector]


@cache
def _voices_by_thread() -> Select[*tuple[Any, ...]]:
    voice = _voice.c
    is_organisation = voice.speaker.startswith("o", autoescape=False)
    return (
        select(
            voice.sector,
            func.sum(case((is_organisation, 1), else_=0)),
            func.sum(case((is_organisation, 0), else_=1)),
        )
        .where(voice.thread_id == bindparam("thread_id"), voice.posts > 0)
        .group_by(voice.sector)
    )
