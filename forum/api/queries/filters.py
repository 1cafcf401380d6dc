"""What may be asked of each list: these classes are read from the query and described."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from forum.accounts.enums import Region, Sector
from forum.organisations.enums import OrganisationKind
from forum.threads.enums import ThreadKind
from forum.topics.enums import TopicKind

LONGEST_WORD = 100
Word = Annotated[str, Meta(min_length=1, max_length=LONGEST_WORD, pattern=r"^[!-~]+$")]
Key = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Moment = Annotated[datetime, Meta(tz=True)]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many at most.")]
After = Annotated[
    str,
    Meta(max_length=400, description="Where the page begins: only from the address in next."),
]
CentreWord = Annotated[Word | None, Meta(description="Only of the centre with this slug.")]
Since = Annotated[Moment | None, Meta(description="Only at or after this time (RFC 3339).")]
Until = Annotated[Moment | None, Meta(description="Only before this time (RFC 3339).")]
SectorWord = Annotated[Sector | None, Meta(description="Only of this sector.")]
RegionWord = Annotated[Region | None, Meta(description="Only of the region with this code.")]


class Paged(Struct, frozen=True, kw_only=True):
    """What every list can be asked."""

    limit: Limit = 20
    after: After = ""


class BoardFilters(Paged, frozen=True, kw_only=True):
    """Boards, in the order in which they were made."""

    centre: CentreWord = None


class TopicFilters(Paged, frozen=True, kw_only=True):
    """Topics, in the order in which they were made."""

    kind: Annotated[TopicKind | None, Meta(description="Only of this branch.")] = None


class OrganisationFilters(Paged, frozen=True, kw_only=True):
    """Organisations, in the order in which they were registered."""

    sector: SectorWord = None
    region: RegionWord = None
    kind: Annotated[OrganisationKind | None, Meta(description="Only of this legal form.")] = None


class PersonFilters(Paged, frozen=True, kw_only=True):
    """Members, in the order in which they joined."""

    sector: SectorWord = None
    region: RegionWord = None


class ThreadFilters(Paged, frozen=True, kw_only=True):
    """Threads, newest activity first; the times are those of the newest post."""

    centre: CentreWord = None
    board: Annotated[Key | None, Meta(description="Only of the board with this id.")] = None
    topic: Annotated[Word | None, Meta(description="Only on the topic with this slug.")] = None
    author: Annotated[Word | None, Meta(description="Only by the member with this handle.")] = None
    kind: Annotated[ThreadKind | None, Meta(description="Only of this kind.")] = None
    answered: Annotated[
        bool | None,
        Meta(description="true: only questions with an accepted answer; false: only without."),
    ] = None
    since: Since = None
    until: Until = None


class PostFilters(Paged, frozen=True, kw_only=True):
    """Posts, newest first."""

    author: Annotated[Word | None, Meta(description="Only by the member with this handle.")] = None
    organisation: Annotated[
        Key | None, Meta(description="Only for the organisation with this id.")
    ] = None
    sector: SectorWord = None
    since: Since = None
    until: Until = None


class DecisionFilters(Paged, frozen=True, kw_only=True):
    """Decisions of moderators, newest first."""

    centre: Annotated[
        Word | None, Meta(description="Only of the centre with this slug; site: of the whole site.")
    ] = None
    action: Annotated[Word | None, Meta(description="Only of this kind, such as hide.")] = None
    since: Since = None
    until: Until = None
