"""Pages where managers change their centre."""

import pytest
from sqlalchemy import select

from forum.accounts.models import HouseRules
from forum.centres import actions
from forum.centres.enums import Holding
from forum.core.audit import AuditRecord
from forum.core.db import db
from tests import factories as make

EDIT = "/centres/north-east/edit/"
RULES = "/centres/north-east/rules/"


@pytest.fixture
def manager(app):
    return make.make_account(role="manager", display_name="Ruth Calvert")


def stored():
    db.session.expire_all()
    return make.get_centre("north-east")


class TestEditCentre:
    def test_manager_changes_what_readers_find(self, client, manager):
        client.sign_in(manager)
        answer = client.post_form(
            EDIT,
            {
                "description": "Where the region's buyers\nand suppliers talk.",
                "host": "  Gateshead   Council ",
                "hosting": "It keeps the accounts.",
                "edit_window_hours": "48",
            },
        )
        page = client.follow(answer)
        assert "Gateshead Council" in page.main
        assert "It keeps the accounts." in page.main
        assert stored().edit_window_hours == 48
        assert stored().description == "Where the region's buyers\nand suppliers talk."

    def test_page_holds_what_is_stored(self, client, manager):
        centre = make.get_centre()
        page = client.sign_in(manager).get(EDIT)
        assert page.fields(action=EDIT)["host"] == [centre.host]
        assert page.fields(action=EDIT)["edit_window_hours"] == ["24"]

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("description", "", "Enter a description"),
            ("description", "x" * 1001, "Shorten the description"),
            ("host", " ", "Enter the host council"),
            ("host", "x" * 121, "Shorten the host"),
            ("host", "Gates\u200bhead", "invisible"),
            ("hosting", "", "Say what hosting means"),
            ("hosting", "bell \x07", "cannot be shown"),
            ("edit_window_hours", "", "whole number of hours"),
            ("edit_window_hours", "721", "whole number of hours"),
            ("edit_window_hours", "-1", "whole number of hours"),
            ("edit_window_hours", "a day", "alid integer"),
            ("held_posts", "", "whole number of posts"),
            ("held_posts", "0", "whole number of posts"),
            ("held_posts", "21", "whole number of posts"),
            ("consultation_weeks", "", "whole number of weeks"),
            ("consultation_weeks", "3", "whole number of weeks"),
            ("consultation_weeks", "27", "whole number of weeks"),
            ("holding", "sometimes", "alid choice"),
        ],
    )
    def test_wrong_value_is_told_beside_its_field(self, client, manager, field, value, message):
        client.sign_in(manager)
        page = client.post_form(EDIT, {field: value}, status=422)
        assert any(message in error for error in page.errors)
        assert page.title.startswith("Error:")
        assert stored().version == 1

    @pytest.mark.parametrize(
        ("role", "centre"), [("moderator", "north-east"), ("manager", "london")]
    )
    def test_others_may_not(self, client, role, centre):
        other = make.make_account(role=role, centre=make.get_centre(centre))
        client.sign_in(other).get(EDIT, status=403)
        client.get(RULES, status=403)

    def test_later_of_two_sees_both_texts(self, client, manager):
        client.sign_in(manager)
        page = client.get(EDIT)
        actions.edit_centre(
            manager,
            make.get_centre(),
            version=1,
            host="First Council",
            hosting="Written first.",
            description="The first description.",
            edit_window_hours=12,
            holding=Holding.ALWAYS,
            held_posts=7,
            consultation_weeks=8,
        )
        answer = client.post_form(page, {"description": "The second description."}, status=409)
        assert "The first description." in answer.main
        assert "Everybody’s" in answer.texts("pre", css="stored")
        assert "7" in answer.texts("pre", css="stored")
        assert answer.fields(action=EDIT)["description"] == ["The second description."]
        assert stored().description == "The first description."
        client.post_form(answer, {}, action=EDIT)
        assert stored().description == "The second description."

    @pytest.mark.parametrize("version", ["", "x", "²", "0", "9" * 30, "-1"])
    def test_unreadable_version_is_a_conflict(self, client, manager, version):
        client.sign_in(manager)
        client.post_form(EDIT, {"version": version, "host": "Other"}, status=409)
        assert stored().host != "Other"

    def test_manager_says_whose_posts_wait(self, client, manager):
        page = client.sign_in(manager).get(EDIT)
        assert page.fields(action=EDIT)["holding"] == ["never"]
        client.post_form(page, {"holding": "new-members", "held_posts": "5"})
        assert (stored().holding, stored().held_posts) == (Holding.NEW_MEMBERS, 5)
        assert client.get(EDIT).fields(action=EDIT)["held_posts"] == ["5"]

    def test_unknown_centre_is_not_found(self, client, manager):
        client.sign_in(manager).get("/centres/atlantis/edit/", status=404)
        client.get("/centres/atlantis/rules/", status=404)

    def test_change_is_recorded(self, client, manager):
        client.sign_in(manager).post_form(EDIT, {"host": "Somewhere"})
        record = db.session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "centre.edit")
        ).one()
        assert (record.actor_id, record.target_id) == (manager.id, stored().id)


class TestRules:
    def test_each_change_is_a_new_version(self, client, manager):
        client.sign_in(manager)
        first = {"source": "1. Be *brief*.", "change_note": "The first rules"}
        page = client.follow(client.post_form(RULES, first))
        assert "Be brief." in page.main
        client.post_form(RULES, {"source": "1. Be briefer.", "change_note": "Too long before"})
        found = db.session.scalars(
            select(HouseRules)
            .where(HouseRules.centre_id == make.get_centre().id)
            .order_by(HouseRules.version)
        ).all()
        assert [rules.version for rules in found] == [1, 2]
        assert "<em>brief</em>" in found[0].html
        assert found[1].change_note == "Too long before"
        assert found[1].published_by == manager.id

    def test_note_is_needed(self, client, manager):
        client.sign_in(manager)
        page = client.post_form(RULES, {"source": "1. Be brief."}, status=422)
        assert "Say what has changed and why" in page.errors
        assert page.fields(action=RULES)["source"] == ["1. Be brief."]

    def test_same_text_is_refused(self, client, manager):
        client.sign_in(manager)
        page = client.post_form(RULES, {"change_note": "Nothing"}, status=422)
        assert "You have not changed the rules" in page.errors

    def test_later_of_two_sees_both_texts(self, client, manager):
        client.sign_in(manager)
        page = client.get(RULES)
        actions.publish_rules(
            manager, make.get_centre(), version=0, source="1. First.", change_note="First"
        )
        typed = {"source": "1. Second.", "change_note": "Second"}
        answer = client.post_form(page, typed, status=409)
        assert "1. First." in answer.main
        assert answer.fields(action=RULES)["source"] == ["1. Second."]
        client.post_form(answer, {}, action=RULES)
        newest = db.session.scalars(select(HouseRules).order_by(HouseRules.id.desc())).first()
        assert (newest.version, newest.source) == (2, "1. Second.")

    def test_rules_of_the_site_are_untouched(self, client, manager):
        client.sign_in(manager)
        client.post_form(RULES, {"source": "1. Ours.", "change_note": "New"})
        assert "Ours" not in client.get("/house-rules/").main
