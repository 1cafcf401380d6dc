"""``flask worker``: does the jobs of the queue."""

import os
import signal
import threading

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext

from forum.core import queue
from forum.core.sentences import in_sentences

log = structlog.get_logger(__name__)

STANDARD_INPUT = 0


@click.command()
@click.option("--once", metavar="JOB", help="Do one job now, by its name, and stop.")
@click.option("--tied", is_flag=True, help="Stop when the standard input is closed.")
@with_appcontext
@in_sentences
def worker(*, once: str | None, tied: bool) -> None:
    """Deliver mail and notices and do the scheduled work.

    Stops at SIGINT or SIGTERM, when the job in hand is done. As many workers as you like may
    run side by side.
    """
    if once is not None:
        _do_once(once)
        return
    if tied:
        threading.Thread(target=_stop_with_input, daemon=True).start()
    log.info("worker.started", jobs=len(queue.job_names()))
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 — the documented way to the application behind the proxy
    queue.work(app.app_context)
    log.info("worker.stopped")


def _do_once(name: str) -> None:
    if name not in queue.job_names():
        raise click.ClickException(
            f"There is no job {name}. The jobs are: {', '.join(queue.job_names())}."
        )
    queue.run(name)
    click.echo(f"{name}: done.")


def _stop_with_input() -> None:
    # The web server holds the other end of the pipe: whatever kills it, this ends.
    # Read without a buffer: its lock would still be held at a stop for another reason.
    os.read(STANDARD_INPUT, 1)
    os.kill(os.getpid(), signal.SIGTERM)
