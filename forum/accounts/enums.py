"""Words of the accounts feature."""

from enum import StrEnum


class Sector(StrEnum):
    """From which side of procurement somebody speaks."""

    PRIVATE = "private"
    VOLUNTARY = "voluntary"
    SOCIAL_ENTERPRISE = "social-enterprise"
    COMMUNITY = "community"
    PUBLIC = "public"


class Region(StrEnum):
    """The nine regions of England by their ONS codes."""

    NORTH_EAST = "E12000001"
    NORTH_WEST = "E12000002"
    YORKSHIRE = "E12000003"
    EAST_MIDLANDS = "E12000004"
    WEST_MIDLANDS = "E12000005"
    EAST_OF_ENGLAND = "E12000006"
    LONDON = "E12000007"
    SOUTH_EAST = "E12000008"
    SOUTH_WEST = "E12000009"


class Role(StrEnum):
    """What an account may do beyond a member; the first two are held for one centre."""

    MODERATOR = "moderator"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class TokenPurpose(StrEnum):
    """What a mailed link does."""

    CONFIRM = "confirm"
    RESET = "reset"
    CHANGE_EMAIL = "change-email"
