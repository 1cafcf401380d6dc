"""Drafts, mentions, posting once, and what was typed when a session ends."""

from playwright.sync_api import Page, expect

from tests.journeys.browsing import Visits
from tests.journeys.site import Member, Place, Site

TEXT = "Our framework has *forty* firms.\n\nThirty-four have never had a call, and nobody says why."

# A thread of the demo, and a title that shares words with it.
SAID_ALREADY = "One borough-wide repairs contract, or several small ones?"
SIMILAR_TITLE = "Several small contracts or one repairs contract"


def reply_box(page: Page, thread: Place) -> None:
    page.goto(thread.path)
    page.get_by_label("Your post").fill(TEXT)


def posts_of(visits: Visits, thread: Place) -> int:
    """How many posts a visitor finds in the thread."""
    page = visits.open(script=False)
    page.goto(thread.path)
    return page.locator("article").count()


def test_a_draft_is_saved_and_comes_back_elsewhere(visits: Visits, site: Site, *, script: bool):
    member, thread = site.member(), site.thread_by(site.member())
    page = visits.open(member, script=script)
    reply_box(page, thread)
    if script:
        expect(page.get_by_text("Draft saved at")).to_be_visible()
    else:
        page.get_by_role("button", name="Save draft").click()
        expect(page.get_by_text("Draft saved.")).to_be_visible()

    elsewhere = visits.open(member, script=script)
    elsewhere.goto("/account/")
    elsewhere.get_by_role("link", name="Your drafts").click()
    elsewhere.get_by_role("link", name=f"Reply in “{thread.title}”").click()
    expect(elsewhere.get_by_label("Your post")).to_have_value(TEXT)
    elsewhere.get_by_role("button", name="Post reply").click()
    expect(elsewhere.locator("article#post-2 em")).to_have_text("forty")
    elsewhere.goto("/account/drafts/")
    expect(elsewhere.get_by_text("No drafts")).to_be_visible()
    assert posts_of(visits, thread) == 2


def test_a_draft_of_a_thread_is_saved_while_typing_and_deleted(visits: Visits, site: Site):
    board = site.board()
    page = visits.open(site.member())
    page.goto(f"{board.path}start/")
    page.get_by_label("Title").fill("Forty firms, six calls")
    page.get_by_role("checkbox", name="Highways").check()
    page.get_by_label("Your post").fill(TEXT)
    expect(page.get_by_text("Draft saved at")).to_be_visible()
    page.goto(f"{board.path}start/")
    expect(page.get_by_label("Title")).to_have_value("Forty firms, six calls")
    expect(page.get_by_role("checkbox", name="Highways")).to_be_checked()
    page.goto("/account/drafts/")
    page.get_by_role("button", name="Delete draft").click()
    expect(page.get_by_text("Draft deleted.")).to_be_visible()


def test_a_mention_is_completed_by_keyboard(visits: Visits, site: Site):
    thread = site.thread_by(site.member())
    mentioned = site.member(handle="wren-aldous", display_name="Wren Aldous")
    site.member(handle="wren-abbott", display_name="Wren Abbott")
    page = visits.open(site.member())
    page.goto(thread.path)
    box = page.get_by_label("Your post")
    box.press_sequentially("Ask @wre")
    options = page.get_by_role("listbox", name="People to mention").get_by_role("option")
    expect(options).to_have_count(2)
    # Below the box, which is as tall as a small window.
    expect(options.last).to_be_in_viewport(ratio=1)
    order = options.all_inner_texts()
    for _ in range(order.index("Wren Aldous @wren-aldous")):
        box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Ask @wren-aldous ")
    expect(box).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press_sequentially("or @wre")
    expect(options.first).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("button", name="Post reply").click()
    link = page.locator("article#post-2").get_by_role("link", name="@wren-aldous")
    expect(link).to_have_attribute("href", f"/people/{mentioned.handle}/")


def test_a_double_click_posts_once(visits: Visits, site: Site, *, script: bool):
    thread = site.thread_by(site.member())
    page = visits.open(site.member(), script=script)
    reply_box(page, thread)
    page.get_by_role("button", name="Post reply").dblclick()
    expect(page.locator("article#post-2 em")).to_have_text("forty")
    page.reload()
    expect(page.locator("article")).to_have_count(2)
    assert posts_of(visits, thread) == 2


def test_a_form_sent_again_by_the_browser_posts_once(visits: Visits, site: Site, *, script: bool):
    thread = site.thread_by(site.member())
    page = visits.open(site.member(), script=script)
    reply_box(page, thread)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview")).to_be_visible()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Post reply").click()
    expect(page.locator("article#post-2")).to_be_visible()
    # As after going back, or a retry once the connection is there again.
    again = page.request.post(
        sent.value.url,
        data=sent.value.post_data_buffer,
        headers={"Origin": site.origin, "Content-Type": sent.value.headers["content-type"]},
    )
    assert again.ok
    assert again.url == f"{site.origin}{thread.path}#post-2"
    assert posts_of(visits, thread) == 2


def test_a_form_one_comes_back_to_can_be_used(visits: Visits, site: Site, *, script: bool):
    thread = site.thread_by(site.member())
    page = visits.open(site.member(), script=script)
    reply_box(page, thread)
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator("article#post-2")).to_be_visible()
    page.go_back()
    page.get_by_label("Your post").fill("One more thing.")
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator("article#post-3 .post-body")).to_have_text("One more thing.")
    assert posts_of(visits, thread) == 3


def test_a_stale_form_is_sent_again_and_posts_once(visits: Visits, site: Site, *, script: bool):
    visits.expect(400)
    thread = site.thread_by(site.member())
    page = visits.open(site.member(), script=script)
    reply_box(page, thread)
    token = page.locator("form[action$='/reply/'] input[name=csrf_token]")
    token.evaluate("input => { input.value = 'stale' }")
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please send that again")
    expect(page.get_by_label("What you typed")).to_have_value(TEXT)
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("article#post-2 em")).to_have_text("forty")
    page.reload()
    assert posts_of(visits, thread) == 2


def test_a_session_that_ends_loses_no_word(visits: Visits, site: Site, *, script: bool):
    visits.expect(400)
    member, thread = site.member(), site.thread_by(site.member())
    page = visits.open(member, script=script)
    reply_box(page, thread)
    end_sessions(visits, member)
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to send this")
    page.get_by_label("Email address").fill(member.email)
    page.get_by_label("Password", exact=True).fill(member.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("What you typed")).to_have_value(TEXT)
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("article#post-2 em")).to_have_text("forty")
    page.reload()
    assert posts_of(visits, thread) == 2


def end_sessions(visits: Visits, member: Member) -> None:
    """Sign out everywhere else, from another browser."""
    page = visits.open(member)
    page.goto("/account/sessions/")
    page.get_by_role("button", name="End all other sessions").click()
    expect(page.get_by_text("Signed out in all other browsers.")).to_be_visible()


def test_the_first_unread_post_is_found(visits: Visits, site: Site, *, script: bool):
    member, thread = site.member(), site.thread_by(site.member(), posts=23)
    page = visits.open(member, script=script)
    page.goto(thread.path)
    if script:
        page.locator("article#post-20").scroll_into_view_if_needed()
        page.goto("/")
        site.wait_until_read(member, thread, number=20)
    else:
        page.get_by_role("button", name="Mark as read").click()
        expect(page.get_by_role("heading", name="Threads")).to_be_visible()
    page.goto(thread.path)
    page.get_by_role("link", name="Go to the first post you have not read").click()
    expect(page).to_have_url(f"{site.origin}{thread.path}?page=2#post-21")
    expect(page.get_by_text("New since your last visit")).to_be_visible()


def test_similar_threads_are_offered_while_the_title_is_typed(visits: Visits, site: Site):
    page = visits.open(site.member())
    page.goto(f"{site.board().path}start/")
    title = page.get_by_label("Title")
    title.press_sequentially(SIMILAR_TITLE)
    offered = page.get_by_role("status").get_by_role("link")
    expect(offered.filter(has_text=SAID_ALREADY)).to_be_visible()
    expect(title).to_be_focused()
    page.keyboard.press("Tab")
    expect(offered.first).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(
        offered.first.inner_text().strip()
    )
    # What was typed stands, and whoever has seen them is not stopped.
    expect(title).to_have_value(SIMILAR_TITLE)
    page.get_by_role("checkbox", name="Highways").check()
    page.get_by_label("Your post").fill(TEXT)
    page.get_by_role("button", name="Start thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SIMILAR_TITLE)


def test_a_title_like_no_other_offers_nothing(visits: Visits, site: Site):
    page = visits.open(site.member())
    page.goto(f"{site.board().path}start/")
    title = page.get_by_label("Title")
    title.press_sequentially(SIMILAR_TITLE)
    expect(page.get_by_role("link", name=SAID_ALREADY)).to_be_visible()
    title.fill("Xylophone quagga zephyr")
    expect(page.get_by_role("link", name=SAID_ALREADY)).to_have_count(0)


def test_without_script_similar_threads_come_before_posting(visits: Visits, site: Site):
    page = visits.open(site.member(), script=False)
    page.goto(f"{site.board().path}start/")
    page.get_by_label("Title").fill(SIMILAR_TITLE)
    page.get_by_role("checkbox", name="Highways").check()
    page.get_by_label("Your post").fill(TEXT)
    page.get_by_role("button", name="Start thread").click()
    asked = page.get_by_role("region", name="Has this been discussed already?")
    expect(asked.get_by_role("link", name=SAID_ALREADY)).to_be_visible()
    expect(page.get_by_label("Your post")).to_have_value(TEXT)
    page.get_by_role("button", name="Start thread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SIMILAR_TITLE)
