"""Reading feeds: by a real feed parser, and by the MUSTs of RFC 4287 one after the other."""

import re
from datetime import datetime
from xml.etree import ElementTree as ET

import feedparser

NAMES = {"a": "http://www.w3.org/2005/Atom"}
ONE_IN_FEED = ("id", "title", "updated", "subtitle", "generator", "icon", "logo", "rights")
ONE_IN_ENTRY = ("id", "title", "updated", "published", "content", "summary", "source", "rights")
NEEDED = ("id", "title", "updated")
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:\S+")
# RFC 3339 as RFC 4287, section 3.3, narrows it: upper case T, and Z when there is no offset.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read(client, path, **kwargs):
    """The feed at ``path``, as feedparser understands it; it must be a valid one."""
    answer = client.get(path, **kwargs)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert wrong_with(answer.text) == []
    return parse(answer.text)


def parse(text):
    """What feedparser makes of the document."""
    parsed = feedparser.parse(text)
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == "atom10"
    return parsed


def links_of(parsed):
    """The addresses of a feed's links by their relations."""
    return {link.rel: link.href for link in parsed.feed.links}


def wrong_with(text):
    """Every breach of a MUST of RFC 4287, a sentence each."""
    feed = ET.fromstring(text)  # noqa: S314 — our own text
    entries = feed.findall("a:entry", NAMES)
    problems = [] if feed.tag == f"{{{NAMES['a']}}}feed" else [f"the root is {feed.tag}"]
    problems += _counts(feed, ONE_IN_FEED)
    problems += _links(feed)
    has_author = feed.find("a:author", NAMES) is not None
    for entry in entries:
        problems += _counts(entry, ONE_IN_ENTRY)
        problems += _links(entry)
        problems += _content(entry)
        if entry.find("a:author", NAMES) is None and not has_author:
            problems.append("an entry has no author (4.1.2)")
    moments = [
        (entry.findtext("a:id", "", NAMES), entry.findtext("a:updated", "", NAMES))
        for entry in entries
    ]
    if len(set(moments)) != len(moments):
        problems.append("two entries have the same id and time (4.1.1)")
    return [*problems, *_everywhere(feed)]


def _counts(element, ones):
    for name in ones:
        found = element.findall(f"a:{name}", NAMES)
        if len(found) > 1 or (name in NEEDED and not found):
            yield f"{len(found)} elements {name} (4.1.1, 4.1.2)"
        if name in NEEDED and found and not (found[0].text or "").strip():
            yield f"{name} is empty"


def _links(element):
    links = element.findall("a:link", NAMES)
    kinds = [
        (link.get("type"), link.get("hreflang"))
        for link in links
        if link.get("rel", "alternate") == "alternate"
    ]
    if len(set(kinds)) != len(kinds):
        yield "two alternate links of one kind (4.1.1)"
    for link in links:
        if not ABSOLUTE.fullmatch(link.get("href", "")):
            yield f"a link leads to {link.get('href')!r} (4.2.7.1)"


def _content(entry):
    content = entry.find("a:content", NAMES)
    if content is None:
        return
    if content.get("type") not in {"text", "html"}:
        yield f"content is of type {content.get('type')} (4.1.3.1)"
    if len(content):
        yield "content has elements in it (4.1.3.3)"


def _everywhere(feed):
    for element in feed.iter():
        name = element.tag.partition("}")[2]
        if name == "id" and not ABSOLUTE.fullmatch(element.text or ""):
            yield f"the id {element.text!r} is not an absolute IRI (4.2.6)"
        if name in {"updated", "published"}:
            if not TIME.fullmatch(element.text or ""):
                yield f"{element.text!r} is no time (3.3)"
            datetime.fromisoformat(element.text or "")
        if name == "author":
            yield from _person(element)
        if name == "category" and not element.get("term"):
            yield "a category has no term (4.2.2.1)"


def _person(element):
    names, addresses = element.findall("a:name", NAMES), element.findall("a:uri", NAMES)
    if len(names) != 1 or not names[0].text or len(addresses) > 1:
        yield "a person has not one name and at most one address (3.2)"
