"""Titles and texts as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from forum.accounts.models import Account
from forum.core import markup, slugs
from forum.core.db import db
from forum.core.errors import Invalid

SHORTEST_TITLE = 10
LONGEST_TITLE = 150
LONGEST_SLUG = 80
MOST_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be stored: source, HTML and who is mentioned."""

    source: str
    html: str
    mentioned: Sequence[int]


def preview(source: str) -> str:
    """The HTML that ``source`` would have as a post.

    Raises Invalid for a text that cannot be accepted.
    """
    return prepare(source).html


def prepare(source: str) -> Text:
    """Check and render a text, with links for the members it mentions.

    Raises Invalid, for the field ``source``, for a text that cannot be accepted.
    """
    text = render_text(clean_source(source))
    if markup.is_blank(markup.safe(text.html).striptags()):
        raise Invalid("Write your post", field="source")
    return text


def clean_source(source: str) -> str:
    """The source as it is stored; raises Invalid for the field ``source``."""
    try:
        return markup.clean_source(source)
    except Invalid as error:
        raise Invalid(error.message, field="source") from error


def render_text(source: str) -> Text:
    """Render a text that was accepted before, with links for the members it mentions."""
    handles = sorted(markup.find_mentions(source))[:MOST_MENTIONS]
    members = (
        db.session.execute(
            select(Account.handle, Account.id, Account.is_hidden).where(Account.handle.in_(handles))
        ).all()
        if handles
        else []
    )
    # Who shows no public page is told of the mention, too, but nothing leads there.
    pages = {row.handle: f"/people/{row.handle}/" for row in members if not row.is_hidden}
    html = markup.render(source, mentions=pages)
    return Text(source=source, html=html, mentioned=[row.id for row in members])


def clean_title(title: str) -> str:
    """The title as it is stored; raises Invalid for the field ``title``."""
    title = " ".join(markup.normalise(title).split())
    if len(title) < SHORTEST_TITLE or markup.is_blank(title):
        raise Invalid(f"Write a title of at least {SHORTEST_TITLE} characters", field="title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"Shorten the title to {LONGEST_TITLE} characters or fewer", field="title")
    return title


def slug_of(title: str) -> str:
    """The title as it stands in the thread's address."""
    return slugs.slug_of(title, longest=LONGEST_SLUG, otherwise="thread")
