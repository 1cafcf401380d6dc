"""Listening to every transaction that takes away what may have been exported.

Noted is what the session writes, whichever feature did it: one event for each way to take
something away would be forgotten one day. New things and edits are left to the next night.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from forum.accounts.models import Account
from forum.api.enums import Table
from forum.api.queries import windows
from forum.boards.models import Board
from forum.core import tags
from forum.core.db import db
from forum.organisations.enums import OrganisationState
from forum.organisations.models import Organisation
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

Note = Callable[[Any], Iterable[str]]
EVERYTHING = frozenset({windows.OPEN_DATA, windows.ALL})


def _of_post(post: Post) -> set[str]:
    return windows.tags_of(Table.POSTS, [post.id])


def _of_thread(thread: Thread) -> set[str]:
    posts = windows.windows_of(Post.id, Post.thread_id == thread.id)
    return windows.tags_of(Table.THREADS, [thread.id]) | _named(Table.POSTS, posts)


def _of_account(account: Account) -> set[str]:
    threads = windows.windows_of(Thread.id, Thread.author_id == account.id)
    posts = windows.windows_of(Post.id, Post.author_id == account.id)
    return (
        windows.tags_of(Table.PEOPLE, [account.id])
        | _named(Table.THREADS, threads)
        | _named(Table.POSTS, posts)
    )


def _of_organisation(organisation: Organisation) -> set[str]:
    return windows.tags_of(Table.ORGANISATIONS, [organisation.id])


def _named(table: Table, found: Collection[int]) -> set[str]:
    return {windows.tag_of(table, window) for window in found}


# What takes away when one of these attributes changes, and what it concerns.
WATCHED: dict[type[Any], tuple[tuple[str, ...], Note]] = {
    Post: (("state", "redactions"), _of_post),
    Thread: (("state", "board_id", "title"), _of_thread),
    Board: (("readers",), lambda _board: EVERYTHING),
    Account: (("is_hidden", "display_name", "handle"), _of_account),
    Organisation: (("state",), _of_organisation),
}
READABLE = frozenset(
    map(str, (PostState.VISIBLE, PostState.WITHDRAWN, OrganisationState.CONFIRMED))
)
TABLES = frozenset(model.__tablename__ for model in WATCHED)


def register() -> None:
    """Note what is taken away from now on."""
    for name, listener in (("after_flush", _note), ("do_orm_execute", _note_statement)):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def _note(session: Session, _context: object) -> None:
    for thing in (*session.dirty, *session.deleted):
        if type(thing) not in WATCHED:
            continue
        names, concerns = WATCHED[type(thing)]
        if thing in session.deleted:
            tags.touch(*EVERYTHING)
        elif any(_has_changed(thing, name) for name in names):
            tags.touch(*concerns(thing))


def _has_changed(thing: Any, name: str) -> bool:
    history = inspect(thing).attrs[name].history
    if name == "state":
        # What nobody could read before is not taken away.
        return any(str(before) in READABLE for before in history.deleted or ())
    return bool(history.has_changes())


def _note_statement(state: ORMExecuteState) -> None:
    """A statement past the session that does not say what it concerns may concern anything."""
    if not (state.is_update or state.is_delete):
        return
    table: Any = state.statement.table  # type: ignore[attr-defined]  # what it changes
    if table.name in TABLES and tags.KEPT not in state.execution_options:
        tags.touch(*EVERYTHING)
