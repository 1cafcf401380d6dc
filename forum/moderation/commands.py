"""Commands of moderation: the proof of the public log."""

import re
from collections import defaultdict
from collections.abc import Sequence

import click
from flask.cli import AppGroup
from tqdm import tqdm

from forum.core.db import reading
from forum.core.sentences import in_sentences
from forum.moderation import queries

HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII)

group = AppGroup("moderation", help="Moderation and its public log.")


def _read_heads(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> dict[int, list[str]]:
    kept = defaultdict(list)
    for value in values:
        match = HEAD.fullmatch(value.strip().lower())
        if not match:
            raise click.BadParameter(
                f"{value!r} is not the number of an entry, a colon and 64 hexadecimal digits."
            )
        kept[int(match[1])].append(match[2])
    return dict(kept)


@group.command("verify-log")
@click.option(
    "--from-head",
    "kept",
    multiple=True,
    metavar="NUMBER:HASH",
    callback=_read_heads,
    help="A head that somebody kept; may be given several times.",
)
@in_sentences
def verify_log(*, kept: dict[int, list[str]]) -> None:
    """Check that no entry of the public moderation log was changed, moved or removed.

    Ends with 0 when the log is whole; else it names the first broken entry and ends with 1. The
    site may stay in use meanwhile.
    """
    with (
        reading(),
        tqdm(
            total=queries.log_length(), desc="Moderation log", unit=" entries", disable=None
        ) as bar,
    ):
        verdict = queries.verify_log(kept=kept, progress=bar.update)
    if not verdict.is_whole:
        raise click.ClickException(
            f"Entry {verdict.broken} is broken. {verdict.problem} "
            f"The {verdict.entries:,} entries before it are whole."
        )
    click.echo(f"{verdict.entries:,} entries, whole. The head is {verdict.entries}:{verdict.head}")
