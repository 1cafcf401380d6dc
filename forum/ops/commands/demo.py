"""``flask demo``: loads the demo content."""

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from forum.accounts import actions as accounts
from forum.config import Settings
from forum.core.sentences import in_sentences
from forum.ops import actions, queries


@click.command()
@with_appcontext
@in_sentences
def demo() -> None:
    """Load the demo content: nine centres' boards and debates, and members to sign in as.

    Only into a database without accounts, and never in production.
    """
    load_demo()
    click.echo(describe_sign_ins())


def load_demo() -> None:
    """Load the demo content with a progress bar.

    Raises ClickException in production and where there are accounts, DemoError for broken content.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException(
            "The demo has members with a known password, so it is never loaded in production."
        )
    if queries.has_accounts():
        raise click.ClickException("There are accounts. The demo goes into an empty database only.")
    content = queries.read_demo()
    password_hash = accounts.hash_password(queries.DEMO_PASSWORD)
    with tqdm(total=content.post_count, desc="Demo content", unit=" posts", disable=None) as bar:
        actions.load_demo(content, password_hash=password_hash, progress=bar.update)


def describe_sign_ins() -> str:
    """The demo sign-ins that exist here, as text ("" when there is none)."""
    addresses = queries.sign_ins()
    if not addresses:
        return ""
    return "\n".join(
        (f"Sign in with the password {queries.DEMO_PASSWORD} as", *(f"  {a}" for a in addresses))
    )
