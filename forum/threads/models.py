"""Tables of threads and posts, one aggregate: a post is never judged without its thread."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, inspect, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core.db import Key, Model, words
from forum.core.tags import EVERYTHING, HOME, Private
from forum.organisations.models import Organisation
from forum.threads.enums import Capacity, PostState, ThreadHold, ThreadKind, TrailKind


class Thread(Model):
    """A debate on a board.

    ``last_number`` is the number of the newest post, whatever its state, ``last_shown`` that of
    the newest one that is published (visible, hidden or withdrawn); ``reply_count`` counts the
    visible posts after the first. ``state`` is that of the first post. A merged thread leads to
    ``merged_into_id``. ``locked_until``, ``pinned_until``, ``slow_until`` and ``hold_until``
    None: until it is undone. ``slow_minutes`` is the pause between two posts of a member.
    """

    __tablename__ = "thread"
    __table_args__ = (
        Index("ix_thread_board", "board_id", "is_pinned", "last_post_at", "id"),
        # The newest of a board, pinned ones in their place, as programs ask for them.
        Index("ix_thread_board_activity", "board_id", "last_post_at", "id"),
        Index("ix_thread_centre", "centre_id", "last_post_at", "id"),
        Index("ix_thread_latest", "last_post_at", "id"),
        Index("ix_thread_author", "author_id", "created_at", "id"),
        Index(
            "ix_thread_unanswered",
            "created_at",
            "id",
            postgresql_where="kind = 'question' AND accepted_post_id IS NULL",
            sqlite_where="kind = 'question' AND accepted_post_id IS NULL",
        ),
        Index(
            "ix_thread_answered",
            "accepted_post_id",
            postgresql_where="accepted_post_id IS NOT NULL",
            sqlite_where="accepted_post_id IS NOT NULL",
        ),
        Index("ix_thread_new_of_board", "board_id", "id"),
        Index("ix_thread_new_of_centre", "centre_id", "id"),
        *(
            Index(
                f"ix_thread_{column}",
                column,
                postgresql_where=text(f"{column} IS NOT NULL"),
                sqlite_where=text(f"{column} IS NOT NULL"),
            )
            for column in ("locked_until", "pinned_until", "slow_until", "hold_until")
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    board_id: Mapped[int] = mapped_column(Key, ForeignKey("board.id"))
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"))
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    title: Mapped[str] = mapped_column(String(150))
    slug: Mapped[str] = mapped_column(String(150))
    kind: Mapped[ThreadKind] = mapped_column(words(ThreadKind))
    state: Mapped[PostState] = mapped_column(words(PostState), default=PostState.VISIBLE)
    created_at: Mapped[datetime]
    last_post_at: Mapped[datetime]
    last_number: Mapped[int] = mapped_column(default=0)
    last_shown: Mapped[int] = mapped_column(default=0)
    reply_count: Mapped[int] = mapped_column(default=0)
    accepted_post_id: Mapped[int | None] = mapped_column(Key)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    pinned_until: Mapped[datetime | None]
    is_locked: Mapped[bool] = mapped_column(default=False)
    locked_until: Mapped[datetime | None]
    locked_reason: Mapped[str] = mapped_column(Text, default="")
    slow_minutes: Mapped[int] = mapped_column(default=0)
    slow_until: Mapped[datetime | None]
    hold: Mapped[ThreadHold | None] = mapped_column(words(ThreadHold))
    hold_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(Key, index=True)
    has_trail: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    board: Mapped[Board] = relationship()
    author: Mapped[Account] = relationship()

    @property
    def path(self) -> str:
        """Permanent address of the thread."""
        return f"/threads/{self.id}/{self.slug}/"

    @property
    def page_tags(self) -> Sequence[str]:
        """What its start concerns; its title and state stand on pages of many kinds."""
        if inspect(self).persistent:
            return (EVERYTHING,)
        return (HOME, f"board:{self.board_id}", f"centre:{self.centre_id}")


class ThreadTopic(Model):
    """That a thread is tied to a topic; the copied columns give the topic page its order."""

    __tablename__ = "thread_topic"
    __table_args__ = (
        Index("ix_thread_topic_new", "topic_id", "thread_id"),
        Index("ix_thread_topic_latest", "topic_id", "last_post_at", "thread_id"),
        Index(
            "ix_thread_topic_centre",
            "topic_id",
            "centre_id",
            "last_post_at",
            "thread_id",
        ),
    )

    thread_id: Mapped[int] = mapped_column(
        Key, ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[int] = mapped_column(Key, ForeignKey("topic.id"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(Key, ForeignKey("centre.id"))
    last_post_at: Mapped[datetime]

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the tie concerns."""
        return (f"topic:{self.topic_id}",)


class Post(Model):
    """A contribution; ``number`` counts from 1 in its thread.

    Capacity, sector, organisation name and declared interest are those that held when it was
    posted; ``interest`` None: nothing was said, "": nothing to declare. ``holds`` are the words
    of why it waits. ``hidden_rule`` and ``hidden_reason`` stand on the tombstone (and tell the
    author of a rejected post why), ``entry_number`` leads to the decision in the public log.
    ``redactions`` say what was removed: ``code``, why, and ``entry``, the number of the decision
    in the public log. ``citations`` say where it was taken as evidence (actions/citing.py).
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("thread_id", "number"),
        UniqueConstraint("author_id", "submission_id"),
        Index("ix_post_author", "author_id", "created_at", "id"),
        Index("ix_post_latest", "created_at", "id"),
        Index("ix_post_organisation", "organisation_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    thread_id: Mapped[int] = mapped_column(Key, ForeignKey("thread.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    capacity: Mapped[Capacity] = mapped_column(words(Capacity))
    sector: Mapped[Sector] = mapped_column(words(Sector))
    organisation_id: Mapped[int | None] = mapped_column(Key, ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    renderer: Mapped[int]
    state: Mapped[PostState] = mapped_column(words(PostState), default=PostState.VISIBLE)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    edits: Mapped[int] = mapped_column(default=0)
    hidden_reason: Mapped[str] = mapped_column(Text, default="")
    hidden_rule: Mapped[str] = mapped_column(String(200), default="")
    entry_number: Mapped[int | None] = mapped_column(Key)
    holds: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    interest: Mapped[str | None] = mapped_column(String(300))
    redactions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    submission_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it so

    thread: Mapped[Thread] = relationship()
    author: Mapped[Account] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def path(self) -> str:
        """Permanent address of the post."""
        return f"/posts/{self.id}/"

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the post concerns; its counters are raised where they are counted."""
        return (
            f"thread:{self.thread_id}",
            f"person:{self.author_id}",
            f"organisation:{self.organisation_id}",
        )


class PostRevision(Private, Model):
    """What a post said before an edit; ``version`` counts from 1, the first text.

    ``was_read``: others than the author and moderators could read it.
    """

    __tablename__ = "post_revision"
    __table_args__ = (UniqueConstraint("post_id", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    post_id: Mapped[int] = mapped_column(Key, ForeignKey("post.id", ondelete="CASCADE"))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(String(200), default="")
    was_read: Mapped[bool] = mapped_column(default=True)

    editor: Mapped[Account] = relationship()


class HeldEdit(Private, Model):
    """An edit that waits for a moderator; the post stands as it was until then."""

    __tablename__ = "held_edit"
    __table_args__ = (UniqueConstraint("post_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    post_id: Mapped[int] = mapped_column(Key, ForeignKey("post.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    holds: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    written_at: Mapped[datetime]

    post: Mapped[Post] = relationship()


class TrailLine(Model):
    """What was done with a thread as a whole, for all to read below its title."""

    __tablename__ = "trail_line"
    __table_args__ = (Index("ix_trail_line_thread_id", "thread_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    thread_id: Mapped[int] = mapped_column(Key, ForeignKey("thread.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[TrailKind] = mapped_column(words(TrailKind))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entry_number: Mapped[int | None] = mapped_column(Key)


class Interest(Model):
    """What a member declares to gain or lose; an empty ``text``: nothing to declare.

    ``thread_id`` None: a standing declaration. ``organisation_id`` names an organisation of the
    site that it concerns. It expires after 12 months; a newer one takes its place.
    """

    __tablename__ = "interest"
    __table_args__ = (
        Index("ix_interest_account_id", "account_id", "thread_id", "id"),
        Index("ix_interest_organisation_id", "organisation_id", "account_id"),
        Index("ix_interest_thread_id", "thread_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(Key, ForeignKey("thread.id"))
    organisation_id: Mapped[int | None] = mapped_column(Key, ForeignKey("organisation.id"))
    text: Mapped[str] = mapped_column(String(300), default="")
    declared_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship()
    thread: Mapped[Thread | None] = relationship()

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the declaration concerns."""
        return (f"person:{self.account_id}",)


class Mention(Private, Model):
    """That a post names a member."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_account_id", "account_id", "post_id"),)

    post_id: Mapped[int] = mapped_column(
        Key, ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )


class Voice(Model):
    """How often an organisation (or a person for themself) has spoken in a thread.

    ``speaker`` is "o" and the organisation's id, or "a" and the account's; only visible posts
    are counted.
    """

    __tablename__ = "voice"

    thread_id: Mapped[int] = mapped_column(
        Key, ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True
    )
    sector: Mapped[Sector] = mapped_column(words(Sector), primary_key=True)
    speaker: Mapped[str] = mapped_column(String(24), primary_key=True)
    posts: Mapped[int] = mapped_column(default=0)

    @property
    def page_tags(self) -> Sequence[str]:
        """What a change of the voice concerns, beside the topics of the thread."""
        return (f"thread:{self.thread_id}",)


class ReadMark(Private, Model):
    """How far a member has read a thread: the number of the last post seen."""

    __tablename__ = "read_mark"

    account_id: Mapped[int] = mapped_column(
        Key, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    thread_id: Mapped[int] = mapped_column(
        Key, ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int]
    read_at: Mapped[datetime]


class Draft(Private, Model):
    """What a member has begun to write: a thread for a board or a reply to a thread."""

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "uq_draft_board",
            "account_id",
            "board_id",
            unique=True,
            postgresql_where="thread_id IS NULL",
            sqlite_where="thread_id IS NULL",
        ),
        Index(
            "uq_draft_thread",
            "account_id",
            "thread_id",
            unique=True,
            postgresql_where="thread_id IS NOT NULL",
            sqlite_where="thread_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    board_id: Mapped[int] = mapped_column(Key, ForeignKey("board.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(Key, ForeignKey("thread.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(150), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    saved_at: Mapped[datetime]

    board: Mapped[Board] = relationship()
    thread: Mapped[Thread | None] = relationship()
