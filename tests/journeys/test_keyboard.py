"""Everything can be reached by the keyboard, in order, with the focus in sight."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Visits
from tests.journeys.site import Site
from tests.journeys.stage import Stage

# Elements that Tab must reach, in the order of the page; of a group of radios it reaches one.
REACHABLE = """() => {
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  return [...document.querySelectorAll(wanted)].filter((one) => {
    if (one.disabled || one.type === "hidden") return false;
    if (!one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== "radio") return true;
    const chosen = document.querySelector(`input[name='${one.name}']:checked`);
    if (groups.has(one.name) || (chosen && chosen !== one)) return false;
    groups.add(one.name);
    return true;
  }).map((one, place) => { one.dataset.place = place; return one.outerHTML.slice(0, 120); });
}"""

# What is focused, and whether it looks different from before.
FOCUSED = """() => {
  const one = document.activeElement;
  const parts = [one, one.nextElementSibling, one.querySelector("*")].filter(Boolean);
  const looks = (kind) => parts.map((part) => {
    const { outline, boxShadow, backgroundColor, fill, stroke } = getComputedStyle(part, kind);
    return [outline, boxShadow, backgroundColor, fill, stroke];
  });
  const focused = JSON.stringify([looks(null), looks("::before")]);
  const box = one.getBoundingClientRect();
  one.blur();
  const before = JSON.stringify([looks(null), looks("::before")]);
  one.focus({ preventScroll: true, focusVisible: true });
  return {
    place: Number(one.dataset.place ?? -1),
    html: one.outerHTML.slice(0, 120),
    marked: focused !== before,
    inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""

SAMPLE = {
    "home": ("visitor", "/"),
    "centres": ("visitor", "/centres/"),
    "thread": ("member", "{thread.path}"),
    "new thread": ("newcomer", "{empty_board.path}start/"),
    "register": ("visitor", "/account/register/"),
    "topic": ("visitor", "/topics/prompt-payment/"),
    "manage boards": ("manager", "/centres/north-east/boards/order/"),
}


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", SAMPLE)
def test_tab_reaches_everything_in_order(visits: Visits, stage: Stage, kind: str, *, phone: bool):
    who, address = SAMPLE[kind]
    page = visits.open(getattr(stage, who), phone=phone)
    page.goto(address.format(**{name: getattr(stage, name) for name in stage.__slots__}))
    wanted = page.evaluate(REACHABLE)
    problems = []
    for place, html in enumerate(wanted):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["place"] != place:
            problems.append(f"instead of {html} came {focused['html']}")
            break
        if not focused["marked"]:
            problems.append(f"the focus cannot be seen on {html}")
        if not focused["inSight"]:
            problems.append(f"out of sight: {html}")
    assert not problems, "\n".join(problems)


def test_the_skip_link_leads_past_the_head(visits: Visits, site: Site):
    page = visits.open()
    page.goto("/centres/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()
    assert page.url == f"{site.origin}/centres/#main"


def test_a_thread_is_started_without_a_mouse(visits: Visits, site: Site):
    board = site.board()
    page = visits.open(site.member(), phone=True)
    page.goto(f"{board.path}start/")
    tab_to(page, "title")
    page.keyboard.type("Typed without touching a mouse")
    tab_to(page, "kind")
    page.keyboard.press("ArrowDown")
    tab_to(page, "source")
    page.keyboard.type("Is everything within reach?")
    page.get_by_label("Find a topic").focus()
    page.keyboard.type("TUPE")
    tab_to(page, "topics")
    page.keyboard.press("Space")
    tab_to(page, "do")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed without touching a mouse")
    expect(page.get_by_text("Discussion by")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="TUPE")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field called ``name`` has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never came to {name}")
