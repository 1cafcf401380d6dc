"""What happens in threads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostPublished:
    """A post can be read."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostHidden:
    """A moderator hid a post; its author is told the reason."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostRestored:
    """A moderator showed a hidden post again."""

    post_id: int


@dataclass(frozen=True, slots=True)
class ThreadLocked:
    """A moderator locked a thread; its author is told the reason."""

    thread_id: int
