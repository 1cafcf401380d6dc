"""Writes of threads and posts."""

from forum.threads.actions.changing import (
    accept_answer,
    apply_held_edit,
    drop_held_edit,
    edit_post,
    rerender_posts,
    unaccept_answer,
    withdraw_post,
)
from forum.threads.actions.drafts import (
    discard_draft,
    mark_read,
    save_reply_draft,
    save_thread_draft,
)
from forum.threads.actions.expiring import end_expired
from forum.threads.actions.interests import (
    Declaration,
    declare_interest,
    renew_interest,
    withdraw_interest,
)
from forum.threads.actions.regions import count_topics
from forum.threads.actions.texts import preview
from forum.threads.actions.writing import find_started, reply, start_thread

__all__ = [
    "Declaration",
    "accept_answer",
    "apply_held_edit",
    "count_topics",
    "declare_interest",
    "discard_draft",
    "drop_held_edit",
    "edit_post",
    "end_expired",
    "find_started",
    "mark_read",
    "preview",
    "renew_interest",
    "reply",
    "rerender_posts",
    "save_reply_draft",
    "save_thread_draft",
    "start_thread",
    "unaccept_answer",
    "withdraw_interest",
    "withdraw_post",
]
