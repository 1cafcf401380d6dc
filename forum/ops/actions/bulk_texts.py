"""Texts of the load data: sentences put together from lists of words.

They need not be read by anybody, but have the lengths, the marks and the words of real posts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from forum.core import markup

DISTINCT_TEXTS = 300
DISTINCT_TITLES = 1000
MOST_PARAGRAPHS = 4
SHARE_WITH_EXTRA = 0.25

WORDS = {
    "thing": (
        "home care, cleaning, school transport, grounds maintenance, street lighting, catering, "
        "roofing, agency staff, software licences, parks equipment, printing, waste collection, "
        "advice services, energy, vehicle hire, window replacement"
    ),
    "place": (
        "a coastal district, a county, two neighbouring boroughs, a city, three small towns, "
        "a rural district, an outer borough, a unitary council"
    ),
    "who": (
        "the buyer, our finance team, a small supplier, the lead council, the incumbent, "
        "a consortium of charities, the contract manager, the portal's help desk, the auditor"
    ),
    "amount": "£18,000, £46,500, £120,000, £260,000, £1.4 million, £3.8 million, £90,000 a year",
    "span": "ten days, three weeks, six weeks, four months, two years, a whole winter, 71 days",
    "theme": (
        "prompt payment, social value, lot sizes, insurance levels, feedback, the framework, "
        "turnover tests, the exit plan, whole-life cost, the staff transfer, early engagement"
    ),
    "judgement": (
        "clear enough, out of proportion, fair to both sides, hard to price, easy to check, "
        "worth repeating, a waste of an afternoon, better than the last time"
    ),
}
SENTENCES = (
    "We let {thing} in {place} for {amount}, and {theme} was what nobody had thought through.",
    "After {span} {who} answered, and the answer was {judgement}.",
    "What did {who} ask of you about {theme}?",
    "In {place} the contract for {thing} runs for {span}, which I find {judgement}.",
    "My view of {theme}: {judgement}, as long as {who} says so before the bids come in.",
    "The notice gave {amount} as the value; {who} had worked with half of that.",
    "Ask for the scoring of {theme} in writing, and ask early.",
    "We lost {amount} in {span} because {who} would not move on {theme}.",
    "Splitting {thing} into five lots cost {who} {span} of work and brought nine new bidders.",
    "I would not call that {judgement}.",
    "For {thing} the rule of thumb in {place} is {span} from invoice to payment.",
    "If {who} reads this: {theme} belongs on the first page, not in annex C.",
    "It was {judgement}, and {who} said as much in the debrief.",
    "Nobody bids {amount} for {thing} without knowing who pays for {theme}.",
)
EXTRAS = (
    "\n\n- {thing}\n- {theme}\n- what {who} will do about it",
    "\n\n> {theme} has to be in proportion.\n\nQuite so, but say it in the documents.",
    "\n\n**Short version:** {amount} over {span}, and {theme} was {judgement}.",
    "\n\nThe guidance is at https://www.gov.uk/ under {theme}.",
)
TITLES = (
    "{theme} in contracts for {thing}: what works in {place}?",
    "Who decides on {theme} when {thing} is let for {amount}?",
    "{span} to bid for {thing}: is that usual?",
    "What {who} should know about {theme} before buying {thing}",
    "{thing} for {amount}: how we dealt with {theme}",
)
LISTS = {name: words.split(", ") for name, words in WORDS.items()}


@dataclass(frozen=True, slots=True)
class BulkText:
    """A text and its HTML."""

    source: str
    html: str


def make_texts(chance: random.Random, count: int) -> Sequence[BulkText]:
    """Up to ``count`` distinct texts, rendered once each."""
    sources = dict.fromkeys(_text(chance) for _ in range(min(count, DISTINCT_TEXTS)))
    return [BulkText(source, markup.render(source)) for source in sources]


def make_titles(chance: random.Random, count: int) -> Sequence[str]:
    """Up to ``count`` titles of 10 to 150 characters."""
    filled = (_filled(chance, chance.choice(TITLES)) for _ in range(min(count, DISTINCT_TITLES)))
    return [title[0].upper() + title[1:] for title in filled]


def _text(chance: random.Random) -> str:
    paragraphs = [
        _paragraph(chance) for _ in range(1 + int(MOST_PARAGRAPHS * chance.random() ** 2))
    ]
    extra = _filled(chance, chance.choice(EXTRAS)) if chance.random() < SHARE_WITH_EXTRA else ""
    return "\n\n".join(paragraphs) + extra


def _paragraph(chance: random.Random) -> str:
    chosen = chance.sample(SENTENCES, chance.randint(1, 4))
    return " ".join(_filled(chance, sentence) for sentence in chosen)


def _filled(chance: random.Random, pattern: str) -> str:
    return pattern.format(**{name: chance.choice(words) for name, words in LISTS.items()})
