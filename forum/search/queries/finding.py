"""Finding: candidates of each kind in one statement, put in order, and a page of them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from forum.accounts.enums import Sector
from forum.centres.models import Centre
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.pages import decode_cursor, encode_cursor
from forum.search.enums import Kind, Order
from forum.search.queries.asking import Question
from forum.search.queries.candidates import MOST, Candidate, Narrowing, candidates
from forum.search.queries.showing import Result, show

RESULTS_PER_PAGE = 20
# What is added to the match of the words, which is at most 1.
KIND_BONUS = {Kind.THREAD: 0.15, Kind.TOPIC: 0.25, Kind.ORGANISATION: 0.2, Kind.PERSON: 0.1}
ACCEPTED_BONUS = 0.2
FRESH_BONUS = 0.2
# After so many days half of the bonus for fresh debate is left.
HALF_LIFE = 180
SCALE = 1_000_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen beside the question: of which kind, centre and sector; order and place."""

    kind: Kind | None = None
    centre: str = ""
    sector: Sector | None = None
    order: Order = Order.RELEVANCE
    cursor: str = ""

    @property
    def narrows(self) -> bool:
        """Whether some of what is found is left out."""
        return bool(self.kind or self.centre or self.sector)


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of what was found are of one kind, centre or sector; ``is_most``: or more."""

    value: str
    name: str
    count: int
    is_most: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A page of results, and how many there are of what; ``is_most``: or more."""

    results: Sequence[Result]
    next_cursor: str
    total: int
    is_most: bool
    kinds: Sequence[Facet]
    centres: Sequence[Facet]
    sectors: Sequence[Facet]


def search(actor: Actor, question: Question, choice: Choice) -> Finding:
    """What the actor may read of what is asked.

    Of each kind the newest ``MOST`` that match are looked at, so that the cost is bounded however
    common a word is. Raises NotFound for a cursor that is none.
    """
    places = db.session.execute(select(Centre.id, Centre.slug, Centre.name).order_by(Centre.name))
    centres = {row.id: (row.slug, row.name) for row in places}
    everything = candidates(actor, question, Narrowing())
    found = everything
    if choice.narrows:
        centre_id = next((key for key, (slug, _) in centres.items() if slug == choice.centre), None)
        found = candidates(actor, question, Narrowing(choice.kind, centre_id, choice.sector))
    ordered = _in_order(found, choice.order)
    if choice.cursor:
        place: Key = decode_cursor(choice.cursor, int, int)
        ordered = [pair for pair in ordered if pair[0] < place]
    page = ordered[:RESULTS_PER_PAGE]
    return Finding(
        results=show(question, [candidate for _, candidate in page], centres),
        next_cursor=encode_cursor(*page[-1][0]) if len(ordered) > len(page) else "",
        total=len(found),
        is_most=_reaches_most(found),
        kinds=_count(everything, lambda one: one.kind, dict.fromkeys(Kind, "")),
        centres=_count(
            everything,
            lambda one: centres[one.centre_id][0] if one.centre_id else None,
            dict(centres.values()),
        ),
        sectors=_count(everything, lambda one: one.sector, dict.fromkeys(Sector, "")),
    )


def _in_order(found: Sequence[Candidate], order: Order) -> list[tuple[Key, Candidate]]:
    now = clock.now()
    best = max((candidate.rank for candidate in found), default=0.0) or 1.0
    pairs = [
        (
            (_time(one) if order is Order.NEWEST else _score(one, best=best, now=now), one.id),
            one,
        )
        for one in found
    ]
    return sorted(pairs, key=lambda pair: pair[0], reverse=True)


def _time(candidate: Candidate) -> int:
    """Microseconds since 1970."""
    since = (candidate.created_at or LONG_AGO) - LONG_AGO
    return int(since.total_seconds() * SCALE)


def _score(candidate: Candidate, *, best: float, now: datetime) -> int:
    score = candidate.rank / best + KIND_BONUS.get(candidate.kind, 0.0)
    if candidate.is_accepted:
        score += ACCEPTED_BONUS
    if candidate.created_at is not None:
        # By the day, so that the order stands while somebody turns pages.
        days = max(0, (now.date() - candidate.created_at.date()).days)
        score += FRESH_BONUS * 0.5 ** (days / HALF_LIFE)
    return round(score * SCALE)


def _count(
    found: Sequence[Candidate],
    value_of: Callable[[Candidate], str | None],
    names: Mapping[str, str],
) -> Sequence[Facet]:
    """The facets that something belongs to, in the order of ``names``."""
    counts = Counter(value_of(candidate) for candidate in found)
    is_most = _reaches_most(found)
    return [
        Facet(str(value), name, counts[value], is_most)
        for value, name in names.items()
        if counts[value]
    ]


def _reaches_most(found: Sequence[Candidate]) -> bool:
    return any(count >= MOST for count in Counter(one.kind for one in found).values())
