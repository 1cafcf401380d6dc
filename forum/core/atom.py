"""Atom feeds (RFC 4287), the one way in which the site writes them."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

MIME_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
LANGUAGE = "en-GB"
# What a feed without entries was last changed at: Atom demands a time.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something; ``url`` is "" when they have no page."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry; ``is_html`` tells whether ``content`` is safe HTML or plain text.

    ``id`` never changes (see ``lasting_id``); ``categories`` are pairs of a term and its name.
    """

    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    content: str
    is_html: bool = True
    author: Person | None = None
    categories: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, entries newest first.

    ``url`` is its own address, ``page_url`` that of the page that shows the same. ``first_url``
    and ``next_url`` lead through a long one (RFC 5005, section 3); "" where there is no such part.
    """

    id: str
    title: str
    url: str
    page_url: str
    author: Person
    subtitle: str = ""
    first_url: str = ""
    next_url: str = ""
    entries: Sequence[Entry] = field(default=())

    @property
    def updated(self) -> datetime:
        """When the newest of what it shows was changed."""
        return max((entry.updated for entry in self.entries), default=NEVER)


def lasting_id(address: str) -> str:
    """An identifier (RFC 4287, section 4.2.6) made of an absolute address that never changes.

    A name-based UUID (RFC 9562, section 5.5): it stays one, whoever owns the host some day.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, address).urn


def write_atom(feed: Feed) -> str:
    """The feed as an XML document; characters that XML does not know are replaced."""
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": LANGUAGE})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    if feed.subtitle:
        _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", _instant(feed.updated))
    _add_person(root, feed.author)
    _add(root, "link", rel="self", type=MIME_TYPE, href=feed.url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    for rel, url in (("first", feed.first_url), ("next", feed.next_url)):
        if url:
            _add(root, "link", rel=rel, type=MIME_TYPE, href=url)
    for entry in feed.entries:
        _add_entry(root, entry)
    document = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document}\n'


def _add_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", _instant(entry.published))
    _add(element, "updated", _instant(entry.updated))
    if entry.author:
        _add_person(element, entry.author)
    for term, label in entry.categories:
        _add(element, "category", term=term, label=label)
    _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    _add(element, "content", entry.content, type="html" if entry.is_html else "text")


def _add_person(parent: ET.Element, person: Person) -> None:
    element = ET.SubElement(parent, "author")
    _add(element, "name", person.name)
    if person.url:
        _add(element, "uri", person.url)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> None:
    clean = {name: NOT_XML.sub("\ufffd", value) for name, value in attributes.items()}
    ET.SubElement(parent, tag, clean).text = NOT_XML.sub("\ufffd", text) or None


def _instant(moment: datetime) -> str:
    """A time in the form of RFC 3339, to the microsecond: two edits in a second are two."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
