"""Figures of moderation: right, public, small numbers hidden on every page and in every CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from forum.accounts.models import Account
from forum.centres.queries import list_centres
from forum.core import clock
from forum.core.db import db
from forum.moderation import queries
from forum.moderation.enums import DecisionKind, ItemKind, Seat
from forum.moderation.models import Decision
from forum.threads.enums import PostState
from tests import factories as make
from tests.adding_up import follow_from_the_rest
from tests.moderation import making
from tests.statements import count_statements

PAGE = "/moderation-figures/"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = 3600
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def noon():
    """A day in November 2026: the twelve months begin in December 2025."""
    with clock.at(NOW):
        yield


def decide(
    count=1,
    *,
    kind=DecisionKind.HIDE,
    centre="north-east",
    at=NOW,
    about=None,
    hours=2,
    post=None,
):
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
                post=post,
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
        decide(6, kind=DecisionKind.HIDE, about=seller, at=OCTOBER)
        decide(7, kind=DecisionKind.APPROVE, about=buyer, at=NOW - timedelta(days=60))
        decide(8, kind=DecisionKind.CONFIRM_ORGANISATION, at=OCTOBER)
        decide(2, kind=DecisionKind.LOCK)
        page = client.get(f"{PAGE}north-east/")
        assert rows_of(page, "What was decided") == [
            ["Post approved", "7"],
            ["Post hidden", "6"],
            ["Thread locked", "2"],
            ["Organisation confirmed", "8"],
        ]
        months = dict(rows_of(page, "When it was decided"))
        assert len(months) == 12
        assert (months["2025-12"], months["2026-09"], months["2026-10"]) == ("0", "7", "14")
        assert months["2026-11"] == "2"
        sectors = dict(rows_of(page, "Sectors of the members concerned"))
        assert sectors == {
            "Private": "6",
            "Voluntary": "0",
            "Social enterprise": "0",
            "Community": "0",
            "Public": "7",
            "No member concerned": "8",
        }
        assert fact(page, "Decisions") == "23"

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
        assert fact(page, "95% were taken within") == high

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
        assert fact(page, "Decisions reversed on appeal") == "10 (25%)"

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

    def test_small_numbers_that_the_log_tells_are_shown(self, client):
        decide(2, kind=DecisionKind.REVERSE)
        decide(1, kind=DecisionKind.UPHOLD_DECISION, centre="london")
        making.held_post()
        page = client.get(f"{PAGE}north-east/")
        assert rows_of(page, "What was decided") == [["Appeal: decision reversed", "2"]]
        assert fact(page, "Decisions reversed on appeal") == "2 (100%)"
        assert fact(page, "Waiting now") == "1"
        lines = {row[0]: row[1:] for row in rows_of(client.get(PAGE), "Centre by centre")}
        assert lines["North East"] == ["1", "2", "–", "–", "2", "2"]
        assert lines["London"] == ["0", "1", "–", "–", "1", "0"]

    def test_sectors_are_of_whole_months(self, client):
        """Else whoever looks before and after an entry of the log saw which of them has grown."""
        member = make.make_account(sector="public")
        decide(6, about=member, at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
        decide(5, about=member, at=datetime(2025, 11, 1, tzinfo=UTC))
        decide(7, about=member, at=datetime(2025, 10, 31, 23, 59, tzinfo=UTC))
        decide(8, about=member, at=datetime(2026, 11, 1, tzinfo=UTC))
        page = client.get(f"{PAGE}north-east/")
        assert dict(rows_of(page, "Sectors of the members concerned"))["Public"] == "11"


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


def sectors_of(client, place):
    """The counts by sector as a page of figures shows them; None is kept back."""
    rows = table_of(client, "sectors", place)[1:]
    return {word: None if count == "[c]" else int(count) for _, word, count in rows}


class TestSmallNumbers:
    PLACES = ("north-east", "london", "north-west", "south-west", "site")

    @pytest.fixture
    def forum(self, app):
        """A forum like a real one: few centres do much, most do little."""
        people = [make.make_account(sector=sector) for sector in ("private", "community", "public")]
        for n, centre in enumerate(self.PLACES):
            for m, kind in enumerate(list(DecisionKind)[:9]):
                decide(
                    (n * 7 + m * 5) % 4,
                    kind=kind,
                    centre="" if centre == "site" else centre,
                    about=people[(n + m) % 3] if m % 4 else None,
                    at=OCTOBER - timedelta(days=29 * ((n + m) % 12)),
                )
        for n, person in enumerate(people):
            decide(n + 1, centre="london", about=person, at=OCTOBER)
            decide(2 * n + 3, centre="north-west", about=person, at=OCTOBER)

    def truth(self):
        """Decisions by place and sector, counted here one by one."""
        found = {}
        for decision in db.session.query(Decision):
            account = db.session.get(Account, decision.account_id) if decision.account_id else None
            place = next((c.slug for c in list_centres() if c.id == decision.centre_id), "site")
            for where in (place, "all"):
                key = (where, account.sector if account else "none")
                found[key] = found.get(key, 0) + 1
        return found

    def test_from_one_to_four_are_on_no_page_and_in_no_csv(self, client, forum):
        places = ["all", *(centre.slug for centre in list_centres()), "site"]
        truth, shown = self.truth(), 0
        for place in places:
            page = client.get(PAGE if place == "all" else f"{PAGE}{place}/")
            on_page = [row[1] for row in rows_of(page, "Sectors of the members concerned")]
            numbers = sectors_of(client, place)
            assert on_page == ["[c]" if count is None else str(count) for count in numbers.values()]
            for sector, count in numbers.items():
                if count is not None:
                    assert count == truth.get((place, sector), 0)
                    assert count == 0 or count >= 5 or sector == "none"
                    shown += count > 0
        assert shown > 5

    def test_none_can_be_worked_out_from_all_that_is_published(self, client, forum):
        """By whoever adds up every page, every CSV and the log, which tells all but sectors."""
        places = ["all", *(centre.slug for centre in list_centres()), "site"]
        published = {place: sectors_of(client, place) for place in places}
        hidden = {
            (place, sector)
            for place, row in published.items()
            for sector, count in row.items()
            if count is None
        }
        sectors = [sector for sector in published["all"] if sector != "none"]
        # Of each place the decisions, less those that concern no member, are in the log.
        sums = [{(place, sector): 1 for sector in sectors} for place in places]
        # And all centres together are the sum of all.
        sums += [
            {(place, sector): -1 if place == "all" else 1 for place in places} for sector in sectors
        ]
        small = {
            cell for cell, count in self.truth().items() if 0 < count < 5 and cell[1] != "none"
        }
        assert len(small) >= 4
        assert small <= hidden
        assert follow_from_the_rest(hidden, sums) == set()
        # And it is not by hiding everything.
        assert len(hidden) <= 2 * len(small)

    def test_a_few_sanctions_do_not_hide_behind_many_posts(self, client):
        """Everybody reads the sector of a post's author: what is left are the sanctions."""
        seller, buyer = (make.make_account(sector=sector) for sector in ("private", "public"))
        for person in (seller, buyer):
            post = make.make_post(make.make_thread())
            decide(20, kind=DecisionKind.APPROVE, about=person, at=OCTOBER, post=post)
        assert sectors_of(client, "north-east")["private"] == 20
        decide(2, kind=DecisionKind.SUSPEND, about=seller, at=OCTOBER)
        numbers = sectors_of(client, "north-east")
        assert numbers["private"] is None
        assert len([count for count in numbers.values() if count is None]) == 2

    def test_what_was_never_published_is_as_secret_as_a_sanction(self, client):
        seller = make.make_account(sector="private")
        decide(20, about=seller, at=OCTOBER, post=make.make_post(make.make_thread()))
        rejected = make.make_post(make.make_thread(), state=PostState.REJECTED)
        decide(2, kind=DecisionKind.REJECT, about=seller, at=OCTOBER, post=rejected)
        assert sectors_of(client, "north-east")["private"] is None

    def test_percentiles_of_few_are_left_out(self, client):
        decide(4)
        decide(20, centre="london")
        page = client.get(PAGE)
        line = next(r for r in rows_of(page, "Centre by centre") if r[0] == "North East")
        assert line[2:5] == ["4", "–", "–"]


def test_items_of_every_kind_wait(client):
    """Whatever waits is counted, each item once."""
    for kind in (ItemKind.REPORT, ItemKind.EDIT, ItemKind.REPORT, ItemKind.REPORT, ItemKind.REPORT):
        making.queue(make.make_post(make.make_thread()), kind)
    assert fact(client.get(f"{PAGE}north-east/"), "Waiting now") == "5"
