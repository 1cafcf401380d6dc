"""Reads of one thread: single posts, where somebody has come, a post's history."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import compress
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, literal, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core import markup
from forum.core.access import Actor, moderates
from forum.core.db import db
from forum.core.errors import NotFound
from forum.threads import policy
from forum.threads.enums import PostState
from forum.threads.models import (
    Draft,
    Post,
    PostRevision,
    ReadMark,
    Thread,
)
from forum.threads.queries.pages import PAGE_SIZE

LONGEST_QUOTATION = 1_500
CONTROL_FREE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Version:
    """One text of a post: what it said from ``written_at`` on."""

    number: int
    source: str
    written_at: datetime
    note: str
    editor_name: str


@dataclass(frozen=True, slots=True)
class History:
    """All texts of a post, the oldest first."""

    post: Post
    versions: Sequence[Version]


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has come in a thread.

    ``read`` is the number of the last post that they have read, None before the first visit;
    ``last`` that of the last there is for them; ``draft`` is the reply that they have begun.
    """

    read: int | None
    last: int
    draft: Draft | None


def get_post(actor: Actor, post_id: int) -> Post:
    """The post with its thread, board, centre and author, also when it is a tombstone.

    Raises NotFound when there is none or the actor may not see it.
    """
    post = db.session.scalar(
        select(Post)
        .join(Post.thread)
        .join(Thread.board)
        .join(Board.centre)
        .join(Post.author)
        .options(
            contains_eager(Post.thread).contains_eager(Thread.board).contains_eager(Board.centre),
            contains_eager(Post.author).lazyload(Account.grants),
        )
        .where(Post.id == post_id, policy.posts_visible_to(actor))
    )
    if post is None:
        raise NotFound("There is no such post.")
    return post


def hold_post(post_id: int) -> Post:
    """The post with its thread, read anew and held until this transaction ends.

    For actions that have seen to it who may; raises NotFound when there is none.
    """
    post = db.session.scalar(
        select(Post)
        # By a statement of its own: it may have become another while this one waited.
        .options(selectinload(Post.thread))
        .where(Post.id == post_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if post is None:
        raise NotFound("There is no such post.")
    return post


def page_of(number: int) -> int:
    """The page, from 1, on which the post with this number stands."""
    return (number - 1) // PAGE_SIZE + 1


def last_number_for(actor: Actor, thread: Thread) -> int:
    """Number of the newest post that there is for the actor; 0 when there is none."""
    if actor.actor_id is None:
        return thread.last_shown
    if moderates(actor, thread.centre_id):
        return thread.last_number
    asked = {
        "reader_id": actor.actor_id,
        "thread_id": thread.id,
        "last_shown": thread.last_shown,
    }
    return db.session.scalar(select(_own_number()), asked) or thread.last_shown


def place_in(actor: Actor, thread: Thread) -> Place:
    """How far the actor has come in a thread that they may see."""
    if actor.actor_id is None:
        return Place(None, thread.last_shown, None)
    asked = {
        "reader_id": actor.actor_id,
        "thread_id": thread.id,
        "last_shown": thread.last_shown,
    }
    read_number, own_number, draft = db.session.execute(_place_by_reader(), asked).one()
    if moderates(actor, thread.centre_id):
        return Place(read_number, thread.last_number, draft)
    return Place(read_number, own_number or thread.last_shown, draft)


@cache
def _place_by_reader() -> Select[*tuple[Any, ...]]:
    """Asked for every page of a thread: to put it together takes longer than to run it."""
    reader: ColumnElement[int] = bindparam("reader_id")
    thread: ColumnElement[int] = bindparam("thread_id")
    read = select(ReadMark.number).where(
        ReadMark.account_id == reader, ReadMark.thread_id == thread
    )
    return (
        select(read.scalar_subquery(), _own_number(), Draft)
        .select_from(select(literal(1)).subquery())
        .outerjoin(Draft, and_(Draft.account_id == reader, Draft.thread_id == thread))
    )


def _own_number() -> ScalarSelect[int]:
    """Number of the reader's newest post that stands behind all that others can see."""
    return (
        select(func.max(Post.number))
        .where(
            Post.thread_id == bindparam("thread_id"),
            Post.number > bindparam("last_shown"),
            Post.author_id == bindparam("reader_id"),
        )
        .scalar_subquery()
    )


def first_unread(actor: Actor, thread: Thread, *, read: int) -> int:
    """Number of the first post after ``read`` that there is for the actor, else of the last."""
    following = select(func.min(Post.number)).where(
        Post.thread_id == thread.id, Post.number > read, policy.has_post(actor, thread)
    )
    return db.session.scalar(following) or last_number_for(actor, thread)


def quotation(actor: Actor, thread: Thread, post_id: int, *, text: str = "") -> str:
    """A post of the thread, or ``text`` of it, as a Markdown quotation ("" when unreadable)."""
    row = db.session.execute(
        select(Post.source, Account.display_name)
        .join(Account, Account.id == Post.author_id)
        .where(Post.id == post_id, Post.thread_id == thread.id, Post.state == PostState.VISIBLE)
    ).one_or_none()
    if row is None or not policy.can_see(actor, thread):
        return ""
    chosen = CONTROL_FREE.sub(" ", text.strip()) or _without_quotations(row.source)
    return markup.quote(
        chosen[:LONGEST_QUOTATION], author=row.display_name, address=f"/posts/{post_id}/"
    )


def _without_quotations(source: str) -> str:
    own = [line for line in source.split("\n") if not line.startswith(">")]
    return "\n".join(own).strip()


def history_of(actor: Actor, post: Post) -> History:
    """Every text the post has had; what nobody else could read, for author and moderators alone.

    Raises NotFound when the actor may not read the post.
    """
    if not policy.can_read(actor, post):
        raise NotFound("There is no such post.")
    revisions = db.session.scalars(
        select(PostRevision)
        .options(joinedload(PostRevision.editor).lazyload(Account.grants))
        .where(PostRevision.post_id == post.id)
        .order_by(PostRevision.version)
    ).all()
    texts = [revision.source for revision in revisions] + [post.source]
    starts = [post.created_at, *(revision.replaced_at for revision in revisions)]
    notes = ["", *(revision.note for revision in revisions)]
    editors = [post.author.display_name, *(r.editor.display_name for r in revisions)]
    versions = [
        Version(number=number, source=text, written_at=start, note=note, editor_name=editor)
        for number, (text, start, note, editor) in enumerate(
            zip(texts, starts, notes, editors, strict=True), start=1
        )
    ]
    if moderates(actor, post.thread.centre_id) or post.author_id == actor.actor_id:
        return History(post, versions)
    return History(post, _published(post, versions, revisions))


def _published(
    post: Post, versions: Sequence[Version], revisions: Sequence[PostRevision]
) -> Sequence[Version]:
    """The versions that others could read, numbered anew.

    What the author changed before then never happened for them; that a moderator did, and why,
    stays with the first.
    """
    were_read = [*(revision.was_read for revision in revisions), True]
    first = were_read.index(True)
    shown = [
        dataclasses.replace(version, number=number)
        for number, version in enumerate(compress(versions, were_read), start=1)
    ]
    if first and revisions[first - 1].replaced_by == post.author_id:
        shown[0] = dataclasses.replace(shown[0], written_at=post.created_at, note="")
    return shown


def count_outdated() -> int:
    """How many posts an older renderer made."""
    outdated = select(func.count()).select_from(Post).where(Post.renderer != markup.RENDERER)
    return db.session.scalar(outdated) or 0
