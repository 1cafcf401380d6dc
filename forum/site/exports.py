"""Tables of the public pages, for other programs."""

from collections.abc import Iterator

from forum.core.tables import write_csv
from forum.threads.queries import Comparison

COLUMNS = ("centre", "threads", "posts", "sectors heard", "counted at")


def comparison_csv(comparison: Comparison) -> Iterator[str]:
    """What each region says on a topic, row by row, with a head.

    "counted at" is in UTC, as ISO 8601. A topic that was not counted yet has the head only.
    """
    counted_at = (
        comparison.counted_at.isoformat(timespec="seconds") if comparison.counted_at else ""
    )
    return write_csv(
        [
            COLUMNS,
            *(
                (
                    region.centre_name,
                    region.threads,
                    region.posts,
                    "; ".join(region.sectors),
                    counted_at,
                )
                for region in comparison.regions
            ),
        ]
    )
