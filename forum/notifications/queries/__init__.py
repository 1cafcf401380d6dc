"""Reads of notifications."""

from forum.notifications.queries.decisions import tell_of_decision
from forum.notifications.queries.messages import (
    FOR_STAFF,
    Message,
    is_mailed_lately,
    is_quiet,
    was_told,
)
from forum.notifications.queries.notices import (
    NoticePage,
    NoticeRow,
    count_unread,
    get_notice,
    list_notices,
)
from forum.notifications.queries.others import (
    tell_of_appeal,
    tell_of_complaint,
    tell_of_escalation,
    tell_of_outcome,
    tell_of_question,
    tell_of_report,
)

__all__ = [
    "FOR_STAFF",
    "Message",
    "NoticePage",
    "NoticeRow",
    "count_unread",
    "get_notice",
    "is_mailed_lately",
    "is_quiet",
    "list_notices",
    "tell_of_appeal",
    "tell_of_complaint",
    "tell_of_decision",
    "tell_of_escalation",
    "tell_of_outcome",
    "tell_of_question",
    "tell_of_report",
    "was_told",
]
