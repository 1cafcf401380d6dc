"""Reading as a visitor; starting a thread, replying, quoting and editing as a member."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Visits, sign_in
from tests.journeys.site import DEMO_PASSWORD, Place, Site

WHOLE_POST = "We pay in thirty days.\n\nUnless the order number is missing."
ALSO_CALLED = {"Prompt payment": "late PAYMENT", "Waste and environment": "environment"}
SELECTED = "Unless the order number is missing."
# They share no word, or the site would ask whether the second has been discussed already.
TITLES = {True: "Cargo bikes for parks teams", False: "Folding ladders in small libraries"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[Site]:
    """A site of its own: elsewhere the newest thread of a centre may be locked, or hidden."""
    with Site(tmp_path_factory.mktemp("visited"), demo=demo) as site:
        yield site


@pytest.mark.parametrize("centre", ["North East", "London", "South West"])
def test_a_visitor_reads_a_thread_of_a_centre(visits: Visits, centre: str, *, script: bool):
    page = visits.open(script=script)
    page.goto("/")
    page.get_by_role("complementary").get_by_role("link", name=centre, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(centre)
    link = page.get_by_role("main").locator(".thread__title a").first
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("article#post-1 .post-body")).not_to_be_empty()
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []


def test_a_member_starts_a_thread_and_takes_part(visits: Visits, site: Site, *, script: bool):
    other = site.thread_by(site.member(display_name="Ida Marsh"), text=WHOLE_POST)
    title = TITLES[script]
    page = visits.open(script=script)
    sign_in(page, "social@demo.example", DEMO_PASSWORD)

    start_a_thread(page, title, script=script)
    page.goto(other.path)
    reply_with_quotation(page, script=script)
    page.goto(other.path)
    edit_own_reply(page)
    visitor_finds_thread_by_topic(visits, title, topic="Prompt payment", script=script)
    visitor_reads_reply(visits, other, script=script)


def start_a_thread(page: Page, title: str, *, script: bool) -> None:
    page.goto("/centres/north-east/")
    page.get_by_role("link", name="Finding and bidding").click()
    page.get_by_role("link", name="Start a thread").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Your post").fill("Who has **bought** cargo bikes?\n\n- two wheels\n- three")
    choose_topics(page, "Prompt payment", "Waste and environment", script=script)
    page.get_by_role("button", name="Preview").click()

    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("strong")).to_have_text("bought")
    shown = preview.locator(".post-body").inner_html()
    expect(page.get_by_label("Title")).to_have_value(title)
    expect(page.get_by_role("checkbox", name="Prompt payment", exact=True)).to_be_checked()
    page.get_by_role("button", name="Start thread").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.locator("#post-1 .post-body").inner_html() == shown
    expect(
        page.get_by_role("main").get_by_role("link", name="Waste and environment")
    ).to_be_visible()


def choose_topics(page: Page, *names: str, script: bool) -> None:
    for name in names:
        box = page.get_by_role("checkbox", name=name, exact=True)
        if script:
            page.get_by_label("Find a topic").fill(ALSO_CALLED[name])
            expect(page.get_by_role("checkbox", name="Highways")).to_be_hidden()
        box.check()
    if script:
        expect(page.get_by_text(f"{len(names)} of 5 chosen.")).to_be_visible()


def reply_with_quotation(page: Page, *, script: bool) -> None:
    """Quote what is selected, or the whole post when there is no script."""
    post = page.locator("article#post-1")
    if script:
        post.get_by_text(SELECTED).select_text()
    post.get_by_role("link", name="Quote").click()
    box = page.get_by_label("Your post")
    quotation = re.compile(r"^> \[Ida Marsh wrote\]\(/posts/\d+/\):\n>\n> ")
    expect(box).to_have_value(quotation)
    quoted = SELECTED if script else WHOLE_POST.replace("\n", "\n> ").replace("> \n", ">\n")
    assert quotation.sub("", box.input_value()).strip() == quoted
    box.press("Control+End")
    box.press_sequentially("How long did that take?")
    page.get_by_role("button", name="Post reply").click()

    reply = page.locator("article#post-2")
    expect(reply.locator("blockquote")).to_contain_text("Ida Marsh wrote")
    expect(reply.locator(".post-body > p")).to_have_text("How long did that take?")


def edit_own_reply(page: Page) -> None:
    page.locator("article#post-2").get_by_role("link", name="Edit post").click()
    box = page.get_by_label("Your post")
    box.fill(box.input_value().replace("How long did", "How many days did"))
    page.get_by_role("button", name="Save changes").click()
    reply = page.locator("article#post-2")
    expect(reply.locator(".post-body > p")).to_have_text("How many days did that take?")
    reply.get_by_role("link", name="Edited").click()
    expect(page.locator("del")).to_have_text(re.compile("How long did that take?"))
    expect(page.locator("ins")).to_have_text(re.compile("How many days did that take?"))


def visitor_finds_thread_by_topic(visits: Visits, title: str, *, topic: str, script: bool) -> None:
    page = visits.open(script=script)
    page.goto("/topics/")
    page.get_by_role("main").get_by_role("link", name=topic, exact=True).click()
    page.get_by_label("Centre").select_option("North East")
    page.get_by_role("button", name="Show threads").click()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("#post-1 strong")).to_have_text("bought")


def visitor_reads_reply(visits: Visits, thread: Place, *, script: bool) -> None:
    page = visits.open(script=script)
    page.goto(thread.path)
    page.get_by_role("main").locator(".thread__topics a").click()
    page.get_by_role("link", name=thread.title).click()
    expect(page.locator("#post-2 .post-body > p")).to_have_text("How many days did that take?")
    page.locator("article#post-2").get_by_role("link", name="Edited").click()
    expect(page.locator("ins")).to_have_count(1)
