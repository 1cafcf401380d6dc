"""Feeds of consultations: what everybody may read, and nothing of a draft."""

from forum.consultations import actions
from forum.core import clock
from forum.feeds import queries
from tests import factories
from tests.consultations import analysing, answering
from tests.consultations import making as consulting
from tests.feeds.reading import read
from tests.statements import count_statements


def test_announced_consultations_are_in_the_feed_of_all(client):
    consulting.make_draft(author=factories.make_account(role="manager"))
    shown = answering.open_consultation(title="Paying <small> suppliers & others")
    parsed = read(client, "/feeds/consultations/")
    (entry,) = parsed.entries
    assert entry.link == f"http://localhost{shown.path}"
    assert "others" in entry.title


def test_what_happens_to_a_consultation_is_in_its_feed_newest_first(client):
    consultation = consulting.make_open(author=factories.make_account(role="manager"))
    address = f"/feeds/consultations/{consultation.id}/"
    assert [entry.title for entry in read(client, address).entries] == ["Announced"]
    with clock.at(consultation.closes_at):
        manager = factories.make_account(role="manager")
        actions.publish_results(manager, consultation)
    titles = [entry.title for entry in read(client, address).entries]
    assert titles == ["Results published", "Announced"]
    page = client.get(consultation.path)
    assert page.links["Follow by feed"] == address


def test_an_outcome_is_told_with_its_words(client):
    consultation = analysing.make_responded()
    entries = read(client, f"/feeds/consultations/{consultation.id}/").entries
    told = {entry.title: entry.content[0].value for entry in entries}
    assert "We pay sooner." in told["Outcome published"]
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_draft_takes_no_place_of_what_was_announced(app):
    consulting.make_draft()
    announced = consulting.make_announced()
    assert queries.announced() == [announced]


def test_a_draft_has_no_feed(client):
    draft = consulting.make_draft(author=factories.make_account(role="manager"))
    client.get(f"/feeds/consultations/{draft.id}/", status=404)


def test_the_feed_costs_few_statements(client):
    consultation = analysing.make_responded()
    with count_statements() as asked:
        client.get(f"/feeds/consultations/{consultation.id}/")
    assert len(asked) <= 4
