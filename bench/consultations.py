"""Measures the pages and files of a consultation with many responses.

Load data are made by ``flask consultations fill``; each page and each file is made in a process
of its own. CPU time is that of the process and, on PostgreSQL, of the server's process for it;
memory is by how much the process has grown at most.

    python -m bench.consultations [--sizes N,N] [--kinds sqlite,postgresql] [--data DIR]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import psycopg
from flask import Flask
from sqlalchemy import select, text, update

from bench import data, pages
from bench.data import Data
from bench.servers import ROOT
from forum import config
from forum.accounts.models import Account
from forum.consultations import actions, queries
from forum.consultations.enums import FileFormat, Publication, QuestionKind
from forum.consultations.models import Answer, Consultation, Response
from forum.core import clock
from forum.core.db import db, writing
from forum.factory import create_app
from tests.consultations import making
from tests.statements import count_statements

OPTIONS = [
    {"key": f"o{place}", "label": label}
    for place, label in enumerate(("At once", "In 10 days", "In 30 days", "Later", "Never"), 1)
]
ROWS = [{"key": f"r{place}", "label": f"Part {place}"} for place in range(1, 6)]
# 25 questions.
QUESTIONS: Sequence[Mapping[str, Any]] = (
    *({"kind": QuestionKind.YES_NO} for _ in range(4)),
    *({"kind": QuestionKind.SINGLE, "options": OPTIONS} for _ in range(5)),
    *({"kind": QuestionKind.MULTIPLE, "options": OPTIONS} for _ in range(4)),
    *({"kind": QuestionKind.SCALE, "settings": {"least": 1, "most": 5}} for _ in range(3)),
    *({"kind": QuestionKind.MATRIX, "options": OPTIONS, "rows": ROWS} for _ in range(2)),
    {"kind": QuestionKind.RANKING, "options": OPTIONS},
    {"kind": QuestionKind.NUMBER},
    {"kind": QuestionKind.DATE},
    {"kind": QuestionKind.SHORT_TEXT},
    *({"kind": QuestionKind.LONG_TEXT, "may_be_confidential": True} for _ in range(3)),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What something took: CPU in seconds, and by how many megabytes the process grew."""

    statements: int
    cpu: float
    megabytes: float


def main() -> None:
    """Make the data, measure in processes of their own, print a table for each database."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,10000", help="numbers of responses")
    parser.add_argument("--kinds", default="sqlite,postgresql", help="kinds of database")
    parser.add_argument("--data", help="folder in which load data are kept for the next run")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(asdict(measure(options.measure))))
        return
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        for kind in options.kinds.split(","):
            show(kind, sizes, Path(options.data or temporary), is_kept=bool(options.data))


def show(kind: str, sizes: Sequence[int], folder: Path, *, is_kept: bool) -> None:
    """Print the table of one kind of database."""
    found: dict[str, list[Figures]] = {name: [] for name in MEASURED}
    for size in sizes:
        made = make(kind, size, folder)
        try:
            for name in MEASURED:
                found[name].append(measure_apart(made, name))
        finally:
            if not is_kept:
                data.drop(made)
    print(f"\n| {kind} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for name, cells in found.items():
        words = (
            f"{one.statements} / {one.cpu * 1000:,.0f} / {one.megabytes:,.1f}" for one in cells
        )
        print(f"| {name} | " + " | ".join(words) + " |")


def make(kind: str, size: int, folder: Path) -> Data:
    """A database with a consultation that closed, with ``size`` responses, most of them shown."""
    home = folder / f"consultations-{kind}-{size}"
    is_there = (home / "made").exists()
    home.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{home / 'forum.sqlite3'}"
    if kind == "postgresql":
        url, _is_there = data.database(f"roundtable_bench_consultations_{size}")
    made = Data(kind, size, url, home)
    if not is_there:
        data.flask(made, "db", "upgrade")
        with pages.open_site(made).app_context():
            writing.set(True)
            made_up: Any = making.make_closed
            number = made_up(questions=QUESTIONS).id
            db.session.commit()
        data.flask(made, "consultations", "fill", str(number), "--responses", str(size))
        publish(made)
        (home / "made").touch()
    return made


def publish(made: Data) -> None:
    """Let the public read the results, and every response whose respondent allows it."""
    with pages.open_site(made).app_context():
        now = clock.now()
        may = Response.may_publish.is_(True)
        db.session.execute(update(Consultation).values(results_at=now))
        db.session.execute(update(Response).where(may).values(published_at=now))
        db.session.execute(
            update(Answer)
            .where(Answer.confidentiality.is_(None))
            .values(publication=Publication.APPROVED, published_text=Answer.text),
            execution_options={"synchronize_session": False},
        )
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()


def measure_apart(made: Data, name: str) -> Figures:
    """What ``name`` takes in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.consultations", "--measure", name],
        cwd=ROOT,
        env={**os.environ, **made.environ, "FORUM_PAGE_CACHE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    return Figures(**json.loads(done.stdout))


def measure(name: str) -> Figures:
    """What ``name`` takes in this process, which has answered another page before."""
    app = create_app(config.load(os.environ))
    with app.app_context():
        writing.set(True)
        found = db.session.scalars(select(Consultation)).one()
        manager = db.session.get_one(Account, found.author_id)
        visit = visitor(app, pages.sign_in(app, manager), found)
    visit("")
    with count_statements() as statements:
        memory, before = peak(), cpu_seconds()
        MEASURED[name](app, visit)
        spent = cpu_seconds() - before
    return Figures(len(statements), spent, (peak() - memory) / 1024)


def visitor(app: Flask, cookie: str, found: Consultation) -> Callable[[str], None]:
    """Asks for an address below the consultation's; with "manage" in it as its manager."""
    client, path = app.test_client(use_cookies=False), found.path

    def visit(address: str) -> None:
        is_staff = address.startswith(("manage", "results"))
        base = f"/consultations/{found.id}/" if address.startswith("manage") else path
        answer = client.get(base + address, headers={"Cookie": cookie} if is_staff else {})
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{base}{address}: {answer.status}")

    return visit


def writer(kind: FileFormat) -> Callable[[Flask, Callable[[str], None]], object]:
    """Writes the file that a manager orders with names."""

    def write(app: Flask, _visit: Callable[[str], None]) -> None:
        with app.app_context(), tempfile.TemporaryDirectory() as folder:
            found = db.session.scalars(select(Consultation)).one()
            actions.export_responses(
                queries.Extract(found, with_names=True),
                Path(folder) / "file",
                app.config["SETTINGS"],
                kind=kind,
                progress=lambda _done, _total: None,
            )

    return write


def page(address: str) -> Callable[[Flask, Callable[[str], None]], object]:
    """Asks for a page."""
    return lambda _app, visit: visit(address)


def peak() -> int:
    """The most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cpu_seconds() -> float:
    """CPU time of this process, and of the server's for its connections."""
    spent = time.process_time()
    url = os.environ["FORUM_DATABASE_URL"]
    if url.startswith("postgresql"):
        # Past the session, so that the question is not counted among the statements.
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        for (number,) in rows:
            with suppress(psutil.NoSuchProcess):
                times = psutil.Process(number).cpu_times()
                spent += times.user + times.system
    return spent


MEASURED: Mapping[str, Callable[[Flask, Callable[[str], None]], object]] = {
    "results, staff": page("results/"),
    "results by sector, staff": page("results/?by=sector"),
    "responses, staff": page("manage/responses/"),
    "unread responses, staff": page("manage/responses/?unread=1"),
    "published responses": page("responses/"),
    "published responses, two words": page("responses/?q=buyers+invoices"),
    "file as CSV": writer(FileFormat.CSV),
    "file as XLSX": writer(FileFormat.XLSX),
    "file as JSON": writer(FileFormat.JSON),
}


if __name__ == "__main__":
    main()
