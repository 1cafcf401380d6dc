"""Clauses of the house rules in force, and which of them the reasons of an item suggest."""

from collections.abc import Sequence
from dataclasses import dataclass

from forum.accounts import queries as accounts
from forum.moderation.enums import ReportReason
from forum.threads.enums import HoldReason

# Words that the title of a clause holds when it is about the reason: centres write their own.
SIGNS: dict[str, tuple[str, ...]] = {
    ReportReason.PERSONAL_ATTACK: ("civil", "respect", "attack", "courte"),
    ReportReason.OFF_TOPIC: ("subject", "topic"),
    ReportReason.ADVERTISING: ("advertis", "sell", "canvass", "promot"),
    ReportReason.CONFIDENTIAL: ("confiden",),
    ReportReason.LIVE_TENDER: ("live tender", "tender"),
    ReportReason.PERSONAL_DATA: ("protect people", "personal", "privacy"),
    ReportReason.SPAM: ("spam",),
    ReportReason.ILLEGAL: ("law", "legal"),
    HoldReason.LINKS: ("spam", "advertis"),
    HoldReason.SPEED: ("spam",),
}


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """A clause as a form offers it; ``value`` is what a Ruling names it by."""

    value: str
    label: str
    of_centre: bool
    is_suggested: bool = False


def clauses_for(centre_id: int, reasons: Sequence[str] = ()) -> list[ClauseChoice]:
    """The clauses in force in a centre, the site's first; each reason suggests at most one."""
    held = [
        (f"{rules.rules.id}:{clause.number}", clause, rules.rules.centre_id is not None)
        for rules in accounts.rules_in_force(centre_id)
        for clause in rules.clauses
    ]
    suggested = {
        _suggested([(value, clause.title) for value, clause, _ in held], reason)
        for reason in reasons
    }
    return [
        ClauseChoice(value, f"{clause.number}. {clause.title}", of_centre, value in suggested)
        for value, clause, of_centre in held
    ]


def _suggested(clauses: Sequence[tuple[str, str]], reason: str) -> str:
    """The first clause that has the strongest sign of the reason in its title; "": none has."""
    for sign in SIGNS.get(reason, ()):
        for value, title in clauses:
            if sign in title.lower():
                return value
    return ""
