"""Documents: managers write them, everybody downloads them safely."""

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from forum.consultations import queries
from forum.consultations.actions import announcing, documents
from forum.consultations.models import Document, Upload
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories as make
from tests.consultations import files, making


@pytest.fixture
def boss(app):
    return making.manager()


def send(client, path, *, content=None, name="plan.pdf", status=303, **fields):
    page = client.get(path)
    token = page.fields(button="Save")["csrf_token"]
    data = {"csrf_token": token, "title": "The plan", "text": "What it says.", **fields}
    if content is not None:
        data["file"] = FileStorage(io.BytesIO(content), name)
    return post_parts(client, path, data, status=status)


def post_parts(client, path, data, *, status):
    """Encoded in memory: the test client would leave a temporary file open for large ones."""
    boundary, body = encode_multipart(data)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=kind, status=status)


class TestPages:
    def test_a_manager_adds_one_and_everybody_reads_it(self, client, boss):
        draft = making.make_complete(author=boss, document=False)
        path = f"/consultations/{draft.id}/manage/documents/new/"
        client.sign_in(boss)
        listed = client.follow(send(client, path, content=files.pdf()))
        assert "plan.pdf" in listed.main
        announcing.announce(boss, draft)
        client.sign_out()
        shown = client.get(client.get(draft.path).links["The plan"])
        assert shown.h1 == "The plan"
        assert "What it says." in shown.main
        answer = client.get(shown.links["Download plan.pdf"])
        assert answer.data == files.pdf()
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"] == "attachment; filename=plan.pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        etag = {"If-None-Match": answer.headers["ETag"]}
        client.get(shown.links["Download plan.pdf"], headers=etag, status=304)

    def test_a_refused_file_keeps_what_was_typed(self, client, boss):
        draft = making.make_draft(author=boss)
        path = f"/consultations/{draft.id}/manage/documents/new/"
        client.sign_in(boss)
        for content, name, message in (
            (b"MZ", "plan.pdf", "This is no whole PDF file"),
            (files.pdf(), "plan.exe", "Choose a PDF, ODT, DOCX, PNG or JPEG file"),
            (files.huge_png(), "map.png", "more than 50 million pixels"),
            (files.pdf(b"x" * 10 * 1024 * 1024), "plan.pdf", "larger than 10 MB"),
        ):
            page = send(client, path, content=content, name=name, status=422)
            assert any(message in error for error in page.errors)
            assert page.fields(button="Save")["text"] == ["What it says."]
        page = send(client, path, text="", status=422)
        assert page.errors == ["Write the text, or what the file says for those who cannot open it"]
        assert db.session.query(Document).count() == 0
        assert db.session.query(Upload).count() == 0

    def test_only_pages_that_take_files_take_large_requests(self, client, boss):
        draft = making.make_draft(author=boss)
        client.sign_in(boss)
        data = {"csrf_token": client.token(), "title": "x" * 300_000}
        client.post(f"/consultations/{draft.id}/manage/dates/", data=data, status=413)
        file = FileStorage(io.BytesIO(b"x" * 11_000_000), "a.pdf")
        huge = {"csrf_token": client.token(), "file": file}
        path = f"/consultations/{draft.id}/manage/documents/new/"
        post_parts(client, path, huge, status=413)

    def test_files_of_drafts_are_for_managers(self, client, boss):
        draft = making.make_complete(author=boss)
        found = documents.add_document(
            boss, draft, title="A", text="B", file=io.BytesIO(files.odt()), filename="a.odt"
        )
        path = f"{draft.path}documents/{found.id}/"
        for where in (path, f"{path}file/"):
            client.sign_out().get(where, status=404)
            client.sign_in(make.make_account()).get(where, status=404)
            client.sign_in(boss).get(where)
        other = making.make_announced(author=boss)
        client.get(f"{other.path}documents/{found.id}/", status=404)
        client.get(f"{other.path}documents/{found.id}/file/", status=404)
        plain = db.session.query(Document).filter_by(consultation_id=other.id).one()
        client.get(f"{other.path}documents/{plain.id}/file/", status=404)

    def test_order_and_removal(self, client, boss):
        draft = making.make_draft(author=boss)
        for title in ("First", "Second"):
            documents.add_document(boss, draft, title=title, text="x")
        base = f"/consultations/{draft.id}/manage/documents/"
        client.sign_in(boss)
        page = client.follow(client.post_form(base, button="Move up: Second"))
        assert page.texts("h2", css="rows__title") == ["Second", "First"]
        page = client.follow(client.post_form(page, button="Remove: First"))
        assert page.texts("h2", css="rows__title") == ["Second"]

    def test_the_ends_of_the_list_stay(self, boss):
        draft = making.make_draft(author=boss)
        first, last = (
            documents.add_document(boss, draft, title=title, text="x") for title in ("One", "Two")
        )
        documents.move_document(boss, draft, first, up=True)
        documents.move_document(boss, draft, last, up=False)
        assert queries.documents_of(draft.id) == [first, last]

    def test_one_more_than_there_can_be_is_refused_and_kept_in_the_form(
        self, client, boss, monkeypatch
    ):
        monkeypatch.setattr(documents, "MOST_DOCUMENTS", 2)
        draft = making.make_draft(author=boss)
        for title in ("One", "Two"):
            documents.add_document(boss, draft, title=title, text="x")
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/documents/new/"
        page = send(client, path, content=files.pdf(), status=422)
        assert "A consultation has up to 2 documents" in page.main
        assert page.fields(button="Save")["text"] == ["What it says."]
        assert db.session.query(Document).count() == 2
        assert db.session.query(Upload).count() == 0

    def test_changed_by_another_file(self, client, boss):
        draft = making.make_draft(author=boss)
        found = documents.add_document(
            boss, draft, title="A", text="B", file=io.BytesIO(files.pdf()), filename="a.pdf"
        )
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/documents/{found.id}/"
        send(client, path, content=files.odt(), name="b.odt")
        assert [upload.name for upload in db.session.query(Upload)] == ["b.odt"]
        send(client, path, title="Again")
        assert [upload.name for upload in db.session.query(Upload)] == ["b.odt"]


class TestOnceAnnounced:
    def test_a_change_needs_a_public_note(self, boss):
        found = making.make_open(author=boss)
        with pytest.raises(Invalid, match="Say what has changed"):
            documents.add_document(boss, found, title="More", text="x")
        documents.add_document(boss, found, title="More", text="x", note="Asked for.")
        assert found.edition == 2

    def test_nothing_is_taken_away(self, boss):
        found = making.make_announced(author=boss)
        document = db.session.query(Document).one()
        with pytest.raises(NotAllowed):
            documents.remove_document(boss, found, document)
        with pytest.raises(NotAllowed):
            documents.move_document(boss, found, document, up=True)
        closed = making.make_closed(author=boss)
        with pytest.raises(NotAllowed):
            documents.add_document(boss, closed, title="Late", text="x", note="x")
