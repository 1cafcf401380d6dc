"""Commands about threads and posts."""

import click
from flask.cli import AppGroup
from tqdm import tqdm

from forum.threads import actions, queries

group = AppGroup("posts", help="Posts of all threads.")


@group.command("rerender")
def rerender() -> None:
    """Render again the posts whose HTML an older renderer made.

    Works in batches while the site runs; when it is stopped, call it again.
    """
    with tqdm(total=queries.count_outdated(), unit="post") as bar:
        done = actions.rerender_posts(bar.update)
    click.echo(f"Rendered {done} posts again.")
