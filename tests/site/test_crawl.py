"""The whole demo site, page after page: no broken link, and machines are told the truth.

On SQLite alone: what the pages ask of the database is tested on both elsewhere.
"""

from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from forum.accounts.models import Account
from forum.core.db import db
from forum.threads.models import Post
from forum.web.limits import limiter
from tests.feeds.reading import wrong_with
from tests.feeds.test_sitemap import NAMES
from tests.site.crawling import SITE, Crawl, endpoint_of

pytestmark = pytest.mark.timeout(300)

MEMBER = "private@demo.example"
MODERATOR = "moderator@demo.example"
# What machines read, and therefore every page of.
PUBLIC = (
    *("api.table", "boards.", "consultations.", "feeds.", "organisations.", "site.", "threads."),
    *("moderation.log", "moderation.figures", "moderation.centre_figures"),
)
# Of each kind a few are enough: addresses that only lead on, and what is for people who act.
FEW = ("threads.post", "threads.history", "threads.start", "threads.reply_page", "threads.short")


@pytest.fixture(scope="module")
def demo(applications):
    """The site with the demo content, of whose authors the busiest shows no public page."""
    applications.demo("sqlite")
    databases = applications.databases("sqlite")
    app = applications.make(databases.create("crawl", template="demo"), applications.folder)
    limiter.enabled = False
    with app.app_context():
        busiest = (
            select(Post.author_id)
            .where(Post.author_id.not_in(select(Account.id).where(Account.email == MODERATOR)))
            .group_by(Post.author_id)
            .order_by(func.count().desc(), Post.author_id)
            .limit(1)
        )
        hidden = db.session.get_one(Account, db.session.scalar(busiest))
        hidden.is_hidden = True
        db.session.commit()
        emails = {account.email: account.id for account in db.session.scalars(select(Account))}
        handle = hidden.handle
        db.session.remove()
    yield SimpleNamespace(app=app, hidden=handle, emails=emails)
    with app.app_context():
        db.engine.dispose()
    applications.made.remove(app)
    databases.drop("crawl")


def crawl_as(demo, email=""):
    """A crawl of what a visitor, or a member, comes to from the front page."""
    client = demo.app.test_client()
    client.proofreads = False
    if email:
        with demo.app.app_context():
            client.sign_in(db.session.get_one(Account, demo.emails[email]))
            db.session.remove()
    return Crawl(client, lambda endpoint, path: not email and is_public(endpoint, path)).walk("/")


def is_public(endpoint, path):
    lasting = "?" not in path or path.partition("?")[2].startswith("page=")
    return endpoint.startswith(PUBLIC) and endpoint not in FEW and lasting


@pytest.fixture(scope="module")
def visit(demo):
    """What a visitor sees, and what the sitemap names."""
    crawl = crawl_as(demo)
    named = set()
    for file in locations(crawl.client.get("/sitemap.xml").text, "sitemap"):
        named |= set(locations(crawl.client.get(file).text, "url"))
    found = set(crawl.seen)
    crawl.walk(*named)
    return SimpleNamespace(crawl=crawl, named=named, found=found)


def locations(document, tag):
    tree = ET.fromstring(document)  # noqa: S314 — our own text
    return [
        entry.findtext("s:loc", "", NAMES).removeprefix(SITE)
        for entry in tree.findall(f"s:{tag}", NAMES)
    ]


def test_no_link_of_a_visitor_is_broken(visit):
    assert len(visit.crawl.seen) > 300
    assert visit.crawl.broken() == {}
    assert visit.crawl.missing_fragments() == {}


def test_every_public_page_is_in_the_sitemap_and_names_its_lasting_address(visit):
    wrong = {}
    for path, seen in visit.crawl.seen.items():
        if seen.status != 200 or not seen.page or not seen.page.is_indexed:
            continue
        canonical = seen.page.canonical.removeprefix(SITE)
        if canonical not in visit.named:
            wrong[path] = f"{canonical} is not in the sitemap"
        elif "?" not in path and canonical != path:
            wrong[path] = f"stands for {canonical}"
    assert wrong == {}


def test_every_address_of_the_sitemap_is_a_page_of_its_own(visit):
    assert len(visit.named) > 150
    wrong = {}
    for path in visit.named:
        seen = visit.crawl.seen[path]
        if seen.status != 200 or not seen.page or not seen.page.is_indexed:
            wrong[path] = seen.status
        elif seen.page.canonical != f"{SITE}{path}":
            wrong[path] = seen.page.canonical
    assert wrong == {}


def test_every_feed_is_valid(visit):
    feeds = {feed for seen in visit.crawl.seen.values() if seen.page for feed in seen.page.feeds}
    assert len(feeds) > 50
    wrong = {feed: wrong_with(visit.crawl.seen[feed].text) for feed in feeds}
    assert {feed: problems for feed, problems in wrong.items() if problems} == {}


def test_linked_data_tells_of_every_thread(demo, visit):
    told = 0
    for path, seen in visit.crawl.seen.items():
        if endpoint_of(demo.app, path) != "threads.show" or seen.status != 200:
            continue
        assert wrong_with_posting(seen) == [], path
        told += 1
    assert told > 50


def wrong_with_posting(seen):
    """What Google's guide to discussion forums would miss of a thread's page."""
    nodes = {node["@type"]: node for node in seen.linked_data}
    posting = nodes["DiscussionForumPosting"]
    comments = posting["comment"]
    of_all = ("url", "datePublished", "author")
    needed = [(posting, ("headline", "interactionStatistic", *of_all))]
    needed += [(comment, ("text", *of_all)) for comment in comments]
    problems = [f"no {name}" for node, names in needed for name in names if not node.get(name)]
    fragments = {comment["url"].partition("#")[2] for comment in comments}
    problems += [f"#{name} is not on the page" for name in fragments - seen.page.ids]
    steps = nodes["BreadcrumbList"]["itemListElement"]
    problems += [] if [step["position"] for step in steps] == [1, 2, 3, 4, 5] else ["breadcrumbs"]
    return problems


def test_nothing_leads_to_who_shows_no_page(demo, visit):
    path = f"/people/{demo.hidden}/"
    assert path not in visit.crawl.seen
    assert not any(f'"{SITE}{path}"' in seen.text for seen in visit.crawl.seen.values())


@pytest.mark.parametrize("who", [MEMBER, MODERATOR])
def test_no_link_of_a_member_or_moderator_is_broken(demo, who):
    crawl = crawl_as(demo, who)
    assert len(crawl.seen) > 100
    assert crawl.broken() == {}
    assert crawl.missing_fragments() == {}
