"""Words of the centres feature."""

from enum import StrEnum

from forum.accounts.enums import Region


class Holding(StrEnum):
    """Whose posts wait for a moderator of the centre."""

    NEVER = "never"
    NEW_MEMBERS = "new-members"
    ALWAYS = "always"


# Regions that share a border on land: where a moderator cannot decide, one next door can.
NEIGHBOURS: dict[Region, tuple[Region, ...]] = {
    Region.NORTH_EAST: (Region.NORTH_WEST, Region.YORKSHIRE),
    Region.NORTH_WEST: (
        Region.NORTH_EAST,
        Region.YORKSHIRE,
        Region.EAST_MIDLANDS,
        Region.WEST_MIDLANDS,
    ),
    Region.YORKSHIRE: (Region.NORTH_EAST, Region.NORTH_WEST, Region.EAST_MIDLANDS),
    Region.EAST_MIDLANDS: (
        Region.YORKSHIRE,
        Region.NORTH_WEST,
        Region.WEST_MIDLANDS,
        Region.EAST_OF_ENGLAND,
        Region.SOUTH_EAST,
    ),
    Region.WEST_MIDLANDS: (
        Region.NORTH_WEST,
        Region.EAST_MIDLANDS,
        Region.SOUTH_EAST,
        Region.SOUTH_WEST,
    ),
    Region.EAST_OF_ENGLAND: (Region.EAST_MIDLANDS, Region.LONDON, Region.SOUTH_EAST),
    Region.LONDON: (Region.EAST_OF_ENGLAND, Region.SOUTH_EAST),
    Region.SOUTH_EAST: (
        Region.LONDON,
        Region.EAST_OF_ENGLAND,
        Region.EAST_MIDLANDS,
        Region.WEST_MIDLANDS,
        Region.SOUTH_WEST,
    ),
    Region.SOUTH_WEST: (Region.SOUTH_EAST, Region.WEST_MIDLANDS),
}
