"""The queue at ten thousand items: the database finds a page by an index, in as many statements."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from forum.core import clock
from forum.core.db import db
from forum.moderation import queries
from forum.moderation.enums import ItemKind, ItemState
from forum.moderation.models import ReviewItem
from forum.moderation.queries import QueueFilter
from tests import factories
from tests.moderation.making import moderator
from tests.statements import count_statements, plans_of

MANY = 10_000


def fill(number):
    """Items of one post in its centre, half of them decided: the database only counts rows."""
    post = factories.make_post(factories.make_thread())
    now = clock.now()
    rows = [
        {
            "kind": ItemKind.PENDING_POST,
            "state": ItemState.CLOSED if place % 2 else ItemState.OPEN,
            "centre_id": post.thread.centre_id,
            "target_type": "post",
            "target_id": 1_000_000 * post.id + place,
            "post_id": post.id,
            "author_id": post.author_id,
            "reasons": [],
            "score": 0,
            "opened_at": now - timedelta(minutes=place),
            "times_opened": 1,
            "version": 1,
        }
        for place in range(2 * number)
    ]
    db.session.execute(insert(ReviewItem), rows)
    db.session.execute(text("ANALYZE"))
    factories.commit()


def plan_of(read):
    """How the database finds what ``read`` asks of the queue."""
    (plan,) = plans_of(read, "review_item.state =")
    return plan


@pytest.mark.usefixtures("own_database")
def test_a_page_is_found_by_the_index_and_takes_as_many_statements(app):
    judge = moderator()
    fill(60)
    with count_statements() as few:
        queries.list_queue(judge, QueueFilter())
    fill(MANY)
    with count_statements() as many:
        page = queries.list_queue(judge, QueueFilter())
    assert len(many) == len(few)
    assert len(page.rows) == queries.PAGE_SIZE
    for cursor in ("", page.next_cursor):
        plan = plan_of(
            lambda cursor=cursor: queries.list_queue(judge, QueueFilter(), cursor=cursor)
        )
        assert "ix_review_item_queue" in plan, plan
        assert "Seq Scan on review_item" not in plan, plan
        assert "SCAN review_item" not in plan, plan
