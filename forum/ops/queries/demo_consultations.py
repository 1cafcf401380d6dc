"""Consultations of the demo content, as the files of ``forum/ops/demo/consultations`` tell.

A file each consultation, and ``voices.toml`` with the names and phrases of those who respond.
Days are counted from the day of loading; negative ones are past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVoices:
    """Of whom and how responses are made up; ``organisations`` are names by sector."""

    given_names: Sequence[str] = ()
    family_names: Sequence[str] = ()
    organisations: Mapping[str, Sequence[str]] = field(default_factory=dict)
    openings: Sequence[str] = ()
    closings: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArgument:
    """What some respondents write, and the theme that coders find in it."""

    text: str
    theme: str = ""
    sectors: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResponses:
    """Responses that are made up, all by ``seed``; questions are told by their numbers.

    ``weights`` lean answers to options, also of one sector alone ("1 public"). ``numbers`` are
    the least and the most that is given, ``days`` the same counted from the day of loading.
    ``texts`` are answers to short questions, ``arguments`` make up long ones. ``campaign`` are
    letters of the same wording that ``campaigners`` send as their answer to the question
    ``campaign_question``, where coders find ``campaign_theme``. ``on_paper``: how many came by
    post.
    """

    count: int
    seed: int
    weights: Mapping[str, Sequence[float]] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    days: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arguments: Mapping[str, Sequence[DemoArgument]] = field(default_factory=dict)
    campaign: Sequence[str] = ()
    campaign_theme: str = ""
    campaigners: int = 0
    campaign_question: int = 0
    on_paper: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReview:
    """What became of published answers that hold ``span``: it was removed, or all withheld."""

    span: str
    why: str
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTheme:
    """A theme of the code frame and what was decided about it ("": nothing yet)."""

    title: str
    description: str
    ruling: str = ""
    reason: str = ""
    did: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUpdate:
    """How far a promise had come some days ago."""

    days_ago: float
    state: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPromise:
    """A promise, due ``due_in`` days."""

    text: str
    owner: str
    theme: str
    due_in: int
    updates: Sequence[DemoUpdate] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """What was decided, published ``days_ago``."""

    days_ago: float
    asked: str
    said: str
    decided: str
    signer: str
    signer_role: str
    promises: Sequence[DemoPromise] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoNotice:
    """That the outcome comes late, and is to come in ``due_in`` days."""

    days_ago: float
    due_in: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDocument:
    """A document with its text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConsultation:
    """A consultation of ``centre``, drafted by ``by``.

    ``announced_days_ago`` 0: it is a draft. ``texts`` are those of the gate and of the settings,
    by the names of their fields; ``decision_in`` and ``retention_in`` count days from closing.
    ``thread`` is the title of the centre's thread where it is discussed. ``sections`` are those
    of a questionnaire's file. ``analysed_after``: how many days after closing coders were done.
    """

    centre: str
    by: str
    kind: str
    title: str
    summary: str
    topics: Sequence[str]
    drafted_days_ago: float
    announced_days_ago: float = 0.0
    opens_in: int
    days: int
    decision_in: int = 0
    retention_in: int = 0
    texts: Mapping[str, Any] = field(default_factory=dict)
    thread: str = ""
    tied_days_ago: float = 0.0
    sections: Sequence[Mapping[str, Any]] = ()
    documents: Sequence[DemoDocument] = ()
    responses: DemoResponses | None = None
    coders: Sequence[str] = ()
    analysed_after: float = 0.0
    results_published: bool = False
    reviews: Sequence[DemoReview] = ()
    themes: Sequence[DemoTheme] = ()
    notices: Sequence[DemoNotice] = ()
    outcome: DemoOutcome | None = None


def voices_of(tables: Mapping[str, Any]) -> DemoVoices:
    """The voices of a file; raises TypeError for entries that are wrong."""
    return DemoVoices(**tables)


def consultation_of(tables: Mapping[str, Any]) -> DemoConsultation:
    """The consultation of a file; raises TypeError or KeyError for entries that are wrong."""
    lists = {
        name: [make(**one) for one in tables.get(name, ())]
        for name, make in (
            ("documents", DemoDocument),
            ("reviews", DemoReview),
            ("themes", DemoTheme),
            ("notices", DemoNotice),
        )
    }
    return DemoConsultation(
        **{
            **tables,
            **lists,
            "responses": _responses(tables["responses"]) if "responses" in tables else None,
            "outcome": _outcome(tables["outcome"]) if "outcome" in tables else None,
        }
    )


def _responses(table: Mapping[str, Any]) -> DemoResponses:
    arguments = {
        number: [DemoArgument(**one) for one in told]
        for number, told in table.get("arguments", {}).items()
    }
    return DemoResponses(**{**table, "arguments": arguments})


def _outcome(table: Mapping[str, Any]) -> DemoOutcome:
    promises = [
        DemoPromise(**{**one, "updates": [DemoUpdate(**step) for step in one.get("updates", ())]})
        for one in table.get("promises", ())
    ]
    return DemoOutcome(**{**table, "promises": promises})
