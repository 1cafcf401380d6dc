"""Posts that every visitor can read, and the tombstones of those that were taken away."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from forum.accounts.models import Account
from forum.api.queries.filters import Paged, PostFilters
from forum.api.queries.people import account_id_of, author_columns, author_of
from forum.api.queries.shapes import Post as PostShape
from forum.api.queries.shapes import Redaction, Speaker
from forum.api.queries.slices import VISITOR, Found, Rows, Slice, Source
from forum.boards.models import Board
from forum.core.db import db
from forum.core.errors import NotFound
from forum.core.tags import HOME
from forum.organisations.models import Organisation
from forum.threads import policy
from forum.threads import queries as threads
from forum.threads.enums import Capacity, PostState
from forum.threads.models import Post, Thread


def _posts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Post.id,
            Post.thread_id,
            Post.number,
            Post.state,
            *author_columns(),
            Post.capacity,
            Post.organisation_id,
            Post.organisation_name,
            Organisation.slug.label("organisation_slug"),
            Post.sector,
            Post.created_at,
            Post.edited_at,
            Post.source,
            Post.html,
            Post.interest,
            Post.redactions,
            Post.hidden_rule,
            Post.hidden_reason,
            Post.entry_number,
        )
        .select_from(Post)
        .join(Account, Account.id == Post.author_id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .where(_is_visible())
    )


def _is_visible() -> ColumnElement[bool]:
    """Asked of each post by itself: SQLite would begin with the boards, and sort all posts."""
    return (
        select(Thread.id)
        .join(Board, Board.id == Thread.board_id)
        .where(Thread.id == Post.thread_id, policy.posts_visible_to(VISITOR))
        .correlate(Post)
        .exists()
    )


def _shape(rows: Rows, site: str) -> list[PostShape]:
    return [_shape_one(row, site) for row in rows]


def _shape_one(row: Any, site: str) -> PostShape:
    is_read = row.state is PostState.VISIBLE
    is_hidden = row.state is PostState.HIDDEN
    return PostShape(
        id=row.id,
        thread_id=row.thread_id,
        number=row.number,
        state=row.state.value,
        author=author_of(row, site),
        capacity=row.capacity,
        organisation=_speaker(row, site),
        sector=row.sector,
        created_at=row.created_at,
        edited_at=row.edited_at if is_read else None,
        source=row.source if is_read else None,
        html=row.html if is_read else None,
        interest=row.interest if is_read else None,
        redactions=[
            Redaction(code=one["code"], decision=one["entry"])
            for one in (row.redactions if is_read else ())
        ],
        hidden_rule=row.hidden_rule if is_hidden else None,
        hidden_reason=row.hidden_reason if is_hidden else None,
        decision=row.entry_number if is_hidden else None,
        url=f"{site}/posts/{row.id}/",
    )


def _speaker(row: Any, site: str) -> Speaker | None:
    if row.capacity is not Capacity.ORGANISATION or row.organisation_id is None:
        return None
    address = f"{site}/organisations/{row.organisation_id}/{row.organisation_slug}/"
    return Speaker(id=row.organisation_id, name=row.organisation_name, url=address)


POSTS = Source(Post.id, _posts, _shape)


def list_posts(filters: PostFilters, *, after: Sequence[Any] | None, site: str) -> Slice[PostShape]:
    """Posts of all threads, newest first."""
    items, rows, last = POSTS.slice(
        _posts().where(*_conditions(filters)),
        [Post.created_at, Post.id],
        after=after,
        limit=filters.limit,
        site=site,
        newest=True,
    )
    return Slice(items, last, tags=[HOME, *sorted({f"thread:{row.thread_id}" for row in rows})])


def _conditions(filters: PostFilters) -> Iterable[Any]:
    if filters.author is not None:
        yield Post.author_id == account_id_of(filters.author)
    if filters.organisation is not None:
        yield Post.organisation_id == filters.organisation
    if filters.sector is not None:
        yield Post.sector == filters.sector
    if filters.since is not None:
        yield Post.created_at >= filters.since
    if filters.until is not None:
        yield Post.created_at < filters.until


def posts_of_thread(
    thread_id: int, filters: Paged, *, after: Sequence[Any] | None, site: str
) -> Slice[PostShape]:
    """The posts of a thread, oldest first.

    Raises NotFound when there is none that visitors can read, MovedInto for one that was merged.
    """
    threads.get_thread(VISITOR, thread_id)
    items, _rows, last = POSTS.slice(
        _posts().where(Post.thread_id == thread_id),
        [Post.number],
        after=after,
        limit=filters.limit,
        site=site,
    )
    return Slice(items, last, tags=[f"thread:{thread_id}"])


def get_post(post_id: int, *, site: str) -> Found[PostShape]:
    """The post; raises NotFound when there is none of which visitors know."""
    rows = db.session.execute(_posts().where(Post.id == post_id)).all()
    if not rows:
        raise NotFound("There is no such post.")
    return Found(_shape_one(rows[0], site), tags=[f"thread:{rows[0].thread_id}"])
