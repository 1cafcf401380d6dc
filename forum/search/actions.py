"""Comparing the index with what it is made of, in batches, while the site runs."""

from collections.abc import Callable

import structlog
from sqlalchemy import select

from forum.core import clock
from forum.core.db import db
from forum.core.transactions import action
from forum.search import index, queries
from forum.search.enums import Source
from forum.search.models import SearchSweep

log = structlog.get_logger(__name__)

BATCH = 500


def sweep(progress: Callable[[int], object] = int) -> int:
    """Compare every document with what it is made of, and repair; returns how many were wrong.

    ``progress`` is told the number of rows of each finished batch. When it is stopped, the next
    call goes on where it was.
    """
    wrong = sum(_sweep_source(source, progress) for source in Source)
    forget_progress()
    log.info("search.swept", wrong=wrong)
    return wrong


def count_remaining() -> int:
    """How many rows the sweep has still to look at."""
    places = [(source, _place(source)) for source in Source]
    return sum(
        queries.count_rows(source, after=place.after_id)
        for source, place in places
        if place.finished_at is None
    )


@action
def forget_progress() -> None:
    """Let the next sweep begin at the first row."""
    for sweep_of_source in db.session.scalars(select(SearchSweep)):
        sweep_of_source.after_id, sweep_of_source.finished_at = 0, None


def _sweep_source(source: Source, progress: Callable[[int], object]) -> int:
    wrong, is_more = 0, True
    while is_more:
        rows, found, is_more = _sweep_batch(source)
        wrong += found
        progress(rows)
    return wrong


@action
def _sweep_batch(source: Source) -> tuple[int, int, bool]:
    """Repair one batch; its rows, how many were wrong, and whether there are more."""
    place = _place(source)
    if place.finished_at is not None:
        return 0, 0, False
    db.session.add(place)
    rows, wrong, last = index.repair(source, after=place.after_id, size=BATCH)
    if last is None:
        place.finished_at = clock.now()
    else:
        place.after_id = last
    return rows, wrong, last is not None


def _place(source: Source) -> SearchSweep:
    return db.session.get(SearchSweep, source) or SearchSweep(source=source, after_id=0)
