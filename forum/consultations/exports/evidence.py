"""The evidence file: how a consultation was held, as a ZIP whose bytes follow from its state.

Times, order, names and compression are fixed, and nothing in it tells when it was made. Its
manifest holds size and SHA-256 of every file, so that copies can be compared by anybody.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from forum.consultations import queries
from forum.consultations.exports.questionnaires import write_questionnaire
from forum.consultations.models import Consultation
from forum.consultations.queries import evidence
from forum.core.errors import Invalid

FORMAT = "roundtable-evidence"
VERSION = 1
MANIFEST = "manifest.json"
# The earliest time that a ZIP can hold; as for reproducible builds.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
LEVEL = 6
PIECE = 64 * 1024
LARGEST_MANIFEST = 10 * 1024 * 1024

ABOUT = """\
Evidence file of a consultation

It shows how the consultation was held: what was asked and when, what was answered as far as the
public may read it, who read and coded it, and what was decided and promised.

README.txt          this text
answers.jsonl       every answer: what the public reads of it, or why it does not
audit.jsonl         who of the staff did what, when
citations.jsonl     posts of the debate that were taken as evidence
coded.jsonl         who has looked for themes in which answer, also when none was found
codings.jsonl       who found which theme in which answer, and what was taken back
consultation.json   what the consultation is, and its dates
editions.json       what was announced, word for word, with the public notes on changes
files/              documents, and files of published responses, named by their SHA-256
gate.json           the fairness gate, with the reasons given
groups.jsonl        responses that say much the same, and what was decided about each group
lateness.json       public notices that the outcome comes late
outcome.json        what was asked, said and decided, and who signed it off
promises.json       what was promised, and each step since
questionnaire.json  the questions, to be read by another site
readings.jsonl      who read which response, when
register.jsonl      every response that was sent, also those withdrawn since
themes.json         the code frame, what was decided about each theme, and why
manifest.json       size and SHA-256 of all of these

Respondents are named only where they wished it and the response is published. What was withheld,
redacted, given in confidence or not to be published is not in here; that it was, and why, is.
Groups in register.jsonl can be small: look who may read this file before you pass it on.

Times are in UTC. The same state of the consultation always gives the same file.
"""

# Whose rows are queries.count_evidence.
COUNTED = ("answers.jsonl", "register.jsonl")
# Told the name of the file for each piece of it: a row, or all of it.
Progress = Callable[[str], object]


def write_evidence(file: IO[bytes], consultation: Consultation, progress: Progress) -> None:
    """Write the whole ZIP."""
    with zipfile.ZipFile(file, "w") as archive:
        listed = []
        for name, pieces in _files(consultation):
            listed.append(_add(archive, name, _told(pieces, name, progress)))
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "consultation": consultation.id,
            "title": consultation.title,
            "files": listed,
        }
        _add(archive, MANIFEST, [_json(manifest)])


def find_faults(path: Path) -> list[str]:
    """What in an evidence file is not as its manifest says, as sentences; none: it is whole.

    Raises Invalid for what is no evidence file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_faults(archive, _manifest_of(archive)))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise Invalid(f"{path} is not an evidence file.") from error


def _manifest_of(archive: zipfile.ZipFile) -> dict[str, tuple[int, str]]:
    with archive.open(MANIFEST) as file:
        manifest = json.loads(file.read(LARGEST_MANIFEST))
    if manifest["format"] != FORMAT:
        raise ValueError(FORMAT)
    return {one["name"]: (one["size"], one["sha256"]) for one in manifest["files"]}


def _faults(archive: zipfile.ZipFile, told: dict[str, tuple[int, str]]) -> Iterator[str]:
    found = [name for name in archive.namelist() if name != MANIFEST]
    for name in sorted(set(told) - set(found)):
        yield f"{name} is missing."
    for name in sorted(set(found) - set(told)):
        yield f"{name} is not in the manifest."
    if len(found) != len(set(found)):
        yield "There are two files of the same name."
    for name in sorted(set(told) & set(found)):
        if _measure(archive, name, most=told[name][0]) != told[name]:
            yield f"{name} was changed."


def _measure(archive: zipfile.ZipFile, name: str, *, most: int) -> tuple[int, str]:
    """Size and SHA-256 of a file; one that is larger than ``most`` is not read further."""
    size, digest = 0, hashlib.sha256()
    try:
        with archive.open(name) as file:
            while size <= most and (piece := file.read(PIECE)):
                size += len(piece)
                digest.update(piece)
    except zipfile.BadZipFile:
        return 0, ""
    return size, digest.hexdigest()


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> dict[str, Any]:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry._compresslevel = LEVEL  # type: ignore[attr-defined]  # noqa: SLF001 — public from 3.13 on
    entry.external_attr = 0o644 << 16
    size, digest = 0, hashlib.sha256()
    with archive.open(entry, "w") as file:
        for piece in pieces:
            size += len(piece)
            digest.update(piece)
            file.write(piece)
    return {"name": name, "size": size, "sha256": digest.hexdigest()}


def _told(pieces: Iterable[bytes], name: str, progress: Progress) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        progress(name)


def _files(consultation: Consultation) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Names in their order, each with the pieces of its content, made as they are read."""
    yield "README.txt", [ABOUT.encode()]
    for name, rows in (
        ("answers.jsonl", evidence.evidence_answers),
        ("audit.jsonl", evidence.evidence_audit),
        ("citations.jsonl", evidence.evidence_citations),
        ("coded.jsonl", evidence.evidence_coded),
        ("codings.jsonl", evidence.evidence_codings),
    ):
        yield name, _lines(rows(consultation))
    yield "consultation.json", [_json(evidence.evidence_head(consultation))]
    yield "editions.json", [_json(evidence.evidence_editions(consultation))]
    for upload_id, digest, name in evidence.evidence_files(consultation):
        suffix = PurePosixPath(name).suffix.lower()
        yield f"files/{digest}{suffix}", map(evidence.evidence_bytes, [upload_id])
    yield "gate.json", [_json(evidence.evidence_gate(consultation))]
    yield "groups.jsonl", _lines(evidence.evidence_groups(consultation))
    yield "lateness.json", [_json(evidence.evidence_lateness(consultation))]
    yield "outcome.json", [_json(evidence.evidence_outcome(consultation))]
    yield "promises.json", [_json(evidence.evidence_promises(consultation))]
    yield "questionnaire.json", [write_questionnaire(queries.questionnaire_of(consultation.id))]
    yield "readings.jsonl", _lines(evidence.evidence_readings(consultation))
    yield "register.jsonl", _lines(evidence.evidence_register(consultation))
    yield "themes.json", [_json(evidence.evidence_themes(consultation))]


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield _dumped(row).encode() + b"\n"


def _json(value: Any) -> bytes:
    return _dumped(value, indent=2).encode() + b"\n"


def _dumped(value: Any, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain, **how)


def _plain(value: date | datetime) -> str:
    return value.isoformat()
