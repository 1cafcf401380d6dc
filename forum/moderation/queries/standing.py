"""Reads of a member's own record: what waits, what was decided, what moderators ask."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from forum.accounts.models import Account
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import UTCDateTime, db
from forum.core.errors import NotFound
from forum.core.pages import Page, before, decode_cursor, encode_cursor
from forum.moderation import policy
from forum.moderation.enums import DecisionKind, ItemEventKind, ItemState, SanctionKind
from forum.moderation.models import Appeal, Decision, ItemEvent, ReviewItem, Sanction
from forum.threads.enums import PostState
from forum.threads.models import HeldEdit, Post, Thread

ESTABLISHED_AFTER = timedelta(days=30)
ESTABLISHED_POSTS = 3
DECISIONS_PER_PAGE = 20
POSTS_SHOWN = 50
# For staff alone: what they note of somebody, and that they read a sealed text.
NOT_TOLD = (DecisionKind.NOTE, DecisionKind.OPEN_SEAL, DecisionKind.BULK)


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post of the member's that nobody else can read yet."""

    path: str
    edit_path: str
    thread_title: str
    state: PostState
    is_edit: bool
    written_at: datetime
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """A decision about the member, and how far their appeal has come."""

    decision: Decision
    appeal: Appeal | None
    sanction: Sanction | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a moderator wants to know of the author of a post."""

    item_id: int
    asked_at: datetime
    text: str
    post_path: str

    @property
    def path(self) -> str:
        """Address of the page with the answer's form."""
        return f"/account/standing/questions/{self.item_id}/"


def established(account_ids: Collection[int]) -> frozenset[int]:
    """Those of the members who have taken part for a while.

    They confirmed their address 30 days ago or earlier, at least 3 of their posts can be read,
    and no sanction restricts them.
    """
    now = clock.now()
    asked = {
        "account_ids": sorted(account_ids),
        "confirmed_by": now - ESTABLISHED_AFTER,
        "now": now,
    }
    return frozenset(db.session.scalars(_established(), asked))


@cache
def _established() -> Select[int]:
    """Put together once, since it is asked when somebody posts often."""
    visible = (
        select(func.count())
        .select_from(Post)
        .where(Post.author_id == Account.id, Post.state == PostState.VISIBLE)
        .scalar_subquery()
    )
    restricts = in_force(bindparam("now", type_=UTCDateTime()))
    restricted = (
        select(Sanction.id).where(Sanction.account_id == Account.id, restricts).correlate(Account)
    )
    return select(Account.id).where(
        Account.id.in_(bindparam("account_ids", expanding=True)),
        Account.confirmed_at <= bindparam("confirmed_by"),
        visible >= ESTABLISHED_POSTS,
        ~restricted.exists(),
    )


def in_force(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Filter of the sanctions that restrict somebody at ``now``."""
    return and_(
        Sanction.kind.in_(policy.IMPOSED),
        Sanction.lifted_at.is_(None),
        or_(Sanction.ends_at.is_(None), Sanction.ends_at > now),
    )


def sanctions_in_force(account_id: int) -> Sequence[Sanction]:
    """What restricts the member now, with its centre, oldest first."""
    return db.session.scalars(
        select(Sanction)
        .options(joinedload(Sanction.centre), joinedload(Sanction.decision))
        .where(Sanction.account_id == account_id, in_force(clock.now()))
        .order_by(Sanction.id)
    ).all()


def warnings_of(account_id: int) -> Sequence[Sanction]:
    """The warnings that the member was given and that stand, newest first."""
    return db.session.scalars(
        select(Sanction)
        .options(joinedload(Sanction.centre), joinedload(Sanction.decision))
        .where(
            Sanction.account_id == account_id,
            Sanction.kind == SanctionKind.WARNING,
            Sanction.lifted_at.is_(None),
        )
        .order_by(Sanction.id.desc())
    ).all()


def unpublished_posts(actor: Actor) -> Sequence[OwnPost]:
    """The actor's newest posts and edits that wait or were rejected."""
    posts = db.session.execute(
        select(Post, Thread.title)
        .join(Thread, Thread.id == Post.thread_id)
        .where(
            Post.author_id == actor.actor_id,
            Post.state.in_([PostState.PENDING, PostState.REJECTED]),
        )
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(POSTS_SHOWN)
    )
    edits = db.session.execute(
        select(Post, Thread.title, HeldEdit.written_at)
        .join(Thread, Thread.id == Post.thread_id)
        .join(HeldEdit, HeldEdit.post_id == Post.id)
        .where(Post.author_id == actor.actor_id)
        .order_by(HeldEdit.written_at.desc(), HeldEdit.id.desc())
        .limit(POSTS_SHOWN)
    )
    return [_own_post(post, title) for post, title in posts] + [
        _own_post(post, title, edited=at) for post, title, at in edits
    ]


def _own_post(post: Post, title: str, *, edited: datetime | None = None) -> OwnPost:
    return OwnPost(
        path=post.path,
        edit_path=f"/posts/{post.id}/edit/",
        thread_title=title,
        state=PostState.PENDING if edited else post.state,
        is_edit=edited is not None,
        written_at=edited or post.created_at,
        rule=post.hidden_rule,
        reason=post.hidden_reason,
    )


def decisions_about(actor: Actor, *, after: str = "") -> Page[OwnDecision]:
    """What was decided about the actor and their posts, newest first."""
    statement = (
        select(Decision, Appeal, Sanction)
        .options(joinedload(Decision.centre))
        .outerjoin(Appeal, Appeal.decision_id == Decision.id)
        .outerjoin(Sanction, Sanction.decision_id == Decision.id)
        .where(Decision.account_id == actor.actor_id, Decision.kind.not_in(NOT_TOLD))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(DECISIONS_PER_PAGE + 1)
    )
    if after:
        statement = before(
            statement, (Decision.at, Decision.id), decode_cursor(after, datetime, int)
        )
    found = db.session.execute(statement).all()
    rows = [OwnDecision(*row) for row in found[:DECISIONS_PER_PAGE]]
    more = len(found) > DECISIONS_PER_PAGE
    last = rows[-1].decision if more else None
    return Page(rows, encode_cursor(last.at, last.id) if last else "")


def questions_for(actor: Actor) -> Sequence[Question]:
    """What moderators have asked the actor about posts and that waits for an answer."""
    return [
        Question(row.id, row.at, row.text, f"/posts/{row.post_id}/" if row.post_id else "")
        for row in db.session.execute(_questions(actor).order_by(ItemEvent.id))
    ]


def get_question(actor: Actor, item_id: int) -> Question:
    """A question that waits for the actor's answer; raises NotFound when there is none."""
    row = db.session.execute(_questions(actor).where(ReviewItem.id == item_id)).one_or_none()
    if row is None:
        raise NotFound("There is no question for you here, or you have answered it.")
    return Question(row.id, row.at, row.text, f"/posts/{row.post_id}/" if row.post_id else "")


def _questions(actor: Actor) -> Select[int, int | None, datetime, str]:
    """The last that was said between moderator and author, where it is a question."""
    latest = (
        select(func.max(ItemEvent.id))
        .where(
            ItemEvent.item_id == ReviewItem.id,
            ItemEvent.what.in_([ItemEventKind.ASKED, ItemEventKind.ANSWERED]),
        )
        .correlate(ReviewItem)
        .scalar_subquery()
    )
    return (
        select(ReviewItem.id, ReviewItem.post_id, ItemEvent.at, ItemEvent.text)
        .join(ItemEvent, ItemEvent.id == latest)
        .where(
            ReviewItem.author_id == actor.actor_id,
            ReviewItem.state == ItemState.OPEN,
            ItemEvent.what == ItemEventKind.ASKED,
        )
    )
