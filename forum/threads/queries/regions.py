"""The nine regions compared on a topic, as they were last counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, true

from forum.accounts.enums import Sector
from forum.boards import policy as boards
from forum.centres.models import Centre
from forum.core.access import Actor
from forum.core.db import db
from forum.topics.models import TopicCount, TopicRegion


@dataclass(frozen=True, slots=True)
class Region:
    """What one centre has to say on a topic."""

    centre_name: str
    centre_url: str
    threads: int
    posts: int
    sectors: Sequence[Sector]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The regions on a topic; ``counted_at`` None: nobody has counted yet, and there are none."""

    counted_at: datetime | None
    regions: Sequence[Region]


def topic_comparison(actor: Actor, topic_id: int) -> Comparison:
    """Threads, posts and sectors heard on a topic, by centre, in the order of the centres.

    What stands on boards for members counts for members only.
    """
    statement = _statement(with_members=boards.is_member(actor))
    rows = db.session.execute(statement, {"topic_id": topic_id}).all()
    regions: dict[str, Region] = {}
    for name, slug, threads, posts, sectors, _counted_at in rows:
        other = regions.get(slug)
        heard = {*sectors, *(other.sectors if other else ())}
        regions[slug] = Region(
            centre_name=name,
            centre_url=f"/centres/{slug}/",
            threads=threads + (other.threads if other else 0),
            posts=posts + (other.posts if other else 0),
            sectors=[sector for sector in Sector if sector in heard],
        )
    return Comparison(rows[0].counted_at if rows else None, list(regions.values()))


@cache
def _statement(*, with_members: bool) -> Select[*tuple[Any, ...]]:
    """Put together once: that takes longer than to run it."""
    counted_for = true() if with_members else TopicRegion.for_members.is_(False)
    return (
        select(
            Centre.name,
            Centre.slug,
            TopicRegion.threads,
            TopicRegion.posts,
            TopicRegion.sectors,
            TopicCount.counted_at,
        )
        .join(TopicRegion, TopicRegion.centre_id == Centre.id)
        .join(TopicCount, TopicCount.topic_id == TopicRegion.topic_id)
        .where(TopicRegion.topic_id == bindparam("topic_id"), counted_for)
        .order_by(Centre.id, TopicRegion.for_members)
    )
