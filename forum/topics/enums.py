"""Words of the topics feature."""

from enum import StrEnum


class TopicKind(StrEnum):
    """The three branches of the tree of topics."""

    THEME = "theme"
    MARKET = "market"
    QUESTION = "question"
