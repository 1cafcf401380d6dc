"""The export that the site offers for download: the newest of the nights, while it is true."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from forum.api.enums import Table
from forum.api.exports import runs
from forum.api.exports.runs import About, Manifest
from forum.api.queries import windows
from forum.core.errors import NotFound

GONE = (
    "Something in the open data was hidden or redacted after it was made, so it was withdrawn. "
    "It will be made again within minutes."
)


class Pointer(msgspec.Struct, frozen=True):
    """Which folder is offered, and what was taken away before its parts were read."""

    folder: str
    versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Published:
    """What is offered; ``is_true``: nothing in it was taken away since."""

    folder: Path
    manifest: Manifest
    is_true: bool

    def etag(self, name: str) -> str:
        """What tells one version of a file from another."""
        files = [file for table in self.manifest.tables for file in table.files]
        return next((file.sha256 for file in files if file.name == name), self.folder.name)

    def path(self, name: str) -> Path:
        """Where a file of the manifest, or the manifest itself, stands.

        Raises NotFound for any other name, and for all while the export is withdrawn.
        """
        names = {file.name for table in self.manifest.tables for file in table.files}
        if name != runs.MANIFEST and name not in names:
            raise NotFound("There is no such file in the open data.")
        if not self.is_true:
            raise NotFound(GONE)
        return self.folder / name


def find(base: Path) -> Published | None:
    """The export that is offered below ``base``; None before the first was made."""
    try:
        pointer = _read(base)
        manifest = (base / pointer.folder / runs.MANIFEST).read_bytes()
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return Published(
        folder=base / pointer.folder,
        manifest=msgspec.json.decode(manifest, type=Manifest),
        is_true=_is_true(pointer.versions),
    )


def make(base: Path, about: About, progress: Callable[[int], object] = int) -> Manifest:
    """Make the export of this night, and offer it in place of the one before.

    A run that was stopped goes on. Raises Conflict while another process makes it, and
    RoundtableError when it cannot be written.
    """
    work = base / "work"
    with runs.held(work):
        run = runs.resume(work, about.site)
        if run is None or _is_offered(base, run):
            run = runs.begin(work, about.site)
        return _publish(base, run, about, progress)


def refresh(base: Path, about: About) -> Manifest | None:
    """Make anew what is no longer true of the export that is offered; None when all is.

    Only the parts from which something was taken away are read again.
    """
    offered = find(base)
    if offered is None or offered.is_true:
        return None
    work = base / "work"
    with runs.held(work):
        run = runs.resume(work, about.site) or runs.begin(work, about.site)
        return _publish(base, run, about, int)


def _publish(
    base: Path, run: runs.Run, about: About, progress: Callable[[int], object]
) -> Manifest:
    runs.complete(run, progress)
    unfinished = base / "unfinished"
    manifest = runs.assemble(run, unfinished, about)
    name = f"{manifest.finished_at:%Y%m%dT%H%M%S%fZ}"
    with runs.told():
        unfinished.rename(base / name)
        pointer = msgspec.json.encode(Pointer(name, dict(runs.versions_of(run))))
        (base / "current.json.tmp").write_bytes(pointer)
        (base / "current.json.tmp").replace(base / "current.json")
        for old in base.iterdir():
            if old.is_dir() and old.name not in {name, "work"}:
                shutil.rmtree(old, ignore_errors=True)
    return manifest


def _is_offered(base: Path, run: runs.Run) -> bool:
    """Whether the run has been finished and offered already."""
    offered = find(base)
    return offered is not None and offered.manifest.begun_at == run.begun.begun_at


def _read(base: Path) -> Pointer:
    return msgspec.json.decode((base / "current.json").read_bytes(), type=Pointer)


def _is_true(made: Mapping[str, int]) -> bool:
    """Whether nothing was taken away from any part since it was read."""
    raised = windows.raised()
    places = (name.removeprefix(f"{windows.OPEN_DATA}:").rpartition(":") for name in made)
    return all(
        windows.version_of(raised, Table(table), int(window))
        == made[windows.tag_of(Table(table), int(window))]
        for table, _, window in places
    )
