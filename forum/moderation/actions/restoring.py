"""How each kind of decision is taken back: one function for each, given the decision."""

from collections.abc import Callable

from forum.moderation.actions.members import impose_again, withdraw_sanction
from forum.moderation.actions.posts import restore_as_before
from forum.moderation.actions.redaction import restore_redacted
from forum.moderation.actions.threads import (
    restore_board,
    restore_merged,
    restore_settings,
    restore_split,
    restore_topics,
)
from forum.moderation.enums import DecisionKind
from forum.moderation.models import Decision

RESTORERS: dict[DecisionKind, Callable[[Decision], None]] = {
    DecisionKind.APPROVE: restore_as_before,
    DecisionKind.REJECT: restore_as_before,
    DecisionKind.EDIT: restore_as_before,
    DecisionKind.HIDE: restore_as_before,
    DecisionKind.RESTORE: restore_as_before,
    DecisionKind.KEEP: restore_as_before,
    DecisionKind.NOTE: withdraw_sanction,
    DecisionKind.WARN: withdraw_sanction,
    DecisionKind.SLOW_MEMBER: withdraw_sanction,
    DecisionKind.SUSPEND: withdraw_sanction,
    DecisionKind.BAN: withdraw_sanction,
    DecisionKind.LIFT: impose_again,
    DecisionKind.REDACT: restore_redacted,
    DecisionKind.LOCK: restore_settings,
    DecisionKind.UNLOCK: restore_settings,
    DecisionKind.PIN: restore_settings,
    DecisionKind.UNPIN: restore_settings,
    DecisionKind.SLOW_MODE: restore_settings,
    DecisionKind.HOLD_POSTS: restore_settings,
    DecisionKind.RETOPIC: restore_topics,
    DecisionKind.MOVE: restore_board,
    DecisionKind.MERGE: restore_merged,
    DecisionKind.SPLIT: restore_split,
}
