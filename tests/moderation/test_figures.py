"""Figures of moderation: right, public, small numbers hidden on every page and in every CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from forum.centres.queries import list_centres
from forum.core import clock
from forum.core.db import db
from forum.core.suppression import derivable
from forum.moderation import queries
from forum.moderation.enums import DecisionKind, ItemKind, Seat
from forum.moderation.models import Decision
from forum.moderation.queries.figures import _Counts
from tests import factories as make
from tests.moderation import making
from tests.statements import count_statements

PAGE = "/moderation-figures/"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = 3600
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def noon():
    """A day in November 2026: the twelve months begin in December 2025."""
    with clock.at(NOW):
        yield


def decide(count=1, *, kind=DecisionKind.HIDE, centre="north-east", at=NOW, about=None, hours=2):
    """So many decisions, without the pages that lead to them."""
    last = db.session.query(db.func.max(Decision.entry_number)).scalar() or 0
    for number in range(count):
        db.session.add(
            Decision(
                at=at,
                kind=kind,
                seat=Seat.MODERATOR,
                centre_id=make.get_centre(centre).id if centre else None,
                account_id=about.id if about else None,
                waited_seconds=None if hours is None else int(hours * HOUR),
                entry_number=last + number + 1,
            )
        )
        db.session.flush()
    make.commit()


def rows_of(page, caption):
    """The lines of a table as lists of texts."""
    table = next(
        t for t in page.find("table") if "".join(t.find("caption").itertext()).strip() == caption
    )
    return [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in table.find("tbody").findall("tr")
    ]


def table_of(client, table, centre="all"):
    """The lines of a CSV, with its head."""
    text = client.get(f"{PAGE}{centre}/csv/{table}/").text
    return list(csv.reader(io.StringIO(text)))


def fact(page, term):
    """The value beside a term."""
    terms = page.texts("dt")
    return page.texts("dd")[terms.index(term)]


class TestNumbers:
    def test_kinds_months_and_sectors_are_counted(self, client):
        buyer = make.make_account(sector="public")
        seller = make.make_account(sector="private")
        decide(6, kind=DecisionKind.HIDE, about=seller)
        decide(7, kind=DecisionKind.APPROVE, about=buyer, at=NOW - timedelta(days=60))
        decide(8, kind=DecisionKind.CONFIRM_ORGANISATION)
        page = client.get(f"{PAGE}north-east/")
        assert rows_of(page, "What was decided") == [
            ["Post approved", "7"],
            ["Post hidden", "6"],
            ["Organisation confirmed", "8"],
        ]
        months = dict(rows_of(page, "When it was decided"))
        assert len(months) == 12
        assert (months["2025-12"], months["2026-09"], months["2026-11"]) == ("0", "7", "14")
        sectors = dict(rows_of(page, "Sectors of the members concerned"))
        assert sectors == {
            "Private": "6",
            "Voluntary": "0",
            "Social enterprise": "0",
            "Community": "0",
            "Public": "7",
            "No member concerned": "8",
        }
        assert fact(page, "Decisions") == "21"

    def test_what_is_older_than_twelve_months_is_left_out(self, client):
        decide(6, at=datetime(2025, 12, 1, tzinfo=UTC))
        decide(9, at=datetime(2025, 11, 30, 23, 59, tzinfo=UTC))
        page = client.get(f"{PAGE}north-east/")
        assert fact(page, "Decisions") == "6"
        assert dict(rows_of(page, "When it was decided"))["2025-12"] == "6"

    @pytest.mark.parametrize(
        ("hours", "median", "high"),
        [
            ([1, 2, 3, 4, 5], "3.0 hours", "5.0 hours"),
            ([4, 1, 3, 6, 2, 5], "3.0 hours", "6.0 hours"),
            (range(1, 101), "50.0 hours", "95.0 hours"),
            ([0.5] * 19 + [1000], "0.5 hours", "0.5 hours"),
            ([0, 0, 0, 0, 7.25], "0.0 hours", "7.2 hours"),
            ([1, 2, 3, 4], "–", "–"),
        ],
    )
    def test_percentiles_are_by_nearest_rank(self, client, hours, median, high):
        for value in hours:
            decide(hours=value)
        decide(5, hours=None)
        page = client.get(f"{PAGE}north-east/")
        assert fact(page, "Half were taken within") == median
        assert fact(page, "95 of 100 were taken within") == high

    def test_each_centre_has_its_own_percentiles(self, client):
        for value in range(1, 11):
            decide(hours=value)
            decide(hours=value * 10, centre="london")
        assert fact(client.get(f"{PAGE}north-east/"), "Half were taken within") == "5.0 hours"
        assert fact(client.get(f"{PAGE}london/"), "Half were taken within") == "50.0 hours"
        assert fact(client.get(PAGE), "Half were taken within") == "10.0 hours"

    def test_what_waits_now(self, client):
        for days in range(6):
            with clock.at(NOW - timedelta(days=days)):
                making.held_post()
        page = client.get(f"{PAGE}north-east/")
        assert fact(page, "Waiting now") == "6"
        assert fact(page, "Oldest waits since") == "15 November 2026 at 12:00pm"
        assert fact(client.get(f"{PAGE}london/"), "Oldest waits since") == "nothing waits"

    def test_appeals_and_their_reversals(self, client):
        decide(30, kind=DecisionKind.UPHOLD_DECISION)
        decide(10, kind=DecisionKind.REVERSE)
        page = client.get(f"{PAGE}north-east/")
        assert fact(page, "Appeals decided") == "40"
        assert fact(page, "Decisions reversed on appeal") == "10 (25 of 100)"

    def test_whole_site_is_a_place(self, client):
        decide(6, centre="", kind=DecisionKind.BAN)
        assert fact(client.get(f"{PAGE}site/"), "Decisions") == "6"
        line = next(
            row for row in rows_of(client.get(PAGE), "Centre by centre") if "whole" in row[0]
        )
        assert line[2] == "6"

    def test_empty_site(self, client):
        page = client.get(PAGE)
        assert "Nothing was decided in these months." in page.main
        assert fact(page, "Decisions") == "0"
        assert fact(page, "Waiting now") == "0"

    def test_every_sum_is_one(self, app):
        decide(3)
        decide(4, centre="london", kind=DecisionKind.REVERSE)
        making.held_post()
        counts = _Counts(["north-east", "london", "site"], NOW)
        for item in counts.sums:
            assert counts.values[item.total] == sum(counts.values[part] for part in item.parts)


class TestPages:
    def test_are_the_same_for_everybody(self, client, browser):
        for address in (PAGE, f"{PAGE}london/", f"{PAGE}site/", f"{PAGE}all/csv/places/"):
            answer = client.get(address)
            assert answer.headers["Cache-Control"] == "public, no-cache"
            assert "Set-Cookie" not in answer.headers
        browser(make.make_account()).get(PAGE)

    @pytest.mark.parametrize(
        "address", ["atlantis/", "all/", "x/csv/kinds/", "london/csv/people/", "all/csv/place/"]
    )
    def test_unknown_place_or_table_is_not_found(self, client, address):
        client.get(f"{PAGE}{address}", status=404)

    def test_charts_are_told_in_words_and_have_their_table(self, client):
        decide(9)
        page = client.get(PAGE)
        charts = page.find(f"{SVG}svg", role="img")
        assert len(charts) == 3
        for chart in charts:
            assert chart.find(f"{SVG}title").text
            assert "table that follows" in chart.find(f"{SVG}desc").text
        assert len(page.find("table")) == 4
        assert {f"{PAGE}all/csv/{table}/" for table in queries.TABLES} <= {
            a.get("href") for a in page.find("a")
        }

    def test_statements_do_not_grow(self, client):
        decide(10)
        client.get(PAGE)
        with count_statements() as few:
            client.get(PAGE)
        decide(150)
        decide(90, centre="london", kind=DecisionKind.LOCK)
        making.held_post()
        with count_statements() as many:
            client.get(PAGE)
        assert len(few) == len(many) <= 7
        with count_statements() as own:
            client.get(f"{PAGE}london/")
        assert len(own) == len(many)


class TestSmallNumbers:
    @pytest.fixture
    def forum(self, app):
        """A forum like a real one: few centres do much, most do little."""
        people = [make.make_account(sector=sector) for sector in ("private", "community", "public")]
        for n, centre in enumerate(["north-east", "london", "north-west", "south-west", ""]):
            for m, kind in enumerate(list(DecisionKind)[:9]):
                decide(
                    (n * 7 + m * 5) % 11,
                    kind=kind,
                    centre=centre,
                    about=people[(n + m) % 3],
                    at=NOW - timedelta(days=29 * ((n + m) % 12)),
                )
        for count, centre in ((1, "london"), (7, "north-east")):
            for _ in range(count):
                board = make.make_board(make.get_centre(centre))
                making.held_post(thread=make.make_thread(board))

    def test_from_one_to_four_are_nowhere(self, client, forum):
        numbers = []
        for place in ("", *(f"{c.slug}/" for c in list_centres()), "site/"):
            page = client.get(f"{PAGE}{place}")
            for table in page.find("table"):
                for cell in table.iter("td"):
                    text = "".join(cell.itertext()).strip()
                    if text.isdecimal():
                        numbers.append(int(text))
            slug = place.strip("/") or "all"
            for name in ("kinds", "months", "sectors"):
                rows = table_of(client, name, slug)[1:]
                numbers += [int(row[2]) for row in rows if row[2] != "[c]"]
                labels = [row[1] for row in rows]
                assert len(labels) == len(set(labels))
        assert len(numbers) > 100
        assert {number for number in numbers if 0 < number < 5} == set()

    def test_none_can_be_worked_out_from_all_pages_together(self, app, forum):
        counts = _Counts([centre.slug for centre in list_centres()] + ["site"], NOW)
        small = {cell for cell, number in counts.values.items() if 0 < number < 5}
        assert len(small) > 20
        assert small <= counts.hidden
        assert derivable(counts.hidden, counts.sums) == frozenset()
        told = counts.told_by_the_log()
        assert derivable(counts.hidden - told, counts.sums) == frozenset()
        # And it is not by hiding everything.
        shown = [n for cell, n in counts.values.items() if n and cell not in counts.hidden]
        assert len(shown) > 40

    def test_page_and_csv_hide_the_same(self, client, forum):
        page = client.get(PAGE)
        shown = [row[1:] for row in rows_of(page, "What was decided")]
        assert [[row[2]] for row in table_of(client, "kinds")[1:]] == shown

    def test_percentiles_of_few_are_hidden(self, client):
        decide(4)
        decide(20, centre="london")
        page = client.get(PAGE)
        line = next(r for r in rows_of(page, "Centre by centre") if r[0] == "North East")
        assert line[2:5] == ["[c]", "–", "–"]

    def test_one_small_centre_takes_another_with_it(self, client):
        """Else it were the total less all the others."""
        decide(2)
        decide(20, centre="london")
        decide(30, centre="north-west")
        lines = {row[0]: row[2] for row in rows_of(client.get(PAGE), "Centre by centre")}
        assert lines["North East"] == "[c]"
        assert list(lines.values()).count("[c]") >= 2

    def test_rate_of_few_appeals_is_hidden(self, client):
        decide(40)
        decide(2, kind=DecisionKind.REVERSE)
        decide(2, kind=DecisionKind.UPHOLD_DECISION)
        page = client.get(f"{PAGE}north-east/")
        assert fact(page, "Appeals decided") == "[c]"
        assert fact(page, "Decisions reversed on appeal") == "[c]"


def test_items_of_every_kind_wait(client):
    """Whatever waits is counted, each item once."""
    for kind in (ItemKind.REPORT, ItemKind.EDIT, ItemKind.REPORT, ItemKind.REPORT, ItemKind.REPORT):
        making.queue(make.make_post(make.make_thread()), kind)
    assert fact(client.get(f"{PAGE}north-east/"), "Waiting now") == "5"
