"""Removing words from a post and from every copy of them; the original is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, update

from forum.core import clock, spans, tags
from forum.core.access import Actor, ensure
from forum.core.db import db
from forum.core.errors import Conflict, Invalid
from forum.moderation import policy, queries
from forum.moderation.actions.deciding import (
    Matter,
    Ruling,
    deciding,
    ensure_disinterested,
    record_decision,
)
from forum.moderation.actions.items import hold_item_of
from forum.moderation.enums import DecisionKind, RedactionCode
from forum.moderation.models import Decision, SealedText
from forum.moderation.queries.copies import Copy
from forum.threads import queries as threads
from forum.threads.actions import redacting
from forum.threads.models import Post, Thread

CHANGED = "Something that was redacted has been changed since, so this cannot be undone any more."
ABSENT = "This is not in the post. Copy the words from the post, one line for each place"


@dataclass(frozen=True, slots=True)
class Removal:
    """What is removed: the words, why, and every place where they stand."""

    words: Sequence[spans.Span]
    code: RedactionCode
    copies: Sequence[Copy]

    @property
    def marker(self) -> str:
        """What stands in the place of the words."""
        return f"[redacted: {str(self.code).replace('-', ' ')}]"


def find_removal(actor: Actor, post: Post, *, text: str, code: RedactionCode) -> Removal:
    """What a redaction of the lines of ``text`` would remove, and from where.

    Raises Invalid for the field ``spans`` when a line does not stand in the post, its history or
    its title, or cannot be removed safely from every place.
    """
    ensure(policy.can_judge(actor, post, post.thread.centre_id, hold_item_of(post)))
    words = spans.read_spans(text)
    removal = Removal(words, code, queries.find_copies(post, words))
    for span in words:
        if not any(
            _is_own(copy, post) and queries.holds_words(copy, span) for copy in removal.copies
        ):
            raise Invalid(ABSENT, field="spans")
    for copy in removal.copies:
        _without(copy, removal)
    return removal


@deciding
def redact_post(
    actor: Actor, post: Post, *, text: str, code: RedactionCode, ruling: Ruling
) -> Decision:
    """Remove the lines of ``text`` from the post and every copy, and seal the original.

    Copies in other posts are removed too, whatever centre they belong to: else the words would
    still be found. Raises Invalid as ``find_removal`` does, and for a reason that repeats them.
    """
    post = threads.hold_post(post.id)
    ensure(policy.can_judge(actor, post, post.thread.centre_id, hold_item_of(post)))
    ensure_disinterested(actor, post)
    removal = find_removal(actor, post, text=text, code=code)
    for field, told in (("reason", ruling.reason), ("staff_note", ruling.staff_note)):
        if spans.contains(told, removal.words):
            raise Invalid("Leave out the words that are removed", field=field)
    changed = sorted({post.id, *_posts_changed(removal.copies)})
    threads.hold_posts(Post.id.in_(changed))
    decision = record_decision(actor, DecisionKind.REDACT, _matter(post), ruling)
    changes = [_remove(copy, removal) for copy in removal.copies]
    for key in changed:
        marked = db.session.get_one(Post, key)
        redacting.mark_redacted(marked, code=str(code), entry=decision.entry_number)
    _seal(post, decision, removal, changes)
    tags.touch(tags.EVERYTHING)
    db.session.expire_all()
    return decision


def restore_redacted(decision: Decision) -> None:
    """Give every text the words back that the redaction removed."""
    sealed = queries.sealed_by(decision.id)
    changed = Post.id.in_(sealed.texts["posts"])
    threads.hold_posts(changed)
    for change in sealed.texts["changes"]:
        _give_back(change)
    for post in db.session.scalars(select(Post).where(changed)):
        redacting.unmark_redacted(post, entry=decision.entry_number)
    tags.touch(tags.EVERYTHING)
    db.session.expire_all()


def _matter(post: Post) -> Matter:
    return Matter(
        centre_id=post.thread.centre_id,
        name="post",
        path=post.path,
        post=post,
        thread=post.thread,
        account_id=post.author_id,
    )


def _is_own(copy: Copy, post: Post) -> bool:
    return copy.post_id == post.id or copy.table is Thread


def _without(copy: Copy, removal: Removal) -> Any:
    """The value of the copy without the words."""
    if copy.is_markdown:
        return spans.replace(copy.value, removal.words, removal.marker)
    return queries.map_texts(
        copy.value, lambda text: spans.replace_plain(text, removal.words, removal.marker)
    )


def _remove(copy: Copy, removal: Removal) -> dict[str, Any]:
    """Replace the words in one place; gives what stood there and what stands there now."""
    after = _without(copy, removal)
    if isinstance(after, str) and (limit := _longest(copy)):
        after = after[:limit]
    _put(copy.table.__tablename__, copy.key, copy.column, after)
    return {
        "table": copy.table.__tablename__,
        "key": copy.key,
        "column": copy.column,
        "before": copy.value,
        "after": after,
    }


def _longest(copy: Copy) -> int | None:
    limit: int | None = getattr(
        _table(copy.table.__tablename__).c[copy.column].type, "length", None
    )
    return limit


def _give_back(change: dict[str, Any]) -> None:
    table = _table(change["table"])
    column = table.c[change["column"]]
    now = db.session.execute(select(column).where(table.c.id == change["key"])).one_or_none()
    if now is None:
        # A draft or an edit that its author has discarded holds nothing any more.
        return
    if now[0] != change["after"]:
        raise Conflict(CHANGED)
    _put(change["table"], change["key"], change["column"], change["before"])


def _put(table: str, key: int, column: str, value: Any) -> None:
    if (table, column) == (Post.__tablename__, "source"):
        redacting.put_text(db.session.get_one(Post, key), value)
    elif (table, column) == (Thread.__tablename__, "title"):
        redacting.put_title(db.session.get_one(Thread, key), value)
    else:
        stored = _table(table)
        db.session.execute(update(stored).where(stored.c.id == key).values({column: value}))


def _table(name: str) -> Table:
    return db.metadata.tables[name]


def _posts_changed(copies: Sequence[Copy]) -> set[int]:
    """Posts whose text is another now, not only what staff keep about them."""
    return {copy.post_id for copy in copies if copy.post_id is not None and copy.is_markdown}


def _seal(
    post: Post, decision: Decision, removal: Removal, changes: Sequence[dict[str, Any]]
) -> None:
    sealed = SealedText(
        post_id=post.id,
        decision_id=decision.id,
        texts={
            "words": [span.text for span in removal.words],
            "posts": sorted({post.id, *_posts_changed(removal.copies)}),
            "changes": list(changes),
        },
        sealed_at=clock.now(),
    )
    db.session.add(sealed)
    db.session.flush()
