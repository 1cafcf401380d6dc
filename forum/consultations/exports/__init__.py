"""What other programs read of consultations."""

from forum.consultations.exports.calendars import calendar
from forum.consultations.exports.evidence import find_faults
from forum.consultations.exports.files import (
    MEDIA_TYPES,
    MOST_IN_SPREADSHEET,
    columns_csv,
    write_responses,
)
from forum.consultations.exports.questionnaires import (
    LARGEST_FILE,
    QuestionFile,
    QuestionnaireFile,
    read_questionnaire,
    write_questionnaire,
)
from forum.consultations.exports.responses import Sheet
from forum.consultations.exports.results import (
    GROUP_NAMES,
    HIDDEN,
    group_word,
    option_word,
    results_csv,
    row_word,
)

__all__ = [
    "GROUP_NAMES",
    "HIDDEN",
    "LARGEST_FILE",
    "MEDIA_TYPES",
    "MOST_IN_SPREADSHEET",
    "QuestionFile",
    "QuestionnaireFile",
    "Sheet",
    "calendar",
    "columns_csv",
    "find_faults",
    "group_word",
    "option_word",
    "read_questionnaire",
    "results_csv",
    "row_word",
    "write_questionnaire",
    "write_responses",
]
