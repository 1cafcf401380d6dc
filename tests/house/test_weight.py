"""What a web process has not imported when it begins: it would keep it for its whole life."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

# Libraries of commands and of views that few ask for, and the commands themselves.
UNNEEDED = {
    *("alembic", "flask_migrate", "mako", "tqdm", "granian"),
    *("PIL", "holidays", "icalendar", "rensa", "xlsxwriter"),
    "forum.ops.commands.bulk",
    "forum.ops.commands.serve",
    "forum.search.commands",
}


def modules_of_a_web_process(folder):
    """Names of the modules that a new Python has once it has loaded the application."""
    environ = {name: value for name, value in os.environ.items() if name[:6] != "FORUM_"}
    done = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules)"],
        cwd=ROOT,
        env={**environ, "FORUM_INSTANCE": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_a_web_process_begins_without_what_commands_need(tmp_path):
    modules = modules_of_a_web_process(tmp_path)
    assert "forum.threads.views.reading" in modules
    assert modules & UNNEEDED == set()
