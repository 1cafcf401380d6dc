"""The public pages of consultations, in every stage."""

from datetime import timedelta

import pytest

from forum.consultations.actions import announcing, editing
from forum.core import clock
from tests import factories as make
from tests.consultations import making
from tests.statements import count_statements

INDEX = "/consultations/"


@pytest.fixture
def boss(app):
    return making.manager()


class TestLists:
    def test_each_stands_under_its_stage(self, client, boss):
        for maker, title in (
            (making.make_announced, "Soon"),
            (making.make_open, "Now"),
            (making.make_closed, "Then"),
            (making.make_complete, "Secret"),
        ):
            maker(author=boss, title=title)
        page = client.get(INDEX)
        assert page.texts("h2") == ["Open now", "Opening soon", "Closed"]
        assert page.texts("h3") == ["Now", "Soon", "Then"]
        assert "Secret" not in page.text

    def test_soonest_first(self, client, boss):
        making.make_open(author=boss, title="Later", days=90)
        making.make_open(author=boss, title="Sooner", days=60)
        making.make_closed(author=boss, title="Long ago", ago=making.WEEK * 9)
        making.make_closed(author=boss, title="Just now")
        assert client.get(INDEX).texts("h3") == ["Sooner", "Later", "Just now", "Long ago"]

    def test_filters(self, client, boss):
        topic = make.make_topic("Lifts")
        making.make_open(author=boss, title="Lifts here", topics=[topic])
        london = make.get_centre("london")
        making.make_open(title="In London", centre=london, kind="call-for-evidence")
        making.make_closed(author=boss, title="Closed", topics=[topic])
        for query, titles in {
            "centre=london": ["In London"],
            "topic=lifts": ["Lifts here", "Closed"],
            "topic=lifts&stage=open": ["Lifts here"],
            "kind=call-for-evidence": ["In London"],
            "stage=analysing": ["Closed"],
            "stage=forthcoming": [],
        }.items():
            assert client.get(f"{INDEX}?{query}").texts("h3") == titles
        for query in ("stage=draft", "stage=x", "centre=x", "topic=x", "kind=x", "after=x"):
            client.get(f"{INDEX}?{query}", status=404)

    def test_pages_of_what_has_closed_keep_the_choice(self, client, boss):
        for number in range(21):
            making.make_closed(author=boss, title=f"C {number}", ago=making.WEEK * (number + 1))
        first = client.get(f"{INDEX}?stage=analysing")
        assert first.texts("h3") == [f"C {number}" for number in range(20)]
        older = next(address for text, address in first.links.items() if "Older" in text)
        assert "stage=analysing" in older
        assert client.get(older).texts("h3") == ["C 20"]

    def test_nothing_yet(self, client):
        assert "No consultations here" in client.get(INDEX).main

    def test_statements(self, client, boss):
        with count_statements() as none:
            client.get(INDEX)
        for _number in range(3):
            making.make_open(author=boss)
            making.make_closed(author=boss)
        with count_statements() as many:
            client.get(INDEX)
        assert len(none) == len(many) <= 8


class TestPage:
    def test_everything_one_should_know(self, client, boss):
        found = making.make_announced(author=boss, title="Repairs")
        page = client.get(found.path)
        assert page.h1 == "Repairs"
        assert page.title.startswith("Repairs – North East")
        for text in (
            "Forthcoming",
            "To hear how repairs are bought best.",
            "The size of the lots.",
            "The procurement board",
            "31 January 2098",
            "Buying each repair by itself costs too much.",
            "Outcome due by",
            "The proposal",
            "This is edition 1.",
        ):
            assert text in page.main
        assert "Manage this consultation" not in page.links
        assert "Manage this consultation" in client.sign_in(boss).get(found.path).links

    def test_its_address_stays(self, client, boss):
        found = making.make_announced(author=boss, title="Repairs")
        assert (
            client.get(f"/consultations/{found.id}/", status=301).headers["Location"] == found.path
        )
        for rest in ("", "questions/", "history/"):
            answer = client.get(f"/consultations/{found.id}/old/{rest}", status=301)
            assert answer.headers["Location"] == found.path + rest

    def test_stages(self, client, boss):
        opened, closed = making.make_open(author=boss), making.make_closed(author=boss)
        assert "Open" in client.get(opened.path).texts(css="tag")
        assert "The answers are being read" in client.get(closed.path).main
        late = making.make_closed(author=boss, ago=timedelta(weeks=13))
        assert "has not been published" in client.get(late.path).main
        announcing.end(boss, opened, reason="The budget was withdrawn.")
        page = client.get(opened.path)
        assert "This ended without an outcome." in page.main
        assert "The budget was withdrawn." in page.main

    def test_drafts_are_for_managers_of_the_centre(self, client, boss):
        draft = making.make_complete(author=boss)
        elsewhere = make.make_account(role="manager", centre=make.get_centre("london"))
        for account in (None, make.make_account(), make.make_account(role="moderator"), elsewhere):
            client.sign_out() if account is None else client.sign_in(account)
            for rest in ("", "questions/", "history/"):
                client.get(draft.path + rest, status=404)
        client.sign_in(making.manager())
        assert "Only managers of the centre see it" in client.get(draft.path).main

    def test_statements(self, client, boss):
        thread = make.make_thread()
        found = making.make_open(author=boss, thread_id=thread.id, centre=thread.board.centre)
        for rest in ("", "questions/", "history/"):
            with count_statements() as few:
                client.get(found.path + rest)
            making.make_question(making.make_section(found))
            making.make_document(found)
            with count_statements() as many:
                client.get(found.path + rest)
            assert len(many) <= len(few) <= 8

    def test_questions_can_be_read_before_answering(self, client, boss):
        asks = [
            {"kind": "single-choice", "options": making.options("Small", "Large"), "help": "One."},
            {"kind": "scale", "settings": {"least": 1, "most": 5, "low": "bad", "high": "good"}},
            {"kind": "matrix", "options": making.options("Yes"), "rows": making.options("Price")},
            {"kind": "information", "text": "Please read on."},
        ]
        found = making.make_announced(author=boss, questions=asks)
        page = client.get(f"{found.path}questions/")
        for text in ("1. What do you think?", "Small", "bad", "Price", "Please read on."):
            assert text in page.main


class TestHistory:
    def test_what_changed_and_why(self, client, boss):
        found = making.make_open(author=boss)
        editing.edit(
            boss,
            found,
            version=found.version,
            changes={"still_open": "The size of the lots.\nThe length of the contract."},
            note="We forgot to say that the length is open.",
        )
        announcing.extend(
            boss, found, closes_at=found.closes_at + making.WEEK, note="Several asked for it."
        )
        page = client.get(f"{found.path}history/")
        assert page.texts("h2") == ["Edition 3", "Edition 2", "Edition 1"]
        assert "Several asked for it." in page.main
        added = page.texts("ins")
        assert "Added: The length of the contract." in added
        assert f"Added: {clock.datetime_words(found.closes_at)}" in added
        assert "The size of the lots." not in page.main


def test_texts_are_shown_as_they_were_typed(client, boss):
    canary = "<img src=x onerror=alert(1)> & “so”"
    found = making.make_open(author=boss, title=canary, purpose=canary, decider=canary)
    page = client.get(found.path)
    assert page.h1 == canary
    assert page.main.count(canary) >= 3
