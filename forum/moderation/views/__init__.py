"""Pages of moderation."""

from forum.moderation.views import appeals, log, members, reports, standing
from forum.moderation.views.blueprint import bp

__all__ = ["appeals", "bp", "log", "members", "reports", "standing"]
