"""Making the open data, night by night, and anew when something in it was taken away."""

from collections.abc import Callable
from pathlib import Path

import structlog

from forum.api.exports import published, runs
from forum.api.exports.runs import Manifest
from forum.api.queries import windows
from forum.config import Settings
from forum.core import tags
from forum.core.db import reading
from forum.core.errors import Invalid
from forum.core.transactions import action

log = structlog.get_logger(__name__)

FOLDER = "open-data"


def find_open_data(settings: Settings) -> published.Published | None:
    """The export that the site offers; None before the first was made."""
    return published.find(folder(settings))


def folder(settings: Settings) -> Path:
    """Where the export stands that the site offers."""
    return settings.instance / FOLDER


def make_open_data(settings: Settings) -> Manifest:
    """Make the export of the whole forum and offer it on the site.

    Raises Conflict while another process does, RoundtableError when it cannot be written.
    """
    with reading():
        manifest = published.make(folder(settings), runs.about_site(settings))
    _announce()
    log.info("open_data.made", rows=sum(table.rows for table in manifest.tables))
    return manifest


def refresh_open_data(settings: Settings) -> bool:
    """Make anew what was taken away from the export that is offered; tells whether anything was."""
    with reading():
        manifest = published.refresh(folder(settings), runs.about_site(settings))
    if manifest is None:
        return False
    _announce()
    log.info("open_data.refreshed")
    return True


def export_open_data(
    target: Path, settings: Settings, progress: Callable[[int, int], object]
) -> Manifest:
    """Write the export of the whole forum into the new folder ``target``.

    What is finished stands beside it until all is, so that the same call goes on when it was
    stopped. ``progress`` is told how many keys were done and how many there are in all. Raises
    Invalid when there is such a folder, Conflict while another process writes it, and
    RoundtableError when it cannot be written.
    """
    if target.exists() or target.is_symlink():
        raise Invalid(f"{target} exists already. Name a folder that does not.", field="target")
    about = runs.about_site(settings)
    work = target.with_name(f"{target.name}.unfinished")
    with reading(), runs.held(work):
        run = runs.resume(work, about.site) or runs.begin(work, about.site)
        progress(run.done, run.total)
        runs.complete(run, lambda keys: progress(keys, run.total))
        manifest = runs.assemble(run, work / "files", about)
        with runs.told():
            (work / "files").rename(target)
            runs.remove(work)
    return manifest


@action
def _announce() -> None:
    tags.touch(windows.OPEN_DATA)
