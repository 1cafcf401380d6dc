"""How each kind of decision is taken back: one function for each, given the decision."""

from collections.abc import Callable

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
}
