"""Titles and names as they stand in addresses."""

from slugify import slugify

# Spelled out as "ps" otherwise.
DROPPED = [("£", "")]


def slug_of(text: str, *, longest: int, otherwise: str) -> str:
    """The text in letters a to z, digits and hyphens, cut behind a word after ``longest`` signs.

    ``otherwise`` when nothing is left.
    """
    return slugify(text, max_length=longest, word_boundary=True, replacements=DROPPED) or otherwise
