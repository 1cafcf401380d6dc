"""Organisations: registered, confirmed, joined and spoken for."""

from playwright.sync_api import expect

from tests.journeys.browsing import Visits
from tests.journeys.site import Site


def test_a_member_joins_an_organisation_and_posts_for_it(
    visits: Visits, site: Site, *, script: bool
):
    member, steward = site.member(), site.member()
    organisation = site.organisation_of(steward, sector="voluntary")
    thread = site.thread_by(site.member())
    page = visits.open(member, script=script)
    page.goto(organisation.path)
    page.get_by_role("link", name="Ask to join").click()
    page.get_by_role("button", name="Ask to join").click()
    expect(page.get_by_text("You have asked to join.")).to_be_visible()
    page.goto(thread.path)
    expect(page.get_by_role("radio", name=f"For {organisation.title}")).to_have_count(0)

    other = visits.open(steward, script=script)
    other.goto("/account/organisations/")
    other.get_by_role("link", name="Members").click()
    other.get_by_role("button").filter(has_text=f"Confirm: {member.name}").click()
    expect(other.get_by_text("Membership confirmed.")).to_be_visible()

    page.goto(thread.path)
    page.get_by_label("Your post").fill("We bid together.")
    page.get_by_role("radio", name=f"For {organisation.title}").check()
    page.get_by_role("button", name="Post reply").click()
    reply = page.locator("article#post-2")
    expect(reply.get_by_role("link", name=organisation.title)).to_be_visible()
    expect(reply.locator(".tag")).to_have_text("Voluntary")
    voices = page.get_by_role("region", name="Voices heard so far")
    expect(voices.get_by_role("listitem").filter(has_text="Voluntary")).to_contain_text(
        "1 organisation"
    )


def test_a_manager_confirms_a_new_organisation(visits: Visits, site: Site, *, script: bool):
    name = f"Tyne Repair Café {'One' if script else 'Two'}"
    page = visits.open(site.member(), script=script)
    page.goto("/organisations/")
    page.get_by_role("link", name="Register an organisation").click()
    page.get_by_label("Name of the organisation").fill(name)
    page.get_by_role("radio", name="Community").check()
    page.get_by_label("Legal form").select_option(index=2)
    page.get_by_label("Region").select_option("North East")
    page.get_by_role("radio", name="Micro").check()
    page.get_by_role("button", name="Register organisation").click()
    expect(page.get_by_text("Registered. The centre will confirm it.")).to_be_visible()

    manager = visits.open(site.member(role="manager"), script=script)
    manager.goto("/organisations/")
    manager.get_by_role("link", name="Organisations that wait for you").click()
    manager.get_by_role("link", name=name).click()
    manager.get_by_role("button", name="Confirm organisation").click()
    expect(manager.get_by_text("Organisation confirmed.")).to_be_visible()

    visitor = visits.open(script=script)
    visitor.goto("/organisations/?sector=community&region=E12000001")
    visitor.get_by_role("link", name=name).click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(name)
