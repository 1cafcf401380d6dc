"""The review queue in the browser: with keys and without, wide and narrow, readable for all."""

import pytest
from playwright.sync_api import Page, expect

from forum.core.db import db
from forum.moderation.enums import ItemKind
from forum.threads.models import Thread
from tests import factories
from tests.journeys.browsing import Visits
from tests.journeys.site import Member, Site
from tests.journeys.test_pages import LEVEL_AA, violations
from tests.moderation.making import held_post, queue

CENTRE = "west-midlands"


@pytest.fixture
def judge(site: Site) -> Member:
    """A moderator of a centre of which nothing else waits."""
    return site.member(role="moderator", centre=CENTRE, sector="public")


def waiting_posts(site: Site, *titles: str) -> list[str]:
    """A reply that waits in each of new threads; addresses of their items."""
    board = site.board(CENTRE)
    paths = []
    for title in titles:
        place = site.thread_by(site.member(), on=board, title=title)
        with site.database():
            thread = db.session.get_one(Thread, place.id)
            _post, item = held_post(thread=thread, text=f"Buy our excellent forms, {title}.")
            paths.append(item.path)
    return paths


def reported_post(site: Site, title: str) -> str:
    """A reported reply in a new thread; the address of its item."""
    place = site.thread_by(site.member(), on=site.board(CENTRE), title=title)
    with site.database():
        post = factories.make_post(db.session.get_one(Thread, place.id))
        item = queue(post, ItemKind.REPORT, score=100, reasons=({"why": "spam"},))
        return str(item.path)


def approve_all(page: Page) -> None:
    """Leave an empty queue behind."""
    page.goto("/moderation/")
    boxes = page.get_by_role("checkbox", name="Choose")
    if count := boxes.count():
        for number in range(count):
            boxes.nth(number).check()
        page.get_by_role("button", name="Leave as it is").click()
        page.goto("/moderation/")
    while boxes.count():
        for number in range(boxes.count()):
            boxes.nth(number).check()
        page.get_by_role("button", name="Approve").click()


def test_items_are_decided_with_keys_alone(visits: Visits, site: Site, judge: Member):
    waiting_posts(site, "First of the day", "Second of the day")
    page = visits.open(judge)
    page.goto(f"/moderation/?centre={CENTRE}")
    page.keyboard.press("j")
    first = page.get_by_role("link", name="Waiting post: First of the day")
    expect(first).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_role("link", name="Waiting post: Second of the day")).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting post: First of the day")
    page.keyboard.press("c")
    expect(page.get_by_text("You have claimed this.")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting post: First of the day")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting post: Second of the day")
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting post: First of the day")
    expect(page.get_by_text("Undone.")).to_be_visible()
    approve_all(page)


def test_keys_rest_in_fields_and_can_be_switched_off(visits: Visits, site: Site, judge: Member):
    (path,) = waiting_posts(site, "Typed with care")
    page = visits.open(judge)
    page.goto(path)
    page.get_by_label("Reason", exact=True).fill("")
    page.get_by_label("Reason", exact=True).press_sequentially("car?")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("car?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert violations(page, tags=LEVEL_AA) == []
    dialog.get_by_role("checkbox", name="Use keyboard shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve", exact=True)).not_to_be_focused()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_role("checkbox", name="Use keyboard shortcuts").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Reject")).to_be_focused()
    approve_all(page)


def test_many_are_decided_together_and_undone(
    visits: Visits, site: Site, judge: Member, *, script: bool
):
    waiting_posts(site, "One of many", "Another of many")
    page = visits.open(judge, script=script)
    page.goto(f"/moderation/?centre={CENTRE}")
    for title in ("One of many", "Another of many"):
        # The label is the box that is seen.
        page.locator("li", has=page.get_by_role("link", name=title)).locator("label").click()
    page.get_by_label("Reason", exact=True).fill("These sell forms.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("link", name="Choose the house rule that was broken")).to_be_visible()
    expect(page.get_by_label("Reason", exact=True)).to_have_value("These sell forms.")
    page.get_by_label("House rule").select_option(label="3. Do not advertise")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("2 items decided.")).to_be_visible()
    expect(page.get_by_role("link", name="One of many")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="One of many")).to_be_visible()
    expect(page.get_by_role("link", name="Another of many")).to_be_visible()
    approve_all(page)


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_list_and_items_are_accessible(
    visits: Visits, site: Site, judge: Member, *, phone: bool, dark: bool
):
    (held,) = waiting_posts(site, "A rather long title of a thread about forms and their makers")
    reported = reported_post(site, "Reported")
    page = visits.open(judge, phone=phone, dark=dark)
    for address in ("/moderation/", "/moderation/?kind=appeal", held, reported):
        page.goto(address)
        assert violations(page, tags=LEVEL_AA) == [], address
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"{address} scrolls sideways by {width}"
    approve_all(page)
