"""Reads of moderation."""

from forum.moderation.queries.concerns import concern_of, organisations_of
from forum.moderation.queries.decisions import (
    get_decision_about,
    get_own_decision,
    has_later_decision,
    hold_decision,
    parts_of,
    reports_closed_by,
)
from forum.moderation.queries.items import (
    get_item,
    is_asked,
    was_hidden_by_site,
    what_happened,
    who_claimed,
)

__all__ = [
    "concern_of",
    "get_decision_about",
    "get_item",
    "get_own_decision",
    "has_later_decision",
    "hold_decision",
    "is_asked",
    "organisations_of",
    "parts_of",
    "reports_closed_by",
    "was_hidden_by_site",
    "what_happened",
    "who_claimed",
]
