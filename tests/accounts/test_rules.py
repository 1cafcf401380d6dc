"""House rules: clauses, versions, what is in force, and what members accept anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.accounts import actions, queries
from forum.accounts.models import RulesAcceptance
from forum.core import clock
from forum.core.access import Anonymous
from forum.core.audit import AuditRecord
from forum.core.db import db
from forum.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import factories as make
from tests.rulebook import make_rules
from tests.statements import count_statements

LATER = timedelta(days=1)


@pytest.fixture
def admin(app):
    return make.make_account(role="administrator")


def ids(rules):
    return [row.id for row in rules]


class TestClauses:
    def test_rules_of_the_site_are_clauses(self, app):
        clauses = queries.clauses_of(queries.current_rules())
        assert [clause.number for clause in clauses] == list(range(1, 11))
        assert clauses[2].title == "Do not advertise"
        assert clauses[2].text.startswith("Speak from experience")
        assert clauses[2].url == f"{queries.current_rules().path}#clause-3"

    def test_clause_without_title_has_its_beginning(self, app):
        long = "Keep to what was asked and do not wander off into other matters, please."
        rules = make_rules(make.get_centre(), source=f"1. Be brief.\n2. {long}")
        first, second = queries.clauses_of(rules)
        assert (first.title, first.text) == ("Be brief.", "Be brief.")
        assert second.title == "Keep to what was asked and do not wander off into other…"
        assert second.text == long

    @pytest.mark.parametrize(
        "source", ["", "No numbers.", "- a list", "> 1. quoted", "- x\n  1. nested", "`1. code`"]
    )
    def test_what_is_no_numbered_list_has_none(self, app, source):
        assert queries.clauses_of(make_rules(make.get_centre(), source=source)) == []

    def test_numbers_go_on_after_a_paragraph(self, app):
        source = "1. One\n2. Two\n\nMore:\n\n3. Three\n   1. Nested\n4. Four"
        clauses = queries.clauses_of(make_rules(source=source))
        assert [(clause.number, clause.text) for clause in clauses] == [
            (1, "One"),
            (2, "Two"),
            (3, "Three Nested"),
            (4, "Four"),
        ]

    def test_text_is_plain(self, app):
        source = "1. **Keep *it* `plain`.** See [the help](/help/) <b>now</b>\n   and then."
        clause = queries.clauses_of(make_rules(source=source))[0]
        assert clause.title == "Keep it plain"
        assert clause.text == "See the help <b>now</b> and then."

    def test_find_clause(self, app):
        old = queries.current_rules()
        new = make_rules(source="1. Only one.")
        assert queries.find_clause(old.id, 10).title == "Moderators explain"
        assert queries.find_clause(new.id, 1).text == "Only one."
        assert queries.find_clause(new.id, 10) is None
        with pytest.raises(NotFound):
            queries.find_clause(new.id + 1000, 1)


class TestInForce:
    def test_newest_of_site_and_centre(self, app):
        centre, london = make.get_centre(), make.get_centre("london")
        make_rules(centre, source="1. Old.")
        own = make_rules(centre, source="1. Ours.")
        make_rules(london, source="1. Theirs.")
        base = make_rules(source="1. Everybody's.")
        with count_statements() as statements:
            found = queries.rules_in_force(centre.id)
        assert len(statements) == 1
        assert [one.rules.id for one in found] == [base.id, own.id]
        assert [one.clauses[0].text for one in found] == ["Everybody's.", "Ours."]

    def test_rules_that_a_centre_took_back_hold_no_longer(self, app):
        centre = make.get_centre()
        make_rules(centre)
        make_rules(centre, source="")
        assert [one.rules.centre_id for one in queries.rules_in_force(centre.id)] == [None]


class TestPublish:
    def test_next_version_is_stored_and_recorded(self, admin):
        rules = actions.publish_rules(
            admin, version=1, source="1. **Be kind.** Always.", change_note="Shorter"
        )
        assert (rules.version, rules.centre_id, rules.published_by) == (2, None, admin.id)
        assert "<strong>Be kind.</strong>" in rules.html
        assert queries.current_rules().id == rules.id
        record = db.session.scalars(select(AuditRecord).filter_by(tag="rules.publish")).one()
        assert (record.actor_id, record.target_id) == (admin.id, rules.id)

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("", "Write the house rules"),
            (" \n ", "Write the house rules"),
            ("Be kind.", "numbered list"),
            ("- Be kind.", "numbered list"),
            ("1. Be kind.\n2. ", "Clause 2 is empty"),
            ("1. One.\n\nMore\n\n1. Two.", "two clauses 1"),
            ("1000. High.", "up to 999"),
            ("1. Bell \x07", "cannot be shown"),
            ("1. " + "x" * 10_000, "Shorten"),
        ],
    )
    def test_text_that_is_no_list_of_clauses(self, admin, source, message):
        with pytest.raises(Invalid, match=message) as refused:
            actions.publish_rules(admin, version=1, source=source, change_note="New")
        assert refused.value.field == "source"
        assert queries.current_rules().version == 1

    def test_same_text(self, admin):
        source = queries.current_rules().source
        with pytest.raises(Invalid, match="not changed"):
            actions.publish_rules(admin, version=1, source=source, change_note="New")

    @pytest.mark.parametrize("version", [0, 2, -1])
    def test_other_version(self, admin, version):
        with pytest.raises(Conflict):
            actions.publish_rules(admin, version=version, source="1. A.", change_note="New")

    @pytest.mark.parametrize("role", [None, "moderator", "manager"])
    def test_others_may_not(self, app, role):
        with pytest.raises(NotAllowed):
            actions.publish_rules(
                make.make_account(role=role), version=1, source="1. A.", change_note="New"
            )


class TestAcceptance:
    def test_members_of_before_are_asked_once(self, app):
        member, centre = make.make_account(), make.get_centre()
        base = make_rules(at=clock.now() + LATER)
        own = make_rules(centre, at=clock.now() + LATER)
        assert ids(queries.rules_to_accept(member.id, centre.id)) == [base.id, own.id]
        actions.accept_new_rules(member, centre.id, accepted=[own.id, base.id])
        make.commit()
        assert queries.rules_to_accept(member.id, centre.id) == []
        stored = db.session.scalars(
            select(RulesAcceptance.rules_id).filter_by(account_id=member.id)
        ).all()
        assert sorted(stored) == sorted([base.id, own.id])

    def test_whoever_registered_later_has_accepted(self, app):
        make_rules()
        make_rules(make.get_centre())
        member = make.make_account(created_at=clock.now() + LATER)
        assert queries.rules_to_accept(member.id, make.get_centre().id) == []

    def test_first_rules_of_the_site_are_older_than_everybody(self, app):
        member = make.make_account(created_at=clock.now() - timedelta(days=4000))
        assert queries.rules_to_accept(member.id, make.get_centre().id) == []

    def test_only_the_newest_and_only_of_this_centre(self, app):
        member, centre = make.make_account(), make.get_centre()
        make_rules(at=clock.now() + LATER)
        newest = make_rules(at=clock.now() + 2 * LATER)
        make_rules(make.get_centre("london"), at=clock.now() + LATER)
        make_rules(centre, at=clock.now() + LATER)
        make_rules(centre, source="", at=clock.now() + 2 * LATER)
        assert ids(queries.rules_to_accept(member.id, centre.id)) == [newest.id]

    @pytest.mark.parametrize("accepted", [[], [0], [10**6]])
    def test_without_a_tick_nothing_is_stored(self, app, accepted):
        member, centre = make.make_account(), make.get_centre()
        make_rules(at=clock.now() + LATER)
        with pytest.raises(Invalid) as refused:
            actions.accept_new_rules(member, centre.id, accepted=accepted)
        assert refused.value.field == "accept_rules"
        assert db.session.scalars(select(RulesAcceptance)).all() == []

    def test_visitors_have_nothing_to_accept(self, app):
        make_rules(at=clock.now() + LATER)
        assert queries.rules_to_accept(Anonymous.actor_id, make.get_centre().id) == []
