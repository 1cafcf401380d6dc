"""A run of the export: parts made one after the other, going on where it was stopped."""

import errno
import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from forum.api.enums import Table
from forum.api.exports import tables
from forum.api.exports.parts import FORMATS, Part, PartFile, join, make_part, versions
from forum.api.queries import SOURCES, windows
from forum.config import Settings
from forum.core import clock
from forum.core.errors import Conflict, RoundtableError
from forum.core.transactions import pause

FORMAT = "roundtable-open-data"
SCHEMA_VERSION = "1.0.0"
MANIFEST = "manifest.json"
MEDIA_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
# What was taken away while parts were made is made anew; who hides faster than this is patient.
MOST_ROUNDS = 10
BUSY = "Another process is making this export. Wait until it has finished."


class Licence(msgspec.Struct, frozen=True):
    """Under which terms the data may be used; the address may be ""."""

    name: str
    url: str


class About(msgspec.Struct, frozen=True):
    """What an export is of: name and address of the site, and its licence, if one is named."""

    name: str
    site: str
    licence: Licence | None


def about_site(settings: Settings) -> About:
    """What an export is of, as the settings say."""
    named = Licence(settings.licence, settings.licence_url) if settings.licence else None
    return About(settings.site_name, settings.site_url.rstrip("/"), named)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """When a run began, and the last keys of the tables at that moment."""

    schema_version: str
    site: str
    begun_at: datetime
    last_keys: dict[Table, int]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an export."""

    name: str
    format: str
    media_type: str
    bytes: int
    sha256: str


class TableFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A table of an export: both files hold the same ``rows``."""

    name: Table
    rows: int
    columns: list[str]
    files: list[File]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export consists of. Rows are as they were at some time between the two times."""

    format: str
    schema_version: str
    name: str
    site: str
    licence: Licence | None
    begun_at: datetime
    finished_at: datetime
    tables: list[TableFiles]


@dataclass
class Run:
    """A run in its folder, which keeps what is finished."""

    folder: Path
    begun: Begun
    parts: dict[tuple[Table, int], Part] = field(default_factory=dict)

    @property
    def parts_folder(self) -> Path:
        """Where the parts stand."""
        return self.folder / "parts"

    @property
    def total(self) -> int:
        """How many keys there are."""
        return sum(self.begun.last_keys.values())

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(
            min(self.begun.last_keys[table], (window + 1) * windows.SIZE) - window * windows.SIZE
            for table, window in self.parts
        )

    def places(self) -> Iterator[tuple[Table, int]]:
        """Every table and window of which there is a part, in order; each table has one."""
        for table, last in self.begun.last_keys.items():
            yield from ((table, window) for window in range(-(-last // windows.SIZE) or 1))

    def keep(self, part: Part) -> None:
        """Note that a part is finished."""
        with (self.folder / "parts.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(part) + b"\n")
        self.parts[part.table, part.window] = part


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made if need be, while a run works in it.

    Raises Conflict while another process does, RoundtableError when it cannot be written.
    """
    with told():
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w", encoding="ascii")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(BUSY) from error
        yield


def begin(folder: Path, site: str) -> Run:
    """A run from the beginning; what an earlier one left in the folder is removed."""
    with told():
        forget(folder)
        (folder / "parts").mkdir()
        last = {table: source.last_key() for table, source in SOURCES.items()}
        pause()
        begun = Begun(
            schema_version=SCHEMA_VERSION, site=site, begun_at=clock.now(), last_keys=last
        )
        (folder / "run.json.tmp").write_bytes(msgspec.json.encode(begun))
        (folder / "run.json.tmp").replace(folder / "run.json")
    return Run(folder, begun)


def resume(folder: Path, site: str) -> Run | None:
    """The run that was stopped in this folder, with what it had finished and is still whole.

    None when there is none, or it was of another site or version.
    """
    try:
        begun = msgspec.json.decode((folder / "run.json").read_bytes(), type=Begun)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    if (begun.schema_version, begun.site) != (SCHEMA_VERSION, site):
        return None
    run = Run(folder, begun)
    for part in _noted(folder / "parts.jsonl"):
        run.parts[part.table, part.window] = part
    run.parts = {
        place: part for place, part in run.parts.items() if part.is_whole(run.parts_folder)
    }
    return run


def _noted(path: Path) -> Iterator[Part]:
    """The parts that were noted; the last line may have been cut."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Part)
        except msgspec.DecodeError:
            continue


def complete(run: Run, progress: Callable[[int], object]) -> None:
    """Make every part that is missing, or from which something was taken away since.

    ``progress`` is told how many keys were done. Raises RoundtableError when it cannot be written.
    """
    for _ in range(MOST_ROUNDS):
        raised = windows.raised()
        pause()
        missing = [
            place
            for place in run.places()
            if place not in run.parts
            or run.parts[place].version != windows.version_of(raised, *place)
        ]
        if not missing:
            return
        for table, window in missing:
            last = run.begun.last_keys[table]
            with told():
                part = make_part(
                    run.parts_folder,
                    table,
                    window,
                    last=last,
                    site=run.begun.site,
                    progress=progress,
                )
                run.keep(part)


def assemble(run: Run, target: Path, about: About) -> Manifest:
    """Put the parts together as files in the folder ``target``, with the manifest.

    Raises RoundtableError when it cannot be written.
    """
    with told():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        manifest = Manifest(
            format=FORMAT,
            schema_version=SCHEMA_VERSION,
            name=about.name,
            site=about.site,
            licence=about.licence,
            begun_at=run.begun.begun_at,
            finished_at=clock.now(),
            tables=[_table_files(run, table, target) for table in run.begun.last_keys],
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (target / MANIFEST).write_bytes(text + b"\n")
    return manifest


def _table_files(run: Run, table: Table, target: Path) -> TableFiles:
    parts = [run.parts[place] for place in run.places() if place[0] is table]
    return TableFiles(
        name=table,
        rows=sum(part.rows for part in parts),
        columns=list(tables.columns(table)),
        files=[_file(run, parts, table, kind, target) for kind in FORMATS],
    )


def _file(run: Run, parts: Iterable[Part], table: Table, kind: str, target: Path) -> File:
    name = f"{table}.{kind}.gz"
    written: PartFile = join((part.path(run.parts_folder, kind) for part in parts), target / name)
    return File(
        name=name,
        format=kind,
        media_type=MEDIA_TYPES[kind],
        bytes=written.bytes,
        sha256=written.sha256,
    )


def versions_of(run: Run) -> Mapping[str, int]:
    """What was taken away before each part was read, by its tag."""
    return versions(run.parts.values())


def forget(folder: Path) -> None:
    """Remove what a run has left in its folder."""
    shutil.rmtree(folder / "parts", ignore_errors=True)
    for name in ("run.json", "run.json.tmp", "parts.jsonl"):
        (folder / name).unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove the folder of a run."""
    with told():
        shutil.rmtree(folder)


@contextmanager
def told() -> Iterator[None]:
    """Say in a sentence why something cannot be written."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        what = error.filename or "The export"
        advice = "Make room" if full else "Put that right"
        raise RoundtableError(
            f"{what} cannot be written: {error.strerror or error}. {advice} and do the same again: "
            "what is finished is kept."
        ) from error
