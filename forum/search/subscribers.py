"""What the search does for lower features: it hears of every transaction, and finds threads."""

from forum.search import index, queries
from forum.threads import queries as threads


def register() -> None:
    """Keep the index in step from now on, and look for threads like a new one."""
    index.listen()
    threads.find_similar_with(queries.similar_threads)
