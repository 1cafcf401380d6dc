"""What ``flask serve`` may do before it serves: migrations and demo content."""

import click
import flask_migrate

from forum.core.transactions import pause
from forum.ops import queries
from forum.ops.commands.demo import load_demo
from forum.search import actions as search


def migrate_when_behind() -> None:
    """Bring the database up to date.

    Raises ClickException when a newer version of Roundtable has changed the database.
    """
    state = queries.migrations()
    if state.is_newer:
        raise click.ClickException(
            f"The database is at revision {state.present}, which this version does not know. "
            "Install the newer version, or restore a backup."
        )
    if not state.is_current:
        click.echo("Bringing the database up to date …")
        # The migrations have a connection of their own, which waits for this one's lock.
        pause()
        flask_migrate.upgrade()


def load_demo_when_empty() -> None:
    """Load the demo content unless there is an account."""
    if not queries.has_accounts():
        load_demo()
        # Topics came by migration, before anything kept the index.
        search.sweep()
