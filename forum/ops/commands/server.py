"""The web server, and the worker beside it; ``flask serve`` becomes this process.

It loads the application once, before the web processes are forked from it: so one that died is
there again at once. What only commands need, and ``flask`` itself has imported, is in none of them.

    python -m forum.ops.commands.server --host HOST --port PORT --workers N --threads N
"""

import importlib
import os
import signal
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
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

WSGI = Path(__file__).parents[3] / "wsgi.py"
KILL_SECONDS = 10
WATCH_SECONDS = 0.5
PAUSE_SECONDS = 0.5
READY_SECONDS = 60

# A web process is a fork, to which locks that another thread holds stay locked for ever, such
# as that of a module being imported. So nobody forks while the other thread asks.
_asking = threading.Lock()
os.register_at_fork(
    before=_asking.acquire, after_in_parent=_asking.release, after_in_child=_asking.release
)


@click.command()
@click.option("--host", required=True)
@click.option("--port", type=int, required=True)
@click.option("--workers", type=int, required=True)
@click.option("--threads", type=int, required=True)
@click.option("--greeting", default="", help="Shown when the site answers.")
@click.option("--alone", is_flag=True, help="Without a worker.")
def run(*, host: str, port: int, workers: int, threads: int, greeting: str, alone: bool) -> None:
    """Serve until SIGINT or SIGTERM."""
    importlib.import_module("wsgi")
    _announce_when_ready(host, port, greeting)
    companion = None if alone else Companion()
    try:
        _serve_web(host, port, workers=workers, threads=threads)
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
            server.serve(target_loader=load_application)
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


def _announce_when_ready(host: str, port: int, greeting: str) -> None:
    def wait() -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with _asking:
                is_ready = _answers(host, port)
            if is_ready:
                click.echo(f"\n{greeting}\nCtrl-C stops it.")
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


if __name__ == "__main__":
    run()
