"""Commands for topics."""

import re
from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from forum.core.errors import Invalid
from forum.core.sentences import in_sentences
from forum.core.tables import read_table
from forum.topics import actions
from forum.topics.actions import CodeFacts

CODE = re.compile(r"\d{8}", re.ASCII)
DIGIT = re.compile(r"\d", re.ASCII)
COLUMNS = ("code", "check_digit", "level", "parent", "label_en")
LEVELS = ("division", "group", "class", "category", "subcategory")

group = AppGroup("topics", help="Procurement topics and CPV codes.")


@group.command("import-cpv")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_sentences
def import_cpv(file: Path) -> None:
    """Add and change CPV codes so that they read as in FILE.

    FILE is a CSV table with the columns code, check_digit, level, parent and label_en. Codes
    that FILE does not have stay. Nothing is changed when anything in FILE is wrong.
    """
    facts = _read(file)
    with tqdm(total=len(facts), desc="CPV codes", unit="codes", disable=None) as bar:
        counts = actions.import_codes(facts, progress=bar.update)
    click.echo(
        f"CPV codes: {counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged."
    )


def _read(file: Path) -> list[CodeFacts]:
    rows = read_table(file, columns=COLUMNS)
    levels: dict[str, str] = {}
    for line, row in rows:
        if row["code"] in levels:
            raise Invalid(f"Line {line}: {row['code']} stands in the file twice.")
        levels[row["code"]] = row["level"]
    for line, row in rows:
        if problem := _problem(row) or _problem_of_parent(row, levels):
            raise Invalid(f"Line {line}: {problem}")
    return [
        CodeFacts(
            code=row["code"],
            check_digit=row["check_digit"],
            level=row["level"],
            parent_code=row["parent"],
            label=row["label_en"],
        )
        for _line, row in rows
    ]


def _problem(row: dict[str, str]) -> str:
    """What is wrong with a row by itself, as a sentence ("" when nothing is)."""
    # No single rule gives the check digits of all codes, so only the form is checked.
    if not CODE.fullmatch(row["code"]):
        return f"{row['code']!r} is not a code of eight digits."
    if not DIGIT.fullmatch(row["check_digit"]):
        return f"{row['check_digit']!r} is not a check digit."
    if row["level"] not in LEVELS:
        return f"{row['level']!r} is not a level: {', '.join(LEVELS)}."
    if not row["label_en"]:
        return "the label_en is missing."
    return ""


def _problem_of_parent(row: dict[str, str], levels: dict[str, str]) -> str:
    """What is wrong with the parent; a few codes have one that is more than a level above."""
    parent = row["parent"]
    if row["level"] == LEVELS[0]:
        return f"a division has no parent, but {parent} is given." if parent else ""
    if parent and parent not in levels:
        return f"the parent {parent} is not in the file."
    if parent == row["code"]:
        return f"{parent} is its own parent."
    return ""
