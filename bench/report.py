"""What was measured: the table with budgets, and the JSON file."""

import gzip
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.pages import Page
from bench.servers import ROOT, Cost

RESULTS = Path(__file__).with_name("results")
BUILT = ROOT / "static" / "built"
MOST_GROWTH = 1.3
MOST_RESIDENT = 120
MOST_START_SECONDS = 5
MOST_HTML, MOST_HTML_COMPRESSED = 60_000, 12_000
MOST_CSS, MOST_JS = 20_000, 25_000


@dataclass(slots=True)
class Row:
    """A page, or a limit when there is no ``page``, on one database."""

    site: str
    name: str
    cost: Cost
    page: Page | None = None
    statements: int = 0
    size: int = 0


@dataclass(slots=True)
class Finding:
    """A budget and what became of it."""

    site: str
    what: str
    figure: float
    budget: float

    @property
    def is_met(self) -> bool:
        """Whether the figure is within the budget."""
        return self.figure <= self.budget


@dataclass(slots=True)
class Results:
    """Everything that was measured in a run."""

    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, dict[str, float]] = field(default_factory=dict)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def judge(self, site: str) -> None:
        """Compare the pages of a site with their budgets."""
        rows = {row.name: row for row in self.rows if row.site == site}
        for row in rows.values():
            if row.page is not None:
                self.findings += _judge_page(row, row.page, rows)

    def note(self, site: str, what: str, figure: float, budget: float) -> None:
        """Note a figure that has a budget but no page."""
        self.findings.append(Finding(site, what, figure, budget))

    def judge_growth(self, kind: str, sizes: Sequence[str]) -> None:
        """Compare the pages of the largest database of a kind with those of the smallest."""
        if sizes[0] == sizes[-1]:
            return
        small, large = (
            {row.name: row for row in self.rows if row.site == site and row.page}
            for site in (sizes[0], sizes[-1])
        )
        for name in small:
            ratio = large[name].cost.cpu / small[name].cost.cpu
            self.note(kind, f"growth: {name}, {sizes[0]} → {sizes[-1]}", ratio, MOST_GROWTH)


def _judge_page(row: Row, page: Page, rows: dict[str, Row]) -> Iterable[Finding]:
    if page.compared_to:
        other = rows[page.compared_to]
        ratio = row.cost.p95 / other.cost.p95 if page.by_latency else row.cost.cpu / other.cost.cpu
        how = "95th percentile" if page.by_latency else "CPU"
        yield Finding(row.site, f"{row.name}: {how}, times {other.name}", ratio, page.times)
    if page.most_ms:
        yield Finding(row.site, f"{row.name}: CPU ms", row.cost.cpu, page.most_ms)
    if page.statements:
        yield Finding(row.site, f"{row.name}: statements", row.statements, page.statements)


def note_weights(results: Results, site: str, html: bytes) -> None:
    """Judge the weight of a thread's page and of styles and scripts."""
    results.note(site, "thread: bytes of HTML", len(html), MOST_HTML)
    compressed = len(gzip.compress(html, 6))
    results.note(site, "thread: bytes of HTML, gzip", compressed, MOST_HTML_COMPRESSED)
    for kind, budget in (("css", MOST_CSS), ("js", MOST_JS)):
        files = [file for file in BUILT.rglob(f"*.{kind}") if file.is_file()]
        size = max(len(gzip.compress(file.read_bytes(), 9)) for file in files)
        results.note(site, f"largest {kind} file: bytes, gzip", size, budget)


def show(results: Results) -> str:
    """The tables."""
    parts = [f"{machine()}"]
    for site in dict.fromkeys(row.site for row in results.rows):
        rows = [row for row in results.rows if row.site == site]
        limit = next((row.cost.cpu for row in rows if row.name == "core"), 0.0)
        lines = [
            ("", "requests/s", "CPU ms", "of it SQL server", "× core", "p95 ms", "SQL", "KB"),
            *(_line(row, limit) for row in rows),
        ]
        facts = ", ".join(f"{name} {value:,.1f}" for name, value in results.facts[site].items())
        parts += [f"{site}: {facts}", _table(lines)]
    verdicts = [("", "figure", "budget", "")]
    verdicts += [
        (
            f"{one.site}: {one.what}",
            f"{one.figure:,.2f}",
            f"{one.budget:,.2f}",
            "met" if one.is_met else "NOT MET",
        )
        for one in results.findings
    ]
    parts.append(_table(verdicts))
    return "\n\n".join(parts)


def _line(row: Row, limit: float) -> tuple[str, ...]:
    cost = row.cost
    return (
        row.name if row.page else f"[{row.name}]",
        f"{cost.per_second:,.0f}",
        f"{cost.cpu:.3f}",
        f"{cost.database_ms:.3f}" if cost.database_ms else "",
        f"{cost.cpu / limit:.2f}" if limit else "",
        f"{cost.p95:.2f}",
        str(row.statements or ""),
        f"{row.size / 1000:.1f}" if row.size else "",
    )


def _table(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def machine() -> str:
    """What the figures were measured on, without names."""
    memory = psutil.virtual_memory().total / 2**30
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GB of memory, load average {busy:.1f}"


def save(results: Results) -> Path:
    """Write everything so far as JSON; the path of the run's file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{results.began:%Y-%m-%d-%H%M%S}.json"
    content = {
        "machine": machine(),
        "facts": results.facts,
        "rows": [
            {"site": row.site, "name": row.name, "statements": row.statements, "bytes": row.size}
            | asdict(row.cost)
            for row in results.rows
        ],
        "findings": [asdict(one) | {"met": one.is_met} for one in results.findings],
    }
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path
