"""What commands and jobs do to the site as a whole."""

from forum.ops.actions.bulk import Size, load_bulk
from forum.ops.actions.bulk_search import index_bulk
from forum.ops.actions.counters import reconcile_counters
from forum.ops.actions.demo import load_demo
from forum.ops.actions.retention import (
    remove_delivered_events,
    remove_expired_access,
    remove_old_drafts,
    remove_old_notices,
)
from forum.ops.actions.statistics import renew_statistics

__all__ = [
    "Size",
    "index_bulk",
    "load_bulk",
    "load_demo",
    "reconcile_counters",
    "remove_delivered_events",
    "remove_expired_access",
    "remove_old_drafts",
    "remove_old_notices",
    "renew_statistics",
]
