"""With the cleaner switched off, the content security policy alone keeps foreign script out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from forum.core import markup
from tests.journeys.browsing import Visits
from tests.journeys.site import Place, Site

RAN = "document.documentElement.dataset.ran ="
PIXEL = "https://elsewhere.invalid/pixel.png"
HOSTILE = f"""\
<script>{RAN} "script"</script>
<img src="{PIXEL}" alt="" onerror='{RAN} "handler"'>
<a href='javascript:{RAN} "link"; void 0'>Read more</a>
<iframe title="frame" srcdoc="<script>parent.{RAN} 'frame'</script>"></iframe>
<form action="https://elsewhere.invalid/"><button>Take it</button></form>
<p style="position: fixed; inset: 0">Over everything</p>
<base href="https://elsewhere.invalid/">
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[Site]:
    """A site of its own: no other journey shall come upon the thread."""
    with Site(tmp_path_factory.mktemp("hostile"), demo=demo) as site:
        yield site


@pytest.fixture
def hostile_thread(visits: Visits, site: Site, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A thread with a post that was stored as it was typed."""
    thread = site.thread_by(site.member())
    # Links of a new member would wait for a moderator.
    page = visits.open(site.member(role="moderator"))
    page.goto(thread.path)
    page.get_by_label("Your post").fill(HOSTILE)
    with monkeypatch.context() as patch:
        patch.setattr(markup, "render", lambda source, **_: source)
        page.get_by_role("button", name="Post reply").click()
        page.wait_for_url(f"**{thread.path}*")
    return thread


@pytest.fixture
def visits(visits: Visits) -> Visits:
    """Visits in which the browser may say what it refused, which is what is wanted here."""
    visits.forgive("Content Security Policy", PIXEL)
    return visits


def ran(page: Page) -> str | None:
    found: str | None = page.evaluate("document.documentElement.dataset.ran")
    return found


def test_nothing_runs(visits: Visits, hostile_thread: Place):
    page = visits.open()
    page.goto(hostile_thread.path)
    post = page.locator("article#post-2")
    expect(post.locator("script")).to_be_attached()
    post.get_by_role("link", name="Read more").click()
    expect(post.get_by_text("Over everything")).to_have_css("position", "static")
    assert post.locator("img").evaluate("image => image.naturalWidth") == 0
    post.get_by_role("button", name="Take it").evaluate("button => button.click()")
    assert page.url.split("#")[0].endswith(hostile_thread.path)
    assert ran(page) is None


def test_without_the_policy_it_would_run(visits: Visits, hostile_thread: Place):
    page = visits.open(bypass_csp=True, watched=False)
    page.route("https://elsewhere.invalid/**", lambda route: route.abort())
    page.goto(hostile_thread.path)
    page.wait_for_function("document.documentElement.dataset.ran")
