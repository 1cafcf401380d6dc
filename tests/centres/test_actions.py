"""What managers change of their centre, without the web."""

import pytest

from forum.centres import actions
from forum.centres.enums import Holding
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed
from tests import factories as make

VALUES = {
    "host": "Gateshead Council",
    "hosting": "It keeps the accounts.",
    "description": "Where the region talks.",
    "edit_window_hours": 24,
    "holding": Holding.NEW_MEMBERS,
    "held_posts": 3,
    "consultation_weeks": 6,
}


@pytest.fixture
def manager(app):
    return make.make_account(role="manager")


class TestEditCentre:
    @pytest.mark.parametrize("hours", [0, 1, 720])
    def test_window_within_bounds(self, manager, hours):
        centre = actions.edit_centre(
            manager, make.get_centre(), version=1, **{**VALUES, "edit_window_hours": hours}
        )
        assert centre.edit_window_hours == hours

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("edit_window_hours", -1),
            ("edit_window_hours", 721),
            ("host", ""),
            ("host", "x" * 121),
            ("hosting", " \n"),
            ("hosting", "x" * 1001),
            ("description", ""),
            ("description", "x" * 1001),
            ("description", "a\x00b"),
            ("held_posts", 0),
            ("held_posts", 21),
            ("consultation_weeks", 3),
            ("consultation_weeks", 27),
        ],
    )
    def test_wrong_value(self, manager, field, value):
        with pytest.raises(Invalid) as refused:
            actions.edit_centre(manager, make.get_centre(), version=1, **{**VALUES, field: value})
        assert refused.value.field == field

    def test_whose_posts_wait_is_recorded_with_what_held_before(self, manager):
        centre = make.get_centre()
        before = {"holding": centre.holding.value, "held_posts": centre.held_posts}
        values = {**VALUES, "holding": Holding.ALWAYS, "held_posts": 20}
        actions.edit_centre(manager, centre, version=1, **values)
        assert (centre.holding, centre.held_posts) == (Holding.ALWAYS, 20)
        record = db.session.query(AuditRecord).filter_by(tag="centre.change-holding").one()
        assert (record.actor_id, record.centre_id) == (manager.id, centre.id)
        assert record.details == {"holding": "always", "held_posts": 20, "before": before}

    def test_what_stays_as_it_was_is_not_recorded_as_a_change(self, manager):
        centre = make.get_centre()
        values = {**VALUES, "holding": centre.holding, "held_posts": centre.held_posts}
        actions.edit_centre(manager, centre, version=1, **values)
        assert not db.session.query(AuditRecord).filter_by(tag="centre.change-holding").count()

    def test_older_version(self, manager):
        actions.edit_centre(manager, make.get_centre(), version=1, **VALUES)
        with pytest.raises(Conflict):
            actions.edit_centre(manager, make.get_centre(), version=1, **VALUES)

    @pytest.mark.parametrize("role", [None, "moderator"])
    def test_others_may_not(self, app, role):
        with pytest.raises(NotAllowed):
            actions.edit_centre(
                make.make_account(role=role), make.get_centre(), version=1, **VALUES
            )


class TestPublishRules:
    def test_empty_text_ends_them(self, manager):
        centre = make.get_centre()
        actions.publish_rules(manager, centre, version=0, source="1. A.", change_note="First")
        rules = actions.publish_rules(manager, centre, version=1, source="", change_note="None")
        assert (rules.version, rules.html) == (2, "")

    @pytest.mark.parametrize("version", [1, -1, 2])
    def test_other_version(self, manager, version):
        with pytest.raises(Conflict):
            actions.publish_rules(
                manager, make.get_centre(), version=version, source="1. A.", change_note="First"
            )

    @pytest.mark.parametrize(
        ("source", "note", "field"),
        [
            ("", "None", "source"),
            ("x" * 10_001, "Long", "source"),
            ("1. A.", "", "change_note"),
            ("1. A.", "x" * 501, "change_note"),
        ],
    )
    def test_wrong_value(self, manager, source, note, field):
        with pytest.raises(Invalid) as refused:
            actions.publish_rules(
                manager, make.get_centre(), version=0, source=source, change_note=note
            )
        assert refused.value.field == field

    def test_html_is_cleaned(self, manager):
        rules = actions.publish_rules(
            manager,
            make.get_centre(),
            version=0,
            source="1. <script>alert(1)</script> [x](javascript:alert)",
            change_note="First",
        )
        assert "<script" not in rules.html
        assert "href" not in rules.html

    def test_others_may_not(self, app):
        elsewhere = make.make_account(role="manager", centre=make.get_centre("london"))
        with pytest.raises(NotAllowed):
            actions.publish_rules(
                elsewhere, make.get_centre(), version=0, source="1. A.", change_note="First"
            )
