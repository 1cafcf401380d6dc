"""Keeping the index true: in the transaction that changes a text, and by comparing batches.

What a transaction changed is noted when the session writes it, whichever feature did it; just
before the commit the documents are made anew from the tables. What is no longer to be read by
all is therefore gone from the index the moment it is gone from its page. Statements that change
many rows past the session are found by the sweep.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import delete, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from forum.accounts.models import Account
from forum.core.db import db
from forum.organisations.models import Organisation
from forum.search import queries
from forum.search.enums import Source
from forum.search.models import LAST, SearchDocument, SearchTrigram, base
from forum.search.queries import Document
from forum.threads.enums import UNPUBLISHED
from forum.threads.models import Post, Thread
from forum.topics.models import Topic, TopicSynonym

NOTED = "search_changes"
THREAD, BEGUN = "thread", "begun"
ROWS_AT_ONCE = 200

Note = Callable[[Any], tuple[str, Collection[int]]]

# What is noted when one of these attributes changes, or when there is a new object.
WATCHED: dict[type[Any], tuple[tuple[str, ...], Note]] = {
    Post: (("state", "html", "number", "thread_id"), lambda post: (Source.POST, {post.id})),
    Thread: (("title", "merged_into_id"), lambda thread: (THREAD, _threads(thread))),
    Topic: (("name", "description"), lambda topic: (Source.TOPIC, {topic.id})),
    TopicSynonym: (("name",), lambda synonym: (Source.TOPIC, {synonym.topic_id})),
    Organisation: (("name", "about", "state"), lambda one: (Source.ORGANISATION, {one.id})),
    Account: (
        ("display_name", "handle", "about", "is_hidden", "confirmed_at"),
        lambda account: (Source.PERSON, {account.id}),
    ),
}


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
    if titled := gone | {document.id for document in found if document.title}:
        _unlearn(titled, kept=found)
    put(found)
    learn(found)
    remove(gone)


def put(found: Sequence[Document]) -> None:
    """Store the documents, in place of those that they had."""
    for start in range(0, len(found), ROWS_AT_ONCE):
        rows = found[start : start + ROWS_AT_ONCE]
        statement = _insert()(SearchDocument).values(
            [{"id": row.id, "title": row.title, "body": row.body} for row in rows]
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=[SearchDocument.id],
                set_={"title": statement.excluded.title, "body": statement.excluded.body},
            )
        )


def learn(found: Sequence[Document]) -> None:
    """Keep the words of titles, from which spellings are suggested."""
    words = {word for document in found for word in queries.words_of(document.title)}
    pairs = sorted(
        {(word[start : start + 3], word) for word in words for start in range(len(word) - 2)}
    )
    for start in range(0, len(pairs), ROWS_AT_ONCE):
        rows = pairs[start : start + ROWS_AT_ONCE]
        statement = _insert()(SearchTrigram).values(
            [{"trigram": trigram, "word": word} for trigram, word in rows]
        )
        db.session.execute(statement.on_conflict_do_nothing())


def _unlearn(document_ids: Collection[int], *, kept: Sequence[Document]) -> None:
    """Forget words of titles that are about to change.

    Some may stand in other titles too: the next sweep learns them again. The words of what was
    hidden must not wait for it.
    """
    titles = db.session.scalars(
        select(SearchDocument.title).where(
            SearchDocument.id.in_(sorted(document_ids)), SearchDocument.title != ""
        )
    )
    words = {word for title in titles for word in queries.words_of(title)}
    words -= {word for document in kept for word in queries.words_of(document.title)}
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
    wrong = [one for one in wanted if stored.get(one.id) != (one.title, one.body)]
    strange = set(stored) - {one.id for one in wanted}
    if strange:
        _unlearn(strange, kept=wanted)
    put(wrong)
    learn(wanted)
    remove(strange)
    return rows, len(wrong) + len(strange), last


def _stored(source: Source, *, after: int, last: int | None) -> dict[int, tuple[str, str]]:
    end = base(source) + (LAST if last is None else last)
    rows = db.session.execute(
        select(SearchDocument.id, SearchDocument.title, SearchDocument.body).where(
            SearchDocument.id > base(source) + after, SearchDocument.id <= end
        )
    )
    return {row.id: (row.title, row.body) for row in rows}


def _insert() -> Any:
    return postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert


def _threads(thread: Thread) -> set[int]:
    """The thread, and those that it was and is merged into."""
    history = inspect(thread).attrs["merged_into_id"].history
    return {thread.id, *(key for key in history.sum() if key is not None)}


def _note(session: Session, _context: object) -> None:
    noted: dict[str, set[int]] = session.info.setdefault(NOTED, {})
    for thing in (*session.new, *session.dirty, *session.deleted):
        if type(thing) not in WATCHED:
            continue
        names, note = WATCHED[type(thing)]
        if thing in session.dirty and not _has_changed(thing, names):
            continue
        if thing in session.new and isinstance(thing, Post) and thing.state in UNPUBLISHED:
            continue
        kind, ids = note(thing)
        noted.setdefault(kind, set()).update(ids)
        if thing in session.new and isinstance(thing, Post) and thing.number == 1:
            noted.setdefault(BEGUN, set()).add(thing.thread_id)


def _has_changed(thing: Any, names: Collection[str]) -> bool:
    attributes = inspect(thing).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _write(session: Session) -> None:
    session.flush()
    noted: dict[str, set[int]] = session.info.pop(NOTED, {})
    if not noted:
        return
    # The first post of a thread that was just started is noted by itself.
    if threads := noted.pop(THREAD, set()) - noted.pop(BEGUN, set()):
        noted.setdefault(Source.POST, set()).update(queries.titled_posts(threads))
    for source in Source:
        if ids := noted.get(source):
            refresh(source, ids)


def _forget(session: Session) -> None:
    session.info.pop(NOTED, None)
