"""Drafts, and how far a member has read."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, func
from sqlalchemy.dialects import postgresql, sqlite

from forum.boards import policy as boards
from forum.boards.models import Board
from forum.core import clock, markup
from forum.core.access import Actor, ensure
from forum.core.db import Model, db
from forum.core.transactions import action
from forum.threads import policy, queries
from forum.threads.models import Draft, ReadMark, Thread

LONGEST_DRAFT = 20_000


@action
def save_thread_draft(
    actor: Actor, board: Board, *, title: str, source: str, choices: dict[str, Any]
) -> Draft:
    """Keep what the actor has written of a new thread for the board."""
    ensure(boards.can_draft_start(actor, board))
    draft = queries.draft_of_board(actor, board.id)
    if draft is None:
        draft = Draft(account_id=actor.actor_id, board_id=board.id)
        db.session.add(draft)
    draft.title = markup.show_control(title)[:150]
    return _fill(draft, source=source, choices=choices)


@action
def save_reply_draft(
    actor: Actor, thread: Thread, *, source: str, choices: dict[str, Any]
) -> Draft:
    """Keep what the actor has written of a reply in the thread."""
    ensure(policy.can_draft(actor, thread))
    draft = queries.draft_of_thread(actor, thread.id)
    if draft is None:
        draft = Draft(account_id=actor.actor_id, board_id=thread.board_id, thread_id=thread.id)
        db.session.add(draft)
    return _fill(draft, source=source, choices=choices)


def _fill(draft: Draft, *, source: str, choices: dict[str, Any]) -> Draft:
    draft.source = markup.show_control(source)[:LONGEST_DRAFT]
    draft.choices = {
        name: markup.show_control(value) if isinstance(value, str) else value
        for name, value in choices.items()
    }
    draft.saved_at = clock.now()
    return draft


@action
def discard_draft(actor: Actor, draft_id: int) -> None:
    """Delete a draft of the actor's own; raises NotFound for anybody else's."""
    db.session.delete(queries.get_draft(actor, draft_id))


@action
def mark_read(actor: Actor, thread: Thread, *, number: int) -> None:
    """Remember that the actor has read the thread up to post ``number``."""
    ensure(policy.can_see(actor, thread))
    last = queries.last_number_for(actor, thread)
    mark_read_until(actor, thread, number=min(max(number, 0), last))


def mark_read_until(actor: Actor, thread: Thread, *, number: int) -> None:
    """Move the actor's mark forward to ``number``; it never goes back."""
    mark = {
        "account_id": actor.actor_id,
        "thread_id": thread.id,
        "number": number,
        "read_at": clock.now(),
    }
    db.session.execute(_further_mark(db.engine.dialect.name), mark)


@cache
def _further_mark(dialect: str) -> Insert:
    """The statement, put together once: each reply and each page read needs it."""
    table = Model.metadata.tables[ReadMark.__tablename__]
    is_postgresql = dialect == "postgresql"
    insert = (postgresql.insert if is_postgresql else sqlite.insert)(table)
    furthest = func.greatest if is_postgresql else func.max
    return insert.on_conflict_do_update(
        index_elements=[table.c.account_id, table.c.thread_id],
        set_={
            "number": furthest(table.c.number, insert.excluded.number),
            "read_at": insert.excluded.read_at,
        },
    )
