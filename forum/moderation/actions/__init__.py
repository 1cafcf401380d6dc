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
from forum.moderation.actions.redaction import find_removal, redact_post
from forum.moderation.actions.reports import report_post
from forum.moderation.actions.seals import agree_to_open, ask_to_open, read_seal
from forum.moderation.actions.threads import (
    hold_thread,
    lock_thread,
    merge_threads,
    move_thread,
    pin_thread,
    retopic_thread,
    slow_thread,
    split_thread,
    unlock_thread,
    unpin_thread,
)
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
    "agree_to_open",
    "answer_complaint",
    "answer_moderator",
    "approve",
    "ask_author",
    "ask_to_open",
    "ban_member",
    "change_word",
    "claim_item",
    "complain",
    "decide_many",
    "edit_and_approve",
    "escalate_item",
    "find_removal",
    "hand_over_item",
    "hide_of_item",
    "hide_post",
    "hold_thread",
    "keep",
    "lift_sanction",
    "lock_thread",
    "lodge_appeal",
    "merge_threads",
    "move_thread",
    "note_item",
    "note_member",
    "pin_thread",
    "read_seal",
    "redact_post",
    "reject",
    "release_item",
    "remove_word",
    "report_post",
    "restore_post",
    "retopic_thread",
    "reverse_decision",
    "slow_member",
    "slow_thread",
    "split_thread",
    "suspend_member",
    "try_words",
    "undo_decision",
    "unlock_thread",
    "unpin_thread",
    "uphold_decision",
    "warn_member",
    "withdraw_appeal",
]
