"""Finding words in Markdown as a reader sees them, and replacing them without a remainder."""

import html as entities
import re
from collections.abc import Sequence
from dataclasses import dataclass

from forum.core import markup
from forum.core.errors import Invalid

LONGEST_SPAN = 1_000
MOST_SPANS = 50
SHORTEST = 2

# Signs of Markdown that a reader does not see, and which may stand between any two characters.
SIGNS = r"[*_~`\\\[]|\]\([^()\s]*\)"
SIGN = re.compile(SIGNS)
WITHIN = rf"(?:{SIGNS})*+"
BETWEEN_WORDS = rf"(?:{SIGNS})*+\s(?:[\s>]|{SIGNS})*+"
UNSEEN = frozenset("*_~`\\[>")
ENTITY = re.compile(r"&#?[0-9a-z]{1,8};", re.IGNORECASE)
# Stands for what was removed until all spans are: no character of any text.
PLACE = "\ufdd0"
TAGS = re.compile(r"<[^>]*>")
DELIMITERS = re.compile(r"\*+|_+|~+|`+")
WRITTEN = {"&": r"&(?:amp;|#38;)?", "'": r"(?:'|&#39;|&apos;)", '"': r'(?:"|&quot;|&#34;)'}


@dataclass(frozen=True, slots=True)
class Span:
    """Words to remove; ``pattern`` finds them whatever signs of Markdown stand among them."""

    text: str
    pattern: re.Pattern[str]


def read_spans(text: str) -> list[Span]:
    """The spans of ``text``, one on each line, the longest first.

    Raises Invalid for the field ``spans`` when there is none, or one is too short or too long.
    """
    try:
        lines = [" ".join(line.split()) for line in markup.normalise(text).split("\n")]
    except Invalid as error:
        raise Invalid(error.message, field="spans") from error
    found = list(dict.fromkeys(filter(None, lines)))
    if not found:
        raise Invalid("Enter the words to remove", field="spans")
    if len(found) > MOST_SPANS:
        raise Invalid(f"Enter {MOST_SPANS} lines or fewer", field="spans")
    for line in found:
        if sum(character.isalnum() for character in line) < SHORTEST:
            raise Invalid(f"“{line}” is too short to be found safely", field="spans")
        if len(line) > LONGEST_SPAN:
            raise Invalid("Shorten each line to 1,000 characters or fewer", field="spans")
    return [Span(line, _pattern(line)) for line in sorted(found, key=len, reverse=True)]


def contains(text: str, spans: Sequence[Span]) -> bool:
    """Whether one of the spans stands in the text, be it plain or Markdown."""
    return any(span.pattern.search(text) for span in spans)


def is_left(html: str, spans: Sequence[Span]) -> bool:
    """Whether a reader of ``html``, or its addresses, would find one of the spans."""
    return any(
        span.pattern.search(text)
        for text in (entities.unescape(TAGS.sub("", html)), entities.unescape(html))
        for span in spans
    )


def replace(source: str, spans: Sequence[Span], marker: str) -> str:
    """Markdown ``source`` with ``marker`` in the place of each span.

    Emphasis that begins or ends within a span goes on around the marker. Raises Invalid for the
    field ``spans`` where a span cannot be removed safely, as it holds but a part of a link.
    """
    found = _replace_all(source, spans)
    if is_left(markup.render(found), spans):
        # Somebody wrote letters as entities.
        found = _replace_all(ENTITY.sub(_as_letter, source), spans)
    if is_left(markup.render(found), spans):
        raise Invalid(
            "Some of this is written in a way that cannot be removed safely. Enter the whole "
            "sentence around it, or hide the post",
            field="spans",
        )
    return found.replace(PLACE, marker)


def replace_plain(text: str, spans: Sequence[Span], marker: str) -> str:
    """Plain ``text`` with ``marker`` in the place of each span."""
    for span in spans:
        text = span.pattern.sub(PLACE, text)
    return text.replace(PLACE, marker)


def _replace_all(source: str, spans: Sequence[Span]) -> str:
    for span in spans:
        pieces, position = [], 0
        for match in span.pattern.finditer(source):
            following = source[match.end() : match.end() + 1]
            paragraph = source[: match.start()].rpartition("\n\n")[2]
            pieces += [source[position : match.start()]]
            pieces += [_in_place(match[0], span, paragraph, following)]
            position = match.end()
        source = "".join([*pieces, source[position:]])
    return source


def _as_letter(match: re.Match[str]) -> str:
    letter = entities.unescape(match[0])
    return letter if letter.isalnum() else match[0]


def _pattern(text: str) -> re.Pattern[str]:
    words = [[c for c in word if c not in UNSEEN] for word in text.split()]
    parts = [
        WITHIN.join(WRITTEN.get(character, re.escape(character)) for character in word)
        for word in words
        if word
    ]
    first, last = words[0][:1], words[-1][-1:]
    before = r"(?<![^\W_])" if "".join(first).isalnum() else ""
    after = r"(?![^\W_])" if "".join(last).isalnum() else ""
    return re.compile(before + BETWEEN_WORDS.join(parts) + after, re.IGNORECASE)


def _in_place(found: str, span: Span, paragraph: str, following: str) -> str:
    if found.count("](") != found.count("[") - span.text.count("["):
        raise Invalid(
            f"“{span.text}” holds a part of a link. Enter all the words of the link, "
            "or those beside it on a line of their own",
            field="spans",
        )
    # Else it would be read as a link, or as the definition of one.
    place = f"\\{PLACE}" if following in {"(", ":", "["} else PLACE
    opened: list[str] = []
    for run in DELIMITERS.findall(found) if not DELIMITERS.search(span.text) else ():
        if opened and opened[-1] == run:
            opened.pop()
        else:
            opened.append(run)
    closing = [run for run in opened if paragraph.count(run) % 2]
    opening = [run for run in opened if not paragraph.count(run) % 2]
    return "".join([*opening, place, *closing])
