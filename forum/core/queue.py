"""The task queue: Huey on a file of its own, or on Redis.

A job is a function without parameters that has a name and a schedule. Any process may ask
for it at once by ``put``; only the worker runs it, within the surroundings given to ``work``.
"""

import functools
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper
from huey.consumer import Consumer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_SECONDS = 1
# The worker waits for work in Redis for a second, so an answer may take longer than that.
REDIS_READ_SECONDS = 3
RETRIES = 5
RETRY_SECONDS = 60
THREADS = 2
LONGEST_POLL_SECONDS = 0.5
HEALTH_SECONDS = 10
SHUTDOWN_SECONDS = 10

Schedule = Callable[[datetime], bool]

_queues: list[Huey] = []
_jobs: dict[str, "Job"] = {}
_surroundings: list[Callable[[], AbstractContextManager[object]]] = []


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, and the task that has the worker run it."""

    run: Callable[[], object]
    task: TaskWrapper


def configure(*, redis_url: str, folder: Path) -> None:
    """Choose this process's queue: Redis when there is an address, else a file in ``folder``."""
    if redis_url:
        # Without retries: a request must not wait for a Redis that is away.
        pool = ConnectionPool.from_url(
            redis_url,
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_READ_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        _queues[:] = [RedisHuey("roundtable", connection_pool=pool, results=False)]
    else:
        folder.mkdir(parents=True, exist_ok=True)
        filename = str(folder / "queue.sqlite3")
        _queues[:] = [SqliteHuey("roundtable", filename=filename, results=False)]
    _jobs.clear()


def current() -> Huey:
    """The queue of this process."""
    return _queues[0]


def every(schedule: Schedule, name: str, run: Callable[[], object]) -> None:
    """Have the worker ``run`` the job called ``name`` in each minute that ``schedule`` accepts.

    A job that fails is tried again a few times.
    """

    @functools.wraps(run)
    def perform() -> None:
        with _surroundings[0]():
            run()

    decorate = current().periodic_task(
        schedule, name=name, retries=RETRIES, retry_delay=RETRY_SECONDS
    )
    _jobs[name] = Job(run, decorate(perform))


def put(name: str, *, seconds: float = 0) -> None:
    """Ask the worker for the job called ``name``, now or in so many ``seconds``.

    Raises whatever the store of the queue raises when it is away.
    """
    task = _jobs[name].task
    if seconds > 0:
        task.schedule(delay=seconds)
    else:
        task()


def run(name: str) -> None:
    """Do the job called ``name`` here and now, without the worker."""
    _jobs[name].run()


def job_names() -> list[str]:
    """The jobs that the worker knows, in the order of their table."""
    return list(_jobs)


class _Consumer(Consumer):  # type: ignore[misc]  # the library has no types
    """Huey's consumer with the handlers of signals that ``work`` has set."""

    def _set_signal_handlers(self) -> None:
        # Huey's own treat one of SIGINT and SIGTERM as an order to drop everything.
        pass


def work(surroundings: Callable[[], AbstractContextManager[object]]) -> None:
    """Do jobs, each in ``surroundings``, until SIGINT or SIGTERM; what has begun is finished.

    An outage of the store is waited out.
    """
    _surroundings[:] = [surroundings]
    logging.getLogger("huey").setLevel(logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    consumer = _Consumer(
        current(),
        workers=THREADS,
        max_delay=LONGEST_POLL_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    consumer.start()
    while not stopped.wait(HEALTH_SECONDS):
        consumer.check_worker_health()
    consumer.stop(graceful=True)


def release() -> None:
    """Close this thread's connection to the store, before the process forks."""
    current().storage.close()
