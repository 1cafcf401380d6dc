"""Reads of notifications."""

from forum.notifications.queries.consultations import (
    respondents_key,
    tell_of_citation,
    tell_of_date,
    tell_of_edition,
    tell_of_removal,
    tell_of_sign_off,
)
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
from forum.notifications.queries.organisations import (
    MembershipEvent,
    OrganisationEvent,
    tell_of_membership,
    tell_of_organisation,
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
    "MembershipEvent",
    "Message",
    "NoticePage",
    "NoticeRow",
    "OrganisationEvent",
    "count_unread",
    "get_notice",
    "is_mailed_lately",
    "is_quiet",
    "list_notices",
    "respondents_key",
    "tell_of_appeal",
    "tell_of_citation",
    "tell_of_complaint",
    "tell_of_date",
    "tell_of_decision",
    "tell_of_edition",
    "tell_of_escalation",
    "tell_of_membership",
    "tell_of_organisation",
    "tell_of_outcome",
    "tell_of_question",
    "tell_of_removal",
    "tell_of_report",
    "tell_of_sign_off",
    "was_told",
]
