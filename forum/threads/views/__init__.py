"""Pages of boards' threads, threads and posts."""

from forum.threads.views import interests, posts, reading, writing
from forum.threads.views.blueprint import bp

__all__ = ["bp", "interests", "posts", "reading", "writing"]
