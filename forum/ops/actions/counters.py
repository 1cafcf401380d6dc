"""The repair of counters."""

from collections.abc import Callable, Collection

import structlog
from sqlalchemy import Table, and_, delete, insert, select, update

from forum.boards.models import Board
from forum.core.db import Model, db
from forum.core.transactions import action
from forum.ops import queries
from forum.ops.queries import Difference
from forum.threads import actions as threads
from forum.threads.models import Post, Thread

log = structlog.get_logger(__name__)

# With more suspects than this all rows are locked and compared: statements have limits too.
MOST_SUSPECTS = 5000

Compare = Callable[[Collection[int] | None], list[Difference]]

# In the order in which one derives from the other, and rows are held (decision record 0028);
# what holds the counters still meanwhile.
CHECKS: tuple[tuple[Compare, type[Thread | Board | Post]], ...] = (
    (queries.wrong_citations, Post),
    (queries.wrong_threads, Thread),
    (queries.wrong_thread_topics, Thread),
    (queries.wrong_voices, Thread),
    (queries.wrong_boards, Board),
)


def reconcile_counters(*, dry_run: bool = False) -> list[Difference]:
    """Compare every derived column with what it derives from, and repair what is wrong.

    Then the regions are counted on every topic. Returns what was wrong; ``dry_run`` leaves
    everything as it was.
    """
    repaired = _reconcile_all(dry_run=dry_run)
    if not dry_run:
        threads.count_topics(all_of_them=True)
    return repaired


@action
def _reconcile_all(*, dry_run: bool) -> list[Difference]:
    repaired: list[Difference] = []
    for compare, locked in CHECKS:
        repaired += _reconcile(compare, locked)
    if dry_run:
        db.session.rollback()
    db.session.expire_all()
    log.info("counters.reconciled", wrong=len(repaired), dry_run=dry_run)
    return repaired


def _reconcile(compare: Compare, locked: type[Thread | Board | Post]) -> list[Difference]:
    suspects: set[int] | None = {difference.key[0] for difference in compare(None)}
    if not suspects:
        return []
    if len(suspects) > MOST_SUSPECTS:
        suspects = None
    # Posting may have gone on: look again while nobody can write there.
    _lock(locked, suspects)
    wrong = compare(suspects)
    for difference in wrong:
        _repair(difference)
    return wrong


def _lock(model: type[Thread | Board | Post], ids: Collection[int] | None) -> None:
    statement = select(model.id).order_by(model.id).with_for_update()
    if ids is not None:
        statement = statement.where(model.id.in_(sorted(ids)))
    db.session.execute(statement).all()


def _repair(difference: Difference) -> None:
    table: Table = Model.metadata.tables[difference.table]
    key = dict(zip(table.primary_key.columns, difference.key, strict=True))
    row = and_(*(column == value for column, value in key.items()))
    if difference.table == "voice":
        # Who is no longer heard has no row; who was missing gets one.
        db.session.execute(delete(table).where(row))
        if difference.true:
            values = {column.name: value for column, value in key.items()}
            db.session.execute(insert(table).values(**values, posts=difference.true))
        return
    db.session.execute(update(table).where(row).values({difference.column: difference.true}))
