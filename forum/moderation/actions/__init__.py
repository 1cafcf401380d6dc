"""Writes of moderation."""

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
from forum.moderation.actions.posts import (
    approve,
    edit_and_approve,
    hide_post,
    keep,
    reject,
    restore_post,
)
from forum.moderation.actions.undoing import undo_decision

__all__ = [
    "Matter",
    "Recused",
    "Ruling",
    "answer_moderator",
    "approve",
    "ask_author",
    "claim_item",
    "edit_and_approve",
    "escalate_item",
    "hand_over_item",
    "hide_post",
    "keep",
    "note_item",
    "reject",
    "release_item",
    "restore_post",
    "undo_decision",
]
