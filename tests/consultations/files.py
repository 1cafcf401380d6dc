"""Files of the kinds that people hand in, and hostile ones."""

import io
import struct
import zipfile
import zlib

from PIL import Image

ODT = "application/vnd.oasis.opendocument.text"
TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def pdf(body=b"1 0 obj << /Type /Catalog >> endobj"):
    """A PDF as far as anybody here looks."""
    return b"%PDF-1.7\n" + body + b"\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def archive(*entries):
    """A ZIP of pairs of name and content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            is_first = name == "mimetype"
            made.writestr(name, content, zipfile.ZIP_STORED if is_first else None)
    return file.getvalue()


def odt(*more):
    """An ODT with ``more`` entries."""
    return archive(("mimetype", ODT), ("content.xml", "<office:document-content/>"), *more)


def docx(*more):
    """A DOCX with ``more`` entries."""
    return archive(("[Content_Types].xml", TYPES), ("word/document.xml", "<w:document/>"), *more)


def picture(name="PNG", size=(4, 3)):
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", size).save(file, name)
    return file.getvalue()


def huge_png(width=50_000, height=50_000):
    """A PNG of few bytes whose header promises so many pixels."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
