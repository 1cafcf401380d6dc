"""What answers a question, and which questions are asked."""

from datetime import date
from decimal import Decimal

import pytest

from forum.consultations.enums import Confidentiality, Operator, QuestionKind
from forum.consultations.models import Question
from forum.consultations.policy.answers import Chosen, Given, asked, can_answer

OPTIONS = [{"key": "a", "label": "Apples"}, {"key": "b", "label": "Bread"}]
ROWS = [{"key": "r1", "label": "Price"}, {"key": "r2", "label": "Quality"}]


def question(kind=QuestionKind.SHORT_TEXT, *, number=3, **fields):
    return Question(
        **{
            "id": number,
            "number": number,
            "kind": kind,
            "text": "What do you think?",
            "is_required": False,
            "may_be_confidential": False,
            "options": [],
            "rows": [],
            "settings": {},
            "condition_value": "",
            **fields,
        }
    )


def choose(*options, **fields):
    return Given(choices=tuple(Chosen(option) for option in options), **fields)


def place(**ranks):
    return Given(choices=tuple(Chosen(option, rank=rank) for option, rank in ranks.items()))


def lines(**options):
    return Given(choices=tuple(Chosen(option, row=row) for row, option in options.items()))


SINGLE = question(QuestionKind.SINGLE, options=OPTIONS)
WITH_OTHER = question(QuestionKind.SINGLE, options=OPTIONS, settings={"other": True})
SEVERAL = question(QuestionKind.MULTIPLE, options=OPTIONS, settings={"least": 2, "most": 2})
SCALE = question(QuestionKind.SCALE, settings={"least": 1, "most": 5})
MATRIX = question(QuestionKind.MATRIX, options=OPTIONS, rows=ROWS)
WHOLE_MATRIX = question(QuestionKind.MATRIX, options=OPTIONS, rows=ROWS, is_required=True)
RANKING = question(QuestionKind.RANKING, options=OPTIONS)
WHOLE_RANKING = question(QuestionKind.RANKING, options=OPTIONS, is_required=True)
NUMBER = question(QuestionKind.NUMBER, settings={"least": 0, "most": 100})


@pytest.mark.parametrize(
    ("asks", "given", "refusal"),
    [
        (question(), Given(), ""),
        (question(is_required=True), Given(text="  "), "Answer question 3"),
        (question(), Given(text="x" * 500), ""),
        (question(), Given(text="x" * 501), "Shorten the answer to question 3 to 500 characters"),
        (question(settings={"longest": 5}), Given(text="x" * 6), "to 5 characters"),
        (question(QuestionKind.LONG_TEXT), Given(text="x" * 20_000), ""),
        (question(QuestionKind.LONG_TEXT), Given(text="x" * 20_001), "to 20,000 characters"),
        (question(QuestionKind.YES_NO), choose("unknown"), ""),
        (question(QuestionKind.YES_NO), choose("perhaps"), "Choose among"),
        (SINGLE, choose("a"), ""),
        (SINGLE, choose("a", "b"), "Choose one answer"),
        (SINGLE, choose("c"), "Choose among the answers to question 3"),
        (SINGLE, choose("other", text="Pears"), "Choose among"),
        (WITH_OTHER, choose("other", text="Pears"), ""),
        (WITH_OTHER, choose("other"), "Say what you mean by other in question 3"),
        (WITH_OTHER, choose("other", text="x" * 501), "to 500 characters"),
        (WITH_OTHER, choose("a", text="Pears"), "Choose other in question 3, or remove what you"),
        (SEVERAL, choose("a"), "Choose at least 2"),
        (SEVERAL, choose("a", "b"), ""),
        (SEVERAL, choose("a", "a"), "Choose among"),
        (question(QuestionKind.MULTIPLE, options=OPTIONS, settings={"most": 1}),
         choose("a", "b"), "Choose at most 1"),
        (SCALE, choose("5"), ""),
        (SCALE, choose("6"), "Choose among"),
        (MATRIX, lines(r1="a"), ""),
        (WHOLE_MATRIX, lines(r1="a"), "Choose one answer in each line"),
        (WHOLE_MATRIX, lines(r1="a", r2="a"), ""),
        (MATRIX, lines(r3="a"), "in each line"),
        (MATRIX, lines(r1="c"), "Choose among"),
        (RANKING, place(a=1), ""),
        (WHOLE_RANKING, place(a=1), "Give each line of question 3 a place"),
        (RANKING, place(a=2, b=1), ""),
        (RANKING, place(a=1, b=1), "each of them once"),
        (RANKING, place(a=2), "from 1 on"),
        (RANKING, place(c=1), "Choose among"),
        (NUMBER, Given(number=Decimal("12.5")), ""),
        (NUMBER, Given(number=Decimal(-1)), "must be 0 or more"),
        (NUMBER, Given(number=Decimal(101)), "must be 100 or less"),
        (NUMBER, Given(number=Decimal("NaN")), "Enter a number"),
        (NUMBER, Given(number=Decimal("1e14")), "Enter a number"),
        (NUMBER, Given(number=Decimal("1.00001")), "at most 4 decimal places"),
        (NUMBER, Given(text="five"), "Enter a number"),
        (question(QuestionKind.DATE), Given(day=date(2027, 3, 31)), ""),
        (question(QuestionKind.DATE), Given(day=date(999, 3, 31)), "Enter a date"),
        (question(QuestionKind.FILE), Given(upload_id=1), ""),
        (question(QuestionKind.FILE), Given(text="report.pdf"), "Choose a file"),
        (question(QuestionKind.INFORMATION, is_required=True), Given(), ""),
        (question(QuestionKind.INFORMATION), Given(text="x"), "Nothing is asked here"),
        (question(), Given(text="x", confidentiality=Confidentiality.COMMERCIAL,
                           confidential_reason="Prices"), "cannot be confidential"),
        (question(may_be_confidential=True),
         Given(text="x", confidentiality=Confidentiality.COMMERCIAL), "Say why"),
        (question(may_be_confidential=True),
         Given(text="x", confidentiality=Confidentiality.COMMERCIAL, confidential_reason="Prices"),
         ""),
    ],
)  # fmt: skip
def test_an_answer_is_taken_or_refused_with_a_sentence(asks, given, refusal):
    decision = can_answer(asks, given)
    assert bool(decision) is not bool(refusal)
    assert refusal in decision.reason


def follow(operator, value="", *, number=2, on=1, **fields):
    return question(
        number=number,
        condition_question_id=on,
        condition_operator=operator,
        condition_value=value,
        **fields,
    )


@pytest.mark.parametrize(
    ("operator", "value", "given", "is_asked"),
    [
        (Operator.IS, "a", choose("a"), True),
        (Operator.IS, "a", choose("b"), False),
        (Operator.IS, "a", choose("a", "b"), False),
        (Operator.IS, "12", Given(number=Decimal("12.0")), True),
        (Operator.IS, "2027-03-31", Given(day=date(2027, 3, 31)), True),
        (Operator.IS, "Yes please", Given(text=" yes PLEASE "), True),
        (Operator.IS_NOT, "a", choose("b"), True),
        (Operator.IS_NOT, "a", choose("a"), False),
        (Operator.IS_NOT, "a", Given(), False),
        (Operator.CONTAINS, "b", choose("a", "b"), True),
        (Operator.CONTAINS, "b", choose("a"), False),
        (Operator.CONTAINS, "late", Given(text="They pay LATE."), True),
        (Operator.CONTAINS, "", Given(text="They pay late."), False),
        (Operator.ANSWERED, "", Given(text="x"), True),
        (Operator.ANSWERED, "", Given(text=" "), False),
    ],
)
def test_a_condition_looks_at_an_earlier_answer(operator, value, given, is_asked):
    questions = [question(number=1), follow(operator, value)]
    shown = [one.number for one in asked(questions, {1: given})]
    assert shown == ([1, 2] if is_asked else [1])


def test_what_follows_a_question_that_is_not_asked_is_not_asked_either():
    questions = [
        question(number=1),
        follow(Operator.IS, "yes"),
        follow(Operator.ANSWERED, number=3, on=2),
    ]
    answers = {1: Given(text="no"), 2: Given(text="left from before")}
    assert [one.number for one in asked(questions, answers)] == [1]


def test_a_condition_on_a_question_that_is_gone_hides_its_question():
    assert asked([follow(Operator.ANSWERED, on=9)], {9: Given(text="x")}) == []
