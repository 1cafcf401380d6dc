"""Pages of boards' threads, threads and posts."""

from forum.threads.views import interests, moderating, posts, reading, writing
from forum.threads.views.blueprint import bp

__all__ = ["bp", "interests", "moderating", "posts", "reading", "writing"]
