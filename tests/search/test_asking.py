"""The language of the search: every text is a question, and means the same each time."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.accounts.enums import Sector
from forum.search.queries import LONGEST_QUERY, Term, parse, printable
from forum.search.queries.asking import MOST_TERMS, corrected
from tests import hostile


def words(text):
    return [term.text for term in parse(text).wanted]


def test_words_phrases_and_what_is_not_wanted():
    question = parse('late "prompt payment" -framework -"small print"')
    assert question.wanted == (Term(("late",)), Term(("prompt", "payment")))
    assert question.unwanted == (Term(("framework",)), Term(("small", "print")))


def test_words_joined_by_signs_stand_side_by_side():
    assert parse("e-mail example.org").wanted == (Term(("e", "mail")), Term(("example", "org")))


def test_words_of_every_text_are_left_out():
    assert words("the price of bread") == ["price", "bread"]
    assert words('"state of the art"') == ["state of the art"]
    assert parse("the of and").is_empty


def test_every_key():
    question = parse(
        'author:@Asha-Patel org:"Tyne Bread" centre:"North East" board:general topic:Food '
        "sector:public is:question is:answered before:2026-03-01 after:2026-01-31"
    )
    assert question.wanted == ()
    assert question.author == "asha-patel"
    assert question.organisation == "tyne-bread"
    assert question.centre == "north-east"
    assert (question.board, question.topic, question.sector) == ("general", "food", Sector.PUBLIC)
    assert question.is_question
    assert question.is_answered
    assert question.before == datetime(2026, 3, 1, tzinfo=UTC)
    # The day itself is not after the day.
    assert question.after == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "piece", ["sector:nobles", "is:happy", "before:yesterday", "after:2026-13-40", "author:!!"]
)
def test_what_cannot_be_understood_is_told_and_left_out(piece):
    question = parse(f"bread {piece}")
    assert words(f"bread {piece}") == ["bread"]
    assert question.notes == (piece,)


def test_the_last_day_of_the_calendar():
    assert parse("after:9999-12-31").notes == ("after:9999-12-31",)


def test_keys_that_are_none_are_words():
    assert words("http://example.org") == ["http example org"]


def test_a_quotation_without_an_end():
    assert words('bread "and butter') == ["bread", "and butter"]


def test_long_questions_are_cut():
    question = parse("bread " * 2000)
    assert question.is_cut
    assert len(question.wanted) == MOST_TERMS


def test_words_put_right_within_the_text():
    assert corrected("Suplier of bread -suplier", [("suplier", "supplier")]) == (
        "supplier of bread -supplier"
    )


@given(st.text(max_size=LONGEST_QUERY * 2))
def test_any_text_is_a_question(text):
    check(text)


@given(st.text(alphabet='"-:() abNOT*^+\x00\ud800', max_size=80))
def test_any_signs_are_a_question(text):
    check(text)


def test_hostile_texts_are_questions():
    for text in hostile.strings():
        check(text)


def check(text):
    question = parse(text)
    assert question == parse(text)
    for term in (*question.wanted, *question.unwanted):
        assert term.words
        assert all(re.fullmatch(r"[^\W_]+", word) for word in term.words)
    assert len(question.wanted) + len(question.unwanted) <= MOST_TERMS
    assert printable(text).isprintable()
