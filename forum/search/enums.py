"""Words of the search feature."""

from enum import StrEnum


class Kind(StrEnum):
    """What can be found."""

    THREAD = "thread"
    POST = "post"
    CONSULTATION = "consultation"
    TOPIC = "topic"
    ORGANISATION = "organisation"
    PERSON = "person"


class Source(StrEnum):
    """Where a document comes from; that of a thread has its title and its first post."""

    THREAD = "thread"
    POST = "post"
    CONSULTATION = "consultation"
    TOPIC = "topic"
    ORGANISATION = "organisation"
    PERSON = "person"


class Order(StrEnum):
    """In which order results stand."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
