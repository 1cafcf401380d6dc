"""Pages of moderation."""

from forum.moderation.views import (
    appeals,
    complaints,
    figures,
    items,
    log,
    members,
    posts,
    queue,
    redaction,
    reports,
    seals,
    standing,
    threads,
    words,
)
from forum.moderation.views.blueprint import bp

__all__ = [
    "appeals",
    "bp",
    "complaints",
    "figures",
    "items",
    "log",
    "members",
    "posts",
    "queue",
    "redaction",
    "reports",
    "seals",
    "standing",
    "threads",
    "words",
]
