"""What the regions say on each topic, counted now and then and not with each post.

A topic is counted again when a page tag was raised since: its own, which posts and ties raise, or
the one of everything, which moved, hidden and renamed threads and changed boards raise. Both only
grow, so that their sum tells. The versions are read before the threads are: what is committed
meanwhile makes the sum another, and the topic is counted once more. A count raises a tag that it
does not look at itself ("regions:12"), or it would never come to rest.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import delete, func, insert, select

from forum.accounts.enums import Sector
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core import clock, tags
from forum.core.db import db
from forum.core.transactions import action, pause
from forum.threads import policy
from forum.threads.models import Thread, ThreadTopic, Voice
from forum.threads.queries.lists import is_listed
from forum.topics.models import Topic, TopicCount, TopicRegion

log = structlog.get_logger(__name__)

# A centre, and whether it is about its boards for members.
Place = tuple[int, bool]
# Threads, posts, sectors heard.
Tally = tuple[int, int, list[str]]


def count_topics(*, all_of_them: bool = False) -> int:
    """Count the regions on the topics that changed since; returns on how many numbers changed.

    ``all_of_them`` counts topics on which nothing has changed, too. Each topic is a transaction
    of its own, so that nobody waits long.
    """
    due = _all_topics() if all_of_them else _changed_topics()
    pause()
    changed = sum(_count_topic(topic_id) for topic_id in due)
    log.info("topics.counted", topics=len(due), changed=changed)
    return changed


def _all_topics() -> Sequence[int]:
    return db.session.scalars(select(Topic.id).order_by(Topic.id)).all()


def _changed_topics() -> Sequence[int]:
    counted = db.session.execute(
        select(Topic.id, TopicCount.version)
        .outerjoin(TopicCount, TopicCount.topic_id == Topic.id)
        .order_by(Topic.id)
    ).all()
    current = _versions([topic_id for topic_id, _version in counted])
    return [topic_id for topic_id, version in counted if version != current[topic_id]]


def _versions(topic_ids: Sequence[int]) -> dict[int, int]:
    """What the versions of all that the numbers of each topic depend on add up to."""
    found = tags.versions([tags.EVERYTHING, *(f"topic:{topic_id}" for topic_id in topic_ids)])
    everything = found.get(tags.EVERYTHING, 0)
    return {topic_id: everything + found.get(f"topic:{topic_id}", 0) for topic_id in topic_ids}


@action
def _count_topic(topic_id: int) -> bool:
    """Count one topic; whether its numbers are others than before."""
    # Two who count at the same time do it one after the other; threads can be tied meanwhile.
    held = select(Topic.id).where(Topic.id == topic_id).with_for_update(key_share=True)
    if db.session.execute(held).first() is None:
        return False
    version = _versions([topic_id])[topic_id]
    counted = _tallies(topic_id)
    is_changed = counted != _known(topic_id)
    told = {tags.KEPT: (f"regions:{topic_id}",) if is_changed else ()}
    if is_changed:
        _replace_regions(topic_id, counted, told)
    _replace(
        TopicCount,
        topic_id,
        [{"topic_id": topic_id, "version": version, "counted_at": clock.now()}],
        told,
    )
    return is_changed


def _tallies(topic_id: int) -> dict[Place, Tally]:
    """What the threads and voices on the topic add up to; each centre has both its places."""
    for_members = Board.readers == Readers.MEMBERS
    tied = (
        select(Thread.id, Thread.reply_count, Thread.centre_id, for_members.label("for_members"))
        .join(Board, Board.id == Thread.board_id)
        .join(ThreadTopic, ThreadTopic.thread_id == Thread.id)
        .where(ThreadTopic.topic_id == topic_id, policy.is_open(), is_listed())
        .subquery()
    )
    place = (tied.c.centre_id, tied.c.for_members)
    counts = db.session.execute(
        select(*place, func.count(), func.sum(tied.c.reply_count + 1)).group_by(*place)
    )
    numbers = {
        (centre, bool(members)): (threads, int(posts)) for centre, members, threads, posts in counts
    }
    heard: dict[Place, set[Sector]] = defaultdict(set)
    spoken = select(*place, Voice.sector).join(tied, tied.c.id == Voice.thread_id)
    for centre, members, sector in db.session.execute(spoken.where(Voice.posts > 0).distinct()):
        heard[centre, bool(members)].add(sector)
    return {
        (centre, members): (
            *numbers.get((centre, members), (0, 0)),
            [sector.value for sector in Sector if sector in heard[centre, members]],
        )
        for centre in db.session.scalars(select(Centre.id).order_by(Centre.id))
        for members in (False, True)
    }


def _known(topic_id: int) -> dict[Place, Tally]:
    rows = db.session.execute(
        select(
            TopicRegion.centre_id,
            TopicRegion.for_members,
            TopicRegion.threads,
            TopicRegion.posts,
            TopicRegion.sectors,
        ).where(TopicRegion.topic_id == topic_id)
    )
    return {
        (centre, members): (threads, posts, sectors)
        for centre, members, threads, posts, sectors in rows
    }


def _replace_regions(topic_id: int, counted: dict[Place, Tally], told: dict[str, Any]) -> None:
    rows = [
        {
            "topic_id": topic_id,
            "centre_id": centre,
            "for_members": members,
            "threads": threads,
            "posts": posts,
            "sectors": sectors,
        }
        for (centre, members), (threads, posts, sectors) in counted.items()
    ]
    _replace(TopicRegion, topic_id, rows, told)


def _replace(
    model: type[TopicCount] | type[TopicRegion],
    topic_id: int,
    rows: list[dict[str, Any]],
    told: dict[str, Any],
) -> None:
    options = {**told, "synchronize_session": False}
    db.session.execute(delete(model).where(model.topic_id == topic_id), execution_options=options)
    db.session.execute(insert(model), rows, execution_options=told)
