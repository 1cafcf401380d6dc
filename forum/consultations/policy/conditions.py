"""Conditions that can never be judged, and the questions that a condition may look at."""

from collections.abc import Sequence

from forum.consultations.enums import Operator, QuestionKind
from forum.consultations.models import Question
from forum.consultations.policy.answers import OTHER, YES_NO

WITH_OPTIONS = frozenset(
    {
        QuestionKind.SINGLE,
        QuestionKind.MULTIPLE,
        QuestionKind.MATRIX,
        QuestionKind.RANKING,
    }
)
YES_NO_LABELS = {"yes": "Yes", "no": "No", "unknown": "Don’t know"}
# What the value of a condition can say of an answer to questions of these kinds.
COMPARED = {
    QuestionKind.SHORT_TEXT: (Operator.IS, Operator.IS_NOT, Operator.CONTAINS),
    QuestionKind.LONG_TEXT: (Operator.CONTAINS,),
    QuestionKind.YES_NO: (Operator.IS, Operator.IS_NOT),
    QuestionKind.SINGLE: (Operator.IS, Operator.IS_NOT),
    QuestionKind.MULTIPLE: (Operator.CONTAINS, Operator.IS, Operator.IS_NOT),
    QuestionKind.SCALE: (Operator.IS, Operator.IS_NOT),
    QuestionKind.MATRIX: (),
    QuestionKind.RANKING: (),
    QuestionKind.NUMBER: (Operator.IS, Operator.IS_NOT),
    QuestionKind.DATE: (Operator.IS, Operator.IS_NOT),
    QuestionKind.FILE: (),
}


def conditionable(questions: Sequence[Question], question: Question) -> list[Question]:
    """Those of ``questions`` (all, in order) that a condition of ``question`` may look at."""
    earlier = questions[: questions.index(question)]
    return [other for other in earlier if other.kind is not QuestionKind.INFORMATION]


def values_of(question: Question) -> list[tuple[str, str]]:
    """Keys and labels of what may be chosen as its answer; none where it is typed."""
    if question.kind is QuestionKind.YES_NO:
        return [(key, YES_NO_LABELS[key]) for key in YES_NO]
    if question.kind is QuestionKind.SCALE:
        least, most = int(question.settings["least"]), int(question.settings["most"])
        return [(str(step), str(step)) for step in range(least, most + 1)]
    if question.kind not in WITH_OPTIONS:
        return []
    other = [(OTHER, "Other")] if question.settings.get("other") else []
    return [(option["key"], option["label"]) for option in question.options] + other


def broken(questions: Sequence[Question]) -> dict[int, str]:
    """Why conditions cannot be judged, by the identifier of their questions (all, in order)."""
    places = {question.id: place for place, question in enumerate(questions)}
    found: dict[int, str] = {}
    for place, question in enumerate(questions):
        if question.condition_operator is None:
            continue
        if reason := _why_broken(questions, places, place):
            found[question.id] = reason
    return found


def _why_broken(questions: Sequence[Question], places: dict[int, int], place: int) -> str:
    question = questions[place]
    there = places.get(question.condition_question_id or 0)
    if there is None:
        return "The question that its condition looks at was removed"
    if there >= place:
        return "Its condition looks at a question that does not come before it"
    values = dict(values_of(questions[there]))
    looks_for_one = question.condition_operator is not Operator.ANSWERED
    if looks_for_one and values and question.condition_value not in values:
        return "The answer that its condition looks for was removed"
    return ""
