"""The open data: whole, true, resumable, and gone when something in it is taken away."""

import csv
import errno
import gzip
import hashlib
import io
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from forum.accounts.models import Account
from forum.api import actions
from forum.api.exports import parts, published, runs
from forum.api.queries import windows
from forum.boards.enums import Readers
from forum.boards.models import Board
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, RoundtableError
from forum.core.transactions import action
from forum.moderation import actions as moderation
from forum.moderation.enums import RedactionCode
from forum.ops.jobs import SCHEDULE
from forum.organisations.models import Organisation
from forum.threads import actions as threads
from forum.threads.actions import states
from forum.threads.models import Post, Thread
from forum.topics.models import Topic
from tests import factories
from tests.api.reading import Program
from tests.moderation.making import moderator, ruling
from tests.statements import count_statements, writes

PHRASE = "Zugzwanghaft"
TABLES = (
    *("centres", "boards", "topics", "organisations"),
    *("people", "threads", "posts", "decisions"),
)
FORMULAS = ('=HYPERLINK("x")', "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1")


@pytest.fixture
def site(app, tmp_path):
    """The settings of the site, with a folder of its own."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, instance=tmp_path)
    yield app.config["SETTINGS"]
    app.config["SETTINGS"] = before


@pytest.fixture
def small(app, monkeypatch):
    """Windows of few rows, so that every table has several; but few, as rows count from 1."""
    if db.engine.dialect.name == "postgresql":
        # Rows of earlier tests were rolled back, but their numbers are not used again.
        for model in (Account, Organisation, Board, Topic, Thread, Post):
            sequence = f"{model.__tablename__}_id_seq"
            following = (db.session.scalar(select(func.max(model.id))) or 0) + 1
            db.session.execute(text(f"ALTER SEQUENCE {sequence} RESTART WITH {following}"))
        factories.commit()
    monkeypatch.setattr(windows, "SIZE", 3)
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 2)


@pytest.fixture
def scene(site):
    """A little of everything, with what must be told to nobody."""
    organisation = factories.make_organisation()
    thread = factories.make_thread(posts=4, organisation=organisation)
    factories.make_post(thread, text=f"{PHRASE}, waiting", state="pending")
    hidden = factories.make_post(thread, text=f"{PHRASE}, hidden")
    moderation.hide_post(moderator(), hidden, ruling=ruling())
    factories.make_thread(factories.make_board(readers="members"), title=f"{PHRASE} for members")
    factories.make_account(hidden=True, about=PHRASE, email="secret@canary.example")
    return thread


def export(site, folder):
    """What ``flask export open-data`` does; the manifest as it stands in the folder."""
    actions.export_open_data(folder, site, lambda _done, _total: None)
    return json.loads((folder / "manifest.json").read_bytes())


def read_rows(folder, table):
    """The things of a table, as any reader of JSON Lines finds them."""
    with gzip.open(folder / f"{table}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_cells(folder, table):
    """The rows of a table, as any reader of CSV finds them."""
    with gzip.open(folder / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def everything(folder):
    """All that the files say."""
    return "".join(
        gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
        for path in sorted(folder.iterdir())
    )


@pytest.mark.usefixtures("small", "scene")
def test_it_holds_what_the_api_tells_and_nothing_else(site, client, tmp_path):
    manifest = export(site, tmp_path / "out")
    program = Program(client)
    assert [table["name"] for table in manifest["tables"]] == list(TABLES)
    for table in manifest["tables"]:
        name = table["name"]
        rows = read_rows(tmp_path / "out", name)
        told, _ = program.walk(f"/api/v1/{name}/?limit=100")
        assert sorted(map(json.dumps, rows)) == sorted(map(json.dumps, told)), name
        cells = read_cells(tmp_path / "out", name)
        assert len(cells) == len(rows) == table["rows"] > 0
        assert list(cells[0]) == table["columns"]
    text = everything(tmp_path / "out")
    assert PHRASE not in text
    assert "canary" not in text
    assert not (tmp_path / "out.unfinished").exists()


@pytest.mark.usefixtures("small", "scene")
def test_the_manifest_tells_names_sizes_and_hashes(site, tmp_path):
    manifest = export(site, tmp_path / "out")
    named = {file["name"]: file for table in manifest["tables"] for file in table["files"]}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*named, "manifest.json"}
    for name, file in named.items():
        body = (tmp_path / "out" / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
        assert len(body) == file["bytes"]
        assert body[4:8] == bytes(4), "a time would change the hash"
    again = export(site, tmp_path / "again")
    assert again["tables"] == manifest["tables"]
    assert manifest["licence"] is None


def test_the_licence_is_the_one_that_the_site_names(site, tmp_path):
    named = replace(site, licence="OGL v3.0", licence_url="https://example.org/ogl")
    licence = export(named, tmp_path / "out")["licence"]
    assert licence == {"name": "OGL v3.0", "url": "https://example.org/ogl"}


def test_no_cell_is_a_formula(site, tmp_path):
    thread = factories.make_thread()
    for formula in FORMULAS:
        factories.make_post(thread, text=formula)
    factories.make_account(display_name="=cmd", about="@x")
    export(site, tmp_path / "out")
    assert [row["source"] for row in read_rows(tmp_path / "out", "posts")][1:] == list(FORMULAS)
    for table in TABLES:
        for row in read_cells(tmp_path / "out", table):
            for cell in row.values():
                assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell


class Killed(BaseException):
    """The process is ended."""


@pytest.fixture
def kill_after(monkeypatch):
    """``kill_after(3)`` ends the run in the middle of its fourth part; gives the parts made."""
    made = []
    real = parts.make_part

    def arm(count=None):
        made.clear()

        def make_part(folder, table, window, **kwargs):
            if len(made) == count:
                unfinished = parts.path_of(folder, table, window, "jsonl")
                unfinished.with_name(f"{unfinished.name}.tmp").write_bytes(b"half")
                raise Killed
            made.append((str(table), window))
            return real(folder, table, window, **kwargs)

        monkeypatch.setattr(runs, "make_part", make_part)
        return made

    return arm


@pytest.mark.usefixtures("small", "scene")
def test_a_run_that_was_killed_goes_on_where_it_was(site, tmp_path, kill_after):
    whole = export(site, tmp_path / "whole")
    first = kill_after(6)
    with pytest.raises(Killed):
        export(site, tmp_path / "out")
    first = list(first)
    assert not (tmp_path / "out").exists()
    work = tmp_path / "out.unfinished"
    # The kill came while a line was written, and one part was damaged since.
    with (work / "parts.jsonl").open("ab") as notes:
        notes.write(b'{"table":"pos')
    damaged = next(iter(sorted((work / "parts").glob("boards-*.csv.gz"))))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    second = kill_after()
    told = []
    actions.export_open_data(tmp_path / "out", site, lambda done, total: told.append((done, total)))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["tables"] == whole["tables"]
    window = int(damaged.name.partition("-")[2][:6])
    assert set(first) & set(second) == {("boards", window)}
    assert sum(done for done, _ in told) == told[0][1], "the bar ends where it should"
    assert not work.exists()


@pytest.mark.usefixtures("small")
def test_what_is_hidden_while_it_is_made_is_not_in_it(site, tmp_path, scene, monkeypatch):
    post = factories.make_post(scene, text="A sentence to be hidden")
    real = parts.make_part
    done = []

    def make_part(folder, table, window, **kwargs):
        part = real(folder, table, window, **kwargs)
        if str(table) == "decisions" and not done:
            done.append(part)
            action(states.hide)(post, rule="R", reason="Reason.", entry=None)
        return part

    monkeypatch.setattr(runs, "make_part", make_part)
    export(site, tmp_path / "out")
    assert "A sentence to be hidden" not in everything(tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema_version":"0"}', b"\xff"])
def test_what_cannot_be_read_is_made_anew(site, tmp_path, content):
    work = tmp_path / "out.unfinished"
    (work / "parts").mkdir(parents=True)
    (work / "run.json").write_bytes(content)
    (work / "parts.jsonl").write_bytes(content)
    assert export(site, tmp_path / "out")["tables"][0]["rows"] == 9


def test_a_folder_that_is_there_is_left_alone(site, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(Invalid, match="exists already"):
        export(site, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_two_do_not_make_the_same_export(site, tmp_path):
    with (
        runs.held(tmp_path / "out.unfinished"),
        pytest.raises(Conflict, match="Another process"),
    ):
        export(site, tmp_path / "out")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_trouble_with_the_disk_is_told_in_a_sentence(site, app, tmp_path, monkeypatch, code):
    real = parts.Output.write
    written = []

    def write(self, lines):
        written.append(1)
        if len(written) == 12:
            raise OSError(code, "No room or no right", str(self.path))
        real(self, lines)

    monkeypatch.setattr(parts.Output, "write", write)
    runner = app.test_cli_runner()
    target = str(tmp_path / "out")
    result = runner.invoke(args=["export", "open-data", target])
    assert result.exit_code == 1
    assert "cannot be written: No room or no right" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()
    result = runner.invoke(args=["export", "open-data", target])
    assert result.exit_code == 0, result.output
    assert "rows in 8 tables are in" in result.output


def test_a_place_that_cannot_be_written_is_told(site, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(RoundtableError, match="cannot be written"):
        export(site, tmp_path / "file" / "out")


def test_before_the_first_night_there_is_nothing(site, client):
    assert "No open data yet" in client.get("/open-data/").main
    client.get("/open-data/posts.jsonl.gz", status=404)


@pytest.mark.usefixtures("scene")
def test_the_newest_export_is_offered_with_its_age_and_hashes(site, client):
    manifest = actions.make_open_data(site)
    page = client.get("/open-data/")
    assert "Made from" in page.main
    for table in manifest.tables:
        for file in table.files:
            assert file.sha256 in page.main
            answer = client.get(f"/open-data/{file.name}")
            assert hashlib.sha256(answer.data).hexdigest() == file.sha256
            assert answer.headers["Content-Type"] == "application/gzip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file.name}"
    assert client.get("/open-data/manifest.json").json["tables"][0]["name"] == "centres"
    assert "canary" not in page.text


@pytest.mark.usefixtures("scene")
def test_files_are_sent_whole_or_in_part_or_not_again(site, client):
    actions.make_open_data(site)
    whole = client.get("/open-data/posts.jsonl.gz")
    assert whole.headers["Accept-Ranges"] == "bytes"
    rest = client.get("/open-data/posts.jsonl.gz", status=206, headers={"Range": "bytes=10-"})
    assert rest.data == whole.data[10:]
    assert rest.headers["Content-Range"] == f"bytes 10-{len(whole.data) - 1}/{len(whole.data)}"
    client.get("/open-data/posts.jsonl.gz", status=416, headers={"Range": "bytes=9999999-"})
    etag = whole.headers["ETag"]
    again = client.get("/open-data/posts.jsonl.gz", status=304, headers={"If-None-Match": etag})
    assert again.data == b""
    head = client.open("/open-data/posts.jsonl.gz", method="HEAD")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole.data)))
    assert whole.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.usefixtures("scene")
def test_nothing_else_can_be_fetched(site, client):
    actions.make_open_data(site)
    client.proofreads = False
    (site.instance / "secret-key").write_text("a secret")
    for name in (
        *("current.json", "run.json", "parts.jsonl", "lock", "posts", "posts.jsonl", ".", ".."),
        *("..%2Fcurrent.json", "%2e%2e%2f%2e%2e%2fsecret-key", "work", "posts.jsonl.gz%00"),
        *("MANIFEST.JSON", "posts-000000.jsonl.gz", "x" * 3000),
    ):
        answer = client.open(f"/open-data/{name}")
        assert answer.status_code == 404, name
        assert "a secret" not in answer.text


def hide(post):
    moderation.hide_post(moderator(), post, ruling=ruling())


def redact(post):
    code = RedactionCode.CONFIDENTIAL
    moderation.redact_post(moderator(), post, text=PHRASE, code=code, ruling=ruling("A price."))


def withdraw(post):
    threads.withdraw_post(post.author, post)


@action
def close_board(post):
    post.thread.board.readers = Readers.MEMBERS


@action
def hide_thread(post):
    states.hide(first_of(post), rule="R", reason="Reason.", entry=None)


def first_of(post):
    """The first post of the post's thread."""
    return db.session.query(type(post)).filter_by(thread_id=post.thread_id, number=1).one()


WAYS = {
    "hidden": hide,
    "redacted": redact,
    "withdrawn": withdraw,
    "board closed": close_board,
    "thread hidden": hide_thread,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_taken_away_is_withdrawn_at_once_and_made_anew_without(site, client, way):
    thread = factories.make_thread(posts=2)
    post = factories.make_post(thread, text=f"They call it {PHRASE}.")
    actions.make_open_data(site)
    address = "/open-data/posts.jsonl.gz"
    assert PHRASE in gzip.decompress(client.get(address).data).decode()
    WAYS[way](post)
    answer = client.get(address, status=404)
    assert "It will be made again within minutes" in answer.main
    assert "was withdrawn" in client.get("/open-data/").main
    client.get("/open-data/manifest.json", status=404)
    assert actions.refresh_open_data(site) is True
    assert PHRASE not in gzip.decompress(client.get(address).data).decode()
    assert PHRASE not in everything(published.find(site.instance / "open-data").folder)
    assert actions.refresh_open_data(site) is False


def test_who_hides_their_page_is_taken_away(site, client):
    thread = factories.make_thread(author=factories.make_account(handle="shy-one"))
    actions.make_open_data(site)
    thread.author.is_hidden = True
    action(db.session.flush)()
    client.get("/open-data/people.jsonl.gz", status=404)
    actions.refresh_open_data(site)
    for table in ("people", "threads", "posts"):
        body = client.get(f"/open-data/{table}.jsonl.gz").data
        assert "shy-one" not in gzip.decompress(body).decode()


def test_what_is_written_edited_or_shown_again_withdraws_nothing(site, client):
    thread = factories.make_thread(posts=2)
    post = factories.make_post(thread)
    hide(post)
    waits = factories.make_post(thread, state="pending")
    actions.make_open_data(site)
    threads.reply(
        factories.make_account(),
        thread,
        source="New.",
        organisation_id=None,
        submission_id="b" * 32,
    )
    reply = db.session.query(type(post)).filter_by(number=2, thread_id=thread.id).one()
    threads.edit_post(reply.author, reply, source="Edited.", note="", version=reply.version)
    action(states.publish)(waits)
    action(states.show_again)(post)
    client.get("/open-data/posts.jsonl.gz")


@pytest.mark.usefixtures("small")
def test_only_the_part_that_lost_something_is_read_again(site, client, kill_after):
    thread = factories.make_thread(posts=9)
    posts = db.session.query(factories.Post).filter_by(thread_id=thread.id).all()
    actions.make_open_data(site)
    hide(posts[4])
    made = kill_after()
    actions.refresh_open_data(site)
    assert made == [("posts", windows.window_of(posts[4].id))]


@pytest.mark.usefixtures("scene")
def test_a_night_replaces_the_one_before_and_a_stopped_one_goes_on(site, client, kill_after):
    actions.make_open_data(site)
    before = published.find(site.instance / "open-data").folder
    kill_after(3)
    with pytest.raises(Killed):
        actions.make_open_data(site)
    client.get("/open-data/posts.csv.gz")
    made = kill_after()
    factories.make_thread(title="Of another day")
    actions.make_open_data(site)
    assert ("centres", 0) not in made
    kill_after()
    actions.make_open_data(site)
    assert not before.exists()
    body = client.get("/open-data/threads.csv.gz").data
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(body).decode())))
    assert "Of another day" in {row["title"] for row in rows}
    kept = {path.name for path in (site.instance / "open-data").iterdir()}
    assert len(kept) == 3


def test_it_is_a_job_of_the_night_and_of_every_few_minutes(site, app):
    jobs = {name: run for name, _schedule, run in SCHEDULE}
    jobs["open-data.make"]()
    assert published.find(site.instance / "open-data").is_true
    assert jobs["open-data.refresh"]() is False


def test_nothing_is_written_to_the_database_while_it_is_made(site):
    factories.make_thread(posts=3)
    with count_statements() as statements:
        published.make(site.instance / "open-data", runs.about_site(site))
    assert writes(statements) == []
