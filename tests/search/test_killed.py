"""A reindex that is killed in the middle of a batch loses that batch alone, and goes on there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from forum.core.db import db
from forum.search import actions
from forum.search.models import SearchDocument, SearchSweep
from tests import factories as make

ROOT = Path(__file__).parent.parent.parent
BATCH = 4
# The command, which the system kills after two of its batches, when it has written the third.
KILLED = f"""
import os, signal
from forum.search import actions, index
from wsgi import app

actions.BATCH = {BATCH}
repair, done = index.repair, []

def repair_and_die(source, *, after, size):
    answer = repair(source, after=after, size=size)
    done.append(source)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

index.repair = repair_and_die
app.test_cli_runner().invoke(args=["search", "reindex"], catch_exceptions=False)
"""


def stored():
    rows = db.session.execute(select(SearchDocument.id, SearchDocument.title, SearchDocument.body))
    found = {row.id: (row.title, row.body) for row in rows}
    db.session.rollback()
    return found


@pytest.mark.live
def test_killed_in_the_middle_it_goes_on_there(live_app, tmp_path):
    with live_app.app_context():
        for number in range(3 * BATCH):
            make.make_thread(title=f"Beetroot {number}", text="Radishes.", posts=1)
        actions.sweep()
        before = stored()
        db.session.execute(delete(SearchDocument))
        db.session.commit()
        environment = os.environ | {
            "FORUM_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
            "FORUM_INSTANCE": str(tmp_path),
            "FORUM_ENVIRONMENT": "development",
        }
        killed = subprocess.run(
            [sys.executable, "-c", KILLED],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        # The third batch was written, but never committed.
        assert len(stored()) == 2 * BATCH
        after = {one.source: one.after_id for one in db.session.scalars(select(SearchSweep))}
        assert [place for place in after.values() if place], after
        remaining = actions.count_remaining()
        rows = []
        assert actions.sweep(rows.append) == len(before) - 2 * BATCH
        assert sum(rows) == remaining
        assert stored() == before
        db.session.remove()
