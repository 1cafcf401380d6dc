"""Files with all responses: CSV, a spreadsheet, JSON; memory does not grow with their number."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

import msgspec
from msgspec import Struct

from forum.consultations.enums import FileFormat
from forum.consultations.exports.responses import (
    COLUMN_HEAD,
    Cell,
    Sheet,
    column_rows,
    instant,
    labels_of,
    plain,
)
from forum.consultations.models import Question
from forum.consultations.policy.answers import Chosen
from forum.consultations.queries import ExportedAnswer, ExportedResponse
from forum.core import clock
from forum.core.tables import write_csv

FORMAT = "roundtable-responses"
VERSION = 1
MEDIA_TYPES: Mapping[FileFormat, str] = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON: "application/json",
    FileFormat.ZIP: "application/zip",
}
# What a sheet of a spreadsheet holds, without its head (ECMA-376 sets no limit, programs do).
MOST_IN_SPREADSHEET = 1_048_575

Batches = Iterable[Sequence[ExportedResponse]]


class ChoiceFile(Struct, omit_defaults=True):
    """An option that was chosen; ``row`` of a matrix, ``rank`` from 1 of a ranking."""

    option: str
    label: str
    row: str = ""
    rank: int | None = None


class AttachedFile(Struct):
    """A file that was handed in."""

    name: str
    address: str


class AnswerFile(Struct, omit_defaults=True, kw_only=True):
    """An answer; ``not_shown`` and ``redacted`` say why the public does not read it, or all."""

    question: int
    text: str = ""
    number: Decimal | None = None
    date: str | None = None
    choices: list[ChoiceFile] = []
    file: AttachedFile | None = None
    confidential: str | None = None
    confidential_reason: str = ""
    not_shown: str = ""
    redacted: str = ""


def write_responses(kind: FileFormat, file: IO[bytes], sheet: Sheet, batches: Batches) -> None:
    """Write all of ``batches`` into ``file``; raises OSError."""
    _WRITERS[kind](file, sheet, batches)


def columns_csv(sheet: Sheet) -> Iterator[str]:
    """What the columns of the CSV file mean, as a CSV table."""
    yield from write_csv([COLUMN_HEAD])
    yield from write_csv(column_rows(sheet))


def _write_csv(file: IO[bytes], sheet: Sheet, batches: Batches) -> None:
    file.writelines(line.encode() for line in write_csv([sheet.head]))
    for batch in batches:
        file.writelines(line.encode() for line in write_csv(sheet.rows(batch)))


def _write_json(file: IO[bytes], sheet: Sheet, batches: Batches) -> None:
    """One document, a response on each line."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    head = encoder.encode(_about(sheet))
    file.write(head.removesuffix(b"}") + b',"responses":[')
    labels = {one.id: labels_of(one) for one in sheet.questions}
    between = b"\n"
    for batch in batches:
        for response in batch:
            file.write(between + encoder.encode(_response(sheet, response, labels)))
            between = b",\n"
    file.write(b"\n]}\n")


def _write_xlsx(file: IO[bytes], sheet: Sheet, batches: Batches) -> None:
    """A sheet with the responses, row by row past memory, and one with the columns.

    Texts stay texts, whatever they begin with.
    """
    # Only who orders a spreadsheet needs the library, and it is large.
    from xlsxwriter import Workbook  # noqa: PLC0415 — see above

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as book:
        _fill(book, "Responses", sheet.head, (sheet.rows(batch) for batch in batches))
        _fill(book, "Columns", COLUMN_HEAD, [column_rows(sheet)])


def _fill(
    book: Any, name: str, head: Sequence[str], parts: Iterable[Iterable[Sequence[Cell]]]
) -> None:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, head, book.add_format({"bold": True}))
    place = 0
    for part in parts:
        for place, cells in enumerate(part, place + 1):  # noqa: B020 — it counts on
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(place, column, cell)
                elif cell is not None:
                    page.write_number(place, column, cell)


_WRITERS: Mapping[FileFormat, Callable[[IO[bytes], Sheet, Batches], None]] = {
    FileFormat.CSV: _write_csv,
    FileFormat.XLSX: _write_xlsx,
    FileFormat.JSON: _write_json,
}


def _about(sheet: Sheet) -> dict[str, Any]:
    consultation = sheet.extract.consultation
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": instant(clock.now()),
        "published_only": sheet.extract.is_public,
        "consultation": {
            "id": consultation.id,
            "title": consultation.title,
            "address": f"{sheet.site_url}{consultation.path}",
        },
        "questions": [
            {
                "number": question.number,
                "kind": question.kind,
                "text": question.text,
                "options": labels_of(question),
                "rows": {row["key"]: row["label"] for row in question.rows},
            }
            for question in sheet.questions
        ],
    }


def _response(
    sheet: Sheet, response: ExportedResponse, labels: Mapping[int, Mapping[str, str]]
) -> dict[str, Any]:
    answers = [
        _answer(sheet, question, response.answers[question.id], labels[question.id])
        for question in sheet.questions
        if question.id in response.answers
    ]
    return {**{name: tell(response) for name, tell in sheet.facts}, "answers": answers}


def _answer(
    sheet: Sheet, question: Question, answer: ExportedAnswer, labels: Mapping[str, str]
) -> AnswerFile:
    given, file = answer.given, answer.file
    return AnswerFile(
        question=question.number,
        text=given.text,
        number=None if given.number is None else plain(given.number),
        date=given.day.isoformat() if given.day else None,
        choices=[_choice(one, labels) for one in given.choices],
        file=AttachedFile(file.name, f"{sheet.site_url}{file.path}") if file else None,
        confidential=given.confidentiality,
        confidential_reason=given.confidential_reason,
        not_shown="" if answer.is_redacted else answer.why,
        redacted=answer.why if answer.is_redacted else "",
    )


def _choice(chosen: Chosen, labels: Mapping[str, str]) -> ChoiceFile:
    label = labels.get(chosen.option, chosen.option)
    return ChoiceFile(chosen.option, label, chosen.row, chosen.rank)
