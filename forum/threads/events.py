"""What happens in threads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostPublished:
    """A post can be read."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A new, or revised, post waits for a moderator."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostFlagged:
    """A post can be read, but a moderator should look at it; ``words`` made it noticed."""

    post_id: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditHeld:
    """An edit of a post waits for a moderator; the post stands as it was."""

    post_id: int


@dataclass(frozen=True, slots=True)
class EditDropped:
    """An edit that waited is no more: its author took it back."""

    post_id: int


@dataclass(frozen=True, slots=True)
class PostWithdrawn:
    """An author took a post back, whatever its state was."""

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
