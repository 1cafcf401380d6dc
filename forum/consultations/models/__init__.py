"""Tables of consultations."""

from forum.consultations.models.consultations import (
    Consultation,
    ConsultationTopic,
    Document,
    Edition,
    Upload,
)
from forum.consultations.models.exports import ResponseExport
from forum.consultations.models.outcomes import (
    Citation,
    CodedAnswer,
    Coding,
    LatenessNotice,
    Outcome,
    Promise,
    PromiseUpdate,
    Reading,
    Theme,
)
from forum.consultations.models.questions import Question, Section
from forum.consultations.models.responses import (
    Answer,
    Choice,
    EqualityAnswer,
    Respondent,
    Response,
)
from forum.consultations.models.suggestions import (
    ResponseGroup,
    ResponseGroupMember,
    SuggestionRun,
    ThemeSuggestion,
)

__all__ = [
    "Answer",
    "Choice",
    "Citation",
    "CodedAnswer",
    "Coding",
    "Consultation",
    "ConsultationTopic",
    "Document",
    "Edition",
    "EqualityAnswer",
    "LatenessNotice",
    "Outcome",
    "Promise",
    "PromiseUpdate",
    "Question",
    "Reading",
    "Respondent",
    "Response",
    "ResponseExport",
    "ResponseGroup",
    "ResponseGroupMember",
    "Section",
    "SuggestionRun",
    "Theme",
    "ThemeSuggestion",
    "Upload",
]
