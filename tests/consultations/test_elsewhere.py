"""Consultations on pages of other features, in calendars, and in the page cache."""

import icalendar
import pytest
from flask import g

from forum.consultations.actions import announcing
from forum.consultations.stages import outcome_due_at
from tests import factories as make
from tests.consultations import making


@pytest.fixture
def boss(app):
    return making.manager()


class TestLists:
    def test_home_centre_and_topic_lead_to_what_is_open(self, client, boss):
        topic = make.make_topic("Lifts")
        opened = making.make_open(author=boss, title="Lifts of the North", topics=[topic])
        making.make_announced(author=boss, title="Soon")
        making.make_closed(author=boss, title="Over")
        making.make_complete(author=boss, title="Secret")
        elsewhere = making.make_open(title="In London", centre=make.get_centre("london"))
        shown = {
            "/": {"Lifts of the North", "Soon", "In London"},
            "/centres/north-east/": {"Lifts of the North", "Soon"},
            "/topics/lifts/": {"Lifts of the North"},
            "/centres/south-west/": set(),
        }
        for path, titles in shown.items():
            links = client.get(path).links
            assert {title for title in links if links[title].startswith("/consultations/")} - {
                "Consultations",
                "All consultations",
            } == titles
        assert client.get("/").links["In London"] == elsewhere.path
        assert client.get("/").links["Lifts of the North"] == opened.path

    def test_the_head_of_each_page_leads_to_all(self, client):
        assert client.get("/").links["Consultations"] == "/consultations/"


class TestCalendars:
    def test_dates_are_read_back_by_another_parser_run(self, client, boss):
        title = "Lifts; stairs, and\\more – " + "long " * 20
        found = making.make_announced(author=boss, title=title.strip())
        making.make_complete(author=boss, title="Secret")
        making.make_announced(title="In London", centre=make.get_centre("london"))
        answer = client.get("/feeds/consultations.ics")
        assert answer.mimetype == "text/calendar"
        assert "Secret" not in answer.text
        assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
        events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
        assert len(events) == 6
        ours = [event for event in events if f"consultation-{found.id}-" in event["uid"]]
        told = {str(event["summary"]): event.decoded("dtstart") for event in ours}
        assert told == {
            f"Opens: {found.title}": found.opens_at.replace(microsecond=0),
            f"Closes: {found.title}": found.closes_at.replace(microsecond=0),
            f"Outcome due: {found.title}": outcome_due_at(found).replace(microsecond=0),
        }
        assert len({event["uid"] for event in events}) == 6
        assert all(str(event["url"]).startswith("http://localhost/cons") for event in events)

    def test_of_a_centre(self, client, boss):
        making.make_announced(author=boss, title="Ours")
        making.make_announced(title="Theirs", centre=make.get_centre("london"))
        text = client.get("/feeds/centres/north-east/consultations.ics").text
        assert "Ours" in text
        assert "Theirs" not in text
        client.get("/feeds/centres/nowhere/consultations.ics", status=404)

    def test_a_date_that_moved_keeps_its_identifier(self, client, boss):
        found = making.make_open(author=boss)
        before = client.get("/feeds/consultations.ics").text
        closes_at = found.closes_at + making.WEEK
        announcing.extend(boss, found, closes_at=closes_at, note="Asked for.")
        after = client.get("/feeds/consultations.ics").text
        uid = f"UID:consultation-{found.id}-closes@localhost"
        assert uid in before
        assert uid in after
        assert f"{closes_at:%Y%m%dT%H%M%S}Z" in after
        announcing.end(boss, found, reason="No money.")
        assert uid not in client.get("/feeds/consultations.ics").text


def test_pages_say_when_the_clock_changes_them(app, boss):
    """What they tell the page cache: tags, and the next instant of any consultation shown."""
    found = making.make_announced(author=boss)
    for path, tag in (
        ("/", "home"),
        ("/consultations/", "consultations"),
        (found.path, f"consultation:{found.id}"),
        ("/centres/north-east/", f"centre:{found.centre_id}"),
    ):
        with app.test_request_context(path):
            g.page_tags = set()
            app.dispatch_request()
            assert g.page_end == found.opens_at, path
            assert tag in g.page_tags
            assert tag in found.page_tags
