"""Files are taken by their content, within bounds, and nothing hostile takes long."""

import hashlib
import io
import time
import zipfile

import pytest

from forum.consultations.actions import uploads
from forum.consultations.actions.uploads import LARGEST_UPLOAD, accept_upload
from forum.core.errors import Invalid
from tests.consultations import files

KINDS = {
    "plan.pdf": (files.pdf, "application/pdf"),
    "plan.odt": (files.odt, files.ODT),
    "plan.docx": (files.docx, uploads.DOCX),
    "map.png": (files.picture, "image/png"),
    "map.jpg": (lambda: files.picture("JPEG"), "image/jpeg"),
    "MAP.JPEG": (lambda: files.picture("JPEG"), "image/jpeg"),
}


def refuse(content, filename):
    began = time.monotonic()
    with pytest.raises(Invalid) as refused:
        accept_upload(io.BytesIO(content), filename, field="file")
    assert time.monotonic() - began < 2
    assert refused.value.field == "file"
    return refused.value.message


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_taken_for_what_it_is(name):
    make, media_type = KINDS[name]
    content = make()
    upload = accept_upload(io.BytesIO(content), name)
    assert (upload.name, upload.media_type) == (name, media_type)
    assert (upload.size, upload.content) == (len(content), content)
    assert upload.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_lies_about_its_kind_is_refused(name):
    _make, media_type = KINDS[name]
    for make, other in KINDS.values():
        if other != media_type:
            assert "This is no" in refuse(make(), name)
    for content in (b"MZ\x90\x00", b"<html>", b"PK\x03\x04", b"\x00" * 100, b"%PDF-1.7"):
        assert "This is no" in refuse(content, name)


@pytest.mark.parametrize("name", ["run.exe", "page.html", "scene.svg", "plan.pdf.exe", "plan"])
def test_other_endings_are_refused(name):
    assert refuse(files.pdf(), name) == uploads.REFUSED_KIND


def test_size_is_bounded():
    assert refuse(b"", "plan.pdf") == "The file is empty"
    body = b"x" * (LARGEST_UPLOAD - len(files.pdf(b"")))
    assert accept_upload(io.BytesIO(files.pdf(body)), "plan.pdf").size == LARGEST_UPLOAD
    assert "larger than 10 MB" in refuse(files.pdf(body + b"x"), "plan.pdf")


def test_no_more_is_read_than_may_be_taken():
    class Endless(io.RawIOBase):
        def __init__(self):
            self.given = 0

        def read(self, size=-1):
            assert 0 < size <= LARGEST_UPLOAD + 1
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(Invalid, match="larger than 10 MB"):
        accept_upload(endless, "plan.pdf")
    assert endless.given == LARGEST_UPLOAD + 1


class TestNames:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/plan.pdf", "plan.pdf"),
            ("C:\\Documents\\plan.pdf", "plan.pdf"),
            ("  a   plan.pdf ", "a plan.pdf"),
            ("пла\u0301н.pdf", "пла\u0301н.pdf"),
            ('"><script>.pdf', '"><script>.pdf'),
        ],
    )
    def test_only_the_last_part_is_kept(self, given, kept):
        assert accept_upload(io.BytesIO(files.pdf()), given).name == kept

    def test_a_long_name_keeps_its_ending(self):
        name = accept_upload(io.BytesIO(files.pdf()), "x" * 300 + ".pdf").name
        assert len(name) <= uploads.LONGEST_NAME
        assert name.endswith(".pdf")

    @pytest.mark.parametrize("name", ["", "/"])
    def test_a_file_needs_a_name(self, name):
        assert refuse(files.pdf(), name) == "Choose a file with a name"

    def test_what_cannot_be_shown_is_refused(self):
        assert refuse(files.pdf(), "plan\u202efdp.pdf") == "Remove the invisible characters"
        for name in ("a\x00.pdf", "a\r\nb\x07.pdf"):
            assert "a character that cannot be shown" in refuse(files.pdf(), name)


class TestPdf:
    @pytest.mark.parametrize(
        "mark", [b"/Encrypt 12 0 R", b"/Encrypt<</Filter/Standard>>", b"/Encrypt\n<< >>"]
    )
    def test_protected(self, mark):
        assert "protected by a password" in refuse(files.pdf(mark), "plan.pdf")

    def test_words_about_encryption_are_no_protection(self):
        content = files.pdf(b"(How to /Encrypt a bid)")
        assert accept_upload(io.BytesIO(content), "plan.pdf").content == content

    def test_cut_off(self):
        assert "no whole PDF" in refuse(files.pdf()[:-8], "plan.pdf")

    def test_hostile_repetition_is_quick(self):
        hostile = b"%PDF-1.7" + b"/Encrypt 1 " * 800_000
        assert "no whole PDF" in refuse(hostile, "plan.pdf")


class TestPictures:
    def test_too_many_pixels(self):
        for width, height in ((50_000, 50_000), (10_000, 10_000), (7_000, 7_200)):
            message = refuse(files.huge_png(width, height), "map.png")
            assert "more than 50 million pixels" in message

    def test_cut_off_header(self):
        for count in (9, 20, 30):
            assert "no PNG" in refuse(files.picture()[:count], "map.png")
            assert "no JPEG" in refuse(files.picture("JPEG")[:count], "map.jpg")


class TestArchives:
    def test_bomb(self):
        bomb = files.odt(("Pictures/1.png", b"\x00" * (51 * 1024 * 1024)))
        assert len(bomb) < 200_000
        assert "larger than 50 MB when unpacked" in refuse(bomb, "plan.odt")
        parts = [(f"word/{number}.xml", b"\x00" * 9_000_000) for number in range(6)]
        assert "larger than 50 MB" in refuse(files.docx(*parts), "plan.docx")

    def test_bomb_that_tells_a_smaller_size(self):
        bomb = files.odt(("Pictures/1.png", b"\x00" * 1_000_000))
        lying = bomb.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        assert lying != bomb
        assert "damaged" in refuse(lying, "plan.odt")

    def test_too_many_parts(self):
        many = files.docx(*((f"word/{number}", b"") for number in range(2_001)))
        assert "too many parts" in refuse(many, "plan.docx")
        assert "too many parts" in refuse(files.odt() + b"PK\x01\x02" * 2_000_000, "plan.odt")

    def test_macros(self):
        for name in ("word/vbaProject.bin", "word/VBAPROJECT.BIN"):
            assert "macros" in refuse(files.docx((name, b"x")), "plan.docx")
        assert "macros" in refuse(files.odt(("Basic/Standard/Module1.xml", b"x")), "plan.odt")
        with_macros = files.archive(
            ("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
            ("word/document.xml", "<w:document/>"),
        )
        assert "no DOCX" in refuse(with_macros, "plan.docx")

    def test_protected_by_a_password(self):
        content = bytearray(files.odt())
        # Bit 0 of the flags of the last entry in the directory, and of its own head.
        directory = content.rfind(b"PK\x01\x02")
        content[directory + 8] |= 1
        assert "protected by a password" in refuse(bytes(content), "plan.odt")

    def test_damaged(self):
        content = bytearray(files.docx(("word/more.xml", bytes(range(256)) * 40)))
        place = content.find(b"word/more.xml") + 20
        content[place : place + 20] = b"\xff" * 20
        assert "damaged" in refuse(bytes(content), "plan.docx")

    def test_other_archives(self):
        wanted = {"plan.odt": "not an ODT|not a ODT", "plan.docx": "no DOCX"}
        others = [
            files.archive(("a.txt", "a")),
            files.archive(("content.xml", "x"), ("mimetype", files.ODT)),
            files.archive(("mimetype", "application/vnd.oasis.opendocument.spreadsheet")),
            files.archive(),
        ]
        for name in wanted:
            for content in others:
                assert "This is no" in refuse(content, name)

    def test_a_packed_type_is_still_read(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("mimetype", files.ODT)
        assert accept_upload(io.BytesIO(file.getvalue()), "plan.odt").media_type == files.ODT
