"""The public log as visitors read it: pages, filters, exports, feeds, daily heads."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from forum.core import clock
from forum.core.atom import lasting_id
from forum.core.canonical import canonical, digest
from forum.core.db import db
from forum.moderation import actions, queries
from forum.moderation.enums import ACTION_WORDS, SEAT_WORDS, DecisionKind, Seat
from forum.moderation.queries import log as log_queries
from tests import factories as make
from tests import hostile
from tests.moderation import making
from tests.statements import count_statements

LOG = "/moderation-log/"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MARKERS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "]]><!-- &amp; &#60;",
    "a\nb\t\u202e\u0000".replace("\u0000", ""),
)


def enter_at(moment, **fields):
    """An entry written at the time."""
    with clock.at(moment):
        entry = making.enter(**fields)
    make.commit()
    return entry


def numbers(answer):
    """Numbers of the entries on the page, in its order."""
    return [int(a.get("id").removeprefix("entry-")) for a in answer.find("article")]


class TestPage:
    def test_tells_what_was_decided_and_why_and_newest_first(self, client):
        enter_at(NOON)
        enter_at(
            NOON + timedelta(hours=1),
            action=DecisionKind.SUSPEND,
            seat=Seat.NEIGHBOUR,
            target={"type": "member", "path": None},
            reason="Three warnings within a week.",
            until=NOON + timedelta(days=7),
        )
        page = client.get(LOG)
        assert page.h1 == "Moderation log"
        assert numbers(page) == [2, 1]
        for words in (
            "2: Member suspended from posting, North East",
            "Moderator of another centre",
            "Three warnings within a week.",
            "17 March 2026 at 12:00pm",
            "1: Post hidden, North East",
            "Moderator of the centre",
            "version 2, clause 3: Do not advertise",
            "10 March 2026 at 12:00pm",
        ):
            assert words in page.main

    def test_every_action_and_seat_has_words(self):
        assert set(ACTION_WORDS) == {str(kind) for kind in DecisionKind}
        assert set(SEAT_WORDS) == {str(seat) for seat in Seat}
        assert len(set(ACTION_WORDS.values())) == len(DecisionKind)

    def test_empty_log_says_what_will_be_here(self, client):
        assert "Decisions that fit this choice will appear here" in client.get(LOG).main

    def test_is_the_same_for_everybody_and_may_be_kept(self, client, browser):
        making.enter_many(2)
        for address in (
            LOG,
            f"{LOG}1/",
            f"{LOG}heads/",
            f"{LOG}json/",
            f"{LOG}csv/",
            f"{LOG}atom/",
        ):
            answer = client.get(address)
            assert answer.headers["Cache-Control"] == "public, no-cache"
            assert "Set-Cookie" not in answer.headers
        assert numbers(browser(making.moderator()).get(LOG)) == [2, 1]

    def test_pages_go_by_keyset(self, client, monkeypatch):
        making.enter_many(50)
        first = client.get(LOG)
        second = client.get(first.links["Older →"])
        third = client.get(second.links["Older →"])
        assert numbers(first) + numbers(second) + numbers(third) == list(range(50, 0, -1))
        assert "Older →" not in third.links
        # What comes meanwhile moves nothing.
        making.enter_many(3)
        assert numbers(client.get(first.links["Older →"])) == numbers(second)

    @pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "9" * 300])
    def test_forged_place_is_not_found(self, client, after):
        client.get(f"{LOG}?after={after}", status=404)

    def test_statements_do_not_grow(self, client):
        making.enter_many(10)
        client.get(LOG)
        with count_statements() as few:
            client.get(LOG)
        making.enter_many(990)
        with count_statements() as many:
            client.get(LOG)
        assert len(few) == len(many) <= 8

    def test_only_targets_that_visitors_may_open_are_links(self, client):
        shown = make.make_post(make.make_thread())
        waiting = make.make_post(make.make_thread(), state="pending")
        members = make.make_thread(make.make_board(readers="members"))
        thread = make.make_thread()
        paths = {
            f"/posts/{shown.id}/": True,
            f"/posts/{waiting.id}/": False,
            f"/threads/{members.id}/": False,
            f"/threads/{thread.id}/": True,
            "/posts/999999/": False,
            "//evil.example/": False,
            "javascript:alert(1)": False,
            "/organisations/5/a-name/": True,
        }
        for path in paths:
            making.enter(target={"type": "post", "path": path})
        page = client.get(LOG)
        targets = {a.get("href") for a in page.find("a")}
        assert {path: path in targets for path in paths} == paths

    @pytest.mark.parametrize("marker", MARKERS)
    def test_hostile_texts_are_texts(self, client, marker):
        making.enter(
            reason=marker,
            target={"type": marker, "path": marker},
            rules={"of": marker, "version": 1, "clause": "3", "title": marker},
        )
        for address in (LOG, f"{LOG}1/"):
            page = client.get(address)
            assert page.find("script", src=None) == page.find("img") == []
            assert " ".join(marker.split()) in page.main

    def test_hostile_collection_shows_and_reads_back(self, client):
        texts = [text for text in hostile.strings() if "\x00" not in text][:40]
        client.proofreads = False
        for text in texts:
            text.encode(errors="ignore")
            if text == text.encode(errors="ignore").decode():
                making.enter(reason=text)
        made = making.entries()
        assert client.get(LOG).status_code == 200
        told = json.loads(client.get(f"{LOG}json/").text)["entries"]
        assert [entry["entry"] for entry in told] == [json.loads(row.body) for row in made]
        ET.fromstring(client.get(f"{LOG}atom/").text)  # noqa: S314 — our own text

    def test_damaged_entry_breaks_no_page(self, client):
        making.enter_many(2)
        making.tamper("UPDATE log_entry SET body = '{broken' WHERE number = 1")
        assert "damaged and cannot be read" in client.get(LOG).main
        assert "{broken" in client.get(f"{LOG}1/").main
        told = json.loads(client.get(f"{LOG}json/").text)["entries"]
        assert told[0]["entry"] == "{broken"
        assert len(client.get(f"{LOG}csv/").text.splitlines()) == 3
        assert "damaged" in client.get(f"{LOG}atom/").text

    def test_odd_facts_break_no_page(self, client):
        making.enter()
        body = canonical(
            {"at": 5, "parent": "x", "rules": [1], "target": "y", "until": "9999-99", "seat": None}
        )
        making.tamper("UPDATE log_entry SET body = :body", body=body)
        for address in (LOG, f"{LOG}1/", f"{LOG}csv/", f"{LOG}json/"):
            client.get(address)
        ET.fromstring(client.get(f"{LOG}atom/").text)  # noqa: S314 — our own text


class TestFilters:
    @pytest.fixture
    def log(self, app):
        enter_at(NOON)
        enter_at(NOON + timedelta(days=1), centre="london", action=DecisionKind.LOCK)
        enter_at(
            NOON + timedelta(days=2), centre="", action=DecisionKind.BAN, rules=None, reason="Spam."
        )
        other = {"of": "centre", "version": 1, "clause": "12", "title": "Be brief"}
        enter_at(NOON + timedelta(days=3), rules=other)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [4, 3, 2, 1]),
            ("centre=london", [2]),
            ("centre=north-east", [4, 1]),
            ("centre=site", [3]),
            ("centre=south-west", []),
            ("action=ban", [3]),
            ("action=hide&centre=north-east", [4, 1]),
            ("clause=3", [2, 1]),
            ("clause=12", [4]),
            ("clause=%20012%20", [4]),
            ("from=2026-03-11", [4, 3, 2]),
            ("to=2026-03-11", [2, 1]),
            ("from=2026-03-11&to=2026-03-12", [3, 2]),
            ("centre=&action=&clause=&from=&to=", [4, 3, 2, 1]),
        ],
    )
    def test_choose(self, client, log, query, found):
        assert numbers(client.get(f"{LOG}?{query}")) == found
        told = json.loads(client.get(f"{LOG}json/?{query}").text)["entries"]
        assert [entry["entry"]["number"] for entry in told] == found[::-1]
        feed = ET.fromstring(client.get(f"{LOG}atom/?{query}").text)  # noqa: S314 — our own text
        assert len(feed.findall("a:entry", ATOM)) == len(found)

    def test_days_are_those_of_london(self, client):
        enter_at(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
        assert numbers(client.get(f"{LOG}?from=2026-07-01&to=2026-07-01")) == [1]
        assert numbers(client.get(f"{LOG}?to=2026-06-30")) == []

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("centre=atlantis", "Choose a centre from the list"),
            ("action=praise", "Choose an action from the list"),
            ("clause=three", "Enter the number of a clause, such as 3"),
            ("clause=0", "Enter the number of a clause"),
            ("clause=²", "Enter the number of a clause"),
            ("clause=" + "9" * 400, "Enter the number of a clause"),
            ("from=yesterday", "Enter a day such as 2026-11-22"),
            ("to=2026-02-30", "Enter a day such as 2026-11-22"),
            ("to=9999-12-31", "Enter a day such as 2026-11-22"),
            ("from=0001-01-01", "Enter a day such as 2026-11-22"),
            ("from=٢٠٢٦-٠٣-١٠", "Enter a day such as 2026-11-22"),
            ("from=2026-03-12&to=2026-03-11", "The last day must not be before the first"),
        ],
    )
    def test_bad_value_is_told_beside_its_field(self, client, log, query, message):
        for address in (LOG, f"{LOG}json/", f"{LOG}csv/", f"{LOG}atom/"):
            page = client.get(f"{address}?{query}", status=422)
            assert any(message in error for error in page.errors)
            assert page.title.startswith("Error:")
            assert numbers(page) == []

    def test_what_was_typed_is_kept(self, client, log):
        page = client.get(f"{LOG}?from=yesterday&clause=x&centre=london", status=422)
        fields = page.fields(action=LOG)
        assert fields["from"] == ["yesterday"]
        assert fields["clause"] == ["x"]
        assert fields["centre"] == ["london"]

    def test_choice_goes_along(self, client, monkeypatch):
        making.enter_many(30)
        making.enter_many(3, centre="london")
        page = client.get(f"{LOG}?centre=north-east&clause=3")
        assert numbers(client.get(page.links["Older →"])) == list(range(10, 0, -1))
        table = client.get(page.links["CSV for spreadsheets"]).text
        assert len(list(csv.reader(io.StringIO(table)))) == 31


class TestEntry:
    def test_tells_how_to_check_it(self, client):
        first, second = making.enter_many(2)
        page = client.get(f"{LOG}2/")
        assert second.hash in page.main
        assert first.hash in page.main
        assert page.find("pre")[0].find("code").text == second.body
        assert digest(page.find("pre")[0].find("code").text) == second.hash

    def test_unknown_is_not_found(self, client):
        client.get(f"{LOG}1/", status=404)
        client.get(f"{LOG}0/", status=404)

    def test_undone_decision_and_its_undoing_lead_to_each_other(self, client):
        judge = making.moderator()
        post = make.make_post(make.make_thread())
        decision = actions.hide_post(judge, post, ruling=making.ruling())
        actions.undo_decision(judge, decision.id)
        assert client.get(f"{LOG}1/").links["entry 2"] == f"{LOG}2/"
        assert client.get(f"{LOG}2/").links["entry 1"] == f"{LOG}1/"
        assert "Answered by" in client.get(f"{LOG}1/").main

    def test_names_nobody(self, client):
        judge = making.moderator(display_name="Judge Unnamed", handle="judge-unnamed")
        author = make.make_account(display_name="Author Unnamed", handle="author-unnamed")
        post = make.make_post(make.make_thread(), author, text="Words nobody may read")
        ruling = making.ruling(staff_note="Between us alone")
        actions.hide_post(judge, post, ruling=ruling)
        for address in (LOG, f"{LOG}1/", f"{LOG}json/", f"{LOG}csv/", f"{LOG}atom/"):
            text = client.get(address).text
            for secret in (
                "Unnamed",
                "unnamed",
                "Between us alone",
                "Words nobody may read",
                judge.email,
            ):
                assert secret not in text

    def test_statements_do_not_grow(self, client):
        making.enter_many(10)
        client.get(f"{LOG}5/")
        with count_statements() as few:
            client.get(f"{LOG}5/")
        making.enter_many(200)
        with count_statements() as many:
            client.get(f"{LOG}5/")
        assert len(few) == len(many) <= 10


class TestExports:
    def test_json_can_be_checked_by_the_program_on_the_page(self, client, tmp_path):
        entries = making.enter_many(12, reason='“Quoted”, \\ and "more" 😀\nnext')
        (tmp_path / "moderation-log.json").write_text(client.get(f"{LOG}json/").text, "utf-8")
        program = client.get(f"{LOG}heads/").find("code", id="check-program")[0].text

        def run():
            command = [sys.executable, "-X", "utf8", "-c", program]
            return subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, check=False
            )

        whole = run()
        assert whole.returncode == 0, whole.stderr
        assert f"12 {entries[-1].hash}" in whole.stdout
        text = (tmp_path / "moderation-log.json").read_text("utf-8")
        (tmp_path / "moderation-log.json").write_text(text.replace("Quoted", "quoted", 1), "utf-8")
        assert "entry 1: text or hash was changed" in run().stderr

    def test_csv_holds_what_the_page_holds(self, client):
        entry = enter_at(NOON, until=NOON + timedelta(days=1))
        answer = client.get(f"{LOG}csv/")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert row["number"] == "1"
        assert row["action in words"] == "Post hidden"
        assert row["decided by"] == "Moderator of the centre"
        assert (row["version"], row["clause"]) == ("2", "3")
        assert row["until"] == "2026-03-11T12:00:00.000000Z"
        assert row["address"] == "/posts/1/"
        assert row["hash"] == entry.hash

    @pytest.mark.parametrize(
        "formula",
        [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "＝1+1",
            "=cmd|' /C calc'!A0",
            "\n=1",
        ],
    )
    def test_no_cell_is_a_formula(self, client, formula):
        making.enter(
            reason=formula,
            target={"type": formula, "path": formula},
            rules={"of": formula, "version": 1, "clause": "1", "title": formula},
        )
        rows = list(csv.reader(io.StringIO(client.get(f"{LOG}csv/").text, newline="")))
        assert rows[1].count("'" + formula) == 5
        assert not any(cell.strip()[:1] in {*"=+-@＝"} - {""} for cell in rows[1])

    def test_atom_is_valid_and_stable(self, client):
        enter_at(NOON, reason="Be <b>kind</b> & \x0b brief")
        enter_at(NOON + timedelta(hours=1), centre="", action=DecisionKind.BAN)
        text = client.get(f"{LOG}atom/").text
        feed = ET.fromstring(text)  # noqa: S314 — our own text
        assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
        assert feed.findtext("a:id", "", ATOM) == lasting_id(
            "http://localhost/moderation-log/atom/"
        )
        assert feed.findtext("a:updated", "", ATOM) == "2026-03-10T13:00:00.000000Z"
        assert feed.findtext("a:author/a:name", "", ATOM) == "Roundtable"
        ids = [entry.findtext("a:id", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
        assert ids == [lasting_id(f"http://localhost/moderation-log/{n}/") for n in (2, 1)]
        titles = [entry.findtext("a:title", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
        assert titles == ["Member banned – The whole site", "Post hidden – North East"]
        contents = [
            entry.findtext("a:content", "", ATOM) for entry in feed.findall("a:entry", ATOM)
        ]
        assert "Reason: Be <b>kind</b> & \ufffd brief" in contents[1]
        for entry in feed.findall("a:entry", ATOM):
            assert entry.findtext("a:updated", "", ATOM)
            assert entry.find("a:link", ATOM).get("href").startswith("http://localhost/")
        assert client.get(f"{LOG}atom/").text == text

    def test_atom_holds_the_newest_fifty(self, client):
        making.enter_many(60)
        feed = ET.fromstring(client.get(f"{LOG}atom/").text)  # noqa: S314 — our own text
        assert len(feed.findall("a:entry", ATOM)) == 50

    def test_atom_of_a_choice_is_another_feed(self, client):
        feed = ET.fromstring(client.get(f"{LOG}atom/?centre=london").text)  # noqa: S314 — our own text
        own = "http://localhost/moderation-log/atom/?centre=london"
        assert feed.findtext("a:id", "", ATOM) == lasting_id(own)
        links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
        assert links["self"] == own
        assert links["alternate"] == "http://localhost/moderation-log/?centre=london"

    def test_whole_log_goes_out_in_batches(self, client, monkeypatch):
        monkeypatch.setattr(log_queries, "BATCH", 20)
        making.enter_many(45)
        with count_statements() as statements:
            told = json.loads(client.get(f"{LOG}json/").text)["entries"]
        assert [entry["entry"]["number"] for entry in told] == list(range(1, 46))
        assert len([text for text in statements if "body" in text]) == 3

    def test_entries_that_come_meanwhile_wait_for_the_next_time(self, app, monkeypatch):
        monkeypatch.setattr(log_queries, "BATCH", 2)
        making.enter_many(4)
        walk = queries.walk_entries(queries.Filters())
        assert next(walk).number == 1
        making.enter_many(3)
        assert [entry.number for entry in walk] == [2, 3, 4]


class TestHeads:
    def test_each_day_has_its_last_entry(self, client):
        for hour in (0, 5, 23, 24, 30, 100):
            enter_at(NOON.replace(hour=0) + timedelta(hours=hour))
        hashes = {entry.number: entry.hash for entry in making.entries()}
        page = client.get(f"{LOG}heads/")
        rows = [
            [" ".join(row.itertext()).split() for row in page.find("tr")][n] for n in range(1, 4)
        ]
        assert [row[:4] for row in rows] == [
            ["14", "March", "2026", "6"],
            ["11", "March", "2026", "5"],
            ["10", "March", "2026", "3"],
        ]
        assert [row[4] for row in rows] == [hashes[6], hashes[5], hashes[3]]

    def test_json_holds_every_month(self, client):
        for days in (0, 1, 40, 400):
            enter_at(NOON + timedelta(days=days))
        told = json.loads(client.get(f"{LOG}heads/json/").text)["heads"]
        assert [(head["date"], head["number"]) for head in told] == [
            ("2027-04-14", 4),
            ("2026-04-19", 3),
            ("2026-03-11", 2),
            ("2026-03-10", 1),
        ]
        kept = {head["number"]: [head["hash"]] for head in told}
        assert queries.verify_log(kept=kept).is_whole

    def test_months_lead_on(self, client):
        for days in (0, 40, 400):
            enter_at(NOON + timedelta(days=days))
        page = client.get(f"{LOG}heads/")
        older = client.get(page.links["Older →"])
        assert "19 April 2026" in older.main
        assert older.links["← Newer"].endswith("month=2027-04")
        assert older.links["Older →"].endswith("month=2026-03")

    @pytest.mark.parametrize(
        "month", ["x", "2026-13", "2026-00", "0000-01", "9999-12", "２０２６-01"]
    )
    def test_month_that_is_none_is_not_found(self, client, month):
        client.get(f"{LOG}heads/?month={month}", status=404)

    def test_empty_month_and_empty_log(self, client):
        assert "No entries in this month" in client.get(f"{LOG}heads/").main
        assert "No entries in this month" in client.get(f"{LOG}heads/?month=2031-05").main
        assert json.loads(client.get(f"{LOG}heads/json/").text) == {"heads": []}

    def test_statements_do_not_grow(self, client):
        enter_at(NOON)
        client.get(f"{LOG}heads/")
        with count_statements() as few:
            client.get(f"{LOG}heads/")
        for hours in range(200):
            with clock.at(NOON + timedelta(hours=hours)):
                making.enter()
        make.commit()
        with count_statements() as many:
            client.get(f"{LOG}heads/")
        assert len(few) == len(many) <= 6
        assert db.session.query(log_queries.LogEntry).count() == 201
