"""What a post says of the consultations that took it as evidence; without a gate."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from forum.core import tags
from forum.core.db import Model, db
from forum.threads.models import Post

_post = Model.metadata.tables[Post.__tablename__]


class Held(NamedTuple):
    """A post that is held until this transaction ends, and what it says of citations."""

    id: int
    thread_id: int
    citations: Sequence[dict[str, Any]]


def hold_posts(post_ids: Collection[int]) -> Sequence[Held]:
    """Hold the posts, in the order of their ids."""
    columns = _post.c
    rows = db.session.execute(
        select(columns.id, columns.thread_id, columns.citations)
        .where(columns.id.in_(sorted(post_ids)))
        .order_by(columns.id)
        # Citations that were just written name the posts, which must not be in the way.
        .with_for_update(key_share=True)
    )
    return [Held(*row) for row in rows]


def put_citations(held: Sequence[Held], entries: Mapping[int, list[dict[str, Any]]]) -> None:
    """Let each post say what ``entries`` holds for its id, or nothing.

    An entry has ``path`` and ``title`` of the consultation, and once there is an outcome its
    address as ``outcome``, with ``theme``, ``ruling`` and ``reason`` ("" where it has none). The
    version of the post stays: whoever is editing it is not in the way.
    """
    changed = [post for post in held if entries.get(post.id, []) != post.citations]
    if not changed:
        return
    db.session.execute(
        update(_post)
        .where(_post.c.id == bindparam("key"))
        .values(citations=bindparam("told", type_=_post.c.citations.type)),
        [{"key": post.id, "told": entries.get(post.id, [])} for post in changed],
        execution_options={tags.KEPT: tuple(f"thread:{post.thread_id}" for post in changed)},
    )
