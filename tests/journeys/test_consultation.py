"""A consultation through all its stages, on one address: from the gate to the promise."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from forum.core import clock
from tests.journeys.browsing import Visits
from tests.journeys.site import Site

TODAY = datetime.now(UTC).astimezone(clock.LONDON).date()
OPENS_ON, CLOSES_ON = TODAY + timedelta(days=7), TODAY + timedelta(days=70)
OPENS, CLOSES = clock.from_london(OPENS_ON, time(9)), clock.from_london(CLOSES_ON, time(17))
MINUTE = timedelta(minutes=1)
DECIDED_ON = TODAY + timedelta(days=120)
KEPT_UNTIL = TODAY + timedelta(days=400)
DUE_ON = TODAY + timedelta(days=300)

TITLE = "How should we buy repairs of council homes?"
QUESTION = "1. What would make bidding worth your while?"
VISITOR, VISITORS_NAME = "rosa.hale@example.org", "Rosa Hale"
FIRST_WORDS = "Smaller lots."
TELEPHONE = "01632 960101"
VISITORS_WORDS = f"Smaller lots, and an answer within a week. Call me on {TELEPHONE}."
WITHOUT_TELEPHONE = "Smaller lots, and an answer within a week. Call me on [removed]."
ORGANISATION = "Tyne Tenants Together"
ORGANISATIONS_WORDS = "Payment within thirty days, down to the last subcontractor."
ADDED_WORDS = "And a named person to ask."
PAPER_WORDS = "Fewer forms, please."
LOTS, PAYMENT = "Smaller lots", "Prompt payment"
PROMISE = "Tender repairs in six lots by area"
SIGNER = "Pat Lee"


@pytest.fixture
def site(tmp_path: Path, demo: Path) -> Iterator[Site]:
    """A site of its own, since its time is moved."""
    with Site(tmp_path, demo=demo) as site:
        yield site


@pytest.mark.timeout(300)
def test_from_the_gate_to_the_promise(visits: Visits, site: Site, *, script: bool):
    staff, colleague = site.member(role="manager"), site.member(role="manager")
    # What is not public yet is not there.
    visits.expect(404)
    visitor = visits.open(script=script)
    manager = visits.open(staff, script=script)
    managing = drafts(manager)
    is_stopped_by_the_gate(manager, managing)
    completes_the_checklist(manager, managing)
    asks(manager, managing)
    path = announces(manager, managing)
    reads(visitor, path, "Forthcoming", "You can respond from")
    expect(visitor.get_by_role("link", name="Respond", exact=True)).to_have_count(0)

    site.moment = OPENS
    reads(visitor, path, "Open", "What you should know first")
    begins(visitor, path)
    comes_back_and_sends(visits.open(script=script), site)
    two_colleagues_draft(visits, site, path, script=script)
    manager = visits.open(staff, script=script)
    enters_a_paper(manager, managing)
    checks_the_paper(visits.open(colleague, script=script), managing)
    finds_no_answers(visitor, path)

    site.moment = CLOSES
    reads(visitor, path, "Closed, being analysed", "The answers are being read.")
    finds_no_answers(visitor, path)
    nobody_responds_any_longer(visitor, path)

    site.moment = CLOSES + MINUTE
    manager = visits.open(staff, script=script)
    sees_and_publishes_results(manager, path)
    reads_the_results(visitor, path)
    adds_themes(manager, managing)
    reviews_the_visitor(manager, managing)
    codes(manager, managing, ORGANISATION, PAYMENT)
    codes(visits.open(colleague, script=script), managing, VISITORS_NAME, LOTS)
    reads_the_published(visitor, path)
    decides(manager, managing)
    promises(manager, managing)
    signs_off(manager, managing)
    reads(visitor, path, "Outcome published", "Outcome: we asked, you said, we did")
    reads_the_outcome(visitor)
    tells_how_far_it_has_come(manager, path)
    reads_how_far_it_has_come(visitor, path)


def see_anew(page: Page, path: str) -> None:
    """Open a page that the browser itself may keep for half a minute, and ask for it again."""
    page.goto(path)
    page.reload()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def fill(page: Page, fields: dict[str, str]) -> None:
    for label, words in fields.items():
        page.get_by_label(label, exact=True).fill(words)


def has_title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def drafts(manager: Page) -> str:
    """A new draft; returns the address of its checklist."""
    manager.goto("/centres/north-east/consultations/")
    follow(manager, "Create a consultation")
    manager.get_by_label("Consultation", exact=True).check()
    manager.get_by_label("Title", exact=True).fill(TITLE)
    press(manager, "Create draft")
    has_title(manager, TITLE)
    return manager.url


def is_stopped_by_the_gate(manager: Page, managing: str) -> None:
    expect(manager.get_by_text("Complete the checklist to announce it.")).to_be_visible()
    expect(manager.get_by_role("link", name="Announce it")).to_have_count(0)
    manager.goto(f"{managing}announce/")
    press(manager, "Announce")
    expect(manager.get_by_role("alert")).to_contain_text("There is a problem")
    expect(manager.get_by_text("Not complete").first).to_be_visible()


def completes_the_checklist(manager: Page, managing: str) -> None:
    manager.goto(f"{managing}details/")
    fill(manager, {"Summary": "One contract for all repairs, or several smaller ones."})
    manager.get_by_label("Prompt payment", exact=True).check()
    manager.get_by_label("People can respond without an account").check()
    manager.get_by_label("A second person checks responses").check()
    press(manager, "Save")
    manager.goto(f"{managing}purpose/")
    fill(
        manager,
        {
            "Purpose": "The present contract ends. We want to hear from those who would bid.",
            "What is still open": "The size of the lots.",
            "What is fixed already": "That repairs are bought.",
            "Who decides": "The procurement board",
            "When it will be decided": DECIDED_ON.isoformat(),
            "Options considered": "One contract, or six by area.",
            "Options rejected, and why": "A contract for each home: too much work.",
        },
    )
    press(manager, "Save")
    manager.goto(f"{managing}privacy/")
    fill(manager, {"Lawful basis": "A public task: Article 6(1)(e) of the UK GDPR."})
    fill(manager, {"Personal data are kept until": KEPT_UNTIL.isoformat()})
    press(manager, "Save")
    manager.goto(f"{managing}documents/new/")
    fill(manager, {"Title": "What we spend", "Text": "£4 million a year, on 9,000 homes."})
    press(manager, "Save")
    manager.goto(f"{managing}dates/")
    fill(manager, {"Opens on": OPENS_ON.isoformat(), "Opens at": "09:00"})
    fill(manager, {"Closes on": CLOSES_ON.isoformat(), "Closes at": "17:00"})
    press(manager, "Save")
    expect(manager.get_by_text("Dates saved.")).to_be_visible()


def asks(manager: Page, managing: str) -> None:
    """A page with a text, and one with a choice."""
    add_section(manager, managing, "Bidding")
    add_question(manager, "Bidding", "Long text", {"Question": QUESTION.removeprefix("1. ")})
    add_section(manager, managing, "Lots")
    choice = {"Question": "How many lots?", "Answers, one on each line": "One\nSix"}
    add_question(manager, "Lots", "One choice", choice)


def add_section(manager: Page, managing: str, title: str) -> None:
    manager.goto(f"{managing}questions/")
    follow(manager, "Add a section")
    fill(manager, {"Title": title})
    press(manager, "Save")


def add_question(manager: Page, section: str, kind: str, fields: dict[str, str]) -> None:
    place = manager.get_by_role("region", name=section)
    place.get_by_role("link", name="Add a question").click()
    manager.get_by_label(kind, exact=True).check()
    press(manager, "Continue")
    fill(manager, fields)
    press(manager, "Save question")
    has_title(manager, "Questions")


def announces(manager: Page, managing: str) -> str:
    """It is public; returns the one address."""
    manager.goto(managing)
    expect(manager.get_by_text("Not complete")).to_have_count(0)
    follow(manager, "Announce it")
    press(manager, "Announce")
    expect(manager.get_by_text("Announced. It opens and closes by itself.")).to_be_visible()
    return manager.url


def reads(visitor: Page, path: str, stage: str, words: str) -> None:
    """The one address tells the stage, and what can be done now."""
    see_anew(visitor, path)
    has_title(visitor, TITLE)
    expect(visitor.get_by_text(stage, exact=True).first).to_be_visible()
    expect(visitor.get_by_role("main")).to_contain_text(words)


def begins(visitor: Page, path: str) -> None:
    visitor.goto(path)
    follow(visitor, "Respond")
    visitor.get_by_label("Myself").check()
    fill(visitor, {"Your name (optional)": VISITORS_NAME, "Email address (optional)": VISITOR})
    visitor.get_by_label("Voluntary").check()
    visitor.get_by_label("Region").select_option(label="North East")
    press(visitor, "Begin")
    visitor.get_by_label(QUESTION).fill(FIRST_WORDS)
    press(visitor, "Save and come back later")
    expect(visitor.get_by_text("Your answers are saved.")).to_be_visible()


def comes_back_and_sends(elsewhere: Page, site: Site) -> None:
    """In another browser, by the mailed link."""
    elsewhere.goto(site.mailed_link(VISITOR))
    has_title(elsewhere, "Your response")
    expect(elsewhere.get_by_text(FIRST_WORDS)).to_be_visible()
    follow(elsewhere, "Continue")
    expect(elsewhere.get_by_label(QUESTION)).to_have_value(FIRST_WORDS)
    elsewhere.get_by_label(QUESTION).fill(VISITORS_WORDS)
    press(elsewhere, "Save and continue")
    elsewhere.get_by_label("Six").check()
    press(elsewhere, "Save and continue")
    has_title(elsewhere, "Check your answers")
    expect(elsewhere.get_by_text(VISITORS_WORDS)).to_be_visible()
    elsewhere.get_by_label("You may publish my answers").check()
    press(elsewhere, "Send response")
    expect(elsewhere.get_by_text("Your response was sent.")).to_be_visible()
    assert site.mails(VISITOR)[-1]["Subject"].startswith("We have your response")


def two_colleagues_draft(visits: Visits, site: Site, path: str, *, script: bool) -> None:
    """Of one response; who edits is named, and what was written is never overwritten."""
    steward, colleague = site.member(), site.member()
    organisation = site.organisation_of(steward, colleague, name=ORGANISATION)
    first, second = (visits.open(one, script=script) for one in (steward, colleague))
    first.goto(f"{path}respond/")
    first.get_by_label(organisation.title).check()
    press(first, "Begin")
    first.get_by_label(QUESTION).fill(ORGANISATIONS_WORDS)
    press(first, "Save and come back later")
    address = first.url

    second.goto(address)
    expect(second.get_by_text(f"{steward.name} is editing this response")).to_be_visible()
    expect(second.get_by_role("button", name="Edit the response")).to_have_count(0)
    press(first, "Let colleagues edit")
    second.goto(address)
    press(second, "Edit the response")
    expect(second.get_by_label(QUESTION)).to_have_value(ORGANISATIONS_WORDS)
    second.get_by_label(QUESTION).fill(f"{ORGANISATIONS_WORDS} {ADDED_WORDS}")
    press(second, "Save and continue")
    second.get_by_label("Six").check()
    press(second, "Save and continue")
    press(second, "Send response")
    first.goto(address)
    expect(first.get_by_text(f"{ORGANISATIONS_WORDS} {ADDED_WORDS}")).to_be_visible()


def enters_a_paper(manager: Page, managing: str) -> None:
    """What came on paper waits for the check by somebody else."""
    manager.goto(f"{managing}entered/")
    follow(manager, "Enter a response")
    manager.get_by_label("on paper").check()
    fill(manager, {"On which day did they come?": OPENS_ON.isoformat()})
    manager.get_by_label("A person").check()
    manager.get_by_label("Community").check()
    manager.get_by_label("Region").select_option(label="North East")
    press(manager, "Enter answers")
    manager.get_by_label(QUESTION).fill(PAPER_WORDS)
    press(manager, "Save and continue")
    manager.get_by_label("One", exact=True).check()
    press(manager, "Save and continue")
    press(manager, "Send response")
    expect(manager.get_by_text("Your response was sent.")).to_be_visible()


def checks_the_paper(colleague: Page, managing: str) -> None:
    colleague.goto(f"{managing}entered/")
    colleague.get_by_role("main").get_by_role("button", name="Confirm").click()
    expect(colleague.get_by_text("Checked.", exact=True)).to_be_visible()


def finds_no_answers(visitor: Page, path: str) -> None:
    """Neither on the page nor where answers will stand; nor that there are any."""
    see_anew(visitor, path)
    for words in (FIRST_WORDS, ORGANISATIONS_WORDS, PAPER_WORDS, "Results", "3 responses"):
        expect(visitor.get_by_role("main").get_by_text(words)).to_have_count(0)
    for place in ("results/", "responses/", "outcome/"):
        visitor.goto(f"{path}{place}")
        for words in (FIRST_WORDS, ORGANISATIONS_WORDS, PAPER_WORDS):
            expect(visitor.get_by_text(words)).to_have_count(0)


def nobody_responds_any_longer(visitor: Page, path: str) -> None:
    expect(visitor.get_by_role("link", name="Respond", exact=True)).to_have_count(0)
    visitor.goto(f"{path}respond/")
    main = visitor.get_by_role("main")
    expect(main.get_by_text("This consultation closed on")).to_be_visible()
    expect(main.get_by_role("button", name="Begin", exact=True)).to_have_count(0)


def sees_and_publishes_results(manager: Page, path: str) -> None:
    manager.goto(f"{path}results/")
    expect(manager.get_by_text("Only managers of the centre see this page so far.")).to_be_visible()
    press(manager, "Publish results")


def reads_the_results(visitor: Page, path: str) -> None:
    see_anew(visitor, path)
    follow(visitor, "Results")
    has_title(visitor, "Results")
    row = visitor.get_by_role("row", name="Six")
    expect(row.get_by_role("cell").first).to_have_text("2")
    expect(visitor.get_by_role("region", name="Who has been heard")).to_contain_text("Not heard")


def adds_themes(manager: Page, managing: str) -> None:
    manager.goto(f"{managing}themes/")
    for title in (LOTS, PAYMENT):
        fill(manager, {"Name": title})
        press(manager, "Add theme")
        expect(manager.get_by_role("link", name=title)).to_be_visible()


def reviews_the_visitor(manager: Page, managing: str) -> None:
    """The number that a respondent gave is removed before anybody reads it."""
    manager.goto(f"{managing}responses/")
    follow(manager, VISITORS_NAME)
    follow(manager, "Redact answer 1")
    fill(manager, {"Words to remove, one piece on each line": TELEPHONE})
    manager.get_by_label("Reason").select_option(label="It is about a person")
    press(manager, "Redact answer")
    press(manager, "Approve all answers left")
    expect(manager.get_by_text(WITHOUT_TELEPHONE)).to_be_visible()


def codes(coder: Page, managing: str, respondent: str, theme: str) -> None:
    coder.goto(f"{managing}responses/")
    follow(coder, respondent)
    coder.get_by_label(theme).check()
    press(coder, "Save themes of answer 1")
    press(coder, "Mark as read and go on")
    coder.goto(f"{managing}themes/")
    expect(coder.get_by_role("listitem").filter(has_text=theme)).to_contain_text("found in 1")


def reads_the_published(visitor: Page, path: str) -> None:
    """One response, without its number and its name."""
    see_anew(visitor, path)
    follow(visitor, "Published responses")
    expect(visitor.get_by_text("1 response is published.")).to_be_visible()
    expect(visitor.get_by_role("article")).to_contain_text(WITHOUT_TELEPHONE)
    expect(visitor.get_by_role("heading", name="An individual")).to_be_visible()
    for words in (TELEPHONE, VISITORS_NAME, ORGANISATIONS_WORDS, PAPER_WORDS):
        expect(visitor.get_by_text(words)).to_have_count(0)


def decides(manager: Page, managing: str) -> None:
    """A decision without its reason is refused."""
    for title, ruling in ((LOTS, "Accepted"), (PAYMENT, "Accepted in part")):
        manager.goto(f"{managing}themes/")
        follow(manager, title)
        manager.get_by_label(ruling, exact=True).check()
        press(manager, "Save")
        expect(manager.get_by_role("alert")).to_contain_text("Say why it was decided so")
        fill(manager, {"Reason": f"{title} is what most asked for."})
        press(manager, "Save")
        row = manager.get_by_role("listitem").filter(has_text=title)
        expect(row).to_contain_text(ruling)


def promises(manager: Page, managing: str) -> None:
    manager.goto(f"{managing}promises/new/")
    fill(manager, {"What will be done": PROMISE, "Who does it": "Housing"})
    fill(manager, {"By when": DUE_ON.isoformat()})
    manager.get_by_label("Theme (optional)").select_option(label=LOTS)
    press(manager, "Add promise")
    expect(manager.get_by_text(PROMISE)).to_be_visible()


def signs_off(manager: Page, managing: str) -> None:
    """Not before it says what was asked, said and decided, and who decides."""
    manager.goto(f"{managing}outcome/")
    expect(manager.get_by_text("Before it can be published:")).to_be_visible()
    expect(manager.get_by_role("button", name="Publish the outcome")).to_have_count(0)
    texts = {"We asked": "How to buy repairs.", "You said": "In smaller lots."}
    fill(manager, {**texts, "We did, or will do": "Six lots by area."})
    fill(manager, {"Name of who decides": SIGNER, "Office of who decides": "Head of Housing"})
    press(manager, "Save")
    press(manager, "Publish the outcome")
    expect(manager.get_by_text("The outcome is published.")).to_be_visible()


def reads_the_outcome(visitor: Page) -> None:
    follow(visitor, "Outcome: we asked, you said, we did")
    main = visitor.get_by_role("main")
    for words in (SIGNER, "In smaller lots.", f"{PAYMENT} is what most asked for.", PROMISE):
        expect(main).to_contain_text(words)
    follow(visitor, "Promises of all centres")
    expect(visitor.get_by_role("listitem").filter(has_text=PROMISE)).to_contain_text(TITLE)


def tells_how_far_it_has_come(manager: Page, path: str) -> None:
    manager.goto(f"{path}outcome/")
    follow(manager, "Tell how far promise 1 has come")
    manager.get_by_label("Done", exact=True).check()
    fill(manager, {"What was done, or why it changes": "The tender is out, in six lots."})
    press(manager, "Save")


def reads_how_far_it_has_come(visitor: Page, path: str) -> None:
    see_anew(visitor, f"{path}outcome/")
    kept = visitor.get_by_role("listitem").filter(has_text=PROMISE)
    expect(kept.get_by_text("Done", exact=True)).to_be_visible()
    see_anew(visitor, "/promises/")
    expect(visitor.get_by_text(PROMISE)).to_have_count(0)
