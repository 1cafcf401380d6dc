"""Measures the pages of the site under load, with the least they could cost beside them.

Load data of each size is made on SQLite and on PostgreSQL; the site is served as in production,
on one core, and wrk asks from another. What counts are the ratios within one run and the CPU
time of a request: requests a second move with whatever else the machine does.

    python -m bench [--quick] [--sizes N,N] [--kinds sqlite,postgresql] [--seconds N] [--data DIR]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from flask import Flask
from tqdm import tqdm

from bench import data, pages, report, servers
from bench.data import Data
from bench.pages import Page, Places
from bench.report import Results, Row
from bench.servers import Load, Server

SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (10_000,)
SECONDS, QUICK_SECONDS = 5, 2
KINDS = ("sqlite", "postgresql")
SERVE = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--alone", "--workers", "1"]
STATIC_SIZE = 30_000


def main() -> None:
    """Make the data, measure, print the tables, write the JSON."""
    options = read_options()
    servers.need_tools()
    results = Results()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.data or temporary)
        for kind in options.kinds:
            names = []
            for size in tqdm(options.sizes, desc=kind, disable=None):
                made = data.make(kind, size, folder)
                try:
                    measure_site(results, made, seconds=options.seconds)
                finally:
                    if not options.data:
                        data.drop(made)
                names.append(made.name)
                report.save(results)
            results.judge_growth(kind, names)
    print(report.show(results))
    print(f"\nWritten to {report.save(results)}")


def read_options() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the smallest size, in three minutes")
    parser.add_argument("--sizes", type=_numbers, help="numbers of posts, separated by commas")
    parser.add_argument("--kinds", type=_words, default=KINDS, help="kinds of database")
    parser.add_argument("--seconds", type=int, help="how long each page is asked for")
    parser.add_argument("--data", help="folder in which load data is kept for the next run")
    options = parser.parse_args()
    options.sizes = options.sizes or (QUICK_SIZES if options.quick else SIZES)
    options.seconds = options.seconds or (QUICK_SECONDS if options.quick else SECONDS)
    return options


def _numbers(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split(",")


def measure_site(results: Results, made: Data, *, seconds: int) -> None:
    """Measure limits and pages on one database."""
    app = pages.open_site(made)
    places = pages.find_places(app)
    results.facts[made.name] = made.facts
    with serve(made, page_cache="100") as server:
        made.facts["start_seconds"] = server.start_seconds
        results.note(made.name, "start: seconds", server.start_seconds, report.MOST_START_SECONDS)
        size = measure_kept(results, made, places, server, seconds=seconds)
    measure_limits(results, made, places, size=size, seconds=seconds)
    with serve(made, page_cache="0") as server:
        measure_made(results, made, app, places, server, seconds=seconds)
        made.facts["resident_megabytes"] = server.resident()
        results.note(made.name, "web: megabytes", server.resident(), report.MOST_RESIDENT)
    results.judge(made.name)


def serve(made: Data, *, page_cache: str) -> Server:
    """The site as in production, without a worker beside it."""
    port = servers.free_port()
    origin = f"http://127.0.0.1:{port}"
    return Server(
        [*SERVE, "--port", str(port)],
        port=port,
        ready="/healthz",
        database=made.url if made.kind == "postgresql" else "",
        FORUM_SITE_URL=origin,
        FORUM_PAGE_CACHE=page_cache,
        **made.environ,
    )


def measure_kept(
    results: Results, made: Data, places: Places, server: Server, *, seconds: int
) -> int:
    """Measure pages out of the page cache; returns the size of the thread's page as sent."""
    first, *others = pages.kept_pages(places)
    server.get(first.load.path, **{"Accept-Encoding": "br"})
    _status, headers, body = server.get(first.load.path, **{"Accept-Encoding": "br"})
    for page in (first, pages.not_modified(first, headers["etag"]), *others):
        add(results, made, page, server, seconds=seconds)
    return len(body)


def measure_limits(
    results: Results, made: Data, places: Places, *, size: int, seconds: int
) -> None:
    """Measure what pages cost at the least, on the same database with the same server."""
    about = {
        "BENCH_SIZE": str(size),
        "BENCH_THREAD": str(places.thread_id),
        "BENCH_DATABASE": made.url.replace("postgresql://", "postgresql+psycopg://"),
    }
    for kind in ("constant", "jinja", "core"):
        database = made.url if kind == "core" and made.kind == "postgresql" else ""
        with servers.limit(kind, port=servers.free_port(), database=database, **about) as server:
            body = server.get("/")[2]
            cost = server.measure(Load("/"), seconds=seconds)
            results.rows.append(Row(made.name, kind, cost, size=len(body)))
    with tempfile.TemporaryDirectory() as folder:
        file_server = servers.nginx(Path(folder), port=servers.free_port(), size=STATIC_SIZE)
        if file_server is None:
            print("nginx is not installed: its static file is not measured.")
            return
        with file_server as server:
            cost = server.measure(Load("/file"), seconds=seconds)
            results.rows.append(Row(made.name, "nginx file", cost, size=STATIC_SIZE))


def measure_made(
    results: Results, made: Data, app: Flask, places: Places, server: Server, *, seconds: int
) -> None:
    """Measure pages that are made anew each time."""
    report.note_weights(results, made.name, server.get(places.thread)[2])
    with pages.visited(app) as visit:
        for page in pages.made_pages(places, server.origin):
            statements = max(visit(page) for _ in range(2))
            add(results, made, page, server, seconds=seconds, statements=statements)


def add(
    results: Results,
    made: Data,
    page: Page,
    server: Server,
    *,
    seconds: int,
    statements: int = 0,
) -> None:
    """Measure one page."""
    size = 0
    if page.load.mode == "same":
        status, _about, body = server.get(page.load.path, **_headers(page.load.headers))
        if status != page.expect:
            raise SystemExit(f"{page.name}: {page.load.path} answered {status}")
        size = len(body)
    cost = server.measure(page.load, seconds=seconds)
    results.rows.append(Row(made.name, page.name, cost, page, statements, size))


def _headers(lines: Iterable[str]) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines)


if __name__ == "__main__":
    main()
