"""Reads about the site as a whole."""

from forum.ops.queries.counters import (
    Difference,
    wrong_boards,
    wrong_citations,
    wrong_thread_topics,
    wrong_threads,
    wrong_voices,
)
from forum.ops.queries.demo import (
    DEMO_PASSWORD,
    Demo,
    DemoCentre,
    DemoDraft,
    DemoError,
    DemoPost,
    DemoReading,
    DemoThread,
    read_demo,
    sign_ins,
)
from forum.ops.queries.demo_people import DemoMember, DemoOrganisation
from forum.ops.queries.health import Migrations, has_accounts, migrations, readiness

__all__ = [
    "DEMO_PASSWORD",
    "Demo",
    "DemoCentre",
    "DemoDraft",
    "DemoError",
    "DemoMember",
    "DemoOrganisation",
    "DemoPost",
    "DemoReading",
    "DemoThread",
    "Difference",
    "Migrations",
    "has_accounts",
    "migrations",
    "read_demo",
    "readiness",
    "sign_ins",
    "wrong_boards",
    "wrong_citations",
    "wrong_thread_topics",
    "wrong_threads",
    "wrong_voices",
]
