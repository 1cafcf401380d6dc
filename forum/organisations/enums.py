"""Words of the organisations feature."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """The legal form of an organisation, roughly."""

    COMPANY = "company"
    PARTNERSHIP = "partnership"
    SOLE_TRADER = "sole-trader"
    CHARITY = "charity"
    COMMUNITY_INTEREST_COMPANY = "community-interest-company"
    CO_OPERATIVE = "co-operative"
    COMMUNITY_GROUP = "community-group"
    COUNCIL = "council"
    OTHER_PUBLIC_BODY = "other-public-body"


class SizeBand(StrEnum):
    """Number of staff: micro under 10, small under 50, medium under 250, large from 250."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class OrganisationState(StrEnum):
    """Whether somebody entitled has confirmed that the organisation is what it says."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class MembershipState(StrEnum):
    """How far somebody's wish to speak for an organisation has come."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LEFT = "left"
