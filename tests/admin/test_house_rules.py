"""Administrators publish the rules of the site."""

import pytest

from forum.accounts import actions, queries
from tests import factories as make

PAGE = "/admin/house-rules/"
NEW = {"source": "1. **Be kind.** Always.\n2. Be brief.", "change_note": "Shorter"}


@pytest.fixture
def admin(app):
    return make.make_account(role="administrator")


def test_new_version_is_what_readers_find(client, admin):
    client.sign_in(admin)
    assert PAGE in client.get("/admin/").links.values()
    page = client.get(PAGE)
    assert page.fields(action=PAGE)["source"] == [queries.current_rules().source]
    shown = client.follow(client.post_form(page, NEW, button="Publish house rules"))
    assert "Version 2" in shown.main
    assert "Be kind. Always." in shown.main
    assert shown.find("li", id="clause-2")


def test_preview_publishes_nothing(client, admin):
    page = client.sign_in(admin).post_form(PAGE, NEW, button="Preview", status=200)
    assert page.find("li", id="clause-1")
    assert page.fields(action=PAGE)["change_note"] == ["Shorter"]
    assert queries.current_rules().version == 1


@pytest.mark.parametrize("button", ["Preview", "Publish house rules"])
def test_rules_without_numbers_are_refused(client, admin, button):
    typed = {**NEW, "source": "Be kind."}
    page = client.sign_in(admin).post_form(PAGE, typed, button=button, status=422)
    assert any("numbered list" in error for error in page.errors)
    assert page.fields(action=PAGE)["source"] == ["Be kind."]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("source", "", "Write the house rules"),
        ("source", "1. " + "x" * 10_000, "Shorten this to 10,000"),
        ("source", "1. \x07", "cannot be shown"),
        ("change_note", "", "Say what has changed and why"),
        ("change_note", "x" * 501, "Shorten this"),
    ],
)
def test_wrong_value_is_told_beside_its_field(client, admin, field, value, message):
    client.sign_in(admin)
    page = client.post_form(PAGE, {**NEW, field: value}, action=PAGE, status=422)
    assert any(message in error for error in page.errors)


def test_later_of_two_sees_both_texts(client, admin):
    page = client.sign_in(admin).get(PAGE)
    actions.publish_rules(admin, version=1, source="1. First.", change_note="First")
    answer = client.post_form(page, NEW, button="Publish house rules", status=409)
    assert "1. First." in answer.main
    assert answer.fields(action=PAGE)["source"] == [NEW["source"]]
    client.post_form(answer, {}, button="Publish house rules")
    assert (queries.current_rules().version, queries.current_rules().source) == (3, NEW["source"])


@pytest.mark.parametrize("role", [None, "moderator", "manager"])
def test_others_may_not(client, role):
    client.sign_in(make.make_account(role=role)).get(PAGE, status=403)
