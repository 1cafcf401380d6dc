"""Words of the API."""

from enum import StrEnum


class Table(StrEnum):
    """What is told: a list of the API and a table of the export, under the same name."""

    CENTRES = "centres"
    BOARDS = "boards"
    TOPICS = "topics"
    ORGANISATIONS = "organisations"
    PEOPLE = "people"
    THREADS = "threads"
    POSTS = "posts"
    DECISIONS = "decisions"
