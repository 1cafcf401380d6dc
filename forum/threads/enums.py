"""Words of the threads feature."""

from enum import StrEnum


class ThreadKind(StrEnum):
    """What a thread is for."""

    QUESTION = "question"
    DISCUSSION = "discussion"
    GOOD_PRACTICE = "good-practice"
    ANNOUNCEMENT = "announcement"


class PostState(StrEnum):
    """Whether a post can be read."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class Capacity(StrEnum):
    """For whom the author of a post speaks."""

    PERSONAL = "personal"
    ORGANISATION = "organisation"
