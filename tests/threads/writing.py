"""Sending threads and replies as the pages do, and reading what came of it."""

import secrets
from unittest.mock import patch

from sqlalchemy import select

from forum.core import outbox
from forum.core.db import db
from forum.ops import actions as ops
from forum.threads import actions
from forum.threads.enums import ThreadKind
from forum.threads.models import Post
from tests import factories as make

CENTRE = {"why": "centre"}
TITLE = "Thirty days from what, exactly?"


def start(author, board=None, **fields):
    """A thread started by the author."""
    values = {
        "title": TITLE,
        "source": "When does the clock begin?",
        "topic_ids": [make.make_topic().id],
        "kind": ThreadKind.QUESTION,
        "organisation_id": None,
        "submission_id": secrets.token_hex(8),
        **fields,
    }
    return actions.start_thread(author, board or make.make_board(), **values)


def reply(author, thread, **fields):
    """A reply of the author."""
    values = {
        "source": "From a valid invoice.",
        "organisation_id": None,
        "submission_id": secrets.token_hex(8),
        **fields,
    }
    return fresh(actions.reply(author, fresh(thread), **values))


def edit(author, post, source, *, note=""):
    """The author's edit of the newest version of the post."""
    return actions.edit_post(author, fresh(post), source=source, note=note, version=post.version)


def first_post(thread):
    """The post with which the thread began."""
    return db.session.scalars(select(Post).filter_by(thread_id=thread.id, number=1)).one()


def fresh(thing):
    """The thing as the database has it."""
    db.session.flush()
    db.session.refresh(thing)
    return thing


def events():
    """The names of the events so far, oldest first."""
    statement = select(outbox.OutboxEvent.name).order_by(outbox.OutboxEvent.id)
    return list(db.session.scalars(statement))


def wrong_counters():
    """What the repair of counters found; tests/threads/test_topic_counts.py tells of regions.

    Those are counted by a job of their own, and slowly: each topic is a transaction.
    """
    with patch.object(actions, "count_topics", return_value=0):
        return ops.reconcile_counters()
