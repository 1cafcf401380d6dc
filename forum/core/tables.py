"""Tables as CSV: open data that somebody gives to a command, and what we give away."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from forum.core import markup
from forum.core.errors import Invalid

# White space, control characters, and what is not seen (Default_Ignorable_Code_Point of Unicode,
# and the blank pattern of Braille).
UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Spreadsheets run cells that begin so, whatever stands unseen before (OWASP, CSV injection).
FORMULA = re.compile(rf"[{UNSEEN}]*[=+\-@＝＋－＠]|[\t\r\n]")


def read_table(path: Path, *, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a head, each with the number of its line in the file.

    Only ``columns`` are kept; white space around values is removed. Raises Invalid, naming the
    line, when the file is not such a table: not UTF-8, a column missing, a row of another
    length, no rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(file, columns))
    except UnicodeDecodeError:
        raise Invalid(f"{path.name} is not a text file in UTF-8.") from None
    except csv.Error as error:
        raise Invalid(f"{path.name} is not a CSV file: {error}.") from None
    if not rows:
        raise Invalid(f"{path.name} has no rows below its head.")
    return rows


def _rows(file: Iterable[str], columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(file, strict=True)
    head = [name.strip() for name in next(reader, [])]
    missing = [name for name in columns if name not in head]
    if missing:
        raise Invalid(f"Line 1: there is no column called {' or '.join(missing)}.")
    places = {name: head.index(name) for name in columns}
    for row in reader:
        if not row:
            continue
        line = reader.line_num
        if len(row) != len(head):
            raise Invalid(f"Line {line}: {len(row)} values, but the head has {len(head)}.")
        yield line, {name: _value(row[place], line) for name, place in places.items()}


def _value(text: str, line: int) -> str:
    try:
        return markup.normalise(text).strip()
    except Invalid:
        raise Invalid(f"Line {line}: there is a character that cannot be shown.") from None


def write_csv(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as CSV in the form of RFC 4180; no cell is a formula for a spreadsheet."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_safe_cell(value) for value in row])
        yield line.getvalue()


def _safe_cell(value: object) -> object:
    if isinstance(value, str) and FORMULA.match(value):
        return f"'{value}"
    return value
