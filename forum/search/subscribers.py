"""Listening to every transaction, so that the index is true when it commits."""

from forum.search import index


def register() -> None:
    """Keep the index in step from now on."""
    index.listen()
