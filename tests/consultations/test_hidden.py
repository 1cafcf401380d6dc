"""Until closing nothing of what was answered, nor how often, is on any surface."""

import re

import pytest

from forum.consultations import actions, queries
from forum.core import clock
from forum.core.db import db
from forum.core.outbox import OutboxEvent
from tests import factories
from tests.consultations import answering
from tests.house.world import make_world

# Every address is read by every reader, before and after.
pytestmark = pytest.mark.timeout(180)

PHRASE = "Zugzwanghaft"
BESIDE = "Fingerspitzen"
READERS = ("visitor", "other member", "moderator here", "manager elsewhere")
SURFACES = ("consultations", "site", "feeds", "api", "search", "centres", "topics", "moderation")
TOKEN = re.compile(r'(csrf_token"[^>]*value=|submission_id"[^>]*value=)"[^"]*"')


@pytest.fixture(autouse=True)
def indexed(monkeypatch):
    """The search knows of everything, too."""
    monkeypatch.setattr(factories, "indexing", True)


def surfaces(app, world, consultation):
    """Every address that GET answers where consultations might be told of."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    return [
        *(world.address(app, rule) for rule in rules if rule.endpoint.split(".")[0] in SURFACES),
        *(f"{consultation.path}{page}" for page in ("", "results/", "responses/", "outcome/")),
        f"{consultation.path}results/csv/?by=sector",
        f"/search/?q={BESIDE}",
        f"/consultations/{consultation.id}/manage/responses/",
    ]


def read(client, addresses):
    """What each address says, without what differs each time."""
    return {address: TOKEN.sub("", client.open(address).text) for address in addresses}


def respond(consultation, question, accounts):
    """Responses with the words, of a visitor and of members."""
    for account in (None, *accounts):
        response, holder = answering.begin(
            consultation,
            account,
            name=PHRASE,
            organisation_name=PHRASE,
            email=f"{PHRASE}@example.org",
        )
        answering.answer(holder, response, {question: answering.text(f"{BESIDE} {PHRASE}")})
        actions.submit_response(holder, response, may_publish=True, may_name=True, may_contact=True)


@pytest.fixture
def still(app):
    """No minute passes: pages tell how long ago something was."""
    with clock.at(clock.now()):
        yield


@pytest.mark.usefixtures("still")
def test_responses_change_no_page_of_anybody_but_the_managers(app, client):
    client.proofreads = False
    world = make_world()
    world.people["manager elsewhere"] = factories.make_account(
        role="manager", centre=factories.get_centre("london")
    )
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation))
    members = [factories.make_account() for _number in range(2)]
    addresses = surfaces(app, world, consultation)
    before = {role: read(world.sign_in(client, role), addresses) for role in READERS}
    respond(consultation, question, members)
    for role in READERS:
        after = read(world.sign_in(client, role), addresses)
        assert [address for address, text in after.items() if PHRASE in text] == [], role
        changed = [address for address in addresses if after[address] != before[role][address]]
        assert changed == [], role
    assert PHRASE not in str([event.payload for event in db.session.query(OutboxEvent)])
    assert queries.results_of(consultation).submissions == 3
    manager = world.sign_in(client, "manager")
    assert PHRASE in manager.get(f"/consultations/{consultation.id}/manage/responses/").text
