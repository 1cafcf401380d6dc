"""Forms of moderation."""

from forum.moderation.forms.appeals import AnswerForm, AppealForm, ConfirmForm, OutcomeForm
from forum.moderation.forms.complaints import ComplaintAnswerForm, ComplaintForm
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
from forum.moderation.forms.queue import (
    BulkForm,
    ButtonForm,
    DecisionForm,
    ItemNoteForm,
    QueueForm,
    offer_clauses,
)
from forum.moderation.forms.redaction import RedactForm, SealForm
from forum.moderation.forms.reports import REASON_EXAMPLES, REASON_NAMES, ReportForm
from forum.moderation.forms.ruling import HideForm, RulingForm
from forum.moderation.forms.threads import (
    HoldForm,
    LockForm,
    MergeForm,
    MoveForm,
    PinForm,
    SlowThreadForm,
    SplitForm,
    TopicsForm,
)
from forum.moderation.forms.words import EFFECTS, WordForm

__all__ = [
    "ACTS",
    "EFFECTS",
    "REASON_EXAMPLES",
    "REASON_NAMES",
    "AnswerForm",
    "AppealForm",
    "BanForm",
    "BulkForm",
    "ButtonForm",
    "ComplaintAnswerForm",
    "ComplaintForm",
    "ConfirmForm",
    "DecisionForm",
    "HideForm",
    "HoldForm",
    "ItemNoteForm",
    "LiftForm",
    "LockForm",
    "LogFilterForm",
    "MemberForm",
    "MergeForm",
    "MoveForm",
    "NoteForm",
    "OutcomeForm",
    "PinForm",
    "QueueForm",
    "RedactForm",
    "ReportForm",
    "RulingForm",
    "SealForm",
    "SlowForm",
    "SlowThreadForm",
    "SplitForm",
    "SuspendForm",
    "TopicsForm",
    "WarnForm",
    "WordForm",
    "offer_clauses",
]
