"""Load data in databases of their own, made by ``flask bulk``."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bench.servers import ROOT, plain_environment
from tests.databases import postgres_server

SECRET = "benchmark-only-" + "0123456789abcdef" * 3
POSTS_OF_A_THREAD = 20
POSTS_OF_A_MEMBER = 50
RATE = re.compile(r"(Load data|Search index): .* ([\d,]+) a second")


@dataclass(frozen=True, slots=True)
class Data:
    """A database with ``posts`` posts, and what is told of how it was made."""

    kind: str
    posts: int
    url: str
    folder: Path
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return f"{self.kind} {self.posts:,}"

    @property
    def environ(self) -> Mapping[str, str]:
        """Settings with which the site uses it."""
        return {
            "FORUM_INSTANCE": str(self.folder),
            "FORUM_DATABASE_URL": self.url,
            "FORUM_SECRET_KEY": SECRET,
            "FORUM_LOG_LEVEL": "WARNING",
            "FORUM_RATELIMIT_ENABLED": "0",
        }


def make(kind: str, posts: int, folder: Path) -> Data:
    """The database of this kind and size in ``folder``, made now unless it is there already.

    Databases on PostgreSQL are on the machine's server, else on that of the test's wheel.
    """
    home = folder / f"{kind}-{posts}"
    home.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{home / 'forum.sqlite3'}"
    is_there = (home / "forum.sqlite3").exists()
    if kind == "postgresql":
        url, is_there = database(f"roundtable_bench_{posts}")
    data = Data(kind, posts, url, home)
    if not is_there:
        _fill(data)
    data.facts["megabytes"] = _size(data) / 2**20
    return data


def drop(data: Data) -> None:
    """Remove a database from its server; files go with their folder."""
    if data.kind == "postgresql":
        name = make_url(data.url).database
        with psycopg.connect(postgres_server(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fill(data: Data) -> None:
    flask(data, "db", "upgrade")
    threads = max(10, data.posts // POSTS_OF_A_THREAD)
    users = max(10, data.posts // POSTS_OF_A_MEMBER)
    began = time.perf_counter()
    told = flask(
        data, "bulk", "--users", str(users), "--threads", str(threads), "--posts", str(data.posts)
    )
    data.facts["build_seconds"] = time.perf_counter() - began
    for what, rate in RATE.findall(told):
        data.facts[what.lower().replace(" ", "_") + "_per_second"] = float(rate.replace(",", ""))


def flask(data: Data, *arguments: str) -> str:
    """What a command of ours says about the database."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env={**plain_environment(), **data.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"flask {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def database(name: str) -> tuple[str, bool]:
    """Address of the database called ``name`` and whether it was there before."""
    server = postgres_server()
    with psycopg.connect(server, autocommit=True) as connection:
        is_there = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not is_there:
            connection.execute(f'CREATE DATABASE "{name}"')
    url = make_url(server).set(database=name, drivername="postgresql")
    return url.render_as_string(hide_password=False), is_there is not None


def _size(data: Data) -> int:
    if data.kind == "sqlite":
        return sum(file.stat().st_size for file in data.folder.glob("forum.sqlite3*"))
    with psycopg.connect(data.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0
