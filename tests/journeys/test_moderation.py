"""A post that waits, is rejected, revised, reported, hidden, shown again; and the proof of it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from forum.centres.enums import Holding
from forum.centres.models import Centre
from forum.core.db import db
from tests.journeys.browsing import Visits
from tests.journeys.site import Member, Place, Site

ROOT = Path(__file__).parents[2]
FIRST_WORDS = "Our firm fills in your forms for a modest fee."
REVISED = "We filled in forms for nine firms. What helped most was to ask for the template early."
REJECTION = "This sells a service. Tell instead what you have learnt from offering it."
COMPLAINT = "It still reads like an advertisement to me."
HIDING = "It is about the author's own firm, and says so nowhere."
APPEAL = "I name no firm. I tell what helped, as I was asked to."
REVERSAL = "The post names no firm and sells nothing: it may stay."
RULE = "clause 3: Do not advertise"


@pytest.fixture
def first_posts_wait(site: Site) -> Iterator[None]:
    """In North East the first three posts of a member wait, as on a new site."""
    set_holding(site, Holding.NEW_MEMBERS)
    yield
    set_holding(site, Holding.NEVER)


def set_holding(site: Site, holding: Holding) -> None:
    """Let posts of North East wait as ``holding`` says."""
    with site.database():
        north_east = update(Centre).where(Centre.slug == "north-east")
        db.session.execute(north_east.values(holding=holding, held_posts=3))
        db.session.commit()


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("first_posts_wait")
def test_from_the_first_post_to_the_appeal(
    visits: Visits, site: Site, tmp_path: Path, *, script: bool
):
    author, thread = site.member(), site.thread_by(site.member())
    own = visits.open(author, script=script)
    moderator = visits.open(site.member(role="moderator"), script=script)
    visitor = visits.open(script=script)
    writes_a_post_that_waits(own, thread)
    finds_one_post(visitor, thread)
    rejects(moderator, thread)
    revises(own, thread, site, author)
    approves(moderator, thread)
    status = reports(visitor, thread)
    hides(moderator, thread)
    visitor.goto(status)
    expect(visitor.get_by_role("main")).to_contain_text("Upheld")
    see_anew(visitor, thread.path)
    expect(visitor.locator("article#post-2")).to_contain_text(f"Reason: {HIDING}")
    expect(visitor.get_by_text(REVISED)).to_have_count(0)
    appeals(own, thread, site, author)
    moderator.goto("/moderation/")
    appeal = moderator.get_by_role("link", name=f"Appeal: {thread.title}", exact=True)
    expect(appeal).to_have_count(0)
    reverses(visits.open(site.member(role="moderator", centre="london"), script=script), thread)
    see_anew(visitor, thread.path)
    expect(visitor.locator("article#post-2 .post-body")).to_have_text(REVISED)
    reads_the_chain(visitor)
    proves_the_log(site, tmp_path)


def see_anew(page: Page, path: str) -> None:
    """Open a page that the browser itself may keep for half a minute, and ask for it again."""
    page.goto(path)
    page.reload()


def writes_a_post_that_waits(own: Page, thread: Place) -> None:
    own.goto(thread.path)
    own.get_by_label("Your post").fill(FIRST_WORDS)
    own.get_by_role("button", name="Post reply").click()
    post = own.locator("article#post-2")
    expect(post).to_contain_text("Waiting for a moderator")
    expect(post).to_contain_text("Your first 3 posts in a centre are read by a moderator")
    expect(post).to_contain_text(FIRST_WORDS)


def finds_one_post(visitor: Page, thread: Place) -> None:
    visitor.goto(thread.path)
    expect(visitor.locator("article")).to_have_count(1)
    expect(visitor.get_by_text(FIRST_WORDS)).to_have_count(0)


def open_item(moderator: Page, name: str) -> None:
    """From any page to the item, by the count in the header and the queue."""
    moderator.goto("/")
    moderator.get_by_role("banner").get_by_role("link", name="Review queue").click()
    expect(moderator.get_by_role("heading", level=1)).to_have_text("Review queue")
    moderator.get_by_role("link", name=name, exact=True).click()
    expect(moderator.get_by_role("heading", level=1)).to_have_text(name)


def rejects(moderator: Page, thread: Place) -> None:
    open_item(moderator, f"Waiting post: {thread.title}")
    main = moderator.get_by_role("main")
    expect(main).to_contain_text(FIRST_WORDS)
    main.get_by_label("House rule").select_option(label="3. Do not advertise")
    main.get_by_label("Reason").fill(REJECTION)
    main.get_by_role("button", name="Reject").click()
    expect(moderator.get_by_text("Rejected. Its author reads the reason.")).to_be_visible()


def revises(own: Page, thread: Place, site: Site, author: Member) -> None:
    assert REJECTION in " ".join(site.mails(author.email)[-1].get_content().split())
    own.goto(thread.path)
    post = own.locator("article#post-2")
    expect(post).to_contain_text("A moderator did not publish this")
    expect(post).to_contain_text(RULE)
    expect(post).to_contain_text(f"Reason: {REJECTION}")
    post.get_by_role("link", name="Revise and send again").click()
    expect(own.get_by_label("Your post")).to_have_value(FIRST_WORDS)
    own.get_by_label("Your post").fill(REVISED)
    own.get_by_role("button", name="Send again").click()
    expect(own.locator("article#post-2")).to_contain_text("Waiting for a moderator")
    expect(own.locator("article#post-2")).to_contain_text(REVISED)


def approves(moderator: Page, thread: Place) -> None:
    open_item(moderator, f"Waiting post: {thread.title}")
    expect(moderator.get_by_role("main")).to_contain_text(REVISED)
    moderator.get_by_role("button", name="Approve", exact=True).click()
    expect(moderator.get_by_text("Approved. Everybody can read it.")).to_be_visible()


def reports(visitor: Page, thread: Place) -> str:
    """Report the post without an account; the address of the page that tells the outcome."""
    see_anew(visitor, thread.path)
    post = visitor.locator("article#post-2")
    expect(post.locator(".post-body")).to_have_text(REVISED)
    post.get_by_role("link", name="Report this post").click()
    visitor.get_by_role("radio", name="It advertises or canvasses").check()
    visitor.get_by_label("What should the moderators know?").fill(COMPLAINT)
    visitor.get_by_role("button", name="Send report").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Report ")
    expect(visitor.get_by_role("main")).to_contain_text("Waiting for a moderator")
    assert "/reports/" in visitor.url
    return visitor.url


def hides(moderator: Page, thread: Place) -> None:
    open_item(moderator, f"Reported post: {thread.title}")
    expect(moderator.get_by_role("complementary")).to_contain_text(COMPLAINT)
    main = moderator.get_by_role("main")
    expect(main.get_by_label("House rule").locator("option:checked")).to_have_text(
        "3. Do not advertise (suggested)"
    )
    main.get_by_label("Reason").fill(HIDING)
    main.get_by_role("button", name="Hide post").click()
    expect(moderator.get_by_text("Hidden. Its author reads the reason.")).to_be_visible()


def appeals(own: Page, thread: Place, site: Site, author: Member) -> None:
    assert HIDING in " ".join(site.mails(author.email)[-1].get_content().split())
    own.goto("/")
    own.get_by_role("banner").get_by_role("link", name="notice").click()
    expect(own.get_by_role("main")).to_contain_text(HIDING)
    own.goto("/account/")
    own.get_by_role("link", name="Your standing").click()
    own.get_by_role("link", name="Appeal this decision").first.click()
    expect(own.get_by_role("main")).to_contain_text(HIDING)
    own.get_by_label("Why is the decision wrong?").fill(APPEAL)
    own.get_by_role("button", name="Send appeal").click()
    expect(own.get_by_role("heading", level=1)).to_have_text("Your appeal")
    expect(own.get_by_role("main")).to_contain_text("will be decided by")


def reverses(elsewhere: Page, thread: Place) -> None:
    elsewhere.goto("/moderation/?kind=appeal")
    elsewhere.get_by_role("link", name=f"Appeal: {thread.title}", exact=True).click()
    main = elsewhere.get_by_role("main")
    for words in (APPEAL, HIDING, REVISED):
        expect(main).to_contain_text(words)
    elsewhere.get_by_label("Reason").fill(REVERSAL)
    elsewhere.get_by_role("button", name="Reverse the decision").click()
    expect(elsewhere.get_by_role("main")).to_contain_text("The decision was reversed.")


def reads_the_chain(visitor: Page) -> None:
    """The four decisions, newest first, and the way from the last to the one it took back."""
    visitor.goto("/moderation-log/?centre=north-east")
    entries = visitor.get_by_role("article")
    told = [
        (REVERSAL, "another centre"),
        (HIDING, RULE),
        ("Moderator of the centre",),
        (REJECTION, RULE),
    ]
    for place, words in enumerate(told):
        for text in words:
            expect(entries.nth(place)).to_contain_text(text)
    entries.first.get_by_role("link", name="entry").click()
    expect(visitor.get_by_role("main")).to_contain_text(HIDING)
    expect(visitor.get_by_role("main")).to_contain_text("Answered by")


def proves_the_log(site: Site, folder: Path) -> None:
    """The log is whole; with one byte of one entry changed in the file it no longer is."""
    whole = verify_log(site.folder)
    assert whole.returncode == 0, whole.stderr
    assert "entries, whole. The head is" in whole.stdout
    changed = change_one_byte(site.folder / "forum.sqlite3", folder)
    broken = verify_log(folder)
    assert broken.returncode == 1, broken.stdout
    assert f"Entry {changed} is broken." in broken.stderr
    assert verify_log(site.folder).stdout == whole.stdout


def verify_log(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the command says of the database in ``folder``, run as its operator would."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FORUM_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "moderation", "verify-log"],
        cwd=ROOT,
        env={**environ, "FORUM_INSTANCE": str(folder), "FORUM_ENVIRONMENT": "development"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def change_one_byte(database: Path, folder: Path) -> int:
    """Copy the database into ``folder`` and change a byte of an entry; the entry's number."""
    copy = folder / "forum.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
        (number, body), *_ = connection.execute(
            "SELECT number, body FROM log_entry WHERE body LIKE ? ORDER BY number DESC",
            (f"%{HIDING}%",),
        ).fetchall()
    content = bytearray(copy.read_bytes())
    entry = body.encode()
    assert content.count(entry) == 1
    content[content.index(entry) + body.index("own firm")] ^= 0x20
    copy.write_bytes(content)
    return int(number)
