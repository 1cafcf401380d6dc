"""Words of the consultations feature."""

from enum import StrEnum


class Kind(StrEnum):
    """What a centre asks for; the gate has more items for the last two."""

    DISCUSSION = "discussion-paper"
    EVIDENCE = "call-for-evidence"
    CONSULTATION = "consultation"
    ENGAGEMENT = "preliminary-market-engagement"


class Stage(StrEnum):
    """How far a consultation has come."""

    DRAFT = "draft"
    FORTHCOMING = "forthcoming"
    OPEN = "open"
    ANALYSING = "analysing"
    RESPONDED = "responded"
    ENDED = "closed-without-outcome"


class EngagementPurpose(StrEnum):
    """What preliminary market engagement may be for (Procurement Act 2023, section 16(1))."""

    REQUIREMENTS = "requirements"
    PROCEDURE = "procedure"
    TENDER_DOCUMENTS = "tender-documents"
    SUPPLIERS = "suppliers"
    CONTRACT_TERMS = "contract-terms"
    CAPACITY = "capacity"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SHORT_TEXT = "short-text"
    LONG_TEXT = "long-text"
    YES_NO = "yes-no"
    SINGLE = "single-choice"
    MULTIPLE = "multiple-choice"
    SCALE = "scale"
    MATRIX = "matrix"
    RANKING = "ranking"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"
    INFORMATION = "information"


class Operator(StrEnum):
    """How the condition of a question looks at the answer to an earlier one."""

    IS = "is"
    IS_NOT = "is-not"
    CONTAINS = "contains"
    ANSWERED = "answered"


class ResponseState(StrEnum):
    """Whether a response counts: only submitted ones do."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class SignOff(StrEnum):
    """Whether a steward of an organisation has agreed to what is sent for it."""

    UNASKED = "unasked"
    WAITING = "waiting"
    RETURNED = "returned"
    SIGNED = "signed"


class Channel(StrEnum):
    """By which way a response came in; all but the first are entered by staff."""

    ONLINE = "online"
    PAPER = "paper"
    EMAIL = "email"
    TELEPHONE = "telephone"
    EVENT = "event"


class Confidentiality(StrEnum):
    """Why a respondent asks that an answer be kept confidential."""

    COMMERCIAL = "commercial"
    PERSONAL = "personal"
    IN_CONFIDENCE = "in-confidence"


class Publication(StrEnum):
    """What staff decided about showing an answer to the public."""

    UNDECIDED = "undecided"
    APPROVED = "approved"
    REDACTED = "redacted"
    WITHHELD = "withheld"


class Removal(StrEnum):
    """Why words of an answer, or all of it, are not shown to the public."""

    PERSONAL = "personal-data"
    COMMERCIAL = "commercial-interests"
    IN_CONFIDENCE = "told-in-confidence"
    UNLAWFUL = "unlawful-or-abusive"
    OFF_SUBJECT = "not-about-the-subject"


class Reminder(StrEnum):
    """What the managers of a centre are reminded of."""

    OPENS = "opens"
    CLOSES = "closes"
    CLOSED = "closed"
    OUTCOME_DUE = "outcome-due"
    OVERDUE = "overdue"
    RETENTION = "retention"


class Ruling(StrEnum):
    """What was decided about a theme."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"
    OUT_OF_SCOPE = "out-of-scope"


class SuggestionState(StrEnum):
    """What staff made of something that was suggested to them."""

    OPEN = "open"
    TAKEN = "taken"
    DISMISSED = "dismissed"


class PromiseState(StrEnum):
    """How far a promise has come."""

    OPEN = "open"
    KEPT = "kept"
    CHANGED = "changed"
    DROPPED = "dropped"


class FileFormat(StrEnum):
    """As what responses can be taken away; ZIP is the evidence of all of the consultation."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    ZIP = "zip"


# What holds responses alone.
RESPONSE_FORMATS = (FileFormat.CSV, FileFormat.XLSX, FileFormat.JSON)
