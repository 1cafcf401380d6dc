"""Pages and documents of feeds, and the sitemap."""

from forum.feeds.views import consulting, following, sitemap
from forum.feeds.views.blueprint import bp

__all__ = ["bp", "consulting", "following", "sitemap"]
