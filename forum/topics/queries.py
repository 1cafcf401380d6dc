"""Reads of procurement topics."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, select

from forum.core.db import db
from forum.core.errors import NotFound
from forum.topics.enums import TopicKind
from forum.topics.models import Topic, TopicDivision, TopicSynonym

KIND_ORDER = tuple(TopicKind)


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in its tree; ``depth`` is 0 for the topics of a branch, 1 below them, and so on."""

    id: int
    slug: str
    name: str
    kind: TopicKind
    description: str
    parent_id: int | None
    depth: int
    synonyms: tuple[str, ...]
    divisions: tuple[str, ...]

    @property
    def url(self) -> str:
        """Address of the topic's page."""
        return f"/topics/{self.slug}/"


def list_topics() -> Sequence[TopicRow]:
    """All topics, branch by branch and by name, every topic followed by those below it."""
    synonyms: dict[int, list[str]] = defaultdict(list)
    for topic_id, name in db.session.execute(
        select(TopicSynonym.topic_id, TopicSynonym.name).order_by(
            TopicSynonym.name, TopicSynonym.id
        )
    ):
        synonyms[topic_id].append(name)
    divisions: dict[int, list[str]] = defaultdict(list)
    for topic_id, division in db.session.execute(
        select(TopicDivision.topic_id, TopicDivision.division).order_by(TopicDivision.division)
    ):
        divisions[topic_id].append(division)
    children: dict[int | None, list[Topic]] = defaultdict(list)
    for topic in db.session.scalars(select(Topic).order_by(Topic.name, Topic.id)):
        children[topic.parent_id].append(topic)
    children[None].sort(key=lambda topic: KIND_ORDER.index(topic.kind))
    rows: list[TopicRow] = []
    waiting = [(topic, 0) for topic in reversed(children[None])]
    while waiting:
        topic, depth = waiting.pop()
        rows.append(_row(topic, depth, synonyms[topic.id], divisions[topic.id]))
        waiting += [(child, depth + 1) for child in reversed(children[topic.id])]
    return rows


def get_topic(slug: str) -> Topic:
    """The topic with this slug.

    Raises NotFound when there is none.
    """
    topic = db.session.scalar(_topic_by_slug(), {"slug": slug})
    if topic is None:
        raise NotFound("There is no such topic.")
    return topic


@cache
def _topic_by_slug() -> Select[Topic]:
    return select(Topic).where(Topic.slug == bindparam("slug"))


def topics_by_ids(ids: Iterable[int]) -> Sequence[Topic]:
    """The topics among ``ids`` that exist, by name."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    return db.session.scalars(
        select(Topic).where(Topic.id.in_(wanted)).order_by(Topic.name, Topic.id)
    ).all()


def topics_below(topic_id: int) -> Sequence[Topic]:
    """The topics directly below one, by name."""
    return db.session.scalars(_topics_by_parent(), {"topic_id": topic_id}).all()


@cache
def _topics_by_parent() -> Select[Topic]:
    return (
        select(Topic).where(Topic.parent_id == bindparam("topic_id")).order_by(Topic.name, Topic.id)
    )


def _row(topic: Topic, depth: int, synonyms: list[str], divisions: list[str]) -> TopicRow:
    return TopicRow(
        id=topic.id,
        slug=topic.slug,
        name=topic.name,
        kind=topic.kind,
        description=topic.description,
        parent_id=topic.parent_id,
        depth=depth,
        synonyms=tuple(synonyms),
        divisions=tuple(divisions),
    )
