"""Words of the boards feature."""

from enum import StrEnum


class Readers(StrEnum):
    """Who may read a board."""

    EVERYONE = "everyone"
    MEMBERS = "members"
