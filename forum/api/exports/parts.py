"""Parts of an export: the rows of one window of a table, as compressed JSON Lines and CSV."""

import gzip
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from forum.api.enums import Table
from forum.api.exports import tables
from forum.api.queries import SOURCES, windows
from forum.core.transactions import pause

FORMATS = ("jsonl", "csv")
ROWS_AT_ONCE = 500
COMPRESSION = 6
CHUNK = 1 << 20


class PartFile(msgspec.Struct, frozen=True):
    """A file of a part as it was written."""

    sha256: str
    bytes: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A finished part; ``version`` is how often something was taken away before it was read."""

    table: Table
    window: int
    rows: int
    version: int
    files: dict[str, PartFile]

    def path(self, folder: Path, kind: str) -> Path:
        """Where the file of a kind stands."""
        return path_of(folder, self.table, self.window, kind)

    def is_whole(self, folder: Path) -> bool:
        """Whether both files are there, to the last byte."""
        return all(hash_of(self.path(folder, kind)) == self.files[kind].sha256 for kind in FORMATS)


def path_of(folder: Path, table: Table, window: int, kind: str) -> Path:
    """Where a file of a part stands below ``folder``."""
    return folder / f"{table}-{window:06}.{kind}.gz"


def make_part(
    folder: Path,
    table: Table,
    window: int,
    *,
    last: int,
    site: str,
    progress: Callable[[int], object],
) -> Part:
    """Read the rows of a window with keys up to ``last``, and write them.

    ``progress`` is told how many keys were done. The database is read in batches of a fixed
    number of rows, within one transaction for each part. Raises OSError.
    """
    version = windows.version_of(windows.raised(), table, window)
    rows = 0
    with ExitStack() as stack:
        outputs = {
            kind: stack.enter_context(Output(path_of(folder, table, window, kind)))
            for kind in FORMATS
        }
        if window == 0:
            outputs["csv"].write([tables.csv_head(table)])
        after = window * windows.SIZE
        until = min(last, after + windows.SIZE)
        while after < until:
            items, more = SOURCES[table].batch(
                after=after, until=until, limit=ROWS_AT_ONCE, site=site
            )
            outputs["jsonl"].write(tables.json_lines(items))
            outputs["csv"].write(tables.csv_lines(table, items))
            rows += len(items)
            following = until if more is None else more
            progress(following - after)
            after = following
    pause()
    files = {kind: output.finish() for kind, output in outputs.items()}
    return Part(table=table, window=window, rows=rows, version=version, files=files)


class Output:
    """A compressed file that appears when it is finished; the same rows give the same bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unfinished = path.with_name(f"{path.name}.tmp")
        self._raw: IO[bytes] | None = None
        self._zip: Any = None

    def __enter__(self) -> Self:
        self._raw = self.unfinished.open("wb")
        self._zip = gzip.GzipFile("", "wb", COMPRESSION, self._raw, mtime=0)
        return self

    def write(self, lines: Iterable[bytes]) -> None:
        """Add the lines."""
        for line in lines:
            self._zip.write(line)

    def __exit__(self, *error: object) -> None:
        try:
            self._zip.close()
        finally:
            if self._raw is not None:
                self._raw.close()

    def finish(self) -> PartFile:
        """Let the file, which was closed, appear."""
        told = PartFile(hash_of(self.unfinished), self.unfinished.stat().st_size)
        self.unfinished.replace(self.path)
        return told


def hash_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; "" when there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def join(sources: Iterable[Path], target: Path) -> PartFile:
    """Put files one after the other into ``target``; gzip reads that as one file."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as output:
        for source in sources:
            with source.open("rb") as file:
                while chunk := file.read(CHUNK):
                    output.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        output.flush()
        os.fsync(output.fileno())
    return PartFile(digest.hexdigest(), size)


def versions(parts: Iterable[Part]) -> Mapping[str, int]:
    """How often something was taken away before each of the parts was read, by its tag."""
    return {windows.tag_of(part.table, part.window): part.version for part in parts}
