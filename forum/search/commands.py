"""Commands about the search."""

import click
from flask.cli import AppGroup
from tqdm import tqdm

from forum.search import actions

group = AppGroup("search", help="The index of the search.")


@group.command("reindex")
@click.option("--anew", is_flag=True, help="Begin at the first row, not where it was stopped.")
def reindex(*, anew: bool) -> None:
    """Compare the index with all texts and repair it.

    Works in batches while the site runs; when it is stopped, call it again.
    """
    if anew:
        actions.forget_progress()
    with tqdm(total=actions.count_remaining(), unit="row") as bar:
        wrong = actions.sweep(bar.update)
    click.echo(f"Repaired {wrong} documents.")
