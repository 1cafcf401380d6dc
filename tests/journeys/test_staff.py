"""What moderators, managers and administrators do, and what others see of it."""

from playwright.sync_api import expect

from tests.journeys.browsing import Visits, sign_in
from tests.journeys.site import Site

REASON = "Names a rival bidder (rule 3). Take the name out and post it again."


def test_a_moderator_hides_a_post_and_restores_it(visits: Visits, site: Site, *, script: bool):
    author = site.member()
    thread = site.thread_by(author, text="The winner was Acme, and Acme is late.")
    moderator = visits.open(site.member(role="moderator"), script=script)
    moderator.goto(thread.path)
    moderator.get_by_role("link", name="Hide post").click()
    moderator.get_by_label("House rule").select_option(index=3)
    moderator.get_by_label("Reason").fill(REASON)
    moderator.get_by_role("button", name="Hide post").click()
    expect(moderator.get_by_text("The post is hidden.")).to_be_visible()

    own = visits.open(author, script=script)
    own.goto(thread.path)
    expect(own.locator("article#post-1")).to_contain_text(REASON)
    expect(own.locator("article#post-1")).to_contain_text("Acme is late")
    assert REASON in " ".join(site.mails(author.email)[-1].get_content().split())

    moderator.goto(thread.path)
    moderator.get_by_role("button", name="Restore post").click()
    expect(moderator.get_by_text("The post can be read again.")).to_be_visible()
    visitor = visits.open(script=script)
    visitor.goto(thread.path)
    expect(visitor.locator("article#post-1")).to_contain_text("Acme is late")
    expect(visitor.get_by_text(REASON)).to_have_count(0)


def test_a_hidden_reply_is_a_tombstone_to_others(visits: Visits, site: Site, *, script: bool):
    thread = site.thread_by(site.member(), posts=2)
    moderator = visits.open(site.member(role="moderator"), script=script)
    moderator.goto(thread.path)
    moderator.locator("article#post-2").get_by_role("link", name="Hide post").click()
    moderator.get_by_label("House rule").select_option(index=3)
    moderator.get_by_label("Reason").fill(REASON)
    moderator.get_by_role("button", name="Hide post").click()
    expect(moderator.get_by_text("The post is hidden.")).to_be_visible()
    visitor = visits.open(script=script)
    visitor.goto(thread.path)
    expect(visitor.locator("article#post-2")).to_contain_text(f"Reason: {REASON}")
    expect(visitor.get_by_text("Reply 2.")).to_have_count(0)


def test_a_moderator_locks_and_pins_a_thread(visits: Visits, site: Site, *, script: bool):
    member, board = site.member(), site.board()
    older = site.thread_by(site.member(), on=board)
    newer = site.thread_by(site.member(), on=board)
    moderator = visits.open(site.member(role="moderator"), script=script)
    moderator.goto(older.path)
    moderator.get_by_role("link", name="Pin thread").click()
    moderator.get_by_role("button", name="Pin thread").click()
    expect(moderator.get_by_text("The thread is pinned.")).to_be_visible()
    moderator.get_by_role("link", name="Lock thread").click()
    moderator.get_by_label("House rule").select_option(index=3)
    moderator.get_by_label("Reason").fill("The tender is out.")
    moderator.get_by_role("button", name="Lock thread").click()
    expect(moderator.get_by_text("The thread is locked.", exact=True)).to_be_visible()

    page = visits.open(member, script=script)
    page.goto(board.path)
    titles = page.locator(".thread__title")
    expect(titles.first).to_contain_text(older.title)
    expect(titles.first).to_contain_text("Pinned")
    expect(titles.nth(1)).to_contain_text(newer.title)
    titles.first.get_by_role("link").click()
    expect(page.get_by_text("Reason: The tender is out.")).to_be_visible()
    expect(page.get_by_role("button", name="Post reply")).to_have_count(0)

    moderator.get_by_role("button", name="Unlock thread").click()
    expect(moderator.get_by_text("The thread is open again.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Post reply")).to_be_visible()


def test_a_manager_edits_the_centre(visits: Visits, site: Site, *, script: bool):
    words = f"Where the east buys together, {'with' if script else 'without'} a script."
    page = visits.open(site.member(role="manager", centre="east-midlands"), script=script)
    page.goto("/centres/east-midlands/")
    page.get_by_role("link", name="Edit centre").click()
    page.get_by_label("Description").fill(words)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Centre changed.")).to_be_visible()
    visitor = visits.open(script=script)
    visitor.goto("/centres/east-midlands/")
    expect(visitor.get_by_text(words)).to_be_visible()


def test_a_manager_creates_orders_and_archives_boards(visits: Visits, site: Site, *, script: bool):
    mark = "with script" if script else "plain"
    titles = [f"Fleet, {mark}", f"Food, {mark}"]
    page = visits.open(site.member(role="manager", centre="east-midlands"), script=script)
    for title in titles:
        page.goto("/centres/east-midlands/boards/new/")
        page.get_by_label("Title").fill(title)
        page.get_by_label("Purpose").fill("Everything about it.")
        page.get_by_role("button", name="Create board").click()
        expect(page.get_by_text("Board created.")).to_be_visible()

    page.goto("/centres/east-midlands/boards/order/")
    rows = page.get_by_role("main").get_by_role("listitem")
    ours = rows.get_by_role("heading").filter(has_text=mark)
    expect(ours).to_have_text(titles)
    page.get_by_role("button").filter(has_text=f"Move up: {titles[1]}").click()
    expect(ours).to_have_text(titles[::-1])
    page.get_by_role("button").filter(has_text=f"Archive: {titles[0]}").click()
    expect(page.get_by_text("Board archived.")).to_be_visible()

    member = visits.open(site.member(), script=script)
    member.goto("/centres/east-midlands/")
    member.get_by_role("link", name=titles[0]).click()
    expect(member.get_by_role("heading", level=1)).to_have_text(titles[0])
    expect(member.get_by_role("link", name="Start a thread")).to_have_count(0)


def test_an_administrator_grants_a_role(visits: Visits, site: Site, *, script: bool):
    holder = site.member()
    elsewhere = visits.open(holder, script=script)
    elsewhere.goto("/account/")
    page = visits.open(site.member(role="administrator"), script=script)
    page.goto("/account/")
    page.get_by_role("link", name="Administration").click()
    page.get_by_label("Find an account").fill(holder.handle)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=f"{holder.name} (@{holder.handle})").click()
    page.get_by_label("Role").select_option("Moderator")
    page.get_by_label("Centre").select_option("London")
    page.get_by_role("button", name="Grant role").click()
    expect(page.get_by_text("Role granted.")).to_be_visible()
    expect(page.get_by_role("heading", name="Moderator, London")).to_be_visible()

    elsewhere.goto("/account/")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(elsewhere, holder.email, holder.password)
    thread = site.thread_by(site.member(), on=site.board("london"))
    elsewhere.goto("/centres/london/")
    staff = elsewhere.get_by_role("complementary")
    expect(staff.get_by_role("listitem").filter(has_text=holder.name)).to_contain_text("moderator")
    elsewhere.get_by_role("link", name=thread.title, exact=True).click()
    expect(elsewhere.get_by_role("link", name="Lock thread")).to_be_visible()
