"""Plain texts as they are accepted: names, titles, descriptions; and how two of them differ."""

import difflib
import unicodedata

from forum.core import markup
from forum.core.errors import Invalid

INVISIBLE = frozenset({"Cf", "Co"})


def accept_line(text: str, *, field: str, longest: int, missing: str = "") -> str:
    """One line: normalised, white space collapsed, at most ``longest`` characters.

    Raises Invalid for ``field`` when it is too long, holds what cannot be seen, or holds no
    letter or digit though the sentence ``missing`` asks for some.
    """
    line = " ".join(_normal(text, field=field).split())
    if any(unicodedata.category(character) in INVISIBLE for character in line):
        raise Invalid("Remove the invisible characters", field=field)
    return _measured(line, field=field, longest=longest, missing=missing)


def accept_paragraphs(text: str, *, field: str, longest: int, missing: str = "") -> str:
    """Several lines: normalised and trimmed, at most ``longest`` characters.

    Raises Invalid for ``field`` when it is too long, or holds no letter or digit though the
    sentence ``missing`` asks for some.
    """
    trimmed = _normal(text, field=field).strip()
    return _measured(trimmed, field=field, longest=longest, missing=missing)


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Lines of two texts as pairs of kind (same, added or removed) and text."""
    kinds = {"  ": "same", "+ ": "added", "- ": "removed"}
    lines = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [(kinds[line[:2]], line[2:]) for line in lines if line[:2] in kinds]


def _normal(text: str, *, field: str) -> str:
    try:
        return markup.normalise(text)
    except Invalid as error:
        raise Invalid(error.message, field=field) from error


def _measured(text: str, *, field: str, longest: int, missing: str) -> str:
    if missing and not any(character.isalnum() for character in text):
        raise Invalid(missing, field=field)
    if len(text) > longest:
        raise Invalid(f"Shorten this to {longest:,} characters or fewer", field=field)
    return text
