"""Words of the threads feature."""

from enum import StrEnum


class ThreadKind(StrEnum):
    """What a thread is for."""

    QUESTION = "question"
    DISCUSSION = "discussion"
    GOOD_PRACTICE = "good-practice"
    ANNOUNCEMENT = "announcement"


class PostState(StrEnum):
    """Whether a post can be read.

    Those that wait (pending), were rejected, or were taken back before anybody could read them
    (retracted) are seen by nobody but author and moderators. Hidden and withdrawn posts leave a
    tombstone for all.
    """

    VISIBLE = "visible"
    PENDING = "pending"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    RETRACTED = "retracted"


# Nobody but author and moderators knows of such a post.
UNPUBLISHED = frozenset({PostState.PENDING, PostState.REJECTED, PostState.RETRACTED})


class Capacity(StrEnum):
    """For whom the author of a post speaks."""

    PERSONAL = "personal"
    ORGANISATION = "organisation"


class HoldReason(StrEnum):
    """Why a post waits for a moderator."""

    CENTRE = "centre"
    NEW_MEMBER = "new-member"
    BOARD = "board"
    THREAD = "thread"
    WATCHED_WORD = "watched-word"
    LINKS = "links"
    SPEED = "speed"
    EDIT = "edit"
    REVISED = "revised"


class ThreadHold(StrEnum):
    """Why posts of a thread wait."""

    SENSITIVE = "sensitive"
    SLOW = "slow"
    LIVE_TENDER = "live-tender"


class InterestAnswer(StrEnum):
    """What an author says of their interest when they post."""

    PROFILE = "profile"
    THREAD = "thread"
    NOTHING = "nothing"
    DECLARE = "declare"


class TrailKind(StrEnum):
    """What was done with a thread as a whole."""

    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    SPLIT_OFF = "split-off"
    RETOPICED = "retopiced"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SLOWED = "slowed"
    HELD = "held"
    UNDONE = "undone"
    CONSULTED = "consulted"
