"""What a question may be: its text, its options and its settings, by its kind."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from forum.consultations.enums import QuestionKind
from forum.consultations.models import Question, Section
from forum.consultations.policy.answers import (
    LARGEST_NUMBER,
    LONGEST_SHORT,
    LONGEST_TEXT,
    TEXTS,
)
from forum.consultations.policy.conditions import WITH_OPTIONS
from forum.consultations.policy.questions import IN_EQUALITY, Wanted
from forum.core.errors import Invalid
from forum.core.texts import accept_line, accept_paragraphs

LONGEST_QUESTION = 500
LONGEST_HELP = 5_000
LONGEST_LABEL = 200
LONGEST_WORD = 80
MOST_OPTIONS = 100
MOST_RANKED = 20
MOST_ROWS = 30
HIGHEST_STEP = 10


def write_question(question: Question, section: Section, wanted: Wanted) -> None:
    """Make ``question`` what is ``wanted``; options that stay keep their keys.

    Raises Invalid for the field that cannot be accepted.
    """
    if section.is_equality and (wanted.kind not in IN_EQUALITY or wanted.other):
        raise Invalid(
            "Questions on equality have fixed answers: yes or no, one choice, or several",
            field="text",
        )
    settings: dict[str, Any] = {}
    is_asked = wanted.kind is not QuestionKind.INFORMATION
    question.text = accept_line(
        wanted.text, field="text", longest=LONGEST_QUESTION, missing="Enter the question"
    )
    question.help = accept_paragraphs(wanted.help, field="help", longest=LONGEST_HELP)
    question.is_required = wanted.is_required and is_asked and not section.is_equality
    question.may_be_confidential = (
        wanted.may_be_confidential and is_asked and not section.is_equality
    )
    last = int((question.settings or {}).get("last_key", 0))
    question.options, last = _labels(question.options or [], wanted, "options", last)
    question.rows, last = _labels(question.rows or [], wanted, "rows", last)
    if last:
        settings["last_key"] = last
    question.settings = {**settings, **_settings(wanted, len(question.options))}


def _settings(wanted: Wanted, options: int) -> dict[str, Any]:
    if wanted.kind in TEXTS:
        longest = LONGEST_SHORT if wanted.kind is QuestionKind.SHORT_TEXT else LONGEST_TEXT
        return _kept(longest=_whole(wanted.longest, "longest", 1, longest))
    if wanted.kind is QuestionKind.MULTIPLE:
        return _several(wanted, options)
    if wanted.kind is QuestionKind.SINGLE:
        return _kept(other=wanted.other)
    if wanted.kind is QuestionKind.SCALE:
        return _scale(wanted)
    if wanted.kind is QuestionKind.NUMBER:
        return _bounds(wanted)
    return {}


def _several(wanted: Wanted, options: int) -> dict[str, Any]:
    count = options + int(wanted.other)
    least = _whole(wanted.least, "least", 0, count)
    most = _whole(wanted.most, "most", 1, count)
    if least and most and least > most:
        raise Invalid("The most must not be fewer than the least", field="most")
    return _kept(least=least, most=most, other=wanted.other)


def _scale(wanted: Wanted) -> dict[str, Any]:
    least = _whole(wanted.least or "1", "least", 0, HIGHEST_STEP - 1)
    most = _whole(wanted.most or "5", "most", 1, HIGHEST_STEP)
    if least is None or most is None or least >= most:
        raise Invalid("The highest step must be more than the lowest", field="most")
    low = accept_line(wanted.low, field="low", longest=LONGEST_WORD)
    high = accept_line(wanted.high, field="high", longest=LONGEST_WORD)
    return {"least": least, "most": most, **_kept(low=low, high=high)}


def _bounds(wanted: Wanted) -> dict[str, Any]:
    least, most = _number(wanted.least, "least"), _number(wanted.most, "most")
    if least is not None and most is not None and least > most:
        raise Invalid("The largest must not be less than the smallest", field="most")
    told = {"least": least, "most": most}
    return {name: f"{value:f}" for name, value in told.items() if value is not None}


def _kept(**values: Any) -> dict[str, Any]:
    """Those of the values that say something."""
    return {name: value for name, value in values.items() if value}


def _whole(text: str, name: str, lowest: int, highest: int) -> int | None:
    text = text.strip()
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(highest))
    if not is_number or not lowest <= int(text) <= highest:
        raise Invalid(f"Enter a whole number from {lowest:,} to {highest:,}", field=name)
    return int(text)


def _number(text: str, name: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    message = "Enter a number with at most 14 digits, such as 1200 or 12.5"
    try:
        number = Decimal(text) if text.isascii() and len(text) <= 20 else Decimal("NaN")  # noqa: PLR2004 — a sign, a point and four decimals
    except InvalidOperation:
        raise Invalid(message, field=name) from None
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise Invalid(message, field=name)
    return number


def _labels(
    before: Sequence[Mapping[str, str]], wanted: Wanted, name: str, last: int
) -> tuple[list[dict[str, str]], int]:
    """Options or rows with keys, and the number of the key that was given last."""
    has_them = (
        wanted.kind in WITH_OPTIONS if name == "options" else (wanted.kind is QuestionKind.MATRIX)
    )
    if not has_them:
        return [], last
    texts = wanted.options if name == "options" else wanted.rows
    labels = _accept_labels(texts, name, wanted.kind)
    known = {one["label"]: one["key"] for one in before}
    keyed = []
    for place, label in enumerate(labels):
        key = known.get(label) or _renamed(before, labels, place)
        if not key:
            last += 1
            key = f"{name[0]}{last}"
        keyed.append({"key": key, "label": label})
    return keyed, last


def _renamed(before: Sequence[Mapping[str, str]], labels: Sequence[str], place: int) -> str:
    """Key of the option whose label was changed in its place; "" when there is none."""
    if place < len(before) and len(before) == len(labels) and before[place]["label"] not in labels:
        return before[place]["key"]
    return ""


def _accept_labels(texts: Sequence[str], name: str, kind: QuestionKind) -> list[str]:
    most = {"rows": MOST_ROWS}.get(
        name, MOST_RANKED if kind is QuestionKind.RANKING else MOST_OPTIONS
    )
    lines = [text for text in texts if text.strip()]
    if len(lines) > most:
        raise Invalid(f"You entered {len(lines):,} lines. Up to {most} can be taken", field=name)
    least = 1 if name == "rows" else 2
    if len(lines) < least:
        raise Invalid(f"Enter at least {least}, each on a line of its own", field=name)
    labels = [
        accept_line(line, field=name, longest=LONGEST_LABEL, missing="Each line needs a word")
        for line in lines
    ]
    if len({label.casefold() for label in labels}) < len(labels):
        raise Invalid("Two lines are the same", field=name)
    return labels
