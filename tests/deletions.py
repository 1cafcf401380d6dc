"""Deletes each gate, one at a time, and says which test notices: ``make deletions``.

A gate is a call of ``ensure``, which raises unless a rule allows what is asked for, or of a
``…visible_to``, the condition of a query that leaves out what the reader may not see. A test
that failed anyway would prove nothing, so all tests have to pass first: that run, with
coverage, also tells which tests reach which line.

Each deletion is made in a copy of the project and tried on SQLite, first with the tests of the
feature that reach it, then with all others; the first failing one is named. All that are named
run once more at the end with nothing deleted, and have to pass. Takes half an hour.
"""

import ast
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
CONTEXTS = ROOT / ".coverage"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "instance", "__pycache__", ".c*")
WORKERS = os.cpu_count() or 1
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Gate:
    """A call in ``path`` (below the project), from ``line`` to ``end``, both from 1."""

    path: Path
    line: int
    end: int
    start_column: int
    end_column: int
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def folder(self) -> str:
        """The folder of the feature's tests."""
        return f"tests/{self.path.parts[1]}"

    def deleted(self, source: str) -> str:
        """The source without the call. Columns count bytes, as ``ast`` does."""
        lines = source.encode().splitlines(keepends=True)
        before, after = lines[self.line - 1], lines[self.end - 1]
        changed = before[: self.start_column] + self.instead.encode() + after[self.end_column :]
        return b"".join([*lines[: self.line - 1], changed, *lines[self.end :]]).decode()


def gates() -> Iterator[Gate]:
    """Every gate of the product, by file and line."""
    for path in sorted((ROOT / "forum").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            instead = _instead(node)
            if instead and isinstance(node, ast.Call):
                columns = node.col_offset, node.end_col_offset or 0
                yield Gate(
                    path.relative_to(ROOT), node.lineno, node.end_lineno or 0, *columns, instead
                )


def _instead(node: ast.AST) -> str:
    """What a gate is replaced by; "" for what is none."""
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name == "ensure":
        return "None"
    return '__import__("sqlalchemy").true()' if name.endswith("visible_to") else ""


def reaching(gate: Gate, contexts: CoverageData) -> set[str]:
    """The tests that ran a line of the gate, without their parameters."""
    lines = contexts.contexts_by_lineno(str(ROOT / gate.path))
    found = {name for line in range(gate.line, gate.end + 1) for name in lines.get(line, ())}
    return {name.split("|")[0].split("[")[0] for name in found if name}


def rounds(gate: Gate, reached: set[str]) -> Iterator[Iterable[str]]:
    """Which tests are tried, the likeliest first."""
    own = sorted(name for name in reached if name.startswith(gate.folder + "/"))
    if own:
        yield own
    yield [gate.folder]
    yield ["tests", "--ignore=tests/journeys", f"--ignore={gate.folder}"]


def noticed_by(gate: Gate, reached: set[str], tree: Path) -> str:
    """The first test that fails without the gate; "" when none does."""
    target = tree / gate.path
    kept = target.read_text()
    target.write_text(gate.deleted(kept))
    try:
        for tests in rounds(gate, reached):
            if failed := _first_failure(tests, tree):
                return failed
        return ""
    finally:
        target.write_text(kept)


def _first_failure(tests: Iterable[str], tree: Path) -> str:
    """The first of the tests that fails on SQLite; "" when all pass."""
    options = ["-x", "-q", "--no-header", "-p", "no:randomly", "-k", "not postgres", "--tb=no"]
    listed = tree.with_suffix(".txt")
    listed.write_text("\n".join(tests))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"@{listed}"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1, 5}:
        raise RuntimeError(run.stdout + run.stderr)
    found = FAILED.search(run.stdout)
    return found[1] if found else ""


@click.command()
@click.argument("prefix", default="forum")
def main(prefix: str) -> None:
    """Say for each gate below PREFIX which test notices when it is deleted.

    The exit code is 1 when a deletion went unnoticed.
    """
    contexts = CoverageData(str(CONTEXTS))
    contexts.read()
    asked = [gate for gate in gates() if str(gate.path).startswith(prefix)]
    trees: queue.Queue[Path] = queue.Queue()
    found: dict[Gate, str] = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as workers:
        for number in range(WORKERS):
            trees.put(Path(shutil.copytree(ROOT, Path(folder, str(number)), ignore=LEFT_OUT)))

        def attempt(gate: Gate) -> tuple[Gate, str]:
            tree = trees.get()
            try:
                return gate, noticed_by(gate, reaching(gate, contexts), tree)
            finally:
                trees.put(tree)

        for gate, test in workers.map(attempt, asked):
            found[gate] = test
            click.echo(f"{gate}\t{test or 'NOTICED BY NO TEST'}")
        failed = _first_failure(
            sorted({test.split("[")[0] for test in found.values() if test}), trees.get()
        )
    unnoticed = [gate for gate, test in found.items() if not test]
    click.echo(
        f"{len(found)} gates deleted one by one, {len(unnoticed)} of them noticed by no test"
    )
    if failed:
        click.echo(f"With nothing deleted there fails {failed}: what it noticed proves nothing")
    sys.exit(int(bool(unnoticed or failed)))


if __name__ == "__main__":
    main()
