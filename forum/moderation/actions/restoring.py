"""How each kind of decision is taken back: one function for each, given the decision."""

from collections.abc import Callable

from forum.moderation.actions.members import impose_again, withdraw_sanction
from forum.moderation.actions.posts import restore_as_before
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
}
