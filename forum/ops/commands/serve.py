"""``flask serve``: makes ready, then becomes the web server."""

import os
import socket
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from forum.config import Settings
from forum.core import queue
from forum.core.db import db
from forum.core.sentences import in_sentences
from forum.ops.commands.demo import describe_sign_ins
from forum.ops.commands.prepare import load_demo_when_empty, migrate_when_behind

ROOT = Path(__file__).parents[3]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535)
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Web processes. Default: one for each core when Redis counts the rate limits, else one.",
)
@click.option(
    "--threads",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Threads of each web process.",
)
@click.option("--migrate", is_flag=True, help="First bring the database up to date.")
@click.option("--demo", is_flag=True, help="First load the demo content when there is no account.")
@click.option("--alone", is_flag=True, help="Without a worker, which then runs elsewhere.")
@with_appcontext
@in_sentences
def serve(
    *,
    host: str,
    port: int,
    workers: int | None,
    threads: int,
    migrate: bool,
    demo: bool,
    alone: bool,
) -> None:
    """Run the web server and a worker until SIGINT (Ctrl-C) or SIGTERM stops both."""
    _refuse_taken_port(host, port)
    if migrate:
        migrate_when_behind()
    if demo:
        load_demo_when_empty()
    settings: Settings = current_app.config["SETTINGS"]
    greeting = f"Roundtable is ready: {_site_url(settings, port)}\n{describe_sign_ins()}".strip()
    options = [f"--host={host}", f"--port={port}", f"--threads={threads}", f"--greeting={greeting}"]
    options.append(f"--workers={workers or _fitting_workers(settings)}")
    _become_server([*options, "--alone"] if alone else options)


def _become_server(options: list[str]) -> None:
    """Replace this process, with all that it has imported, by the one that serves."""
    db.session.remove()
    db.engine.dispose()
    queue.release()
    sys.stdout.flush()
    sys.stderr.flush()
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "forum.ops.commands.server", *options]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": path})  # noqa: S606 — this interpreter


def _refuse_taken_port(host: str, port: int) -> None:
    """Several servers could share the port without noticing, so ask before listening."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}, port {port}: {error.strerror}. "
                "Choose another port, for example: make run PORT=8001"
            ) from error


def _fitting_workers(settings: Settings) -> int:
    """Without Redis each process counts rate limits for itself, so there is only one."""
    return (os.cpu_count() or 1) if settings.redis_url else 1


def _site_url(settings: Settings, port: int) -> str:
    """The address of the site; when nobody said it, that of the port, for all processes."""
    if "FORUM_SITE_URL" in os.environ:
        return settings.site_url
    return os.environ.setdefault("FORUM_SITE_URL", f"http://127.0.0.1:{port}")
