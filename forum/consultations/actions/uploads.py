"""Files that people hand in: taken only when their content is what their name says.

Nothing is unpacked, drawn or run here. Archives are read within bounds, of pictures only the
header (docs/decisions: files are taken by their content).
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from forum.consultations.models import Upload
from forum.core import clock
from forum.core.errors import Invalid
from forum.core.texts import accept_line

LARGEST_UPLOAD = 10 * 1024 * 1024
LONGEST_NAME = 150
MOST_PIXELS = 50_000_000
MOST_ENTRIES = 2_000
LARGEST_UNPACKED = 50 * 1024 * 1024
LARGEST_MANIFEST = 1024 * 1024
# Readers look for the end of a PDF in its last 1,024 bytes (ISO 32000-1, annex H.3.4.4).
PDF_TAIL = 1024
PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")
PDF_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^Basic/|^Scripts/", re.IGNORECASE)
# What zipfile raises for archives that are damaged, protected or packed in unknown ways.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
REFUSED_KIND = "Choose a PDF, ODT, DOCX, PNG or JPEG file"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is taken; ``check`` raises ValueError with a sentence about it."""

    name: str
    media_type: str
    check: Callable[[bytes], None]


def accept_upload(stream: BinaryIO, filename: str, *, field: str = "file") -> Upload:
    """The file, not yet in the session, when it is what the ending of ``filename`` says.

    At most LARGEST_UPLOAD bytes of ``stream`` are read. Raises Invalid for ``field``.
    """
    name = _accept_name(filename, field=field)
    kind = KINDS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        raise Invalid(REFUSED_KIND, field=field)
    content = stream.read(LARGEST_UPLOAD + 1)
    if not content:
        raise Invalid("The file is empty", field=field)
    if len(content) > LARGEST_UPLOAD:
        raise Invalid("The file is larger than 10 MB", field=field)
    try:
        kind.check(content)
    except ValueError as error:
        raise Invalid(str(error), field=field) from error
    return Upload(
        name=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_at=clock.now(),
    )


def _accept_name(filename: str, *, field: str) -> str:
    """The last part of a path of any system; an overlong one is cut before its ending."""
    last = re.split(r"[/\\]", filename)[-1]
    name = accept_line(last, field=field, longest=10_000, missing="Choose a file with a name")
    path = PurePosixPath(name)
    return name if len(name) <= LONGEST_NAME else f"{path.stem[:100]}{path.suffix[:10]}"


def _check_pdf(content: bytes) -> None:
    if not PDF_HEADER.match(content) or b"%%EOF" not in content[-PDF_TAIL:]:
        raise ValueError("This is no whole PDF file")
    if PDF_ENCRYPTED.search(content):
        raise ValueError("This PDF is protected by a password. Save it without one")


def _check_png(content: bytes) -> None:
    _check_picture(content, "PNG")


def _check_jpeg(content: bytes) -> None:
    _check_picture(content, "JPEG")


def _check_picture(content: bytes, name: str) -> None:
    """Only the header is read: the size that it tells is judged before anything is drawn."""
    from PIL import Image  # noqa: PLC0415 — it weighs megabytes, and few requests need it

    too_large = ValueError("The picture has more than 50 million pixels. Make it smaller")
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"This is no {name} picture") from error
    if width * height > MOST_PIXELS:
        raise too_large


def _check_odt(content: bytes) -> None:
    with _open_archive(content, "ODT") as archive:
        entries = archive.infolist()
        first = entries[0] if entries else None
        # The type stands first and unpacked (OpenDocument 1.3, part 2, section 3.3).
        if first is None or first.filename != "mimetype" or _read(archive, "mimetype") != ODT:
            raise ValueError("This is no ODT file")
        _check_entries(archive, "ODT")


def _check_docx(content: bytes) -> None:
    with _open_archive(content, "DOCX") as archive:
        types = _read(archive, "[Content_Types].xml")
        if f"{DOCX}.main+xml" not in types or not _read(archive, "word/document.xml"):
            raise ValueError("This is no DOCX file")
        _check_entries(archive, "DOCX")


def _open_archive(content: bytes, name: str) -> zipfile.ZipFile:
    # Counted by their signatures, before a list of millions is made of them.
    if content.count(b"PK\x01\x02") > MOST_ENTRIES:
        raise ValueError("The file has too many parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE as error:
        raise ValueError(f"This is no {name} file") from error
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
        raise ValueError("The file is larger than 50 MB when unpacked")
    return archive


def _read(archive: zipfile.ZipFile, name: str) -> str:
    """The beginning of a part as text; "" when it is not there or cannot be read."""
    try:
        with archive.open(name) as part:
            return part.read(LARGEST_MANIFEST).decode("utf-8", "replace")
    except (KeyError, *UNREADABLE):
        return ""


def _check_entries(archive: zipfile.ZipFile, name: str) -> None:
    """Whether all parts unpack to what the archive tells of them; it bounds what is read."""
    if any(MACROS.search(entry.filename) for entry in archive.infolist()):
        raise ValueError("The file holds macros. Save it without them")
    try:
        damaged = archive.testzip()
    except UNREADABLE as error:
        raise ValueError(f"This {name} file is damaged or protected by a password") from error
    if damaged is not None:
        raise ValueError(f"This {name} file is damaged")


KINDS = {
    ".pdf": FileKind("PDF", "application/pdf", _check_pdf),
    ".odt": FileKind("ODT", ODT, _check_odt),
    ".docx": FileKind("DOCX", DOCX, _check_docx),
    ".png": FileKind("PNG", "image/png", _check_png),
    ".jpg": FileKind("JPEG", "image/jpeg", _check_jpeg),
    ".jpeg": FileKind("JPEG", "image/jpeg", _check_jpeg),
}
