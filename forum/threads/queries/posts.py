"""Reads of one thread: itself, a page of its posts, its voices, a post's history."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from forum.accounts.enums import Sector
from forum.accounts.models import Account
from forum.boards.models import Board
from forum.core import markup
from forum.core.access import Actor, moderates
from forum.core.db import db
from forum.core.errors import NotFound
from forum.organisations.models import Organisation
from forum.threads import policy
from forum.threads.enums import Capacity, PostState
from forum.threads.models import HeldEdit, Post, PostRevision, ReadMark, Thread, ThreadTopic, Voice
from forum.topics.models import Topic

PAGE_SIZE = 20
LONGEST_QUOTATION = 1_500
CONTROL_FREE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as its thread's page shows it.

    ``html``, ``holds`` and ``held_edit`` (the text of an edit that waits) are empty where the
    reader may not read; then ``interest`` is None, too, as when nothing was said.
    """

    id: int
    thread: Thread
    number: int
    url: str
    author_id: int
    author_name: str
    author_url: str
    capacity: Capacity
    organisation_name: str
    organisation_url: str
    sector: Sector
    html: str
    state: PostState
    rule: str
    reason: str
    decision_url: str
    holds: Sequence[dict[str, Any]]
    held_edit: str
    interest: str | None
    created_at: datetime
    edited_at: datetime | None
    history_url: str
    is_accepted: bool
    redactions: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SectorVoice:
    """How many organisations and individuals of a sector have spoken in a thread."""

    sector: Sector
    organisations: int
    individuals: int


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


def topics_of(thread_id: int) -> Sequence[Topic]:
    """The topics that a thread is tied to, by name."""
    return db.session.scalars(
        select(Topic)
        .join(ThreadTopic, ThreadTopic.topic_id == Topic.id)
        .where(ThreadTopic.thread_id == thread_id)
        .order_by(Topic.name, Topic.id)
    ).all()


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
        .options(joinedload(Post.thread))
        .where(Post.id == post_id)
        .with_for_update(of=Post)
        .execution_options(populate_existing=True)
    )
    if post is None:
        raise NotFound("There is no such post.")
    return post


def find_submission(author_id: int, submission_id: str) -> Post | None:
    """The post that an earlier sending of the same form has made."""
    if not submission_id:
        return None
    return db.session.scalar(
        select(Post)
        .options(joinedload(Post.thread))
        .where(Post.author_id == author_id, Post.submission_id == submission_id)
    )


def page_of(number: int) -> int:
    """The page, from 1, on which the post with this number stands."""
    return (number - 1) // PAGE_SIZE + 1


def last_number_for(actor: Actor, thread: Thread) -> int:
    """Number of the newest post that there is for the actor; 0 when there is none."""
    if actor.actor_id is None:
        return thread.last_shown
    if moderates(actor, thread.centre_id):
        return thread.last_number
    return db.session.scalar(select(_own_number(actor, thread))) or thread.last_shown


def place_in(actor: Actor, thread: Thread) -> tuple[int | None, int]:
    """Numbers of the last post that the actor has read, and of the last that there is for them.

    The first is None before the first visit.
    """
    if actor.actor_id is None:
        return None, thread.last_shown
    read = select(ReadMark.number).where(
        ReadMark.account_id == actor.actor_id, ReadMark.thread_id == thread.id
    )
    row = db.session.execute(select(read.scalar_subquery(), _own_number(actor, thread))).one()
    if moderates(actor, thread.centre_id):
        return row[0], thread.last_number
    return row[0], row[1] or thread.last_shown


def _own_number(actor: Actor, thread: Thread) -> ScalarSelect[int]:
    """Number of the actor's newest post that stands behind all that others can see."""
    return (
        select(func.max(Post.number))
        .where(
            Post.thread_id == thread.id,
            Post.number > thread.last_shown,
            Post.author_id == actor.actor_id,
        )
        .scalar_subquery()
    )


def first_unread(actor: Actor, thread: Thread, *, read: int) -> int:
    """Number of the first post after ``read`` that there is for the actor, else of the last."""
    following = select(func.min(Post.number)).where(
        Post.thread_id == thread.id, Post.number > read, policy.has_post(actor, thread)
    )
    return db.session.scalar(following) or last_number_for(actor, thread)


_COLUMNS = (
    Post.id,
    Post.number,
    Post.author_id,
    Account.display_name,
    Account.handle,
    Post.capacity,
    Post.organisation_name,
    Post.organisation_id,
    Organisation.slug.label("organisation_slug"),
    Post.sector,
    Post.html,
    Post.state,
    Post.hidden_rule,
    Post.hidden_reason,
    Post.entry_number,
    Post.holds,
    HeldEdit.source.label("held_edit"),
    Post.interest,
    Post.created_at,
    Post.edited_at,
    Post.redactions,
)


def posts_on_page(actor: Actor, thread: Thread, *, page: int) -> list[PostRow]:
    """The posts of a numbered page, oldest first, tombstones included."""
    first = (page - 1) * PAGE_SIZE + 1
    statement = (
        select(*_COLUMNS)
        .join(Account, Account.id == Post.author_id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(HeldEdit, HeldEdit.post_id == Post.id)
        .where(
            Post.thread_id == thread.id,
            Post.number.between(first, first + PAGE_SIZE - 1),
            policy.has_post(actor, thread),
        )
        .order_by(Post.number)
    )
    staff = moderates(actor, thread.centre_id)
    return [
        _post_row(row, thread, readable=staff or row.author_id == actor.actor_id)
        for row in db.session.execute(statement)
    ]


def _post_row(row: Any, thread: Thread, *, readable: bool) -> PostRow:
    shown = row.state is PostState.VISIBLE or readable
    return PostRow(
        id=row.id,
        thread=thread,
        number=row.number,
        url=f"/posts/{row.id}/",
        author_id=row.author_id,
        author_name=row.display_name,
        author_url=f"/people/{row.handle}/",
        capacity=row.capacity,
        organisation_name=row.organisation_name,
        organisation_url=_organisation_url(row.organisation_id, row.organisation_slug),
        sector=row.sector,
        html=row.html if shown else "",
        state=row.state,
        rule=row.hidden_rule,
        reason=row.hidden_reason,
        decision_url=f"/moderation-log/{row.entry_number}/" if row.entry_number else "",
        holds=row.holds if readable else [],
        held_edit=(row.held_edit or "") if readable else "",
        interest=row.interest if shown else None,
        created_at=row.created_at,
        edited_at=row.edited_at,
        history_url=f"/posts/{row.id}/history/" if row.edited_at and shown else "",
        is_accepted=row.id == thread.accepted_post_id,
        redactions=row.redactions if shown else (),
    )


def _organisation_url(organisation_id: int | None, slug: str | None) -> str:
    return f"/organisations/{organisation_id}/{slug}/" if organisation_id else ""


def voices_of(thread_id: int) -> list[SectorVoice]:
    """Voices of every sector, heard or not, in the order of ``Sector``."""
    is_organisation = Voice.speaker.startswith("o", autoescape=False)
    rows = db.session.execute(
        select(
            Voice.sector,
            func.sum(case((is_organisation, 1), else_=0)),
            func.sum(case((is_organisation, 0), else_=1)),
        )
        .where(Voice.thread_id == thread_id, Voice.posts > 0)
        .group_by(Voice.sector)
    )
    heard = {sector: (int(organisations), int(people)) for sector, organisations, people in rows}
    return [SectorVoice(sector, *heard.get(sector, (0, 0))) for sector in Sector]


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
