"""Commands for centres."""

import re
from pathlib import Path

import click
from flask.cli import AppGroup

from forum.accounts.enums import Region
from forum.centres import actions
from forum.centres.actions import CouncilFacts
from forum.core.errors import Invalid
from forum.core.sentences import in_sentences
from forum.core.tables import read_table

GSS_CODE = re.compile(r"E\d{8}", re.ASCII)
COLUMNS = ("gss_code", "name", "short_name", "type", "region_code")
LONGEST = {"name": 120, "short_name": 80, "type": 60}
REGIONS = frozenset(str(region) for region in Region)

group = AppGroup("centres", help="Centres and the councils of their regions.")


@group.command("import-councils")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_sentences
def import_councils(file: Path) -> None:
    """Make the councils of all regions those of FILE.

    FILE is a CSV table with the columns gss_code, name, short_name, type and region_code.
    Councils are told apart by their GSS codes; those that FILE does not have are removed.
    Nothing is changed when anything in FILE is wrong.
    """
    counts = actions.import_councils(_read(file))
    click.echo(
        f"Councils: {counts.added} added, {counts.changed} changed, "
        f"{counts.removed} removed, {counts.unchanged} unchanged."
    )


def _read(file: Path) -> list[CouncilFacts]:
    facts: dict[str, CouncilFacts] = {}
    for line, row in read_table(file, columns=COLUMNS):
        if problem := _problem(row, facts):
            raise Invalid(f"Line {line}: {problem}")
        facts[row["gss_code"]] = CouncilFacts(
            gss_code=row["gss_code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=row["type"],
            region=row["region_code"],
        )
    return list(facts.values())


def _problem(row: dict[str, str], earlier: dict[str, CouncilFacts]) -> str:
    """What is wrong with a row, as a sentence ("" when nothing is)."""
    code = row["gss_code"]
    if not GSS_CODE.fullmatch(code):
        return f"{code!r} is not a GSS code of England, such as E08000037."
    if code in earlier:
        return f"{code} stands in the file twice."
    if row["region_code"] not in REGIONS:
        return f"{row['region_code']!r} is not a region of England, such as E12000001."
    for name, longest in LONGEST.items():
        if not row[name]:
            return f"the {name} is missing."
        if len(row[name]) > longest:
            return f"the {name} has more than {longest} characters."
    return ""
