"""A crawler: it opens pages, reads their links, and remembers what it saw."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.client import Client

SITE = "http://localhost"
FOLLOWED = {"a": "href", "link": "href", "img": "src", "script": "src"}


class Reader(HTMLParser):
    """What a crawler reads of a page."""

    def __init__(self):
        super().__init__()
        self.links, self.ids, self.feeds, self.data = [], set(), [], ""
        self.canonical, self.is_indexed, self._in_data = "", True, False

    def handle_starttag(self, tag, attributes):
        """Note links, names and what the head says."""
        given = dict(attributes)
        if "id" in given:
            self.ids.add(given["id"])
        if tag == "meta" and given.get("name") == "robots":
            self.is_indexed = "noindex" not in given["content"]
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given["href"]
        elif tag in FOLLOWED and given.get(FOLLOWED[tag]):
            self.links.append(given[FOLLOWED[tag]])
        if tag == "link" and given.get("type") == "application/atom+xml":
            self.feeds.append(given["href"])
        self._in_data = tag == "script" and given.get("type") == "application/ld+json"

    def handle_data(self, data):
        """Note linked data."""
        if self._in_data:
            self.data += data


@dataclass
class Seen:
    """An address that was opened: what was answered, and what the page says."""

    path: str
    status: int
    kind: str
    leads_to: str = ""
    page: Reader | None = None
    text: str = ""

    @property
    def linked_data(self):
        """The nodes of the page's linked data."""
        return json.loads(self.page.data)["@graph"] if self.page and self.page.data else []


@dataclass
class Crawl:
    """Pages opened by one reader, and from where each address was linked.

    Of pages that ``is_whole`` (a function of endpoint and address) does not name only ``few`` of
    each kind are opened: they are made of the same parts.
    """

    client: Client
    is_whole: Callable[[str, str], bool]
    few: int = 4
    seen: dict[str, Seen] = field(default_factory=dict)
    linked_from: dict[str, str] = field(default_factory=dict)
    fragments: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def walk(self, *starts):
        """Open the pages, and all that they lead to."""
        waiting = [(path, "") for path in starts]
        while waiting:
            address, origin = waiting.pop()
            path, fragment = urldefrag(address)
            if fragment:
                self.fragments.setdefault((path, fragment), origin)
            if path in self.seen or not self._is_wanted(path):
                continue
            self.linked_from[path] = origin
            seen = self.seen[path] = self._open(path)
            links = [seen.leads_to] if seen.leads_to else seen.page.links if seen.page else []
            waiting += [(own, path) for link in links if (own := own_path(link, path))]
        return self

    def broken(self):
        """Addresses that answered with an error, and where they stood."""
        return {
            path: (seen.status, self.linked_from[path])
            for path, seen in self.seen.items()
            if seen.status >= 400
        }

    def missing_fragments(self):
        """Links to places of a page that it does not have."""
        return {
            (path, fragment): origin
            for (path, fragment), origin in self.fragments.items()
            if not self._has(path, fragment)
        }

    def _has(self, path, fragment):
        seen = self.seen.get(path)
        while seen and seen.leads_to:
            path, own = urldefrag(own_path(seen.leads_to, path))
            fragment, seen = own or fragment, self.seen.get(path)
        return not (seen and seen.page) or fragment in seen.page.ids

    def _is_wanted(self, path):
        endpoint = endpoint_of(self.client.application, path)
        if not endpoint or self.is_whole(endpoint, path):
            return True
        self._counts[endpoint] += 1
        return self._counts[endpoint] <= self.few

    def _open(self, path):
        answer = self.client.open(path)
        kind = answer.mimetype
        if 300 <= answer.status_code < 400:
            return Seen(path, answer.status_code, kind, leads_to=answer.headers["Location"])
        page = None
        # Downloads hold bytes that are no text.
        text = answer.get_data().decode(errors="replace")
        if kind == "text/html":
            page = Reader()
            page.feed(text)
        return Seen(path, answer.status_code, kind, page=page, text=text)


def own_path(link, path):
    """The link as an address of this site, with its fragment; "" when it leads elsewhere."""
    address = urljoin(f"{SITE}{path}", link)
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != SITE:
        return ""
    return address.removeprefix(SITE)


@cache
def endpoint_of(app, path):
    """The endpoint that answers the path; "" for files and what there is not."""
    adapter = app.url_map.bind("localhost")
    path = urlsplit(path).path
    return str(adapter.match(path, "GET")[0]) if adapter.test(path, "GET") else ""
