"""A record stands beside each change, in its transaction."""

import pytest
from sqlalchemy import func, select

from forum.core import audit, clock
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Invalid
from forum.core.transactions import action
from forum.topics.enums import TopicKind
from forum.topics.models import Topic
from tests import factories


def test_a_record_says_who_did_what_where_and_why(app):
    actor = factories.make_account(role="manager")
    board = factories.make_board()
    with clock.at(clock.now()):
        audit.record(
            actor, "board.edit", board, reason="Wording", centre_id=board.centre_id, title="Old"
        )
        db.session.commit()
        row = db.session.scalars(select(AuditRecord)).one()
        assert row.at == clock.now()
    assert (row.actor_id, row.tag, row.target_type, row.target_id) == (
        actor.id,
        "board.edit",
        "board",
        board.id,
    )
    assert (row.reason, row.centre_id, row.details) == (
        "Wording",
        board.centre_id,
        {"title": "Old"},
    )


def test_the_site_itself_acts_without_an_account(app):
    audit.record(None, "topic.import", factories.make_topic())
    row = db.session.scalars(select(AuditRecord)).one()
    assert (row.actor_id, row.centre_id, row.reason, row.details) == (None, None, "", {})


def test_a_new_target_gets_its_number(app):
    topic = Topic(slug="new", name="New", kind=TopicKind.THEME)
    db.session.add(topic)
    audit.record(None, "topic.create", topic)
    row = db.session.scalars(select(AuditRecord)).one()
    assert row.target_id == topic.id


def test_no_act_no_record(app):
    topic = factories.make_topic()

    @action
    def fail():
        audit.record(None, "topic.edit", topic)
        db.session.flush()
        raise Invalid("No")

    with pytest.raises(Invalid):
        fail()
    assert db.session.scalar(select(func.count()).select_from(AuditRecord)) == 0
