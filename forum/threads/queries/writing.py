"""Reads for somebody who writes: drafts, marks of reading, members to mention."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core.access import Actor
from forum.core.db import db
from forum.core.errors import NotFound
from forum.threads import policy
from forum.threads.enums import PostState
from forum.threads.models import Draft, HeldEdit, Post, PostRevision, ReadMark, Thread

MOST_SUGGESTIONS = 8
MOST_UNPUBLISHED = 50


def drafts_of(actor: Actor) -> Sequence[Draft]:
    """The actor's drafts, newest first, with their boards and threads."""
    return db.session.scalars(
        select(Draft)
        .options(
            joinedload(Draft.board).joinedload(Board.centre),
            joinedload(Draft.thread).joinedload(Thread.board),
        )
        # As the two indexes have it, each of which knows one kind of drafts.
        .where(
            or_(
                and_(Draft.account_id == actor.actor_id, Draft.thread_id.is_(None)),
                and_(Draft.account_id == actor.actor_id, Draft.thread_id.is_not(None)),
            )
        )
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    ).all()


def get_draft(actor: Actor, draft_id: int) -> Draft:
    """A draft of the actor's own; raises NotFound for anybody else's."""
    draft = db.session.scalar(
        select(Draft).where(Draft.id == draft_id, Draft.account_id == actor.actor_id)
    )
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


def draft_of_board(actor: Actor, board_id: int) -> Draft | None:
    """The thread that the actor has begun to write for the board."""
    return db.session.scalar(
        select(Draft).where(
            Draft.account_id == actor.actor_id,
            Draft.board_id == board_id,
            Draft.thread_id.is_(None),
        )
    )


def draft_of_thread(actor: Actor, thread_id: int) -> Draft | None:
    """The reply that the actor has begun to write in the thread."""
    return db.session.scalar(
        select(Draft).where(Draft.account_id == actor.actor_id, Draft.thread_id == thread_id)
    )


def held_edit_of(post_id: int) -> HeldEdit | None:
    """The edit of a post that waits for a moderator."""
    return db.session.scalar(select(HeldEdit).where(HeldEdit.post_id == post_id))


def last_revision_of(post_id: int) -> PostRevision | None:
    """What the post said before its last edit; None: it was never edited."""
    return db.session.scalar(
        select(PostRevision)
        .where(PostRevision.post_id == post_id)
        .order_by(PostRevision.version.desc())
        .limit(1)
    )


def unpublished_of(actor: Actor) -> Sequence[Post]:
    """The actor's posts that wait or were rejected, newest first, with threads and boards."""
    return db.session.scalars(
        select(Post)
        .join(Post.thread)
        .join(Thread.board)
        .join(Board.centre)
        .options(
            contains_eager(Post.thread).contains_eager(Thread.board).contains_eager(Board.centre)
        )
        .where(
            Post.author_id == actor.actor_id,
            Post.state.in_([PostState.PENDING, PostState.REJECTED]),
            policy.visible_to(actor),
        )
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(MOST_UNPUBLISHED)
    ).all()


def read_number(actor: Actor, thread_id: int) -> int | None:
    """Number of the last post the actor has seen in the thread; None before the first visit."""
    if actor.actor_id is None:
        return None
    return db.session.scalar(
        select(ReadMark.number).where(
            ReadMark.account_id == actor.actor_id, ReadMark.thread_id == thread_id
        )
    )


def suggest_members(text: str) -> Sequence[tuple[str, str]]:
    """Handles and names of members that begin with ``text``, for completing a mention.

    Members who hide their profile are not suggested.
    """
    beginning = text.strip().lower()
    if not beginning:
        return []
    rows = db.session.execute(
        select(Account.handle, Account.display_name)
        .where(
            Account.is_hidden.is_(False),
            Account.confirmed_at.is_not(None),
            or_(
                Account.handle.startswith(beginning, autoescape=True),
                Account.display_name.istartswith(beginning, autoescape=True),
            ),
        )
        .order_by(Account.handle)
        .limit(MOST_SUGGESTIONS)
    )
    return [(handle, name) for handle, name in rows]
