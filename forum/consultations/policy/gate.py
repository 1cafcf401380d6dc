"""The fairness gate: what must be said before a consultation is announced.

The same items are a checklist for managers and a box on the public page. A consultation and
preliminary market engagement need all of them; a discussion paper and a call for evidence need
no options, no decision maker and no policy of length.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forum.consultations.enums import EngagementPurpose, Kind, QuestionKind
from forum.consultations.models import Consultation, Question
from forum.consultations.policy.conditions import broken
from forum.consultations.policy.length import HOLIDAY_WEEKS, Length, length_of
from forum.core.clock import london_day

FULL = frozenset({Kind.CONSULTATION, Kind.ENGAGEMENT})
# Find a Tender: six digits and the year.
NOTICE_NUMBER = re.compile(r"[0-9]{6}-20[0-9]{2}")
MOST_TOPICS = 5
PURPOSE_WORDS = {
    EngagementPurpose.REQUIREMENTS: "Developing the requirements and the approach",
    EngagementPurpose.PROCEDURE: "Designing the procedure, conditions and award criteria",
    EngagementPurpose.TENDER_DOCUMENTS: "Preparing the tender notice and documents",
    EngagementPurpose.SUPPLIERS: "Identifying suppliers who may be interested",
    EngagementPurpose.CONTRACT_TERMS: "Identifying likely contract terms",
    EngagementPurpose.CAPACITY: "Building capacity among suppliers",
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the gate looks at; ``questions`` are all of them, in order."""

    consultation: Consultation
    documents: int
    topics: int
    questions: Sequence[Question]
    now: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One item: ``why`` it is asked for, what is ``missing``, and the ``facts`` that were given.

    ``facts`` are pairs of label and text for the public. ``part`` is the last part of the
    address where a manager completes it.
    """

    title: str
    why: str
    part: str
    missing: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def gate(basis: Basis) -> list[Item]:
    """The items for this kind of consultation, in the order of the page."""
    items = [_purpose(basis)]
    if basis.consultation.kind in FULL:
        items += [_scope(basis), _decision(basis), _options(basis)]
    if basis.consultation.kind is Kind.ENGAGEMENT:
        items.append(_engagement(basis))
    return [
        *items,
        _length(basis),
        _documents(basis),
        _questions(basis),
        _topics(basis),
        _privacy(basis),
    ]


def missing(basis: Basis) -> list[str]:
    """All that is missing, as sentences without a full stop."""
    return [sentence for item in gate(basis) for sentence in item.missing]


def _item(
    words: tuple[str, str],
    part: str,
    facts: Sequence[tuple[str, str]],
    checks: Sequence[tuple[object, str]],
) -> Item:
    """``checks``: pairs of what must be there and the sentence when it is not."""
    lacking = tuple(sentence for there, sentence in checks if not there)
    return Item(*words, part, lacking, tuple((label, text) for label, text in facts if text))


def _purpose(basis: Basis) -> Item:
    consultation = basis.consultation
    return _item(
        ("Purpose", "You can judge what is worth saying when you know what it is for."),
        "purpose",
        [("Purpose", consultation.purpose)],
        [
            (
                consultation.summary,
                "Sum up in a few sentences what you ask, for lists and searches",
            ),
            (consultation.purpose, "Say what this is for"),
        ],
    )


def _scope(basis: Basis) -> Item:
    consultation = basis.consultation
    return _item(
        (
            "What is open and what is fixed",
            "Nobody should spend time on what has been decided already.",
        ),
        "purpose",
        [("Still open", consultation.still_open), ("Already fixed", consultation.already_fixed)],
        [
            (consultation.still_open, "Say what can still change"),
            (consultation.already_fixed, "Say what is fixed already, or that nothing is"),
        ],
    )


def _decision(basis: Basis) -> Item:
    consultation, day = basis.consultation, basis.consultation.decision_on
    closing = _closing_day(consultation)
    return _item(
        ("Who decides, and when", "Views count when somebody named reads them before deciding."),
        "purpose",
        [("Decided by", consultation.decider), ("Decision expected on", _day_words(day))],
        [
            (consultation.decider, "Say who decides"),
            (day, "Say when it will be decided"),
            (
                day is None or closing is None or day > closing,
                "The decision must come after the closing",
            ),
        ],
    )


def _options(basis: Basis) -> Item:
    consultation = basis.consultation
    return _item(
        (
            "Options",
            "Which ways were thought of, and why some were given up, shows where you can help.",
        ),
        "purpose",
        [
            ("Options considered", consultation.options_considered),
            ("Options rejected, and why", consultation.options_rejected),
        ],
        [
            (consultation.options_considered, "Describe the options that you consider"),
            (
                consultation.options_rejected,
                "Say which options you rejected and why, or that none was",
            ),
        ],
    )


def _engagement(basis: Basis) -> Item:
    consultation = basis.consultation
    chosen = [PURPOSE_WORDS[EngagementPurpose(one)] for one in consultation.engagement_purposes]
    notice, reason = consultation.notice_number, consultation.no_notice_reason
    return _item(
        (
            "Market engagement",
            "The Procurement Act 2023 says what it may be for (section 16) and asks for a notice.",
        ),
        "engagement",
        [
            ("Purposes of the engagement", "; ".join(chosen)),
            ("Notice", notice),
            ("Why there is no notice", "" if notice else reason),
        ],
        [
            (chosen, "Choose what the engagement is for"),
            (
                notice or reason,
                "Enter the number of the notice of the engagement, or say why there is none",
            ),
            (
                not notice or NOTICE_NUMBER.fullmatch(notice),
                "The number of a notice has six digits and a year, such as 012345-2026",
            ),
        ],
    )


def _length(basis: Basis) -> Item:
    consultation = basis.consultation
    opens_at, closes_at = consultation.opens_at, consultation.closes_at
    words = (
        "Time to respond",
        "Small organisations need time, and more of it when holidays fall into it.",
    )
    if opens_at is None or closes_at is None:
        return _item(words, "dates", [], [(False, "Enter when it opens and when it closes")])
    if closes_at <= opens_at:
        return _item(words, "dates", [], [(False, "The closing must come after the opening")])
    length = length_of(opens_at, closes_at, weeks=consultation.weeks)
    is_future = consultation.announced_at is not None or opens_at > basis.now
    checks: list[tuple[object, str]] = [(is_future, "The opening has passed: enter a later one")]
    if consultation.kind in FULL:
        checks += _length_checks(consultation, length)
    return _item(words, "dates", _length_facts(consultation, length), checks)


def _length_checks(consultation: Consultation, length: Length) -> list[tuple[object, str]]:
    overlaps = ", ".join(length.overlaps)
    return [
        (
            not length.is_short or consultation.short_reason,
            f"It is open for {length.days} days. Say why it is fewer than {length.weeks} weeks",
        ),
        (
            not length.is_very_short or consultation.approver_id,
            "A second manager of the centre has to agree to fewer than four weeks",
        ),
        (
            not length.lacks_holidays or consultation.holiday_reason,
            f"Its time overlaps with {overlaps}. Add two weeks, or say why not",
        ),
    ]


def _length_facts(consultation: Consultation, length: Length) -> list[tuple[str, str]]:
    usual = f"{length.weeks} weeks, and {HOLIDAY_WEEKS} more when holidays fall into them"
    agreed = length.is_very_short and consultation.approver_id
    return [
        ("Open for", f"{length.days} days"),
        ("Usual at this centre", usual if consultation.kind in FULL else ""),
        ("Holidays within it", ", ".join(length.overlaps)),
        ("Why it is shorter than usual", consultation.short_reason if length.is_short else ""),
        ("Agreed by", "A second manager of the centre" if agreed else ""),
        (
            "Why no more time for holidays",
            consultation.holiday_reason if length.lacks_holidays else "",
        ),
    ]


def _documents(basis: Basis) -> Item:
    return _item(
        ("Information", "What is asked should rest on something that everybody can read."),
        "documents",
        [("Documents", str(basis.documents or ""))],
        [(basis.documents, "Add at least one document with what respondents should know")],
    )


def _questions(basis: Basis) -> Item:
    asks = [one for one in basis.questions if one.kind is not QuestionKind.INFORMATION]
    numbers = {question.id: question.number for question in basis.questions}
    faults = broken(basis.questions).items()
    return _item(
        ("Questions", "All questions can be read before one begins to answer."),
        "questions",
        [("Questions", str(len(asks) or ""))],
        [
            (asks, "Ask at least one question"),
            *(
                (False, f"{reason} (question {numbers[key]})" if numbers[key] else reason)
                for key, reason in faults
            ),
        ],
    )


def _topics(basis: Basis) -> Item:
    return _item(
        ("Procurement topics", "Whoever follows a topic finds the consultation under it."),
        "details",
        [],
        [(1 <= basis.topics <= MOST_TOPICS, "Choose one to five procurement topics")],
    )


def _privacy(basis: Basis) -> Item:
    consultation, day = basis.consultation, basis.consultation.retention_on
    after = consultation.decision_on or _closing_day(consultation)
    return _item(
        (
            "Personal data",
            "You should know who keeps what you send, on what basis, and for how long.",
        ),
        "privacy",
        [
            ("Controller", consultation.controller),
            ("Lawful basis", consultation.lawful_basis),
            ("Personal data are kept until", _day_words(day)),
        ],
        [
            (consultation.controller, "Name the controller of personal data"),
            (consultation.lawful_basis, "Give the lawful basis"),
            (day, "Say until when personal data are kept"),
            (
                day is None or after is None or day > after,
                "Personal data must be kept until after the decision",
            ),
        ],
    )


def _closing_day(consultation: Consultation) -> date | None:
    closes_at = consultation.closes_at
    return london_day(closes_at) if closes_at else None


def _day_words(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else ""
