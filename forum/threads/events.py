"""What happens in threads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostPublished:
    """A post can be read."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostHidden:
    """A moderator hid a post; its author is told the reason. ``version``: the post's by then."""

    post_id: int
    version: int


@dataclass(frozen=True, slots=True)
class PostRestored:
    """A moderator showed a hidden post again; its author is told."""

    post_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ThreadLocked:
    """A moderator locked a thread; its author is told the reason."""

    thread_id: int
    version: int
