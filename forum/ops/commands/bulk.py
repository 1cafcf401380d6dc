"""``flask bulk``: load data for benchmarks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
@click.option("--search/--no-search", default=True, help="Index it for the search, too.")
@with_appcontext
@in_sentences
def bulk(*, users: int, threads: int, posts: int, seed: int, search: bool) -> None:
    """Add members, threads and posts for benchmarks; never in production.

    Lengths of threads fall by a power of their rank: the longest has about 1.25 % of the posts.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("Load data is never added in production.")
    size = actions.Size(users=users, threads=threads, posts=posts)
    with _timed("Load data", posts) as progress:
        actions.load_bulk(size, seed=seed, progress=progress)
    if search:
        with _timed("Search index", posts) as progress:
            actions.index_bulk(progress=progress)


@contextmanager
def _timed(what: str, posts: int) -> Iterator[Callable[[int], object]]:
    began = time.perf_counter()
    with tqdm(total=posts, desc=what, unit=" posts", disable=None) as bar:
        yield bar.update
    seconds = time.perf_counter() - began
    click.echo(f"{what}: {posts:,} posts in {seconds:.1f} s, {posts / seconds:,.0f} a second.")
