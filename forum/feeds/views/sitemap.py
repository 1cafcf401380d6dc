"""The sitemap: an index, and files of addresses that are made while they are sent."""

from datetime import timedelta
from http import HTTPStatus

from flask import Response, current_app, request, stream_with_context
from flask.typing import ResponseReturnValue

from forum.core import clock, tags
from forum.feeds import exports, queries
from forum.feeds.views.blueprint import bp
from forum.web.access import access, anyone
from forum.web.limits import crawling
from forum.web.page_cache import cached, good_until

XML = "application/xml; charset=utf-8"
# New pages are told of so much later; what is hidden is gone at once.
LATEST = timedelta(hours=1)


@bp.get("/sitemap.xml")
@access(anyone)
@cached()
def sitemap() -> ResponseReturnValue:
    """The files of the sitemap; robots.txt names this address."""
    good_until(clock.now() + LATEST)
    document = exports.write_sitemap_index(queries.list_files(), site_url=_site_url())
    return Response(document, content_type=XML)


@bp.get("/sitemap-pages.xml")
@access(anyone)
@cached()
def sitemap_pages() -> ResponseReturnValue:
    """The pages that every site has, centres and topics."""
    document = exports.write_sitemap(queries.fixed_addresses(), site_url=_site_url())
    return Response("".join(document), content_type=XML)


@bp.get("/sitemap-<part>-<int:number>.xml")
@access(anyone)
@crawling
def sitemap_file(part: str, number: int) -> ResponseReturnValue:
    """A file of the sitemap, too large to be kept: crawlers are told that it has not changed.

    What it names is true as long as nothing was hidden, and lacks what is newer than LATEST.
    """
    response = Response(content_type=XML)
    hour = int(clock.now().timestamp() // LATEST.total_seconds())
    hidden = tags.versions([tags.EVERYTHING]).get(tags.EVERYTHING, 0)
    response.set_etag(f"{hour}-{hidden}", weak=True)
    if response.make_conditional(request).status_code == HTTPStatus.NOT_MODIFIED:
        return response
    # That of the empty answer so far.
    response.headers.pop("Content-Length", None)
    addresses = queries.read_file(part, number)
    pieces = exports.write_sitemap(addresses, site_url=_site_url())
    response.response = stream_with_context(pieces)
    return response


def _site_url() -> str:
    return str(current_app.config["SITE_URL"])
