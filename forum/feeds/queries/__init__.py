"""Reads for feeds and the sitemap."""

from forum.feeds.queries.consultations import Step, announced, steps_of
from forum.feeds.queries.entries import (
    FeedPost,
    new_threads,
    new_threads_of_board,
    new_threads_on_topic,
    posts_for_organisation,
    posts_of_person,
    posts_of_thread,
)
from forum.feeds.queries.sitemap import Address, File, fixed_addresses, list_files, read_file

__all__ = [
    "Address",
    "FeedPost",
    "File",
    "Step",
    "announced",
    "fixed_addresses",
    "list_files",
    "new_threads",
    "new_threads_of_board",
    "new_threads_on_topic",
    "posts_for_organisation",
    "posts_of_person",
    "posts_of_thread",
    "read_file",
    "steps_of",
]
