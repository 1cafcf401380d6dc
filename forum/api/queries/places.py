"""Centres, boards and topics."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from forum.api.queries.filters import BoardFilters, TopicFilters
from forum.api.queries.shapes import Board as BoardShape
from forum.api.queries.shapes import Centre as CentreShape
from forum.api.queries.shapes import Topic as TopicShape
from forum.api.queries.slices import VISITOR, Found, Rows, Slice, Source
from forum.boards import policy as boards
from forum.boards.models import Board
from forum.centres.models import Centre
from forum.core.db import db
from forum.core.errors import NotFound
from forum.topics.models import Topic, TopicDivision, TopicSynonym


def _centres() -> Select[*tuple[Any, ...]]:
    return select(
        Centre.id, Centre.slug, Centre.name, Centre.region, Centre.host, Centre.description
    )


def _shape_centres(rows: Rows, site: str) -> list[CentreShape]:
    return [CentreShape(**row._asdict(), url=f"{site}/centres/{row.slug}/") for row in rows]


def _boards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Board.id,
            Centre.slug.label("centre"),
            Board.slug,
            Board.title,
            Board.purpose,
            Board.is_archived,
            Board.start_sectors,
            Board.reply_sectors,
            Board.thread_count,
            Board.post_count,
            Board.last_post_at,
        )
        .join(Centre, Centre.id == Board.centre_id)
        .where(boards.visible_to(VISITOR))
    )


def _shape_boards(rows: Rows, site: str) -> list[BoardShape]:
    return [
        BoardShape(**row._asdict(), url=f"{site}/centres/{row.centre}/boards/{row.slug}/")
        for row in rows
    ]


Parent = Topic.__table__.alias("parent")


def _topics() -> Select[*tuple[Any, ...]]:
    return select(
        Topic.id,
        Topic.slug,
        Topic.name,
        Topic.kind,
        Topic.description,
        Parent.c.slug.label("parent"),
    ).outerjoin(Parent, Parent.c.id == Topic.parent_id)


def _shape_topics(rows: Rows, site: str) -> list[TopicShape]:
    ids = [row.id for row in rows]
    synonyms = _by_topic(TopicSynonym, TopicSynonym.name, ids)
    divisions = _by_topic(TopicDivision, TopicDivision.division, ids)
    return [
        TopicShape(
            **row._asdict(),
            synonyms=synonyms[row.id],
            cpv_divisions=divisions[row.id],
            url=f"{site}/topics/{row.slug}/",
        )
        for row in rows
    ]


def _by_topic(table: Any, column: Any, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(table.topic_id, column).where(table.topic_id.in_(ids)).order_by(column)
    )
    for topic_id, value in rows:
        found[topic_id].append(value)
    return found


CENTRES = Source(Centre.id, _centres, _shape_centres)
BOARDS = Source(Board.id, _boards, _shape_boards)
TOPICS = Source(Topic.id, _topics, _shape_topics)


def list_centres(*, after: Sequence[Any] | None, limit: int, site: str) -> Slice[CentreShape]:
    """The centres, in the order in which they were made."""
    items, _rows, last = CENTRES.slice(_centres(), [Centre.id], after=after, limit=limit, site=site)
    return Slice(items, last)


def get_centre(slug: str, *, site: str) -> Found[CentreShape]:
    """The centre with this slug; raises NotFound."""
    rows = db.session.execute(_centres().where(Centre.slug == slug)).all()
    if not rows:
        raise NotFound("There is no such centre.")
    return Found(_shape_centres(rows, site)[0])


def list_boards(
    filters: BoardFilters, *, after: Sequence[Any] | None, site: str
) -> Slice[BoardShape]:
    """Boards that everybody may read, in the order in which they were made."""
    statement = _boards()
    if filters.centre is not None:
        statement = statement.where(Centre.slug == filters.centre)
    items, rows, last = BOARDS.slice(
        statement, [Board.id], after=after, limit=filters.limit, site=site
    )
    return Slice(items, last, tags=[f"board:{row.id}" for row in rows])


def get_board(board_id: int, *, site: str) -> Found[BoardShape]:
    """The board; raises NotFound when there is none that everybody may read."""
    rows = db.session.execute(_boards().where(Board.id == board_id)).all()
    if not rows:
        raise NotFound("There is no such board, or only members can read it.")
    return Found(_shape_boards(rows, site)[0], tags=[f"board:{board_id}"])


def list_topics(
    filters: TopicFilters, *, after: Sequence[Any] | None, site: str
) -> Slice[TopicShape]:
    """Topics, in the order in which they were made."""
    statement = _topics()
    if filters.kind is not None:
        statement = statement.where(Topic.kind == filters.kind)
    items, _rows, last = TOPICS.slice(
        statement, [Topic.id], after=after, limit=filters.limit, site=site
    )
    return Slice(items, last)


def get_topic(slug: str, *, site: str) -> Found[TopicShape]:
    """The topic with this slug; raises NotFound."""
    rows = db.session.execute(_topics().where(Topic.slug == slug)).all()
    if not rows:
        raise NotFound("There is no such topic.")
    return Found(_shape_topics(rows, site)[0])
