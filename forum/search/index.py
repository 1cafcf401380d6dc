"""Keeping the index true: in the transaction that changes a text, and by comparing batches.

What a transaction changed is noted when the session writes it, whichever feature did it; just
before the commit the documents are made anew from the tables. What is no longer to be read by
all is therefore gone from the index the moment it is gone from its page. Statements that change
many rows past the session are found by the sweep.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import Text, bindparam, delete, event, inspect, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.accounts.models import Account
from forum.consultations.models import Consultation
from forum.consultations.models import Document as Paper
from forum.core import tags
from forum.core.db import db
from forum.organisations.models import Organisation
from forum.search import queries
from forum.search.enums import Source
from forum.search.models import LAST, SearchDocument, SearchTrigram, base
from forum.search.queries import Document
from forum.threads.enums import UNPUBLISHED, PostState
from forum.threads.models import Post, Thread
from forum.topics.models import Topic, TopicSynonym

NOTED = "search_changes"
NEWEST = "search_newest_post"
ROWS_AT_ONCE = 200
# Number of the post that begins a thread.
FIRST = 1

# Threads whose posts may have come from elsewhere, and those begun by a post of their own.
MOVED, BEGUN = "moved", "begun"

Ids = dict[str, set[int]]


def listen() -> None:
    """Keep the index in step with every transaction from now on."""
    for name, listener in (
        ("after_flush", _note),
        ("before_commit", _write),
        ("after_rollback", _forget),
    ):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def refresh(source: Source, ids: Collection[int]) -> None:
    """Make the documents of the rows ``ids`` anew, or remove those that nobody may read."""
    found = queries.documents(source, ids)
    gone = {key + base(source) for key in ids} - {document.id for document in found}
    if titled := _may_be_titled(source, gone, found):
        _unlearn(titled, kept=found)
    put(found)
    learn(found)
    remove(gone)


def _may_be_titled(source: Source, gone: set[int], found: Sequence[Document]) -> set[int]:
    return set() if source is Source.POST else gone | {document.id for document in found}


def put(found: Sequence[Document]) -> None:
    """Store the documents, in place of those that they had."""
    if not found:
        return
    statement = _insert()(SearchDocument.__table__)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[SearchDocument.id],
            set_={name: statement.excluded[name] for name in ("name", "title", "body")},
        ),
        [asdict(document) for document in found],
    )


def _put_reply(post: Post) -> bool:
    """Store the document of a reply that was just written, in one statement; whether it could.

    It asks the table whether the post is such as the session knows it.
    """
    body = queries.stem_line(queries.plain_text(post.html))
    asked = {"post_id": post.id, "html": post.html, "body": body}
    return db.session.execute(_store_reply(_insert()), asked).first() is not None


@cache
def _store_reply(insert: Callable[..., Any]) -> Any:
    """Put together once, since every reply ends with it."""
    wanted = select(
        Post.id + base(Source.POST), literal(""), bindparam("body", type_=Text())
    ).where(
        Post.id == bindparam("post_id"),
        Post.number > FIRST,
        Post.state == PostState.VISIBLE,
        Post.html == bindparam("html"),
    )
    table: Any = SearchDocument.__table__
    statement = insert(table).from_select([table.c.id, table.c.title, table.c.body], wanted)
    return statement.on_conflict_do_update(
        index_elements=[table.c.id], set_={"body": statement.excluded.body}
    ).returning(table.c.id)


def learn(found: Sequence[Document]) -> None:
    """Keep the words of titles, from which spellings are suggested."""
    words = {word for document in found for word in queries.words_of(document.name)}
    pairs = sorted(
        {(word[start : start + 3], word) for word in words for start in range(len(word) - 2)}
    )
    if pairs:
        db.session.execute(
            _insert()(SearchTrigram.__table__).on_conflict_do_nothing(),
            [{"trigram": trigram, "word": word} for trigram, word in pairs],
        )


def _unlearn(document_ids: Collection[int], *, kept: Sequence[Document]) -> None:
    """Forget words of titles that are about to change.

    Some may stand in other titles too: the next sweep learns them again. The words of what was
    hidden must not wait for it.
    """
    names = db.session.scalars(
        select(SearchDocument.name).where(SearchDocument.id.in_(sorted(document_ids)))
    )
    words = {word for name in names for word in queries.words_of(name)}
    words -= {word for document in kept for word in queries.words_of(document.name)}
    if words:
        db.session.execute(
            delete(SearchTrigram).where(SearchTrigram.word.in_(sorted(words))),
            execution_options={"synchronize_session": False},
        )


def remove(document_ids: Collection[int]) -> None:
    """Remove documents, if they are there."""
    ids = sorted(document_ids)
    for start in range(0, len(ids), ROWS_AT_ONCE):
        db.session.execute(
            delete(SearchDocument).where(SearchDocument.id.in_(ids[start : start + ROWS_AT_ONCE])),
            execution_options={"synchronize_session": False},
        )


def repair(source: Source, *, after: int, size: int) -> tuple[int, int, int | None]:
    """Compare the next ``size`` rows of a source with the index, and repair what differs.

    Returns how many rows there were, how many documents were wrong, and after which row to go
    on (None: there is none).
    """
    rows, wanted, last = queries.batch(source, after=after, size=size)
    stored = _stored(source, after=after, last=last)
    wrong = [one for one in wanted if stored.get(one.id) != (one.name, one.title, one.body)]
    strange = set(stored) - {one.id for one in wanted}
    if wrong or strange:
        tags.touch(tags.SEARCH)
    if strange and source is not Source.POST:
        _unlearn(strange, kept=wanted)
    put(wrong)
    learn(wanted)
    remove(strange)
    return rows, len(wrong) + len(strange), last


def _stored(source: Source, *, after: int, last: int | None) -> dict[int, tuple[str, str, str]]:
    end = base(source) + (LAST if last is None else last)
    kept = SearchDocument
    rows = db.session.execute(
        select(kept.id, kept.name, kept.title, kept.body).where(
            kept.id > base(source) + after, kept.id <= end
        )
    )
    return {row.id: (row.name, row.title, row.body) for row in rows}


def _insert() -> Any:
    return postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert


def _of_post(post: Post) -> Ids:
    """A post, and the threads that it begins or did begin."""
    concerned: Ids = {Source.POST: {post.id}}
    if FIRST in _now_and_before(post, "number"):
        concerned[Source.THREAD] = _now_and_before(post, "thread_id")
    return concerned


def _of_thread(thread: Thread) -> Ids:
    """The thread, and those that it was and is merged into."""
    others = _now_and_before(thread, "merged_into_id")
    concerned = {thread.id, *others}
    return {Source.THREAD: concerned, MOVED: concerned if others else set()}


def _now_and_before(thing: Any, name: str) -> set[int]:
    history = inspect(thing).attrs[name].history
    return {key for key in history.sum() if key is not None}


# What is noted when one of these attributes changes, or when there is a new object.
WATCHED: dict[type[Any], tuple[tuple[str, ...], Callable[[Any], Ids]]] = {
    Post: (("state", "html", "number", "thread_id"), _of_post),
    Thread: (("title", "merged_into_id"), _of_thread),
    Consultation: (
        ("title", "summary", "purpose", "announced_at"),
        lambda one: {Source.CONSULTATION: {one.id}},
    ),
    Paper: (("title", "text"), lambda paper: {Source.CONSULTATION: {paper.consultation_id}}),
    Topic: (("name", "description"), lambda topic: {Source.TOPIC: {topic.id}}),
    TopicSynonym: (("name",), lambda synonym: {Source.TOPIC: {synonym.topic_id}}),
    Organisation: (("name", "about", "state"), lambda one: {Source.ORGANISATION: {one.id}}),
    Account: (
        ("display_name", "handle", "about", "is_hidden", "confirmed_at"),
        lambda account: {Source.PERSON: {account.id}},
    ),
}


def _note(session: Session, _context: object) -> None:
    noted: Ids = session.info.setdefault(NOTED, {})
    for thing in (*session.new, *session.dirty, *session.deleted):
        if type(thing) not in WATCHED:
            continue
        names, concerned = WATCHED[type(thing)]
        if thing in session.dirty and not _has_changed(thing, names):
            continue
        found = _of_new(thing) if thing in session.new else concerned(thing)
        if found:
            tags.touch(tags.SEARCH)
        for source, ids in found.items():
            noted.setdefault(source, set()).update(ids)
        if thing in session.new and isinstance(thing, Post):
            session.info[NEWEST] = thing


def _of_new(thing: Any) -> Ids:
    """What must be indexed of a new object: of threads and posts only what all may read."""
    if isinstance(thing, Thread | Post) and thing.state in UNPUBLISHED:
        return {}
    if isinstance(thing, Thread):
        return {Source.THREAD: {thing.id}, MOVED: {thing.id}}
    if isinstance(thing, Post) and thing.number == FIRST:
        return {Source.THREAD: {thing.thread_id}, BEGUN: {thing.thread_id}}
    return WATCHED[type(thing)][1](thing)


def _has_changed(thing: Any, names: Collection[str]) -> bool:
    attributes = inspect(thing).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _write(session: Session) -> None:
    session.flush()
    noted: Ids = session.info.pop(NOTED, {})
    newest: Post | None = session.info.pop(NEWEST, None)
    if newest is not None and noted.get(Source.POST) == {newest.id} and _put_reply(newest):
        del noted[Source.POST]
    if moved := noted.pop(MOVED, set()) - noted.pop(BEGUN, set()):
        noted.setdefault(Source.POST, set()).update(queries.strays(moved))
    for source in Source:
        if ids := noted.get(source):
            refresh(source, ids)


def _forget(session: Session) -> None:
    session.info.pop(NOTED, None)
    session.info.pop(NEWEST, None)
