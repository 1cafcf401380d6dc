"""The task queue: Huey on a file of its own, or on Redis."""

from pathlib import Path

from huey import Huey, RedisHuey, SqliteHuey

_queues: list[Huey] = []


def configure(*, redis_url: str, folder: Path) -> None:
    """Choose this process's queue: Redis when there is an address, else a file in ``folder``."""
    if redis_url:
        _queues[:] = [RedisHuey("roundtable", url=redis_url)]
    else:
        folder.mkdir(parents=True, exist_ok=True)
        _queues[:] = [SqliteHuey("roundtable", filename=str(folder / "queue.sqlite3"))]


def current() -> Huey:
    """The queue of this process."""
    return _queues[0]
