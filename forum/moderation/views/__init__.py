"""Pages of moderation."""

from forum.moderation.views import appeals, complaints, log, members, reports, standing, words
from forum.moderation.views.blueprint import bp

__all__ = ["appeals", "bp", "complaints", "log", "members", "reports", "standing", "words"]
