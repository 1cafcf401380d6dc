"""What pages tell programs: who may keep them in an index, and linked data (schema.org)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext as _

from forum.core import markup

Node = Mapping[str, Any]

# Addresses for which robots.txt asks crawlers not to come (RFC 9309; "*" stands for anything):
# members' and staff's own pages, forms, and what is found better in another place.
CLOSED = (
    "/account/",
    "/admin/",
    "/api/v1/",
    "/centres/*/boards/*/start/",
    "/centres/*/complain/",
    "/complaints/",
    "/consultations/*/history/",
    "/consultations/*/manage/",
    "/consultations/*/questions/",
    "/consultations/*/respond/",
    "/dev/",
    "/memberships/",
    "/moderation/",
    "/posts/*/history/",
    "/posts/*/report/",
    "/reports/",
    "/responses/",
    "/search/",
    "/threads/*/reply/",
    "/threads/*/unread/",
)
_closed = re.compile("|".join(re.escape(path).replace(r"\*", ".*") for path in CLOSED))
# Other parameters choose or continue a list, of which the pages stand for themselves.
LASTING_PARAMETERS = frozenset({"page"})


def init_machines(app: Flask) -> None:
    """Give the functions to every template."""
    app.jinja_env.globals.update(
        may_index=may_index, note_trail=note_trail, linked_data=linked_data
    )


def may_index() -> bool:
    """Whether search engines should show the page that is being made."""
    return not _closed.match(request.path) and LASTING_PARAMETERS.issuperset(request.args)


def note_trail(items: Sequence[tuple[str, str]]) -> str:
    """Remember the page's breadcrumbs, pairs of a label and a path, for ``linked_data``."""
    g.trail = items
    return ""


def linked_data(node: Node | None, *, page_name: str, page_url: str) -> str:
    """The page's linked data as a data block of HTML, which no browser runs; "" for none.

    ``node`` describes what the page is about. The breadcrumbs that were noted, and ``page_name``
    as the last of them, become a BreadcrumbList.
    """
    nodes = [node] if node else []
    if page_name:
        nodes.append(_breadcrumb_list(page_name, page_url))
    if not nodes:
        return ""
    document = {"@context": "https://schema.org", "@graph": nodes}
    return markup.data_block(document)


def _breadcrumb_list(page_name: str, page_url: str) -> Node:
    site_url = current_app.config["SITE_URL"]
    trail = [(_("Home"), "/"), *g.get("trail", ())]
    steps = [(label, f"{site_url}{path}") for label, path in trail] + [(page_name, page_url)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": str(label), "item": url}
            for place, (label, url) in enumerate(steps, start=1)
        ],
    }
