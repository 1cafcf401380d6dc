"""``flask counters``: the repair of derived columns."""

import click
from flask.cli import with_appcontext

from forum.core.sentences import in_sentences
from forum.ops import actions

MOST_SHOWN = 50


@click.group()
def counters() -> None:
    """Compare and repair counters."""


@counters.command()
@click.option("--dry-run", is_flag=True, help="Only tell what is wrong.")
@with_appcontext
@in_sentences
def reconcile(*, dry_run: bool) -> None:
    """Compare every counter with what it counts, and repair those that are wrong.

    The site may stay in use meanwhile.
    """
    differences = actions.reconcile_counters(dry_run=dry_run)
    for difference in differences[:MOST_SHOWN]:
        click.echo(str(difference))
    if len(differences) > MOST_SHOWN:
        click.echo(f"… and {len(differences) - MOST_SHOWN:,} more.")
    if not differences:
        click.echo("Every counter is right.")
    else:
        done = "would be repaired" if dry_run else "repaired"
        click.echo(f"{len(differences):,} wrong, {done}.")
