"""What the API and the export tell of each thing: these classes are served and described.

Only what every visitor can read stands here. Times are in UTC, addresses are absolute.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Raw, Struct

from forum.accounts.enums import Region, Sector
from forum.organisations.enums import OrganisationKind, SizeBand
from forum.threads.enums import Capacity, ThreadKind
from forum.topics.enums import TopicKind

T = TypeVar("T")

Moment = Annotated[datetime, Meta(tz=True)]
Key = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0)]
Address = Annotated[str, Meta(description="Address of its page for people.")]
CentreSlug = Annotated[str, Meta(description="The centre, by the last part of its address.")]
NextPage = Annotated[
    str | None, Meta(description="Address of the next page; null on the last. Also a Link header.")
]
Entry = Annotated[
    Raw,
    Meta(
        description="The entry as the public log holds it; a text when it was damaged.",
        extra_json_schema={"type": ["object", "string"]},
    ),
]


class Centre(Struct, frozen=True, kw_only=True):
    """A regional procurement centre."""

    id: Key
    slug: str
    name: str
    region: Annotated[Region, Meta(description="Code of the Office for National Statistics.")]
    host: Annotated[str, Meta(description="The council that hosts it.")]
    description: str
    url: Address


class Board(Struct, frozen=True, kw_only=True):
    """A place for threads in a centre. Boards that only members can read are left out."""

    id: Key
    centre: CentreSlug
    slug: str
    title: str
    purpose: str
    is_archived: Annotated[bool, Meta(description="It can be read, but nothing can be added.")]
    start_sectors: Annotated[
        list[str], Meta(description="Sectors that may start threads; none named: all.")
    ]
    reply_sectors: Annotated[list[str], Meta(description="Sectors that may reply; likewise.")]
    thread_count: Count
    post_count: Count
    last_post_at: Moment | None
    url: Address


class Topic(Struct, frozen=True, kw_only=True):
    """A procurement topic."""

    id: Key
    slug: str
    name: str
    kind: TopicKind
    description: str
    parent: Annotated[str | None, Meta(description="The wider topic, by its slug.")]
    synonyms: list[str]
    cpv_divisions: Annotated[
        list[str],
        Meta(description="Divisions of the Common Procurement Vocabulary: two digits each."),
    ]
    url: Address


class Organisation(Struct, frozen=True, kw_only=True):
    """A supplier, group or public body that a centre has confirmed."""

    id: Key
    name: str
    sector: Sector
    kind: OrganisationKind
    size: Annotated[SizeBand, Meta(description="Staff: under 10, 50, 250, or more.")]
    region: Annotated[Region | None, Meta(description="null: the whole country.")]
    company_number: str
    charity_number: str
    about: str
    url: Address


class Person(Struct, frozen=True, kw_only=True):
    """A member who shows a public page."""

    handle: str
    name: str
    sector: Sector
    region: Annotated[Region | None, Meta(description="null: the whole country.")]
    about: str
    member_since: Moment
    url: Address


class Author(Struct, frozen=True, kw_only=True):
    """Who wrote it; handle and url are null when they show no public page."""

    name: str
    handle: str | None
    url: str | None


class Thread(Struct, frozen=True, kw_only=True):
    """A debate on a board."""

    id: Key
    centre: CentreSlug
    board_id: Key
    title: str
    kind: ThreadKind
    author: Author
    sector: Annotated[Sector, Meta(description="For which sector its author spoke.")]
    topics: Annotated[list[str], Meta(description="Slugs of its topics.")]
    cpv_divisions: Annotated[list[str], Meta(description="CPV divisions of its topics.")]
    created_at: Moment
    last_post_at: Moment
    reply_count: Count
    is_pinned: bool
    is_locked: bool
    accepted_post_id: Annotated[
        Key | None, Meta(description="The accepted answer of a question; null: unanswered.")
    ]
    url: Address


class Speaker(Struct, frozen=True, kw_only=True):
    """The organisation for which the author spoke, by the name that it had then."""

    id: Key
    name: str
    url: Address


class Redaction(Struct, frozen=True, kw_only=True):
    """That words were removed from a post: why, and the decision in the public log."""

    code: str
    decision: Key


class Post(Struct, frozen=True, kw_only=True):
    """A contribution to a thread.

    Of one that was hidden or withdrawn a tombstone is left, as on its page: source, html,
    interest and edited_at are null. A hidden one tells the rule, the reason and the decision.
    """

    id: Key
    thread_id: Key
    number: Annotated[int, Meta(ge=1, description="Its place in the thread.")]
    state: Literal["visible", "hidden", "withdrawn"]
    author: Author
    capacity: Capacity
    organisation: Speaker | None
    sector: Sector
    created_at: Moment
    edited_at: Moment | None
    source: Annotated[str | None, Meta(description="The text as it was typed, in Markdown.")]
    html: Annotated[str | None, Meta(description="The text as it is shown; safe to include.")]
    interest: Annotated[
        str | None,
        Meta(description="Declared interest; empty: nothing to declare; null: nothing was said."),
    ]
    redactions: list[Redaction]
    hidden_rule: str | None
    hidden_reason: str | None
    decision: Annotated[Key | None, Meta(description="Number of the decision that hid it.")]
    url: Annotated[str, Meta(description="Permanent address; leads to its place in the thread.")]


class Decision(Struct, frozen=True, kw_only=True):
    """An entry of the public moderation log, as in its download.

    ``hash`` is the SHA-256 of ``entry`` in its canonical form (RFC 8785).
    """

    hash: str
    entry: Entry


class Listing(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list."""

    items: Sequence[T]
    next: NextPage
