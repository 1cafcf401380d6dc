"""The builder: sections, questions, options, conditions, order; frozen once announced."""

import pytest

from forum.consultations import queries
from forum.consultations.actions import announcing, building
from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.models import Question, Section
from forum.consultations.policy.conditions import broken
from forum.consultations.policy.questions import Wanted
from forum.core.db import db
from forum.core.errors import Invalid, NotAllowed
from tests import factories as make
from tests.consultations import making


@pytest.fixture
def boss(app):
    return making.manager()


@pytest.fixture
def draft(boss):
    return making.make_draft(author=boss)


@pytest.fixture
def section(boss, draft):
    return building.add_section(boss, draft, title="One")


def ask(boss, draft, section, kind=QuestionKind.LONG_TEXT, text="Why?", **fields):
    wanted = Wanted(kind=QuestionKind(kind), text=text, **fields)
    return building.add_question(boss, draft, section, wanted)


def texts(draft):
    sections = queries.questionnaire_of(draft.id)
    return [(one.number, one.text) for one in queries.questions_in(sections)]


class TestPages:
    def test_a_question_of_each_kind_by_hand(self, client, boss, draft, section):
        """Two steps: how it is answered, then what is asked; and all that was typed comes back."""
        client.sign_in(boss)
        base = f"/consultations/{draft.id}/manage/"
        new = f"{base}sections/{section.id}/questions/new/"
        assert "Ranking" in client.get(new).main
        typed = {"text": "What now?", "help": "Think."}
        more = {
            "single-choice": {"options": "Yes\nNo\n", "other": "y"},
            "multiple-choice": {"options": "A\nB\nC", "least": "1", "most": "2"},
            "scale": {"least": "0", "most": "7", "low": "bad", "high": "good"},
            "matrix": {"options": "A\nB", "rows": "R\nS"},
            "ranking": {"options": "A\nB"},
            "number": {"least": "-1.5", "most": "100"},
            "short-text": {"longest": "80", "is_required": "y", "may_be_confidential": "y"},
        }
        for kind in QuestionKind:
            fields = {**typed, **more.get(kind, {})}
            client.post_form(f"{new}?kind={kind}", fields, button="Save question")
            stored = db.session.query(Question).order_by(Question.id.desc()).first()
            page = client.get(f"{base}questions/{stored.id}/")
            held = page.fields(button="Save question")
            for name, value in fields.items():
                assert held[name] == [value.strip()]
        assert [number for number, _text in texts(draft)] == [*range(1, 12), 0]
        client.get(f"{base}questions/")
        client.get(f"{base}questions/preview/1/")
        client.get(f"{base}questions/preview/2/", status=404)
        client.get(f"{new}?kind=essay", status=404)

    def test_five_thousand_options_are_refused_and_kept(self, client, boss, draft, section):
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/sections/{section.id}/questions/new/"
        pasted = "\n".join(f"Supplier {number}" for number in range(5_000))
        fields = {"text": "Which?", "options": pasted}
        page = client.post_form(
            f"{path}?kind=single-choice", fields, button="Save question", status=422
        )
        assert page.errors == ["You entered 5,000 lines. Up to 100 can be taken"]
        assert page.fields(button="Save question")["options"] == [pasted]

    def test_order_copy_and_removal_by_buttons(self, client, boss, draft, section):
        for text in ("First", "Second"):
            ask(boss, draft, section, text=text)
        client.sign_in(boss)
        base = f"/consultations/{draft.id}/manage/questions/"
        page = client.follow(client.post_form(base, button="Move up: 2"))
        assert page.texts("h3") == ["1. Second", "2. First"]
        page = client.follow(client.post_form(page, button="Copy: 1"))
        assert page.texts("h3") == ["1. Second", "2. Second", "3. First"]
        page = client.follow(client.post_form(page, button="Remove: 1"))
        assert page.texts("h3") == ["1. Second", "2. First"]
        page = client.post_form(f"/consultations/{draft.id}/manage/sections/new/", {"title": "Two"})
        page = client.follow(client.post_form(client.follow(page), button="Move section up: Two"))
        assert page.texts("h2") == ["Two", "One"]
        client.post_form(page.links["Remove section: One"], button="Remove section")
        assert client.get(base).texts("h2", css="govuk-heading-l") == ["Two"]
        assert db.session.query(Question).count() == 0

    def test_a_section_is_named_anew_and_stays_what_it_is(self, client, boss, draft):
        section = building.add_section(boss, draft, title="Equality", is_equality=True)
        client.sign_in(boss)
        page = client.get(f"/consultations/{draft.id}/manage/sections/{section.id}/")
        typed = {"title": "–", "introduction": "You can leave out any of them."}
        page = client.post_form(page, typed, status=422)
        assert page.errors == ["Enter a title"]
        page = client.follow(client.post_form(page, {"title": " About  you "}))
        assert page.texts("h2", css="govuk-heading-l") == ["About you"]
        assert (section.introduction, section.is_equality) == (typed["introduction"], True)

    def test_condition_in_two_steps(self, client, boss, draft, section):
        ask(boss, draft, section, "yes-no", text="Do you bid?")
        ask(boss, draft, section, text="How large are you?")
        asked = ask(boss, draft, section, text="Why not?")
        client.sign_in(boss)
        path = f"/consultations/{draft.id}/manage/questions/{asked.id}/condition/"
        page = client.get(path)
        first = queries.questions_of(draft.id)[0]
        page = client.get(f"{path}?question={first.id}")
        filled = {"operator": "is", "value": "no"}
        page = client.follow(client.post_form(page, filled, button="Save condition"))
        assert "Asked if the answer to question 1 is “No”." in page.main
        page = client.post_form(path, {"operator": "contains"}, button="Save condition", status=422)
        client.post_form(path, button="Always ask it")
        assert asked.condition_operator is None
        client.get(f"{path}?question={asked.id}", status=404)
        client.get(f"{path}?question=x")

    def test_a_condition_looks_for_words_that_are_typed(self, client, boss, draft, section):
        first = ask(boss, draft, section, "short-text", text="Which portal do you use?")
        second = ask(boss, draft, section, text="What is wrong with it?")
        client.sign_in(boss)
        base = f"/consultations/{draft.id}/manage/questions/"
        path = f"{base}{second.id}/condition/?question={first.id}"
        filled = {"operator": "contains", "value": " "}
        page = client.post_form(path, filled, button="Save condition", status=422)
        assert page.errors == ["Enter the answer to look for"]
        assert "Asked if" not in client.get(base).main
        page = client.post_form(page, {"value": " Find  a Tender "}, button="Save condition")
        assert "Asked if the answer to question 1 contains “Find a Tender”." in (
            client.follow(page).main
        )
        # Words that are left in the form say nothing once any answer will do.
        page = client.post_form(path, {"operator": "answered"}, button="Save condition")
        assert "Asked if question 1 is answered." in client.follow(page).main
        assert "Find a Tender" not in client.get(path).text

    def test_broken_conditions_are_shown(self, client, boss, draft, section):
        first = ask(boss, draft, section, "yes-no")
        second = ask(boss, draft, section)
        building.set_condition(
            boss, draft, second, other_id=first.id, operator=Operator.IS, value="yes"
        )
        building.remove_question(boss, draft, first)
        client.sign_in(boss)
        page = client.get(f"/consultations/{draft.id}/manage/questions/")
        assert page.errors == ["The question that its condition looks at was removed"]
        page = client.get(f"/consultations/{draft.id}/manage/")
        assert "The question that its condition looks at was removed (question 1)" in page.main

    def test_only_managers_build_and_only_drafts(self, client, boss):
        found = making.make_announced(author=boss)
        section = db.session.query(Section).one()
        base = f"/consultations/{found.id}/manage/"
        client.sign_in(boss)
        assert "can no longer change" in client.get(f"{base}questions/").main
        client.get(f"{base}sections/new/", status=403)
        client.get(f"{base}sections/{section.id}/questions/new/", status=403)
        client.get(f"{base}questions/import/", status=403)
        client.sign_in(make.make_account(role="moderator")).get(f"{base}questions/", status=403)

    def test_things_of_another_consultation_are_not_found(self, client, boss, draft, section):
        other = making.make_draft(author=boss)
        asked = ask(boss, draft, section)
        client.sign_in(boss)
        base = f"/consultations/{other.id}/manage/"
        for path in (f"sections/{section.id}/", f"questions/{asked.id}/"):
            client.get(base + path, status=404)
        new = f"{base}sections/{section.id}/questions/new/?kind=date"
        client.get(new, status=404)


class TestQuestions:
    def test_numbers_count_through_all_sections(self, boss, draft, section):
        ask(boss, draft, section, text="a")
        ask(boss, draft, section, "information", text="b")
        other = building.add_section(boss, draft, title="Two")
        last = ask(boss, draft, other, text="c")
        assert texts(draft) == [(1, "a"), (0, "b"), (2, "c")]
        building.move_section(boss, draft, other, up=True)
        assert texts(draft) == [(1, "c"), (2, "a"), (0, "b")]
        wanted = Wanted(kind=last.kind, text="c")
        building.edit_question(boss, draft, last, wanted, section=section)
        assert texts(draft) == [(1, "a"), (0, "b"), (2, "c")]

    def test_options_keep_their_keys(self, boss, draft, section):
        asked = ask(boss, draft, section, "single-choice", options=["A", "B", "C"])
        keys = {one["label"]: one["key"] for one in asked.options}

        def change(*options):
            wanted = Wanted(kind=asked.kind, text="Why?", options=options)
            building.edit_question(boss, draft, asked, wanted, section=section)
            return {one["label"]: one["key"] for one in asked.options}

        assert change("C", "A", "B") == keys
        assert change("C", "Aye", "B")["Aye"] == keys["A"]
        assert "A" not in change("C", "B")
        again = change("C", "B", "New")
        assert again["New"] not in keys.values()

    def test_what_cannot_be_asked(self, boss, draft, section):
        for kind, fields, field in (
            ("single-choice", {"options": ["A"]}, "options"),
            ("single-choice", {"options": ["A", "a"]}, "options"),
            ("single-choice", {"options": ["A", "x" * 201]}, "options"),
            ("single-choice", {"options": ["A", "\u200b"]}, "options"),
            ("ranking", {"options": [str(n) for n in range(21)]}, "options"),
            ("matrix", {"options": ["A", "B"], "rows": []}, "rows"),
            ("matrix", {"options": ["A", "B"], "rows": [str(n) for n in range(31)]}, "rows"),
            ("multiple-choice", {"options": ["A", "B"], "least": "3"}, "least"),
            ("multiple-choice", {"options": ["A", "B"], "least": "2", "most": "1"}, "most"),
            ("multiple-choice", {"options": ["A", "B"], "most": "two"}, "most"),
            ("multiple-choice", {"options": ["A", "B"], "most": "-1"}, "most"),
            ("multiple-choice", {"options": ["A", "B"], "most": "²"}, "most"),
            ("scale", {"least": "5", "most": "5"}, "most"),
            ("scale", {"least": "1", "most": "11"}, "most"),
            ("scale", {"low": "x" * 81}, "low"),
            ("number", {"least": "1e400"}, "least"),
            ("number", {"least": "NaN"}, "least"),
            ("number", {"least": "ten"}, "least"),
            ("number", {"most": "12,5"}, "most"),
            ("number", {"least": "9" * 15}, "least"),
            ("number", {"least": "2", "most": "1"}, "most"),
            ("short-text", {"longest": "501"}, "longest"),
            ("short-text", {"text": " "}, "text"),
            ("short-text", {"text": "x" * 501}, "text"),
            ("long-text", {"help": "x" * 5_001}, "help"),
        ):
            with pytest.raises(Invalid) as refused:
                ask(boss, draft, section, kind, **fields)
            assert refused.value.field == field
        assert texts(draft) == []

    def test_bounds_of_a_number_can_be_left_out(self, boss, draft, section):
        for fields, stored in (
            ({}, {}),
            ({"least": " 2.50 ", "most": " "}, {"least": "2.50"}),
            ({"most": "10"}, {"most": "10"}),
        ):
            assert ask(boss, draft, section, "number", **fields).settings == stored

    def test_on_equality_only_choices_and_never_required(self, boss, draft):
        section = building.add_section(boss, draft, title="Equality", is_equality=True)
        for kind in ("short-text", "long-text", "number", "file", "matrix", "ranking", "scale"):
            with pytest.raises(Invalid, match="fixed answers"):
                ask(boss, draft, section, kind, options=["A", "B"], rows=["R"])
        with pytest.raises(Invalid, match="fixed answers"):
            ask(boss, draft, section, "single-choice", options=["A", "B"], other=True)
        asked = ask(
            boss,
            draft,
            section,
            "single-choice",
            options=["A", "B"],
            is_required=True,
            may_be_confidential=True,
        )
        assert not asked.is_required
        assert not asked.may_be_confidential

    def test_limits(self, boss, draft, monkeypatch, section):
        monkeypatch.setattr(building, "MOST_QUESTIONS", 1)
        monkeypatch.setattr(building, "MOST_SECTIONS", 1)
        asked = ask(boss, draft, section)
        for act in (
            lambda: ask(boss, draft, section),
            lambda: building.copy_question(boss, draft, asked),
            lambda: building.add_section(boss, draft, title="Two"),
        ):
            with pytest.raises(Invalid, match="up to 1"):
                act()


class TestConditions:
    def test_only_on_earlier_questions_and_possible_answers(self, boss, draft, section):
        first = ask(boss, draft, section, "single-choice", options=["A", "B"])
        told = ask(boss, draft, section, "information")
        second = ask(boss, draft, section)
        for asked, other, operator, value in (
            (first, second, Operator.ANSWERED, ""),
            (first, first, Operator.ANSWERED, ""),
            (second, told, Operator.ANSWERED, ""),
            (second, first, Operator.CONTAINS, "o1"),
            (second, first, Operator.IS, "A"),
            (second, first, None, ""),
        ):
            with pytest.raises(Invalid):
                building.set_condition(
                    boss, draft, asked, other_id=other.id, operator=operator, value=value
                )
        for operator, value in ((Operator.IS, "o1"), (Operator.ANSWERED, "")):
            building.set_condition(
                boss, draft, second, other_id=first.id, operator=operator, value=value
            )
            assert broken(queries.questions_of(draft.id)) == {}

    def test_words_that_are_typed_are_never_a_removed_answer(self, boss, draft, section):
        first = ask(boss, draft, section, "short-text")
        second = ask(boss, draft, section)
        building.set_condition(
            boss, draft, second, other_id=first.id, operator=Operator.IS, value="Chest"
        )
        assert broken(queries.questions_of(draft.id)) == {}

    def test_broken_by_what_is_done_later(self, boss, draft, section):
        first = ask(boss, draft, section, "single-choice", options=["A", "B", "C"])
        second = ask(boss, draft, section)
        building.set_condition(
            boss, draft, second, other_id=first.id, operator=Operator.IS, value="o1"
        )

        def why():
            return broken(queries.questions_of(draft.id)).get(second.id, "")

        building.move_question(boss, draft, second, up=True)
        assert "does not come before" in why()
        building.move_question(boss, draft, second, up=False)
        assert why() == ""
        wanted = Wanted(kind=first.kind, text="Which?", options=["B", "C"])
        building.edit_question(boss, draft, first, wanted, section=section)
        assert "was removed" in why()
        building.set_condition(boss, draft, second, other_id=None)
        assert why() == ""

    def test_it_blocks_announcing(self, boss):
        asks = [{"kind": "yes-no"}, {}]
        draft = making.make_complete(author=boss, questions=asks)
        first, second = queries.questions_of(draft.id)
        building.set_condition(
            boss, draft, second, other_id=first.id, operator=Operator.IS, value="no"
        )
        building.remove_question(boss, draft, first)
        with pytest.raises(Invalid, match="was removed"):
            announcing.announce(boss, draft)
        assert draft.announced_at is None


def test_every_act_is_refused_once_announced(boss):
    found = making.make_announced(author=boss)
    section = db.session.query(Section).one()
    asked = db.session.query(Question).one()
    wanted = Wanted(kind=asked.kind, text="Other?")
    for act in (
        lambda: building.add_section(boss, found, title="Two"),
        lambda: building.edit_section(boss, found, section, title="x", introduction=""),
        lambda: building.move_section(boss, found, section, up=True),
        lambda: building.remove_section(boss, found, section),
        lambda: building.add_question(boss, found, section, wanted),
        lambda: building.edit_question(boss, found, asked, wanted, section=section),
        lambda: building.move_question(boss, found, asked, up=True),
        lambda: building.copy_question(boss, found, asked),
        lambda: building.remove_question(boss, found, asked),
        lambda: building.set_condition(boss, found, asked, other_id=None),
    ):
        with pytest.raises(NotAllowed, match="can no longer change"):
            act()
    announcing.take_back(boss, found)
    building.edit_question(boss, found, asked, wanted, section=section)
