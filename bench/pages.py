"""Times pages on a small and on a full database, turn and turn about in one run.

Prints for each page the SQL statements, the size and the medians of elapsed and of CPU time.
What counts is the ratio between the two sizes, not the milliseconds of one machine.

    python bench/pages.py [--threads N] [--posts N] [--users N] [--rounds N]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import flask_migrate
from flask import Flask
from sqlalchemy import Engine, event, func, select
from tqdm import tqdm

from forum import config
from forum.boards.models import Board
from forum.core.access import Anonymous
from forum.core.db import db, writing
from forum.factory import create_app
from forum.ops import actions
from forum.threads import queries as threads
from forum.threads.models import Thread

SEED = 1
WARM_UP = 5
SMALL_SHARE = 40


@dataclass
class Page:
    """A page and what was measured of it."""

    name: str
    path: str
    statements: int = 0
    size: int = 0
    elapsed: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass
class Site:
    """An application with its data and the pages to be timed."""

    label: str
    app: Flask
    pages: list[Page]


def main() -> None:
    """Build both databases, time the pages, print the table."""
    options = read_options()
    full = actions.Size(users=options.users, threads=options.threads, posts=options.posts)
    small = actions.Size(
        users=max(1, full.users // SMALL_SHARE),
        threads=max(1, full.threads // SMALL_SHARE),
        posts=max(1, full.posts // SMALL_SHARE),
    )
    with tempfile.TemporaryDirectory() as folder:
        sites = [build("small", small, Path(folder)), build("full", full, Path(folder))]
        for _ in tqdm(range(WARM_UP + options.rounds), desc="Rounds", disable=None):
            for site in sites:
                for page in site.pages:
                    visit(site, page)
        report(sites)
        for site in sites:
            with site.app.app_context():
                db.engine.dispose()


def read_options() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--users", type=int, default=2_000)
    parser.add_argument("--threads", type=int, default=20_000)
    parser.add_argument("--posts", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=100)
    return parser.parse_args()


def build(label: str, size: actions.Size, folder: Path) -> Site:
    """An application of its own, filled with load data of ``size``."""
    instance = folder / label
    app = create_app(
        config.load(
            {
                "FORUM_INSTANCE": str(instance),
                "FORUM_LOG_LEVEL": "WARNING",
                "FORUM_RATELIMIT_ENABLED": "0",
            }
        )
    )
    with app.app_context():
        flask_migrate.upgrade()
        began = time.perf_counter()
        with tqdm(total=size.posts, desc=f"Load data, {label}", disable=None) as bar:
            actions.load_bulk(size, seed=SEED, progress=bar.update)
        seconds = time.perf_counter() - began
        rate = size.posts / seconds
        print(f"{label}: {size.posts:,} posts in {seconds:.1f} s, {rate:,.0f} a second")
        pages = choose_pages()
        db.session.remove()
    return Site(label, app, pages)


def choose_pages() -> list[Page]:
    """The pages to be timed on the present database."""
    longest = db.session.scalars(select(Thread).order_by(Thread.last_number.desc())).first()
    fullness = func.abs(Thread.last_number - threads.PAGE_SIZE)
    usual = db.session.scalars(select(Thread).order_by(fullness, Thread.id)).first()
    board = db.session.scalars(select(Board).order_by(Board.thread_count.desc())).first()
    if longest is None or usual is None or board is None:
        raise SystemExit("There is too little load data. Give more --posts.")
    last_page = -(-longest.last_number // threads.PAGE_SIZE)
    return [
        Page("a constant answer", "/healthz"),
        Page("home", "/"),
        Page("thread", usual.path),
        Page("longest thread, first page", longest.path),
        Page("longest thread, last page", f"{longest.path}?page={last_page}"),
        Page("board", board.path),
        Page("board, deepest page", f"{board.path}?after={deepest_cursor(board)}"),
    ]


def deepest_cursor(board: Board) -> str:
    """The cursor of the last page of the board's threads ("" when there is one page)."""
    cursor = after = ""
    while after := threads.list_board(Anonymous(), board, after=after).next_cursor:
        cursor = after
    return cursor


def visit(site: Site, page: Page) -> None:
    """Fetch the page once as a visitor and note what it took."""
    writing.set(False)
    client = site.app.test_client()
    with counted_statements() as statements:
        cpu, began = time.process_time(), time.perf_counter()
        answer = client.get(page.path)
        page.elapsed.append((time.perf_counter() - began) * 1000)
        page.cpu.append((time.process_time() - cpu) * 1000)
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{page.path} answered {answer.status_code}")
    page.statements = len(statements)
    page.size = len(answer.data)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that ask for or change data within the block."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def report(sites: list[Site]) -> None:
    """Print the table."""
    small, full = sites
    heads = ("page", "SQL", "KB", "small ms", "full ms", "CPU small", "CPU full", "CPU ratio")
    rows: list[tuple[str, ...]] = [heads]
    for before, after in zip(small.pages, full.pages, strict=True):
        cpu = [median(page.cpu) for page in (before, after)]
        rows.append(
            (
                after.name,
                f"{before.statements}/{after.statements}",
                f"{after.size / 1024:.0f}",
                f"{median(before.elapsed):.2f}",
                f"{median(after.elapsed):.2f}",
                *(f"{value:.2f}" for value in cpu),
                f"{cpu[1] / cpu[0]:.2f}",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)))


def median(values: list[float]) -> float:
    """The median of what was measured after warming up."""
    return statistics.median(values[WARM_UP:])


if __name__ == "__main__":
    main()
