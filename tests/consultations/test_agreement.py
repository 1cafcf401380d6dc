"""Agreement of coders: Cohen's kappa, compared with the definition and with a known example."""

import itertools
import random
from fractions import Fraction

import pytest

from forum.consultations import actions, queries
from forum.consultations.enums import ResponseState
from forum.consultations.models import CodedAnswer, Coding, Response, Theme
from forum.consultations.queries import FEWEST_ANSWERS
from forum.core import clock
from forum.core.db import db
from tests import factories
from tests.consultations import analysing, answering
from tests.consultations.test_results import close
from tests.statements import count_statements


@pytest.fixture
def asked(app):
    """A closed consultation with a question for texts."""
    consultation = answering.open_consultation()
    question = answering.question(answering.section(consultation))
    close(consultation)
    return consultation, question


@pytest.fixture
def coders(app):
    """Two managers."""
    return [factories.make_account(role="manager") for _number in range(2)]


def make_theme(consultation, title="Late payment", position=1):
    theme = Theme(consultation_id=consultation.id, position=position, title=title)
    db.session.add(theme)
    factories.commit()
    return theme


def code(answers, coder, theme, found):
    """Let the coder have coded ``answers``, and found the theme in those that ``found`` says."""
    now = clock.now()
    for answer, is_found in zip(answers, found, strict=True):
        db.session.merge(CodedAnswer(answer_id=answer.id, coder_id=coder.id, coded_at=now))
        if is_found:
            db.session.add(
                Coding(answer_id=answer.id, theme_id=theme.id, coder_id=coder.id, coded_at=now)
            )
    factories.commit()


def agreement(consultation):
    themes = queries.themes_of(consultation.id)
    return queries.agreement_of(consultation, [theme.id for theme in themes])


def test_the_usual_example_has_the_kappa_of_the_books(asked, coders):
    # 20 found by both, 5 and 10 by one of them, 15 by none: 0.7 observed, 0.5 expected.
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * 50)
    code(answers, coders[0], theme, [True] * 25 + [False] * 25)
    code(answers, coders[1], theme, [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15)
    found = agreement(consultation)
    assert (found.answers, found.coders) == (50, 2)
    assert found.themes[theme.id] == pytest.approx(0.4)
    assert found.overall == pytest.approx(0.4)


def test_any_coders_and_themes_agree_as_the_definition_says(asked):
    consultation, question = asked
    people = [factories.make_account(role="manager") for _number in range(3)]
    themes = [make_theme(consultation, f"Theme {place}", place) for place in range(3)]
    answers = analysing.say(consultation, question, ["Late."] * 40)
    chosen = random.Random(5)  # noqa: S311 — no secret
    # The third coder has coded only some of them.
    parts = [answers, answers, answers[:25]]
    grid = {
        (coder.id, theme.id): [chosen.random() < 0.4 for _answer in part]
        for coder, part in zip(people, parts, strict=True)
        for theme in themes
    }
    for coder, part in zip(people, parts, strict=True):
        for theme in themes:
            code(part, coder, theme, grid[coder.id, theme.id])
    found = agreement(consultation)
    pairs = list(itertools.combinations([coder.id for coder in people], 2))
    shares = {
        (theme.id, pair): _shares(*(grid[coder, theme.id] for coder in pair))
        for theme in themes
        for pair in pairs
    }
    for theme in themes:
        expected = [_kappa(*shares[theme.id, pair]) for pair in pairs]
        assert found.themes[theme.id] == pytest.approx(float(sum(expected) / len(expected)))
    pooled = [
        _kappa(*(sum(shares[theme.id, pair][part] for theme in themes) / 3 for part in (0, 1)))
        for pair in pairs
    ]
    assert found.overall == pytest.approx(float(sum(pooled) / len(pooled)))


def _shares(first, second):
    both = list(zip(first, second, strict=False))
    count = len(both)
    yes = [Fraction(sum(pair[coder] for pair in both), count) for coder in (0, 1)]
    observed = Fraction(sum(one == other for one, other in both), count)
    return observed, yes[0] * yes[1] + (1 - yes[0]) * (1 - yes[1])


def _kappa(observed, expected):
    return (observed - expected) / (1 - expected)


def test_below_the_least_number_of_answers_no_kappa_is_told(asked, coders):
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * FEWEST_ANSWERS)
    found = [bool(place % 2) for place in range(FEWEST_ANSWERS)]
    code(answers, coders[0], theme, found)
    code(answers[1:], coders[1], theme, found[1:])
    few = agreement(consultation)
    assert (few.answers, few.overall, few.themes) == (FEWEST_ANSWERS - 1, None, {theme.id: None})
    code(answers[:1], coders[1], theme, found[:1])
    assert agreement(consultation).overall == 1


def test_what_was_taken_back_or_does_not_count_is_left_out(asked, coders):
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * (FEWEST_ANSWERS + 1))
    found = [bool(place % 2) for place in range(FEWEST_ANSWERS + 1)]
    code(answers, coders[0], theme, found)
    code(answers, coders[1], theme, [True, *found[1:]])
    assert agreement(consultation).overall < 1
    gone = db.session.get(Response, answers[0].response_id)
    gone.state = ResponseState.WITHDRAWN
    factories.commit()
    after = agreement(consultation)
    assert (after.answers, after.overall) == (FEWEST_ANSWERS, 1)
    wrong = db.session.query(Coding).filter_by(coder_id=coders[1].id, answer_id=answers[1].id)
    wrong.one().removed_at = clock.now()
    factories.commit()
    assert agreement(consultation).overall < 1


def test_kappa_is_that_of_what_is_left(asked, coders):
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * (FEWEST_ANSWERS + 3))
    grid = [[place % 2 == 0 for place in range(len(answers))] for _coder in coders]
    for coder, found in zip(coders, grid, strict=True):
        code(answers, coder, theme, found)
    # The last response is withdrawn; each coder takes back one that the other found, too.
    db.session.get(Response, answers[-1].response_id).state = ResponseState.WITHDRAWN
    for place, coder, found in zip((0, 2), coders, grid, strict=True):
        taken = db.session.query(Coding).filter_by(coder_id=coder.id, answer_id=answers[place].id)
        taken.one().removed_at = clock.now()
        found[place] = False
    factories.commit()
    after = agreement(consultation)
    expected = _kappa(*_shares(*(found[:-1] for found in grid)))
    assert after.answers == FEWEST_ANSWERS + 2
    assert after.themes[theme.id] == pytest.approx(float(expected))


def test_where_nobody_can_differ_no_kappa_is_told(asked, coders):
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * FEWEST_ANSWERS)
    for coder in coders:
        code(answers, coder, theme, [True] * FEWEST_ANSWERS)
    assert agreement(consultation).themes == {theme.id: None}


def test_to_find_no_theme_is_to_have_coded(asked, coders):
    consultation, question = asked
    make_theme(consultation)
    (answer,) = analysing.say(consultation, question, ["Late."])
    response = db.session.get(Response, answer.response_id)
    for coder in coders:
        for _time in range(2):
            actions.code_answer(coder, response, answer, theme_ids=[])
    assert agreement(consultation).answers == 1
    assert db.session.query(CodedAnswer).count() == 2


def test_managers_see_how_far_they_agree_and_nobody_else_does(asked, coders, browser):
    consultation, question = asked
    theme = make_theme(consultation)
    here = f"/consultations/{consultation.id}/manage/themes/"
    manager = browser(coders[0])
    assert "Agreement of coders" not in manager.get(here).main
    answers = analysing.say(consultation, question, ["Late."] * 50)
    code(answers[:5], coders[0], theme, [True] * 5)
    code(answers[:5], coders[1], theme, [True] * 5)
    page = manager.get(here)
    assert "5 answers were coded by two or more of 2 coders." in page.main
    assert "is shown from 20 answers that the same two have coded" in page.main
    assert "kappa" not in page.main
    code(answers[5:], coders[0], theme, [True] * 20 + [False] * 25)
    code(answers[5:], coders[1], theme, [True] * 15 + [False] * 5 + [True] * 10 + [False] * 15)
    page = manager.get(here)
    assert "50 answers were coded by two or more of 2 coders." in page.main
    assert "Cohen’s kappa over all themes: 0.40." in page.main
    assert "agreement 0.40" in page.main
    browser().get(here, status=303)
    stranger = factories.make_account(role="manager", centre=factories.get_centre("london"))
    browser(stranger).get(here, status=403)


def test_the_number_of_statements_stays_the_same(asked, coders):
    consultation, question = asked
    theme = make_theme(consultation)
    answers = analysing.say(consultation, question, ["Late."] * 30)

    def statements():
        db.session.expire_all()
        with count_statements() as counted:
            queries.agreement_of(consultation, [theme.id])
        return len(counted)

    before = statements()
    for coder in (*coders, factories.make_account(role="manager")):
        code(answers, coder, theme, [True] * 10 + [False] * 20)
    assert statements() == before
