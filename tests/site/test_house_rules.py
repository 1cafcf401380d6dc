"""The pages of the house rules: clauses to link to, versions, differences."""

from datetime import UTC, datetime

from forum.accounts import queries
from tests import factories as make
from tests.rulebook import make_rules
from tests.statements import count_statements

PAGE = "/house-rules/"


def test_clauses_can_be_linked_to(client):
    page = client.get(PAGE)
    assert "Version 1, 1 November 2026" in page.main
    assert [item.get("id") for item in page.find("li") if item.get("id")] == [
        f"clause-{number}" for number in range(1, 11)
    ]
    clause = queries.find_clause(queries.current_rules().id, 4)
    assert client.get(clause.url.partition("#")[0]).find("li", id="clause-4")


def test_new_version_shows_note_difference_and_versions(client):
    old = queries.current_rules()
    new = make_rules(
        source=old.source.replace("Be civil", "Be kind"), change_note="Kinder <i>words</i>"
    )
    page = client.get(PAGE)
    assert "What has changed, and why: Kinder <i>words</i>" in page.main
    assert any("Be kind" in text for text in page.texts("ins"))
    assert any("Be civil" in text for text in page.texts("del"))
    assert page.links["Version 1"] == old.path
    assert page.links["Version 2"] == new.path


def test_earlier_version_says_what_took_its_place(client):
    old = queries.current_rules()
    new = make_rules(at=datetime(2026, 12, 3, 12, tzinfo=UTC))
    page = client.get(old.path)
    assert "no longer in force. Version 2 of 3 December 2026 took its place." in page.main
    assert page.links["Read the version in force"] == new.path
    assert "Moderators explain." in page.main
    assert not page.find("ins")
    assert "no longer in force" not in client.get(new.path).main


def test_versions_of_a_centre_are_its_own(client):
    centre = make.get_centre()
    first = make_rules(centre, source="1. Be brief.")
    make_rules(make.get_centre("london"), source="1. London's.")
    last = make_rules(centre, source="")
    page = client.get(first.path)
    assert page.h1 == "Rules of North East"
    assert "no longer in force" in page.main
    assert centre.path in page.links.values()
    assert [url for url in page.links.values() if "/versions/" in url] == [last.path, last.path]
    assert "added no rules of its own" in client.get(last.path).main


def test_centre_page_leads_to_its_versions(client):
    rules = make_rules(make.get_centre(), source="1. Be brief.")
    page = client.get("/centres/north-east/")
    assert page.links["Versions of these rules"] == rules.path


def test_unknown_version_is_not_found(client):
    client.get("/house-rules/versions/987654/", status=404)


def test_hostile_rules_are_harmless(client):
    make_rules(
        source="1. <script>alert(1)</script> **<img src=x onerror=alert(1)>** [x](javascript:a)",
        change_note="<script>alert(2)</script>",
    )
    page = client.get(PAGE)
    assert not [script for script in page.find("script") if "alert" in (script.text or "")]
    assert not page.find("img", src="x")
    assert "javascript:" not in page.links.values()


def test_many_versions_cost_the_same(client):
    client.get(PAGE)
    with count_statements() as few:
        client.get(PAGE)
    for _ in range(5):
        make_rules()
    with count_statements() as many:
        client.get(PAGE)
    assert len(many) == len(few)
