"""The sweep: an index that has lost or kept too much is made true again, in batches."""

import pytest
from sqlalchemy import delete, insert, select, update

from forum.core.db import db
from forum.core.outbox import OutboxEvent
from forum.ops.jobs import SCHEDULE
from forum.search import actions, index
from forum.search.enums import Source
from forum.search.models import SearchDocument, SearchSweep, SearchTrigram
from forum.threads.models import Post
from tests import factories as make


@pytest.fixture
def posts(app, monkeypatch):
    # Topics come by migration.
    actions.sweep()
    monkeypatch.setattr(actions, "BATCH", 3)
    thread = make.make_thread(title="Beetroot prices", posts=1)
    return [make.make_post(thread, text=f"Radish {number}.") for number in range(10)]


def stored():
    db.session.expire_all()
    return {
        row.id: (row.title, row.body)
        for row in db.session.execute(
            select(SearchDocument.id, SearchDocument.title, SearchDocument.body)
        )
    }


def spoil(statement):
    db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.commit()


def test_a_true_index_is_left_alone(posts):
    before = stored()
    assert actions.sweep() == 0
    assert stored() == before


def test_deleted_rows_come_back(posts, library):
    before = stored()
    spoil(delete(SearchDocument))
    spoil(delete(SearchTrigram))
    assert library.titles("radish") == []
    assert actions.sweep() == len(before)
    assert stored() == before
    assert len(library.titles("radish")) == 10
    assert library.holds("beetroot")


def test_what_changed_past_the_session_is_found(posts, library):
    spoil(update(Post).where(Post.id == posts[0].id).values(state="hidden"))
    spoil(update(Post).where(Post.id == posts[1].id).values(html="<p>Celery.</p>"))
    # It is not shown, even before the sweep.
    assert len(library.titles("radish", kind="post")) == 9
    assert actions.sweep() == 2
    assert library.text_of(posts[0]) is None
    assert library.text_of(posts[1]) == "celeri"


def test_documents_of_nothing_are_removed(posts):
    before = stored()
    strange = max(before) + 1000
    spoil(insert(SearchDocument).values(id=strange, name="Of nothing", title="of noth", body="x"))
    assert actions.sweep() == 1
    assert stored() == before


def test_stopped_in_the_middle_it_goes_on_there(posts, monkeypatch):
    before = stored()
    spoil(delete(SearchDocument))
    repair, calls = index.repair, []

    def repair_twice(source, *, after, size):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(after)
        return repair(source, after=after, size=size)

    monkeypatch.setattr(index, "repair", repair_twice)
    with pytest.raises(KeyboardInterrupt):
        actions.sweep()
    # The one thread, and of its posts a batch with the first, which is in it.
    assert len(stored()) == 3
    remaining = actions.count_remaining()
    monkeypatch.setattr(index, "repair", repair)
    rows = []
    assert actions.sweep(rows.append) == len(before) - 3
    assert sum(rows) == remaining
    assert stored() == before
    assert all(one.after_id == 0 for one in db.session.scalars(select(SearchSweep)))


def test_the_command_tells_what_it_did(posts, app):
    spoil(delete(SearchDocument))
    answer = app.test_cli_runner().invoke(args=["search", "reindex", "--anew"])
    assert answer.exit_code == 0, answer.output
    assert f"Repaired {len(stored())} documents." in answer.output
    again = app.test_cli_runner().invoke(args=["search", "reindex"])
    assert "Repaired 0 documents." in again.output


def test_the_worker_sweeps_every_night():
    assert [run for name, _, run in SCHEDULE if name == "search.sweep"] == [actions.sweep]


def test_indexing_writes_no_event(posts):
    count = len(db.session.scalars(select(OutboxEvent)).all())
    index.refresh(Source.POST, [post.id for post in posts])
    db.session.commit()
    assert len(db.session.scalars(select(OutboxEvent)).all()) == count
