"""Reads of everything that is public, for other programs: as lists, one by one, in batches."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from forum.api.enums import Table
from forum.api.queries.decisions import DECISIONS, get_decision, list_decisions
from forum.api.queries.filters import (
    BoardFilters,
    DecisionFilters,
    OrganisationFilters,
    Paged,
    PersonFilters,
    PostFilters,
    ThreadFilters,
    TopicFilters,
)
from forum.api.queries.people import (
    ORGANISATIONS_SOURCE,
    PEOPLE_SOURCE,
    get_organisation,
    get_person,
    list_organisations,
    list_people,
)
from forum.api.queries.places import (
    BOARDS,
    CENTRES,
    TOPICS,
    get_board,
    get_centre,
    get_topic,
    list_boards,
    list_centres,
    list_topics,
)
from forum.api.queries.posts import POSTS, get_post, list_posts, posts_of_thread
from forum.api.queries.shapes import (
    Board,
    Centre,
    Decision,
    Listing,
    Organisation,
    Person,
    Post,
    Thread,
    Topic,
)
from forum.api.queries.slices import OTHER_LIST, Found, Slice, Source
from forum.api.queries.threads import THREADS, get_thread, list_threads

# Every table, from those that others refer to onwards.
SOURCES: Mapping[Table, Source[Any]] = {
    Table.CENTRES: CENTRES,
    Table.BOARDS: BOARDS,
    Table.TOPICS: TOPICS,
    Table.ORGANISATIONS: ORGANISATIONS_SOURCE,
    Table.PEOPLE: PEOPLE_SOURCE,
    Table.THREADS: THREADS,
    Table.POSTS: POSTS,
    Table.DECISIONS: DECISIONS,
}

SHAPES: Mapping[Table, type[Struct]] = {
    Table.CENTRES: Centre,
    Table.BOARDS: Board,
    Table.TOPICS: Topic,
    Table.ORGANISATIONS: Organisation,
    Table.PEOPLE: Person,
    Table.THREADS: Thread,
    Table.POSTS: Post,
    Table.DECISIONS: Decision,
}

__all__ = [
    "OTHER_LIST",
    "SHAPES",
    "SOURCES",
    "Board",
    "BoardFilters",
    "Centre",
    "Decision",
    "DecisionFilters",
    "Found",
    "Listing",
    "Organisation",
    "OrganisationFilters",
    "Paged",
    "Person",
    "PersonFilters",
    "Post",
    "PostFilters",
    "Slice",
    "Source",
    "Thread",
    "ThreadFilters",
    "Topic",
    "TopicFilters",
    "get_board",
    "get_centre",
    "get_decision",
    "get_organisation",
    "get_person",
    "get_post",
    "get_thread",
    "get_topic",
    "list_boards",
    "list_centres",
    "list_decisions",
    "list_organisations",
    "list_people",
    "list_posts",
    "list_threads",
    "list_topics",
    "posts_of_thread",
]
