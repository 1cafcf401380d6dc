"""Finding: candidates of each kind in one statement, put in order, and a page of them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import func, select

from forum.accounts.enums import Sector
from forum.centres.models import Centre
from forum.core import clock
from forum.core.access import Actor
from forum.core.db import db
from forum.core.pages import decode_cursor, encode_cursor
from forum.search.enums import Kind, Order
from forum.search.queries.asking import Question
from forum.search.queries.candidates import MOST, Candidate, Narrowing, Newest, candidates
from forum.search.queries.matching import plan_for_few
from forum.search.queries.showing import Centres, Result, show
from forum.search.queries.sources import KEYS

RESULTS_PER_PAGE = 20
# How much the words in a title, in the text, and side by side count: together at most 1.
TITLE_WEIGHT, BODY_WEIGHT, TOGETHER_WEIGHT = 0.55, 0.3, 0.15
# Where the third mention of a word says little more than the second, and how long a text is as
# a rule, in signs: the constants of BM25.
SATURATION, LENGTH_SHARE, USUAL_LENGTH = 1.2, 0.5, 600
# What is added to the match of the words.
KIND_BONUS = {
    Kind.THREAD: 0.1,
    Kind.CONSULTATION: 0.1,
    Kind.TOPIC: 0.25,
    Kind.ORGANISATION: 0.2,
    Kind.PERSON: 0.2,
}
# For what is called exactly so.
NAME_BONUS = 0.3
ACCEPTED_BONUS = 0.2
FRESH_BONUS = 0.15
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
    """A page of results, and how many there are of what; ``is_most``: or more.

    ``question`` is what was answered: a loose one when the given one had no answer.
    """

    results: Sequence[Result]
    question: Question
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
    centres, newest = surroundings()
    everything = candidates(actor, question, Narrowing(), newest)
    if not everything and question.can_be_looser:
        question = replace(question, is_loose=True)
        everything = candidates(actor, question, Narrowing(), newest)
    found = everything
    if choice.narrows:
        centre_id = next((key for key, (slug, _) in centres.items() if slug == choice.centre), None)
        found = candidates(
            actor, question, Narrowing(choice.kind, centre_id, choice.sector), newest
        )
    ordered = _in_order(question, found, choice.order)
    if choice.cursor:
        place: Key = decode_cursor(choice.cursor, int, int)
        ordered = [pair for pair in ordered if pair[0] < place]
    page = ordered[:RESULTS_PER_PAGE]
    return Finding(
        question=question,
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


def surroundings() -> tuple[Centres, Newest]:
    """The centres by identifier, and the newest row of each source, in one statement.

    It also prepares the transaction for the statement that follows.
    """
    rows = db.session.execute(
        select(
            Centre.id,
            Centre.slug,
            Centre.name,
            *(
                select(func.max(key)).scalar_subquery().label(source)
                for source, key in KEYS.items()
            ),
            *plan_for_few(),
        ).order_by(Centre.name, Centre.id)
    ).all()
    newest = {source: getattr(rows[0], source) or 0 if rows else 0 for source in KEYS}
    return {row.id: (row.slug, row.name) for row in rows}, newest


def _in_order(
    question: Question, found: Sequence[Candidate], order: Order
) -> list[tuple[Key, Candidate]]:
    today = clock.now().date()
    terms = len(question.wanted) or 1
    pairs = [
        (
            (_time(one) if order is Order.NEWEST else _score(one, terms, today), one.id),
            one,
        )
        for one in found
    ]
    return sorted(pairs, key=lambda pair: pair[0], reverse=True)


def _time(candidate: Candidate) -> int:
    """Microseconds since 1970."""
    since = (candidate.created_at or LONG_AGO) - LONG_AGO
    return int(since.total_seconds() * SCALE)


def _score(one: Candidate, terms: int, today: date) -> int:
    score = _match(one, terms) + KIND_BONUS.get(one.kind, 0.0)
    if one.is_accepted:
        score += ACCEPTED_BONUS
    if one.fresh_at is not None:
        # By the day, so that the order stands while somebody turns pages.
        days = max(0, (today - one.fresh_at.date()).days)
        score += FRESH_BONUS * 0.5 ** (days / HALF_LIFE)
    return round(score * SCALE)


def _match(one: Candidate, terms: int) -> float:
    """How well the words match; for the text by BM25, without the rareness of words."""
    share = 1 - LENGTH_SHARE + LENGTH_SHARE * one.length / USUAL_LENGTH
    mentions = one.in_body / terms
    return (
        (
            TITLE_WEIGHT * one.in_title / terms
            + BODY_WEIGHT * mentions / (mentions + SATURATION * share)
            + (TOGETHER_WEIGHT if one.together else 0.0)
            + (NAME_BONUS if one.is_name else 0.0)
        )
        * one.present
        / terms
    )


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
