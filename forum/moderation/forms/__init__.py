"""Forms of moderation."""

from forum.moderation.forms.appeals import AnswerForm, AppealForm, ConfirmForm, OutcomeForm
from forum.moderation.forms.log import LogFilterForm
from forum.moderation.forms.members import (
    ACTS,
    BanForm,
    LiftForm,
    MemberForm,
    NoteForm,
    SlowForm,
    SuspendForm,
    WarnForm,
)
from forum.moderation.forms.reports import REASON_EXAMPLES, REASON_NAMES, ReportForm

__all__ = [
    "ACTS",
    "REASON_EXAMPLES",
    "REASON_NAMES",
    "AnswerForm",
    "AppealForm",
    "BanForm",
    "ConfirmForm",
    "LiftForm",
    "LogFilterForm",
    "MemberForm",
    "NoteForm",
    "OutcomeForm",
    "ReportForm",
    "SlowForm",
    "SuspendForm",
    "WarnForm",
]
