"""Pages of organisations: the list, registering and changing, members."""

from forum.organisations.views import listing, membership, registering
from forum.organisations.views.blueprint import bp

__all__ = ["bp", "listing", "membership", "registering"]
