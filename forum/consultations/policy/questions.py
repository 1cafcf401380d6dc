"""What a question may have, by its kind, and a question as somebody wants it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from forum.consultations.enums import QuestionKind

WITH_OTHER = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})
# What can be counted without looking at who answered, and names nobody.
IN_EQUALITY = frozenset(
    {QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.YES_NO, QuestionKind.INFORMATION}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as somebody wants it; ``options`` and ``rows`` are labels.

    ``least`` and ``most`` are choices, steps of a scale or bounds of a number, as typed.
    """

    kind: QuestionKind
    text: str
    help: str = ""
    is_required: bool = False
    may_be_confidential: bool = False
    options: Sequence[str] = field(default=())
    rows: Sequence[str] = field(default=())
    least: str = ""
    most: str = ""
    low: str = ""
    high: str = ""
    other: bool = False
    longest: str = ""
