"""Words of the moderation feature."""

from enum import StrEnum


class ItemKind(StrEnum):
    """Why something stands in the review queue."""

    PENDING_POST = "pending-post"
    REPORT = "report"
    EDIT = "edit"
    ORGANISATION = "organisation"
    APPEAL = "appeal"
    COMPLAINT = "complaint"


class ItemState(StrEnum):
    """Whether an item of the queue waits for a decision."""

    OPEN = "open"
    CLOSED = "closed"


class ItemEventKind(StrEnum):
    """What happened to an item of the queue."""

    OPENED = "opened"
    REOPENED = "reopened"
    REPORTED = "reported"
    CLAIMED = "claimed"
    RELEASED = "released"
    NOTED = "noted"
    ASKED = "asked"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    HANDED_OVER = "handed-over"
    RECUSED = "recused"
    DECIDED = "decided"
    UNDONE = "undone"
    CLOSED = "closed"


class ReportReason(StrEnum):
    """Why somebody thinks that a moderator should look at a post."""

    PERSONAL_ATTACK = "personal-attack"
    OFF_TOPIC = "off-topic"
    ADVERTISING = "advertising"
    CONFIDENTIAL = "confidential"
    LIVE_TENDER = "live-tender"
    PERSONAL_DATA = "personal-data"
    SPAM = "spam"
    ILLEGAL = "illegal"
    OTHER = "other"


class ReportOutcome(StrEnum):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    NOT_UPHELD = "not-upheld"
    WITHDRAWN = "withdrawn"


class DecisionKind(StrEnum):
    """What was decided."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    HIDE = "hide"
    RESTORE = "restore"
    REDACT = "redact"
    KEEP = "keep"
    LOCK = "lock"
    UNLOCK = "unlock"
    PIN = "pin"
    UNPIN = "unpin"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    RETOPIC = "retopic"
    SLOW_MODE = "slow-mode"
    HOLD_POSTS = "hold-posts"
    NOTE = "note"
    WARN = "warn"
    SLOW_MEMBER = "slow-member"
    SUSPEND = "suspend"
    BAN = "ban"
    LIFT = "lift"
    CONFIRM_ORGANISATION = "confirm-organisation"
    REFUSE_ORGANISATION = "refuse-organisation"
    BULK = "bulk"
    UPHOLD_DECISION = "uphold-decision"
    REVERSE = "reverse"
    UNDO = "undo"
    OPEN_SEAL = "open-seal"


class Seat(StrEnum):
    """In which role somebody decided; the public log names the role, never the person."""

    MODERATOR = "moderator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    NEIGHBOUR = "moderator-of-another-centre"
    SITE = "site"


class SanctionKind(StrEnum):
    """What was imposed on a member."""

    NOTE = "note"
    WARNING = "warning"
    SLOW_MODE = "slow-mode"
    SUSPENSION = "suspension"
    BAN = "ban"


class WordEffect(StrEnum):
    """What a watched word does to a post that holds it."""

    HOLD = "hold"
    BLOCK = "block"
    FLAG = "flag"


class RedactionCode(StrEnum):
    """Why a span of a post was removed."""

    PERSONAL_DATA = "personal-data"
    CONFIDENTIAL = "commercially-confidential"
    LIVE_TENDER = "live-tender"
    DEFAMATORY = "defamatory"
    SECURITY = "security"
    COURT_ORDER = "court-order"


class AppealState(StrEnum):
    """How far an appeal has come."""

    WAITING = "waiting"
    UPHELD = "decision-upheld"
    REVERSED = "decision-reversed"
    WITHDRAWN = "withdrawn"


# How the public log, its exports and the figures call what was decided, and who sat there.
ACTION_WORDS: dict[str, str] = {
    DecisionKind.APPROVE: "Post approved",
    DecisionKind.REJECT: "Post rejected",
    DecisionKind.EDIT: "Post edited and approved",
    DecisionKind.HIDE: "Post hidden",
    DecisionKind.RESTORE: "Post restored",
    DecisionKind.REDACT: "Parts of a post removed",
    DecisionKind.KEEP: "Post left as it is",
    DecisionKind.LOCK: "Thread locked",
    DecisionKind.UNLOCK: "Thread unlocked",
    DecisionKind.PIN: "Thread pinned",
    DecisionKind.UNPIN: "Thread unpinned",
    DecisionKind.MOVE: "Thread moved",
    DecisionKind.MERGE: "Threads merged",
    DecisionKind.SPLIT: "Thread split",
    DecisionKind.RETOPIC: "Topics of a thread changed",
    DecisionKind.SLOW_MODE: "Slow mode of a thread set",
    DecisionKind.HOLD_POSTS: "Holding of a thread’s posts set",
    DecisionKind.NOTE: "Note about a member",
    DecisionKind.WARN: "Member warned",
    DecisionKind.SLOW_MEMBER: "Slow mode for a member",
    DecisionKind.SUSPEND: "Member suspended from posting",
    DecisionKind.BAN: "Member banned",
    DecisionKind.LIFT: "Sanction lifted",
    DecisionKind.CONFIRM_ORGANISATION: "Organisation confirmed",
    DecisionKind.REFUSE_ORGANISATION: "Organisation refused",
    DecisionKind.BULK: "Several decided together",
    DecisionKind.UPHOLD_DECISION: "Appeal: decision stands",
    DecisionKind.REVERSE: "Appeal: decision reversed",
    DecisionKind.UNDO: "Decision undone",
    DecisionKind.OPEN_SEAL: "Removed text read by two persons",
}
SEAT_WORDS: dict[str, str] = {
    Seat.MODERATOR: "Moderator of the centre",
    Seat.MANAGER: "Manager of the centre",
    Seat.ADMINISTRATOR: "Administrator of the site",
    Seat.NEIGHBOUR: "Moderator of another centre",
    Seat.SITE: "The site itself",
}
