"""Writes of moderation."""

from forum.moderation.actions.appeals import (
    lodge_appeal,
    reverse_decision,
    uphold_decision,
    withdraw_appeal,
)
from forum.moderation.actions.bulk import MOST_AT_ONCE, Bulk, Skipped, decide_many
from forum.moderation.actions.complaints import answer_complaint, complain
from forum.moderation.actions.deciding import Matter, Recused, Ruling
from forum.moderation.actions.items import (
    answer_moderator,
    ask_author,
    claim_item,
    escalate_item,
    hand_over_item,
    note_item,
    release_item,
)
from forum.moderation.actions.members import (
    ban_member,
    lift_sanction,
    note_member,
    slow_member,
    suspend_member,
    warn_member,
)
from forum.moderation.actions.posts import (
    approve,
    edit_and_approve,
    hide_of_item,
    hide_post,
    keep,
    reject,
    restore_post,
)
from forum.moderation.actions.reports import report_post
from forum.moderation.actions.undoing import undo_decision
from forum.moderation.actions.words import Wording, add_word, change_word, remove_word, try_words

__all__ = [
    "MOST_AT_ONCE",
    "Bulk",
    "Matter",
    "Recused",
    "Ruling",
    "Skipped",
    "Wording",
    "add_word",
    "answer_complaint",
    "answer_moderator",
    "approve",
    "ask_author",
    "ban_member",
    "change_word",
    "claim_item",
    "complain",
    "decide_many",
    "edit_and_approve",
    "escalate_item",
    "hand_over_item",
    "hide_of_item",
    "hide_post",
    "keep",
    "lift_sanction",
    "lodge_appeal",
    "note_item",
    "note_member",
    "reject",
    "release_item",
    "remove_word",
    "report_post",
    "restore_post",
    "reverse_decision",
    "slow_member",
    "suspend_member",
    "try_words",
    "undo_decision",
    "uphold_decision",
    "warn_member",
    "withdraw_appeal",
]
