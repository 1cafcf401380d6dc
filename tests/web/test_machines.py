"""What pages tell search engines and previews, and that nothing hidden is in it."""

import json
import re

import pytest

from forum.threads.exports import LONGEST_TEXT
from forum.web import machines
from tests import factories
from tests.proofreading import elements
from tests.statements import count_statements

SITE = "http://localhost"
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 'x'"


def nodes(page):
    """The page's linked data by type; there is at most one block."""
    blocks = page.find("script", type="application/ld+json")
    assert len(blocks) <= 1
    if not blocks:
        return {}
    document = json.loads(blocks[0].text)
    assert document["@context"] == "https://schema.org"
    return {node["@type"]: node for node in document["@graph"]}


def preview(page):
    """The page's Open Graph properties."""
    return {
        meta.get("property"): meta.get("content")
        for meta in elements(page.tree, "meta")
        if (meta.get("property") or "").startswith("og:")
    }


def canonical(page):
    return [link.get("href") for link in page.find("link", rel="canonical")]


def is_indexed(page):
    return not page.find("meta", name="robots")


def test_a_thread_is_a_posting_with_its_replies(client):
    organisation = factories.make_organisation()
    thread = factories.make_thread(organisation=organisation, text="Is **30 days** right?")
    reply = factories.make_post(thread, text="From day one. " * 100)
    page = client.get(thread.path)
    posting = nodes(page)["DiscussionForumPosting"]
    assert posting["headline"] == thread.title
    assert posting["url"] == f"{SITE}{thread.path}"
    assert posting["text"] == "Is 30 days right?"
    assert posting["datePublished"] == f"{thread.created_at:%Y-%m-%dT%H:%M:%S+00:00}"
    assert posting["author"] == {
        "@type": "Person",
        "name": thread.author.display_name,
        "url": f"{SITE}{thread.author.path}",
        "affiliation": {"@type": "Organization", "name": organisation.name},
    }
    assert posting["interactionStatistic"]["userInteractionCount"] == 1
    (comment,) = posting["comment"]
    assert comment["url"] == f"{SITE}{thread.path}#post-2"
    assert comment["author"]["name"] == reply.author.display_name
    assert comment["text"].startswith("From day one. From")
    assert len(comment["text"]) <= LONGEST_TEXT + 1
    steps = nodes(page)["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == [
        *("Home", "Centres", "North East"),
        thread.board.title,
        thread.title,
    ]
    assert steps[-1]["item"] == f"{SITE}{thread.path}"


def test_later_pages_name_the_thread_and_hold_their_own_replies(client):
    thread = factories.make_thread(posts=22)
    page = client.get(f"{thread.path}?page=2")
    posting = nodes(page)["DiscussionForumPosting"]
    assert posting["url"] == f"{SITE}{thread.path}"
    assert "text" not in posting
    assert [comment["url"] for comment in posting["comment"]] == [
        f"{SITE}{thread.path}?page=2#post-{number}" for number in (21, 22)
    ]
    assert canonical(page) == [f"{SITE}{thread.path}?page=2"]
    assert canonical(client.get(f"{thread.path}?page=1")) == [f"{SITE}{thread.path}"]


@pytest.mark.parametrize("state", ["hidden", "withdrawn", "pending", "rejected"])
def test_nothing_that_cannot_be_read_is_told(client, state):
    thread = factories.make_thread()
    factories.make_post(thread, text="Zugzwanghaft", state=state)
    page = client.get(thread.path)
    assert nodes(page)["DiscussionForumPosting"]["comment"] == []
    assert "Zugzwanghaft" not in page.text


def test_whatever_is_written_stays_data(client):
    author = factories.make_account(display_name="A</script>B", about=HOSTILE)
    thread = factories.make_thread(author=author, title=f"T {HOSTILE}", text=f"`{HOSTILE}`")
    for path in (thread.path, author.path):
        page = client.get(path)
        assert "<script>alert" not in page.text
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
        assert not re.search("[<>&]", block)
    posting = nodes(client.get(thread.path))["DiscussionForumPosting"]
    assert posting["headline"] == thread.title
    assert posting["author"]["name"] == author.display_name
    assert preview(client.get(thread.path))["og:title"].startswith(thread.title)


def test_home_people_and_organisations_say_what_they_are(client):
    organisation = factories.make_organisation()
    person = factories.make_account()
    assert nodes(client.get("/"))["WebSite"]["url"] == f"{SITE}/"
    profile = nodes(client.get(person.path))["ProfilePage"]["mainEntity"]
    assert profile["name"] == person.display_name
    assert nodes(client.get(organisation.path))["Organization"]["name"] == organisation.name


def test_previews_have_all_that_they_need(client):
    thread = factories.make_thread()
    found = preview(client.get(thread.path))
    assert found["og:type"] == "article"
    assert found["og:url"] == f"{SITE}{thread.path}"
    assert found["og:site_name"] == "Roundtable"
    assert found["og:title"].startswith(thread.title)
    assert thread.board.title in found["og:description"]
    picture = client.get(found["og:image"].removeprefix(SITE))
    assert picture.mimetype == "image/png"
    assert picture.data[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
    assert preview(client.get(thread.author.path))["og:type"] == "profile"


def test_members_get_the_address_and_no_more(client):
    thread = factories.make_thread()
    page = client.sign_in(factories.make_account()).get(thread.path)
    assert canonical(page) == [f"{SITE}{thread.path}"]
    assert nodes(page) == preview(page) == {}


def test_what_is_not_for_search_engines_says_so(client):
    thread = factories.make_thread()
    topic = factories.make_topic()
    post_id = factories.make_post(thread).id
    for path in (
        "/search/?q=price",
        "/account/sign-in/",
        "/account/register/",
        f"/posts/{post_id}/report/",
        f"{thread.board.centre.path}complain/",
        f"{topic.path}?centre=london",
        f"{thread.path}?quote=1",
        "/organisations/?sector=public",
    ):
        page = client.get(path)
        assert not is_indexed(page), path
        assert canonical(page) == [], path
        assert nodes(page) == preview(page) == {}, path
    assert not is_indexed(client.get("/nowhere/", status=404))
    for path in ("/", thread.path, thread.board.path, topic.path, "/moderation-log/", "/feeds/"):
        page = client.get(path)
        assert is_indexed(page), path
        assert canonical(page) == [f"{SITE}{path}"], path


def test_patterns_close_what_they_say_and_no_more(app):
    closed = {
        "/account/sign-in/": True,
        "/moderation/": True,
        "/moderation-log/": False,
        "/posts/7/report/": True,
        "/posts/7/": False,
        "/threads/7/title/": False,
        "/threads/7/reply/": True,
        "/centres/london/boards/b/start/": True,
        "/centres/london/boards/b/": False,
        "/api/": False,
        "/api/v1/threads/": True,
        "/people/search/": False,
    }
    for path, expected in closed.items():
        with app.test_request_context(path):
            assert machines.may_index() is not expected, path


def test_a_thread_costs_no_more_statements_and_stays_light(client):
    thread = factories.make_thread(title="A title of an ordinary length, as people write them")
    for _ in range(19):
        factories.make_post(thread, text="Some words of a post that people write. " * 15)
    with count_statements() as statements:
        page = client.get(thread.path)
    assert len(statements) <= 6
    assert len(page.data) < 60 * 1024
