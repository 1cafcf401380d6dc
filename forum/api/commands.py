"""Commands that write the forum to files."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from forum.api import actions
from forum.core.sentences import in_sentences

group = AppGroup("export", help="The forum as files.")


@group.command("open-data")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@in_sentences
def open_data(*, target: Path) -> None:
    """Write all that visitors can read into the new folder DIR, as JSON Lines and CSV.

    The site may stay in use meanwhile. When it is stopped, the same command goes on where it was.
    """
    with tqdm(desc="Open data", unit=" rows", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done)

        settings = current_app.config["SETTINGS"]
        manifest = actions.export_open_data(target.absolute(), settings, progress)
    rows = sum(table.rows for table in manifest.tables)
    click.echo(f"{rows:,} rows in {len(manifest.tables)} tables are in {target}")
