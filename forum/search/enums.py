"""Words of the search feature."""

from enum import StrEnum


class Kind(StrEnum):
    """What can be found."""

    THREAD = "thread"
    POST = "post"
    TOPIC = "topic"
    ORGANISATION = "organisation"
    PERSON = "person"


class Source(StrEnum):
    """Where a document comes from; a thread is found by its first post."""

    POST = "post"
    TOPIC = "topic"
    ORGANISATION = "organisation"
    PERSON = "person"


class Order(StrEnum):
    """In which order results stand."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
