"""Whether a form was sent before: by a double click, a retry, or after going back."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from forum.core import clock
from forum.core.db import db
from forum.threads.enums import PostState
from forum.threads.models import Post, Thread

AGAIN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending of a form by its author, for themself or an organisation.

    ``key``, of the form's id and what was said, is stored with the post: the same form with other
    words is another post. ``again`` finds the same words in the same place: a browser that goes
    back asks for a new form, with a new id, and fills in what was typed.
    """

    author_id: int
    organisation_id: int | None
    key: str
    again: ColumnElement[bool]


def reply_sent(
    author_id: int,
    organisation_id: int | None,
    submission_id: str,
    *,
    thread_id: int,
    source: str,
) -> Sending:
    """A reply of ``source``, as it is stored, sent to the thread."""
    again = and_(Post.thread_id == thread_id, Post.source == source)
    key = _key(submission_id, organisation_id, source)
    return Sending(author_id, organisation_id, key, again)


def thread_sent(
    author_id: int,
    organisation_id: int | None,
    submission_id: str,
    *,
    board_id: int,
    title: str,
    source: str,
) -> Sending:
    """A thread of this title and text, as they are stored, sent to the board."""
    place = Post.thread.has(and_(Thread.board_id == board_id, Thread.title == title))
    again = and_(Post.number == 1, Post.source == source, place)
    key = _key(submission_id, organisation_id, title, source)
    return Sending(author_id, organisation_id, key, again)


def find_sent(sending: Sending) -> Post | None:
    """The post that an earlier sending has made, with its thread."""
    return db.session.scalar(
        select(Post)
        .options(joinedload(Post.thread))
        .where(_is_sent(sending))
        .order_by(Post.id.desc())
        .limit(1)
    )


def was_sent(sending: Sending) -> ColumnElement[bool]:
    """Whether there is ``find_sent``, as a condition of a statement that does more."""
    return exists(Post.id).where(_is_sent(sending))


def _is_sent(sending: Sending) -> ColumnElement[bool]:
    of_author = Post.author_id == sending.author_id
    return or_(
        and_(of_author, Post.submission_id == sending.key),
        and_(
            of_author,
            Post.created_at > clock.now() - AGAIN_WITHIN,
            Post.organisation_id == sending.organisation_id,
            Post.state.in_([PostState.VISIBLE, PostState.PENDING]),
            sending.again,
        ),
    )


def _key(*parts: str | int | None) -> str:
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()
