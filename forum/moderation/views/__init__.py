"""Pages of moderation."""

from forum.moderation.views.blueprint import bp

__all__ = ["bp"]
