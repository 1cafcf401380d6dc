"""``flask serve``: the web server and the worker, together."""

import contextvars
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from forum.config import Settings
from forum.core import queue
from forum.core.db import db
from forum.core.sentences import in_sentences
from forum.ops.commands.demo import describe_sign_ins
from forum.ops.commands.prepare import load_demo_when_empty, migrate_when_behind

WSGI = Path(__file__).parents[3] / "wsgi.py"
KILL_SECONDS = 10
WATCH_SECONDS = 0.5
PAUSE_SECONDS = 0.5
READY_SECONDS = 60


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
def serve(  # the options of the command
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
    _announce_when_ready(host, port, settings)
    # Processes made by forking must not share connections.
    db.session.remove()
    db.engine.dispose()
    queue.release()
    companion = None if alone else Companion()
    try:
        _serve_web(host, port, workers=workers or _fitting_workers(settings), threads=threads)
    finally:
        if companion is not None:
            companion.stop()
    click.echo("Roundtable has stopped.")


class Companion:
    """A ``flask worker`` process beside this one, started again should it die."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """Let the worker finish what it has in hand; kill it when it takes too long."""
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(KILL_SECONDS + 2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        # Its own process group: Ctrl-C reaches this process, which stops the worker last.
        # Its input is a pipe that nobody writes to and that closes with this process.
        return subprocess.Popen(  # noqa: S603 — this interpreter, fixed arguments
            [sys.executable, "-m", "flask", "--app", str(WSGI), "worker", "--tied"],
            stdin=subprocess.PIPE,
            process_group=0,
        )

    def _watch(self) -> None:
        while True:
            self._process.wait()
            if self._stopping.wait(PAUSE_SECONDS):
                return
            click.echo("The worker died and is started again.", err=True)
            self._process = self._start()


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


def _serve_web(host: str, port: int, *, workers: int, threads: int) -> None:
    """Serve until a signal; when the server gives up on dying processes, begin anew."""
    while True:
        server = Granian(
            str(WSGI),
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_SECONDS,
            log_level=LogLevels.error,
        )
        try:
            # An empty context: requests must not find this command's application context.
            contextvars.Context().run(server.serve, target_loader=load_application)
        except SystemExit:
            if not server.interrupt_signal:
                time.sleep(PAUSE_SECONDS)
                continue
        return


def load_application(_target: str) -> Callable[..., Any]:
    """In a web process: the WSGI application; the process ends with its parent."""
    threading.Thread(target=_stop_with_parent, args=(os.getppid(),), daemon=True).start()
    application: Callable[..., Any] = importlib.import_module("wsgi").app
    return application


def _stop_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _announce_when_ready(host: str, port: int, settings: Settings) -> None:
    sign_ins = describe_sign_ins()

    def wait() -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if _answers(host, port):
                lines = (f"Roundtable is ready: {settings.site_url}", sign_ins, "Ctrl-C stops it.")
                click.echo("\n" + "\n".join(line for line in lines if line))
                return
            time.sleep(0.05)

    threading.Thread(target=wait, daemon=True).start()


def _answers(host: str, port: int) -> bool:
    address = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/healthz", timeout=1):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
