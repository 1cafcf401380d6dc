"""Commands about consultations."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from forum.config import Settings
from forum.consultations import actions, exports, queries
from forum.consultations.enums import RESPONSE_FORMATS, FileFormat
from forum.core.access import OPERATOR
from forum.core.sentences import in_sentences

formats = click.Choice([kind.value for kind in RESPONSE_FORMATS])
group = AppGroup("consultations", help="Consultations and their responses.")


@group.command("fill")
@click.argument("consultation_id", type=click.IntRange(min=1))
@click.option(
    "--responses", default=1_000, show_default=True, type=click.IntRange(min=1, max=1_000_000)
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same data.")
@in_sentences
def fill(consultation_id: int, *, responses: int, seed: int) -> None:
    """Add submitted responses with random answers, for benchmarks; never in production.

    They answer every question that their answers lead to.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("Load data is never added in production.")
    consultation = queries.get_consultation(OPERATOR, consultation_id)
    with tqdm(total=responses, desc="Responses", unit=" responses", disable=None) as bar:
        actions.fill_consultation(consultation, responses=responses, seed=seed, progress=bar.update)
    click.echo(f"{responses:,} responses were added to “{consultation.title}”.")


@group.command("evidence")
@click.argument("consultation_id", type=click.IntRange(min=1))
@click.option(
    "--output",
    "target",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A ZIP file that is not there yet.",
)
@in_sentences
def evidence(consultation_id: int, *, target: Path) -> None:
    """Write how a consultation was held into one file, always the same for the same state."""
    consultation = queries.get_consultation(OPERATOR, consultation_id)
    with tqdm(unit=" rows", disable=None) as bar:

        def progress(name: str) -> None:
            bar.set_description(name, refresh=False)
            bar.update()

        actions.save_evidence(OPERATOR, consultation, target.absolute(), progress)
    click.echo(f"The evidence of “{consultation.title}” is in {target}")


@group.command("verify-evidence")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@in_sentences
def verify_evidence(*, path: Path) -> None:
    """Compare an evidence file with its manifest."""
    if faults := exports.find_faults(path):
        raise click.ClickException("\n".join(faults))
    click.echo(f"{path} is whole: every file is as its manifest says.")


@group.command("export")
@click.argument("consultation_id", type=click.IntRange(min=1))
@click.option("--format", "kind", required=True, type=formats)
@click.option("--output", required=True, metavar="FILE", type=click.Path(path_type=Path))
@click.option("--names", is_flag=True, help="With who gave them, and addresses for contact.")
@click.option("--published", is_flag=True, help="Only what the public reads.")
@in_sentences
def export(consultation_id: int, *, kind: str, output: Path, names: bool, published: bool) -> None:
    """Write all responses that count into the new FILE.

    The site may stay in use meanwhile.
    """
    if names and published:
        raise click.UsageError("The public reads names by choice alone: give one of the two.")
    extract = queries.Extract(
        queries.get_consultation(OPERATOR, consultation_id),
        is_public=published,
        with_names=names,
    )
    with tqdm(desc="Responses", unit=" responses", disable=None) as bar:

        def progress(count: int, total: int) -> None:
            bar.total = total
            bar.update(count)

        written = actions.export_responses(
            extract,
            output.absolute(),
            current_app.config["SETTINGS"],
            kind=FileFormat(kind),
            progress=progress,
        )
    click.echo(f"{written:,} responses are in {output}")
