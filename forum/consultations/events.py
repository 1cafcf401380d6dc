"""What happens to consultations and responses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResponseBegun:
    """Somebody without an account began a response and gave an address for the link to it."""

    response_id: int


@dataclass(frozen=True, slots=True)
class ResponseSubmitted:
    """A response was sent, for the first time or again after changes."""

    response_id: int
    version: int
    is_change: bool = False


@dataclass(frozen=True, slots=True)
class ResponseWithdrawn:
    """A response was withdrawn."""

    response_id: int


@dataclass(frozen=True, slots=True)
class SignOffAsked:
    """A response waits for a steward; ``by`` is the account that asked, ``at`` in ISO 8601."""

    response_id: int
    by: int
    at: str


@dataclass(frozen=True, slots=True)
class SignOffDecided:
    """A steward, the account ``by``, signed a response off or gave it back ``at`` a moment."""

    response_id: int
    by: int
    at: str


@dataclass(frozen=True, slots=True)
class ConsultationAnnounced:
    """A consultation is public from now on."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class ConsultationChanged:
    """A new edition of a consultation that was announced before: other texts or more time."""

    consultation_id: int
    edition: int


@dataclass(frozen=True, slots=True)
class RespondentConcerned:
    """A new edition concerns whoever gave or began a response without an account."""

    response_id: int
    edition: int


@dataclass(frozen=True, slots=True)
class MemberConcerned:
    """A new edition concerns a member who gave or began a response, perhaps with colleagues."""

    consultation_id: int
    account_id: int
    edition: int


@dataclass(frozen=True, slots=True)
class ConsultationEnded:
    """A consultation ended without an outcome."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class ManagersReminded:
    """A date of a consultation is near or has passed; ``what`` is a word of Reminder.

    ``at`` is the date in ISO 8601, so that a date that was moved is a reminder of its own.
    """

    consultation_id: int
    what: str
    at: str


@dataclass(frozen=True, slots=True)
class IdentitiesRemoved:
    """The retention date has come: nothing of a consultation names respondents any longer."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class SuggestionsAsked:
    """Staff want to know what responses have in common."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class OutcomePublished:
    """A centre has said what will be done."""

    consultation_id: int


@dataclass(frozen=True, slots=True)
class PostCited:
    """A post of the debate was taken as evidence; its author is told."""

    citation_id: int


@dataclass(frozen=True, slots=True)
class ExportOrdered:
    """Somebody ordered a file with all responses that takes a while to make."""

    export_id: int
