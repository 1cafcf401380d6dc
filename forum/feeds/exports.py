"""Feeds and sitemaps as documents for other programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from flask_babel import gettext as _

from forum.core import atom, markup
from forum.core.pages import Page
from forum.feeds.queries import Address, FeedPost, File, Step

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed follows: ``name`` is its lasting key, ``page`` the path of the page it follows.

    ``address`` is the feed's own path, without a cursor.
    """

    name: str
    title: str
    subtitle: str
    address: str
    page: str


def write_feed(
    source: Source, part: Page[FeedPost], *, after: str, site_url: str, site_name: str
) -> str:
    """An Atom document of the posts, with their full texts; ``after`` is the cursor asked for."""
    url = f"{site_url}{source.address}"
    return atom.write_atom(
        atom.Feed(
            id=atom.lasting_id(f"{site_url}/feeds/{source.name}"),
            title=f"{source.title} – {site_name}",
            subtitle=source.subtitle,
            url=f"{url}?after={after}" if after else url,
            page_url=f"{site_url}{source.page}",
            author=atom.Person(site_name, f"{site_url}/"),
            first_url=url if after or part.next_cursor else "",
            next_url=f"{url}?after={part.next_cursor}" if part.next_cursor else "",
            entries=[_entry(post, site_url) for post in part.rows],
        )
    )


def write_steps(
    source: Source, steps: Iterable[tuple[str, Step]], *, site_url: str, site_name: str
) -> str:
    """An Atom document of what happened to consultations; pairs of a title and a step."""
    url = f"{site_url}{source.address}"
    return atom.write_atom(
        atom.Feed(
            id=atom.lasting_id(f"{site_url}/feeds/{source.name}"),
            title=f"{source.title} – {site_name}",
            subtitle=source.subtitle,
            url=url,
            page_url=f"{site_url}{source.page}",
            author=atom.Person(site_name, f"{site_url}/"),
            entries=[
                atom.Entry(
                    id=atom.lasting_id(f"{site_url}/feeds/{source.name}#{step.key}"),
                    title=title,
                    url=f"{site_url}{step.path}",
                    published=step.at,
                    updated=step.at,
                    content=step.text,
                    is_html=False,
                )
                for title, step in steps
            ],
        )
    )


def _entry(post: FeedPost, site_url: str) -> atom.Entry:
    # Its thread and place in it may change, but never this address.
    url = f"{site_url}/posts/{post.id}/"
    return atom.Entry(
        id=atom.lasting_id(url),
        title=_title(post),
        url=url,
        published=post.created_at,
        updated=post.edited_at or post.created_at,
        content=_content(post, site_url),
        author=_author(post, site_url),
        categories=[post.centre],
    )


def _title(post: FeedPost) -> str:
    if post.number == 1:
        return post.thread_title
    return str(_("Reply to: %(title)s", title=post.thread_title))


def _author(post: FeedPost, site_url: str) -> atom.Person:
    name, organisation = post.author_name, post.organisation_name
    if organisation:
        name = str(_("%(name)s for %(organisation)s", name=name, organisation=organisation))
    return atom.Person(name, f"{site_url}{post.author_url}" if post.author_url else "")


def _content(post: FeedPost, site_url: str) -> str:
    html = markup.with_whole_links(
        post.html, site_url=site_url, page_url=f"{site_url}{post.thread_path}"
    )
    if post.interest is None:
        return html
    declared = (
        _("Declared interest: %(text)s", text=post.interest)
        if post.interest
        else _("Declared: nothing to declare")
    )
    return f"{markup.remark(declared)}{html}"


def write_sitemap_index(files: Iterable[File], *, site_url: str) -> str:
    """The index of a sitemap (sitemaps.org) with its ``files`` and that of the fixed pages."""
    names = ["sitemap-pages.xml", *(f"sitemap-{file.part}-{file.number}.xml" for file in files)]
    addresses = (escape(f"{site_url}/{name}") for name in names)
    lines = (f"<sitemap><loc>{address}</loc></sitemap>\n" for address in addresses)
    begin = f'{XML_DECLARATION}<sitemapindex xmlns="{SITEMAP}">\n'
    return f"{begin}{''.join(lines)}</sitemapindex>\n"


def write_sitemap(addresses: Iterable[Address], *, site_url: str) -> Iterator[str]:
    """A file of a sitemap (sitemaps.org), piece by piece."""
    yield f'{XML_DECLARATION}<urlset xmlns="{SITEMAP}">\n'
    for address in addresses:
        changed = f"<lastmod>{_second(address.changed_at)}</lastmod>" if address.changed_at else ""
        yield f"<url><loc>{escape(site_url + address.path)}</loc>{changed}</url>\n"
    yield "</urlset>\n"


def _second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
