"""What moderators did in the demo content, read from ``moderation.toml``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forum.ops.queries.demo_people import DemoMember


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWord:
    """A watched phrase of a centre, or of all ("")."""

    phrase: str
    effect: str
    centre: str = ""
    message: str = ""
    days_ago: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """That somebody reports a post, a visitor when ``by`` is ""; counted from the post."""

    reason: str
    by: str = ""
    note: str = ""
    hours_later: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVerdict:
    """A decision about a post, counted from the post; ``clause`` 0 names none.

    ``by`` "" is a moderator of the centre; ``text`` is what edit-and-approve makes of the post,
    or the words that a redaction removes for the reason ``code``.
    """

    kind: str
    by: str = ""
    clause: int = 0
    reason: str = ""
    staff_note: str = ""
    text: str = ""
    code: str = ""
    hours_later: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAppeal:
    """An appeal against the last verdict, counted from the post; ``outcome`` "" waits."""

    text: str
    hours_later: float
    outcome: str = ""
    by: str = ""
    reason: str = ""
    decided_hours_later: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """A post that moderators looked at, or have yet to.

    It is the post number ``post`` of a thread in the centre's file, or a new reply to it, or,
    with ``board``, the first of a new thread. ``days_ago`` is when it was posted, or for one of
    a file, when the case begins. Hours count from there.
    """

    centre: str
    thread: str
    days_ago: float
    by: str = ""
    text: str = ""
    post: int = 0
    board: str = ""
    topics: Sequence[str] = ()
    edited_text: str = ""
    edited_hours_later: float = 1.0
    reports: Sequence[DemoReport] = ()
    verdicts: Sequence[DemoVerdict] = ()
    appeal: DemoAppeal | None = None
    claimed_by: str = ""
    asked: str = ""
    noted: str = ""
    escalated: str = ""
    handed_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArrangement:
    """What was decided about a thread: "move" to ``board``, "retopic", or "slow-mode".

    Slow mode of ``minutes`` ends after ``days``.
    """

    kind: str
    centre: str
    thread: str
    days_ago: float
    clause: int = 0
    reason: str
    board: str = ""
    topics: Sequence[str] = ()
    minutes: int = 0
    days: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSanction:
    """Something imposed on a member for ``days`` (0: without end), perhaps lifted early."""

    kind: str
    member: str
    centre: str
    days_ago: float
    days: float = 0.0
    minutes: int = 0
    clause: int
    reason: str
    text: str
    lifted_days_ago: float = 0.0
    lifted_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoComplaint:
    """A complaint about a centre, a visitor's when ``by`` is ""; ``answer`` "" waits."""

    centre: str
    by: str = ""
    text: str
    days_ago: float
    answer: str = ""
    answered_days_ago: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRegistration:
    """An organisation that a member of ``centre`` registered and that waits, unless confirmed."""

    by: str
    centre: str
    name: str
    kind: str
    size: str
    about: str
    days_ago: float
    confirmed_days_ago: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoInterest:
    """What a member declared; ``organisation`` is a name, an empty ``text``: nothing."""

    by: str
    text: str = ""
    organisation: str = ""
    days_ago: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoModeration:
    """All that moderators did, and what waits for them."""

    members: Sequence[DemoMember] = ()
    words: Sequence[DemoWord] = ()
    cases: Sequence[DemoCase] = ()
    sanctions: Sequence[DemoSanction] = ()
    complaints: Sequence[DemoComplaint] = ()
    registrations: Sequence[DemoRegistration] = ()
    interests: Sequence[DemoInterest] = ()
    arrangements: Sequence[DemoArrangement] = ()

    @property
    def post_count(self) -> int:
        """How many posts it adds to those of the threads' files."""
        return sum(1 for case in self.cases if not case.post)


def moderation_of(tables: dict[str, Any]) -> DemoModeration:
    """The content of a parsed file; raises TypeError or KeyError for a wrong entry."""
    return DemoModeration(
        members=[DemoMember(**table) for table in tables["members"]],
        words=[DemoWord(**table) for table in tables["words"]],
        cases=[_case(table) for table in tables["cases"]],
        sanctions=[DemoSanction(**table) for table in tables["sanctions"]],
        complaints=[DemoComplaint(**table) for table in tables["complaints"]],
        registrations=[DemoRegistration(**table) for table in tables["registrations"]],
        interests=[DemoInterest(**table) for table in tables["interests"]],
        arrangements=[DemoArrangement(**table) for table in tables["arrangements"]],
    )


def _case(table: dict[str, Any]) -> DemoCase:
    appeal = table.get("appeal")
    return DemoCase(
        **{
            **table,
            "reports": [DemoReport(**report) for report in table.get("reports", ())],
            "verdicts": [DemoVerdict(**verdict) for verdict in table.get("verdicts", ())],
            "appeal": DemoAppeal(**appeal) if appeal else None,
        }
    )
