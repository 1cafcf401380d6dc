"""Pages of moderation."""

from forum.moderation.views import appeals, members, reports, standing
from forum.moderation.views.blueprint import bp

__all__ = ["appeals", "bp", "members", "reports", "standing"]
