"""``flask bulk``: load data for benchmarks."""

import time

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from forum.config import Settings
from forum.core.sentences import in_sentences
from forum.ops import actions

AT_LEAST_ONE = click.IntRange(min=1)


@click.command()
@click.option("--users", default=200, show_default=True, type=AT_LEAST_ONE, help="Members to add.")
@click.option("--threads", default=1000, show_default=True, type=AT_LEAST_ONE)
@click.option("--posts", default=20_000, show_default=True, type=AT_LEAST_ONE)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same data.")
@with_appcontext
@in_sentences
def bulk(*, users: int, threads: int, posts: int, seed: int) -> None:
    """Add members, threads and posts for benchmarks; never in production.

    Lengths of threads fall by a power of their rank: the longest has about 1.25 % of the posts.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("Load data is never added in production.")
    began = time.perf_counter()
    with tqdm(total=posts, desc="Load data", unit=" posts", disable=None) as bar:
        size = actions.Size(users=users, threads=threads, posts=posts)
        actions.load_bulk(size, seed=seed, progress=bar.update)
    seconds = time.perf_counter() - began
    click.echo(f"{posts:,} posts in {seconds:.1f} s, {posts / seconds:,.0f} a second.")
