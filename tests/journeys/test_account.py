"""Coming in, a forgotten password, another address, other sessions."""

from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys.browsing import Visits, sign_in
from tests.journeys.site import Place, Site

NEW_PASSWORD = "three words unlike another"


def address(what: str, *, script: bool) -> str:
    return f"{what}-{'script' if script else 'plain'}@example.org"


def test_a_newcomer_registers_confirms_and_posts(visits: Visits, site: Site, *, script: bool):
    email = address("newcomer", script=script)
    thread = site.thread_by(site.member())
    page = visits.open(script=script)
    page.goto(thread.path)
    page.get_by_role("main").get_by_role("link", name="create an account").click()
    page.get_by_label("Display name").fill("Nadia Newcomer")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("radio", name="Community").check()
    page.get_by_label("Region").select_option("North East")
    page.get_by_role("checkbox", name="I accept the house rules").check()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")

    page.goto(site.mailed_link(email))
    page.get_by_role("button", name="Confirm email address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your email address is confirmed")
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, email, factories.PASSWORD)

    page.goto(thread.path)
    page.get_by_label("Your post").fill("We pay in ten days.")
    page.get_by_role("button", name="Post reply").click()
    reply = page.locator("article#post-2")
    expect(reply.get_by_role("link", name="Nadia Newcomer")).to_be_visible()
    expect(reply.locator(".tag")).to_have_text("Community")


def test_what_was_typed_wrong_is_told_and_nothing_is_lost(visits: Visits, *, script: bool):
    page = visits.open(script=script)
    page.goto("/account/register/")
    page.get_by_label("Display name").fill("Nadia")
    page.get_by_label("Email address").fill("not an address")
    page.get_by_label("Password", exact=True).fill("password1234")
    page.get_by_role("button", name="Create account").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Choose a sector")
    if script:
        expect(summary).to_be_focused()
    expect(page.get_by_label("Display name")).to_have_value("Nadia")
    expect(page.get_by_label("Email address")).to_have_value("not an address")
    summary.get_by_role("link", name="Choose a sector").click()
    if script:
        expect(page.get_by_role("radio", name="Private")).to_be_focused()


def test_a_password_can_be_shown(visits: Visits):
    page = visits.open()
    page.goto("/account/sign-in/")
    box = page.get_by_label("Password", exact=True)
    box.fill("visible now")
    page.get_by_role("button", name="Show password").click()
    expect(box).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide password").click()
    expect(box).to_have_attribute("type", "password")


def test_a_forgotten_password_is_replaced(visits: Visits, site: Site, *, script: bool):
    member = site.member()
    elsewhere = visits.open(member)
    page = visits.open(script=script)
    page.goto("/account/sign-in/")
    page.get_by_role("link", name="I have forgotten my password").click()
    page.get_by_label("Email address").fill(member.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    page.goto(site.mailed_link(member.email))
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save new password").click()
    expect(page.get_by_text("Your password was changed.")).to_be_visible()
    sign_in(page, member.email, NEW_PASSWORD)

    elsewhere.goto("/account/")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert "changed" in site.mails(member.email)[-1]["Subject"]


def test_a_member_changes_their_address(visits: Visits, site: Site, *, script: bool):
    member, email = site.member(), address("moved", script=script)
    page = visits.open(member, script=script)
    page.goto("/account/")
    page.get_by_role("link", name="Change email address").click()
    page.get_by_label("New email address").fill(email)
    page.get_by_label("Password", exact=True).fill(member.password)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    page.goto(site.mailed_link(email))
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your email address was changed")
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("main")).to_contain_text(email)
    assert site.mails(member.email), "the old address was not told"


def test_a_member_ends_another_session(visits: Visits, site: Site, *, script: bool):
    member = site.member()
    other = visits.open(member, script=script)
    other.goto("/account/")
    page = visits.open(member, script=script)
    page.goto("/account/")
    page.get_by_role("link", name="See and end sessions").click()
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(2)
    other_row = rows.filter(has_not_text="This browser")
    expect(other_row).to_have_count(1)
    other_row.get_by_role("button", name="End session").click()
    expect(page.get_by_text("Signed out in that browser.")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)

    other.goto("/account/")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    other.goto("/")
    expect(other.get_by_role("link", name="Create an account")).to_be_visible()


def test_signing_in_leads_back_to_where_one_was(visits: Visits, site: Site, *, script: bool):
    member, thread = site.member(), site.thread_by(site.member())
    page = visits.open(script=script)
    page.goto(thread.path)
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, member.email, member.password)
    expect(page.get_by_label("Your post")).to_be_visible()
    expect(page).to_have_url(f"{site.origin}{thread.path}?page=1#reply")
    sign_out(page, thread)


def sign_out(page: Page, thread: Place) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.goto(thread.path)
    expect(page.get_by_label("Your post")).to_have_count(0)
    assert page.context.cookies() == []
