"""Every kind of page, wide and narrow, light and dark: WCAG 2.2 AA, nothing to scroll sideways."""

from collections.abc import Callable, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from forum.accounts import actions as accounts
from forum.accounts.models import Account
from forum.core.db import db
from forum.threads import actions
from forum.threads.models import Post
from tests.journeys.browsing import PHONE, Visits
from tests.journeys.site import Site
from tests.journeys.stage import Stage

LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
# A page that holds axe already need not read its 500 kB again.
IS_LOADED = Axe(axe_script="true")
NARROWEST: ViewportSize = {"width": 320, "height": 640}

# A thread of the demo, and a title that shares words with it.
SAID_ALREADY = "One borough-wide repairs contract, or several small ones?"
SIMILAR_TITLE = "Several small contracts or one repairs contract"

# Who looks, and where; names in braces are those of the stage.
ADDRESSES = {
    "home": ("visitor", "/"),
    "home of a member": ("member", "/"),
    "centres": ("visitor", "/centres/"),
    "centre": ("visitor", "/centres/north-east/"),
    "centre of a manager": ("manager", "/centres/north-east/"),
    "edit centre": ("manager", "/centres/north-east/edit/"),
    "edit rules": ("manager", "/centres/north-east/rules/"),
    "edit house rules": ("admin", "/admin/house-rules/"),
    "board": ("visitor", "/centres/north-east/boards/finding-and-bidding/"),
    "board of a manager": ("manager", "/centres/north-east/boards/finding-and-bidding/"),
    "empty board": ("member", "{empty_board.path}"),
    "archived board": ("member", "{archived_board.path}"),
    "members' board": ("member", "{members_board.path}"),
    "create board": ("manager", "/centres/north-east/boards/new/"),
    "edit board": ("manager", "{empty_board.path}edit/"),
    "manage boards": ("manager", "/centres/north-east/boards/order/"),
    "thread": ("visitor", "/threads/46/one-borough-wide-repairs-contract-or-several-small-ones/"),
    "thread with all states": ("visitor", "{thread.path}"),
    "own thread": ("member", "{thread.path}"),
    "unread thread": ("newcomer", "{thread.path}"),
    "thread of a moderator": ("moderator", "{thread.path}"),
    "locked thread": ("member", "{locked.path}"),
    "locked thread of a moderator": ("moderator", "{locked.path}"),
    "new thread": ("newcomer", "{empty_board.path}start/"),
    "edit post": ("member", "/posts/{own_post}/edit/"),
    "history": ("visitor", "/posts/{own_post}/history/"),
    "withdraw": ("member", "/posts/{own_post}/withdraw/"),
    "hide": ("moderator", "/posts/{others_post}/hide/"),
    "redact": ("moderator", "/posts/{others_post}/redact/"),
    "lock": ("moderator", "/threads/{thread.id}/lock/"),
    "pin": ("moderator", "/threads/{thread.id}/pin/"),
    "slow mode": ("moderator", "/threads/{thread.id}/slow/"),
    "hold posts": ("moderator", "/threads/{thread.id}/hold/"),
    "move": ("moderator", "/threads/{thread.id}/move/"),
    "merge": ("moderator", "/threads/{thread.id}/merge/"),
    "split": ("moderator", "/threads/{thread.id}/split/"),
    "topics of a thread": ("moderator", "/threads/{thread.id}/topics/"),
    "drafts": ("member", "/account/drafts/"),
    "no drafts": ("newcomer", "/account/drafts/"),
    "feeds": ("visitor", "/feeds/"),
    "unanswered questions": ("visitor", "/questions/"),
    "most helpful": ("visitor", "/helpful/"),
    "voices of the week": ("visitor", "/voices/"),
    "search": ("visitor", "/search/"),
    "search with results": ("visitor", "/search/?q=repairs+contract"),
    "search without results": ("visitor", "/search/?q=repaisr"),
    "topics": ("visitor", "/topics/"),
    "topic": ("visitor", "/topics/prompt-payment/"),
    "topic of a centre": ("visitor", "/topics/prompt-payment/?centre=london"),
    "organisations": ("visitor", "/organisations/"),
    "no organisations": ("visitor", "/organisations/?sector=community&region=national"),
    "organisation": ("visitor", "{organisation.path}"),
    "organisation of its steward": ("steward", "{organisation.path}"),
    "register organisation": ("member", "/organisations/new/"),
    "join organisation": ("newcomer", "/organisations/{organisation.id}/join/"),
    "edit organisation": ("steward", "/organisations/{organisation.id}/edit/"),
    "organisation's members": ("steward", "/organisations/{organisation.id}/members/"),
    "waiting organisations": ("manager", "/organisations/waiting/"),
    "confirm organisation": ("manager", "/organisations/{waiting_organisation.id}/confirm/"),
    "refuse organisation": ("manager", "/organisations/{waiting_organisation.id}/refuse/"),
    "own organisations": ("member", "/account/organisations/"),
    "no own organisations": ("newcomer", "/account/organisations/"),
    "leave organisation": ("steward", "/memberships/{own_membership}/leave/"),
    "refuse member": ("steward", "/memberships/{asked_membership}/refuse/"),
    "person": ("visitor", "/people/leah-sutton/"),
    "person without posts": ("visitor", "/people/{newcomer.handle}/"),
    "sign in": ("visitor", "/account/sign-in/"),
    "register": ("visitor", "/account/register/"),
    "forgotten password": ("visitor", "/account/forgotten-password/"),
    "check email": ("visitor", "/account/check-email/"),
    "dead link": ("visitor", "/account/confirm/no-such-token/"),
    "account": ("member", "/account/"),
    "account of an administrator": ("admin", "/account/"),
    "unconfirmed account": ("unconfirmed", "/account/"),
    "profile": ("member", "/account/profile/"),
    "change email": ("member", "/account/email/"),
    "change password": ("member", "/account/password/"),
    "sessions": ("member", "/account/sessions/"),
    "administration": ("admin", "/admin/?q=member"),
    "audit trail": ("admin", "/admin/audit/"),
    "account for administrators": ("admin", "/admin/accounts/{moderator.id}/"),
    "interests": ("member", "/account/interests/"),
    "report": ("visitor", "/posts/{others_post}/report/"),
    "standing": ("newcomer", "/account/standing/"),
    "standing of a member": ("member", "/account/standing/"),
    "own reports": ("member", "/account/reports/"),
    "member's record": ("moderator", "/moderation/members/{member.handle}/"),
    "standing of the restricted": ("restricted", "/account/standing/"),
    "record of the restricted": ("moderator", "/moderation/members/{restricted.handle}/"),
    "appeal": ("restricted", "/account/standing/decisions/{appealable}/appeal/"),
    "own appeal": ("restricted", "/account/standing/decisions/{appealed}/appeal/"),
    "withdraw appeal": ("restricted", "/account/standing/decisions/{appealed}/withdraw/"),
    "judge appeal": ("admin", "/moderation/appeals/{appeal}/"),
    "suspend": ("moderator", "/moderation/members/{newcomer.handle}/suspend/"),
    "slow down": ("admin", "/moderation/members/{newcomer.handle}/slow/"),
    "review queue": ("moderator", "/moderation/"),
    "review queue by kind": ("manager", "/moderation/?kind=edit"),
    "watched words": ("moderator", "/moderation/words/"),
    "watched words of all": ("moderator", "/moderation/words/?centre=all"),
    "open data and API": ("visitor", "/api/"),
    "open data": ("visitor", "/open-data/"),
    "posts in the API": ("visitor", "/api/posts/"),
    "moderation log": ("visitor", "/moderation-log/"),
    "moderation log with errors": ("visitor", "/moderation-log/?clause=x"),
    "log entry": ("visitor", "/moderation-log/5/"),
    "heads of the log": ("visitor", "/moderation-log/heads/"),
    "figures of moderation": ("visitor", "/moderation-figures/"),
    "figures of a centre": ("visitor", "/moderation-figures/north-east/"),
    "complain": ("visitor", "/centres/north-east/complain/"),
    "consultations": ("visitor", "/consultations/"),
    "no consultations": ("visitor", "/consultations/?stage=responded&kind=discussion-paper"),
    "open consultation": ("visitor", "{open_consultation.path}"),
    "coming consultation": ("visitor", "{coming_consultation.path}"),
    "closed consultation": ("visitor", "{closed_consultation.path}"),
    "draft of a consultation": ("manager", "{draft_consultation.path}"),
    "all questions": ("visitor", "{open_consultation.path}questions/"),
    "history of a consultation": ("visitor", "{open_consultation.path}history/"),
    "document": ("manager", "{draft_consultation.path}documents/{document}/"),
    "manage consultations": ("manager", "/centres/north-east/consultations/"),
    "create consultation": ("manager", "/centres/north-east/consultations/new/"),
    "manage draft": ("manager", "/consultations/{empty_draft.id}/manage/"),
    "manage consultation": ("manager", "/consultations/{open_consultation.id}/manage/"),
    "details": ("manager", "/consultations/{open_consultation.id}/manage/details/"),
    "purpose": ("manager", "/consultations/{open_consultation.id}/manage/purpose/"),
    "personal data": ("manager", "/consultations/{empty_draft.id}/manage/privacy/"),
    "market engagement": ("manager", "/consultations/{empty_draft.id}/manage/engagement/"),
    "dates": ("manager", "/consultations/{empty_draft.id}/manage/dates/"),
    "thread of a consultation": ("manager", "/consultations/{empty_draft.id}/manage/thread/"),
    "announce": ("manager", "/consultations/{empty_draft.id}/manage/announce/"),
    "take back": ("manager", "/consultations/{coming_consultation.id}/manage/take-back/"),
    "extend": ("manager", "/consultations/{open_consultation.id}/manage/extend/"),
    "end": ("manager", "/consultations/{open_consultation.id}/manage/end/"),
    "delete draft": ("manager", "/consultations/{empty_draft.id}/manage/delete/"),
    "agree to length": ("admin", "/consultations/{empty_draft.id}/manage/approve/"),
    "manage documents": ("manager", "/consultations/{draft_consultation.id}/manage/documents/"),
    "add document": ("manager", "/consultations/{draft_consultation.id}/manage/documents/new/"),
    "builder": ("manager", "/consultations/{draft_consultation.id}/manage/questions/"),
    "empty builder": ("manager", "/consultations/{empty_draft.id}/manage/questions/"),
    "frozen builder": ("manager", "/consultations/{open_consultation.id}/manage/questions/"),
    "add section": ("manager", "/consultations/{empty_draft.id}/manage/sections/new/"),
    "edit document": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/documents/{document}/",
    ),
    "edit section": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/sections/{section}/",
    ),
    "remove section": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/sections/{section}/remove/",
    ),
    "edit question": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/questions/{question}/",
    ),
    "kind of question": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/sections/{section}/questions/new/",
    ),
    "new question": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/sections/{section}/questions/new/?kind=scale",
    ),
    "condition": (
        "manager",
        "/consultations/{draft_consultation.id}/manage/questions/{question}/condition/",
    ),
    "preview": ("manager", "/consultations/{draft_consultation.id}/manage/questions/preview/1/"),
    "import": ("manager", "/consultations/{empty_draft.id}/manage/questions/import/"),
    "begin a response": ("visitor", "{open_consultation.path}respond/"),
    "page of questions": ("member", "/responses/{reference}/pages/1/"),
    "questions on equality": ("member", "/responses/{reference}/equality/"),
    "check answers": ("member", "/responses/{reference}/check/"),
    "response": ("member", "/responses/{reference}/"),
    "response to be signed": ("steward", "/responses/{waiting_for_steward}/"),
    "sign-off": ("steward", "/responses/{waiting_for_steward}/sign-off/"),
    "results to publish": ("manager", "{analysed.path}results/?by=sector"),
    "results": ("visitor", "{responded.path}results/"),
    "published responses": ("visitor", "{responded.path}responses/"),
    "file of published responses": ("visitor", "{responded.path}responses/download/"),
    "outcome": ("visitor", "{responded.path}outcome/"),
    "promises": ("visitor", "/promises/"),
    "responses": ("manager", "/consultations/{analysed.id}/manage/responses/"),
    "one response": ("manager", "/consultations/{analysed.id}/manage/responses/{response}/"),
    "redact answer": (
        "manager",
        "/consultations/{analysed.id}/manage/responses/{response}/answers/{answer}/redact/",
    ),
    "withhold answer": (
        "manager",
        "/consultations/{analysed.id}/manage/responses/{response}/answers/{answer}/withhold/",
    ),
    "take out": ("manager", "/consultations/{analysed.id}/manage/responses/{response}/remove/"),
    "entered responses": ("manager", "/consultations/{analysed.id}/manage/entered/"),
    "files of responses": ("manager", "/consultations/{analysed.id}/manage/exports/"),
    "waiting export": (
        "manager",
        "/consultations/{analysed.id}/manage/exports/{waiting_export}/",
    ),
    "names of respondents": ("manager", "/consultations/{analysed.id}/manage/retention/"),
    "enter a response": ("manager", "/consultations/{analysed.id}/manage/entered/new/"),
    "themes": ("manager", "/consultations/{analysed.id}/manage/themes/"),
    "theme": ("manager", "/consultations/{analysed.id}/manage/themes/{theme}/"),
    "suggestions": ("manager", "/consultations/{analysed.id}/manage/suggestions/"),
    "suggested theme": (
        "manager",
        "/consultations/{analysed.id}/manage/suggestions/themes/{suggestion}/",
    ),
    "responses much alike": (
        "manager",
        "/consultations/{analysed.id}/manage/suggestions/groups/{group}/",
    ),
    "write outcome": ("manager", "/consultations/{analysed.id}/manage/outcome/"),
    "citations": ("manager", "/consultations/{analysed.id}/manage/citations/"),
    "citation": ("manager", "/consultations/{analysed.id}/manage/citations/{citation}/"),
    "cite post": ("manager", "/posts/{cited_post}/cite/"),
    "cited post": ("visitor", "/posts/{cited_post}/"),
    "consultation with citations": ("visitor", "{analysed.path}"),
    "make promise": ("manager", "/consultations/{analysed.id}/manage/promises/new/"),
    "lateness": ("manager", "/consultations/{analysed.id}/manage/lateness/"),
    "promise": ("manager", "/consultations/{responded.id}/manage/promises/{promise}/"),
    "copy questions": ("manager", "/consultations/{empty_draft.id}/manage/questions/copy/"),
    "no notices": ("newcomer", "/account/notices/"),
    "house rules": ("visitor", "/house-rules/"),
    "version of house rules": ("visitor", "/house-rules/versions/1/"),
    "help": ("visitor", "/help/writing/"),
    "accessibility": ("visitor", "/accessibility/"),
    "privacy": ("visitor", "/privacy/"),
    "mails": ("visitor", "/dev/mail/"),
    "403": ("member", "/admin/"),
    "404": ("visitor", "/no/such/page/"),
    "405": ("member", "/posts/{own_post}/accept/"),
}

# Pages that only a button leads to: who presses it, and how.
Steps = Callable[[Page, Stage, Site], None]
STEPS: dict[str, tuple[str, Steps]] = {}


def step(who: str) -> Callable[[Steps], Steps]:
    """Name who takes the steps to the page that the function is called after."""

    def note(steps: Steps) -> Steps:
        STEPS[steps.__name__.replace("_", " ")] = (who, steps)
        return steps

    return note


def press(page: Page, button: str) -> None:
    page.get_by_role("main").get_by_role("button", name=button).click()


@step("newcomer")
def new_thread_with_errors(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"{stage.empty_board.path}start/")
    press(page, "Start thread")
    page.get_by_text("There is a problem").wait_for()


@step("newcomer")
def similar_while_typing(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"{stage.empty_board.path}start/")
    page.get_by_label("Title").press_sequentially(SIMILAR_TITLE)
    page.get_by_role("link", name=SAID_ALREADY).wait_for()


@step("newcomer")
def similar_before_posting(page: Page, stage: Stage, site: Site) -> None:
    similar_while_typing(page, stage, site)
    page.get_by_role("checkbox", name="Highways").check()
    page.get_by_label("Your post").fill("Which is better?")
    # As without script, by which they were seen already.
    page.locator("[name=seen_similar]").evaluate("field => { field.value = ''; }")
    press(page, "Start thread")
    page.get_by_role("heading", name="Has this been discussed already?").wait_for()


@step("visitor")
def report_with_errors(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"/posts/{stage.others_post}/report/")
    press(page, "Send report")
    page.get_by_text("There is a problem").wait_for()


@step("visitor")
def report_sent(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"/posts/{stage.others_post}/report/")
    page.get_by_label("It is spam").check()
    press(page, "Send report")
    page.get_by_text("Waiting for a moderator").wait_for()


def open_first(page: Page, kind: str) -> None:
    """The first item of a kind in the queue of the demo."""
    page.goto(f"/moderation/?kind={kind}&centre=north-east")
    page.locator("#items h2 a").first.click()
    page.get_by_role("heading", name="History").wait_for()


@step("moderator")
def waiting_item(page: Page, _stage: Stage, _site: Site) -> None:
    open_first(page, "pending-post")


@step("moderator")
def reported_item(page: Page, _stage: Stage, _site: Site) -> None:
    open_first(page, "report")


@step("manager")
def edit_that_waits(page: Page, _stage: Stage, _site: Site) -> None:
    open_first(page, "edit")


@step("moderator")
def rejection_without_reason(page: Page, _stage: Stage, _site: Site) -> None:
    open_first(page, "edit")
    press(page, "Reject")
    page.get_by_text("There is a problem").wait_for()


@step("restricted")
def notices(page: Page, _stage: Stage, site: Site) -> None:
    site.deliver()
    page.goto("/account/notices/")
    page.get_by_text("You cannot post for now").wait_for()


@step("newcomer")
def preview(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"{stage.empty_board.path}start/")
    page.get_by_label("Title").fill("What do others pay?")
    page.get_by_label("Your post").fill("> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    press(page, "Preview")
    page.get_by_role("region", name="Preview").wait_for()


@step("newcomer")
def reply_with_errors(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(stage.thread.path)
    press(page, "Post reply")
    page.get_by_text("There is a problem").wait_for()


@step("newcomer")
def reply_preview(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(stage.thread.path)
    page.get_by_label("Your post").fill("A *short* answer")
    press(page, "Preview")
    page.get_by_role("region", name="Preview").wait_for()


@step("newcomer")
def a_quotation(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(stage.thread.path)
    page.get_by_role("link", name="Quote").first.click()
    page.wait_for_url("**quote=**")


@step("member")
def edit_with_errors(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"/posts/{stage.own_post}/edit/")
    page.get_by_label("Your post").fill("")
    press(page, "Save changes")
    page.get_by_text("There is a problem").wait_for()


@step("member")
def edit_conflict(page: Page, stage: Stage, site: Site) -> None:
    page.goto(f"/posts/{stage.own_post}/edit/")
    with site.database():
        post = db.session.get_one(Post, stage.own_post)
        source = f"{post.source}\n\nIn between, number {post.version}."
        actions.edit_post(post.author, post, source=source, note="", version=post.version)
    press(page, "Save changes")
    page.get_by_role("heading", name="What the post says now").wait_for()


@step("moderator")
def hide_without_reason(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(f"/posts/{stage.others_post}/hide/")
    press(page, "Hide post")
    page.get_by_text("There is a problem").wait_for()


@step("member")
def organisation_with_errors(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/organisations/new/")
    press(page, "Register organisation")
    page.get_by_text("There is a problem").wait_for()


@step("manager")
def board_with_errors(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/centres/north-east/boards/new/")
    press(page, "Create board")
    page.get_by_text("There is a problem").wait_for()


@step("manager")
def centre_conflict(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/centres/north-east/edit/")
    page.locator("input[name=version]").evaluate("input => { input.value = '0' }")
    press(page, "Save changes")
    page.get_by_role("heading", name="What is stored now").wait_for()


@step("visitor")
def registering_with_errors(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/account/register/")
    press(page, "Create account")
    page.get_by_text("There is a problem").wait_for()


@step("visitor")
def wrong_password(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("Email address").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the right one")
    press(page, "Sign in")
    page.get_by_text("There is a problem").wait_for()


@step("member")
def profile_conflict(page: Page, _stage: Stage, _site: Site) -> None:
    page.goto("/account/profile/")
    page.locator("input[name=version]").evaluate("input => { input.value = '0' }")
    press(page, "Save profile")
    page.get_by_text("was changed meanwhile").wait_for()


@step("visitor")
def a_mail(page: Page, stage: Stage, site: Site) -> None:
    page.goto("/account/forgotten-password/")
    page.get_by_label("Email address").fill(stage.member.email)
    press(page, "Send the link")
    site.deliver()
    page.get_by_role("link", name="see the mails").click()
    page.get_by_role("main").locator(".thread__title a").first.click()
    page.get_by_role("link", name=site.origin).wait_for()


@step("newcomer")
def session_ended(page: Page, stage: Stage, site: Site) -> None:
    page.goto(stage.thread.path)
    page.get_by_label("Your post").fill("A long answer that must not be lost")
    with site.database():
        accounts.end_sessions(db.session.get_one(Account, stage.newcomer.id))
    press(page, "Post reply")
    page.get_by_role("heading", name="Sign in to send this").wait_for()
    page.context.add_cookies([site.cookie(stage.newcomer)])  # type: ignore[list-item]  # a plain dict will do


@step("newcomer")
def resend(page: Page, stage: Stage, _site: Site) -> None:
    page.goto(stage.thread.path)
    page.get_by_label("Your post").fill("A long answer that must not be lost\n\nby any means")
    token = page.locator("form[action$='/reply/'] input[name=csrf_token]")
    token.evaluate("input => { input.value = 'stale' }")
    press(page, "Post reply")
    page.get_by_role("heading", name="Please send that again").wait_for()


def steps_to(kind: str) -> tuple[str, Steps]:
    if kind in STEPS:
        return STEPS[kind]
    who, address = ADDRESSES[kind]

    def go(page: Page, stage: Stage, _site: Site) -> None:
        page.goto(address.format(**{name: getattr(stage, name) for name in stage.__slots__}))

    return who, go


@pytest.mark.parametrize("kind", [*ADDRESSES, *STEPS])
def test_page_is_accessible(visits: Visits, site: Site, stage: Stage, kind: str):
    visits.expect(400, 403, 404, 405)
    who, go = steps_to(kind)
    page = visits.open(getattr(stage, who))
    problems = []
    go(page, stage, site)
    problems += [f"list of errors: {line}" for line in misplaced_errors(page)]
    for width in ("wide", "narrow"):
        if width == "narrow":
            page.set_viewport_size(PHONE)
            page.evaluate(DRAWN_AGAIN)
        problems += [f"{width}, light: {line}" for line in violations(page, tags=LEVEL_AA)]
        page.emulate_media(color_scheme="dark")
        problems += [f"{width}, dark: {line}" for line in violations(page, rules=COLOURS)]
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROWEST)
    problems += [f"wider than 320 pixels: {line}" for line in too_wide(page)]
    assert not problems, "\n".join(problems)


def violations(page: Page, *, tags: Sequence[str] = (), rules: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong by rules with one of ``tags``, or by ``rules``."""
    only = {"type": "tag", "values": tags} if tags else {"type": "rule", "values": rules}
    axe = IS_LOADED if page.evaluate("() => 'axe' in window") else Axe()
    results = axe.run(page, options={"runOnly": only, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['target']} {node['html']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


# What watches the size of an element is told while the first frame is drawn.
DRAWN_AGAIN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"

# The list of errors follows the page, and each of its links leads to a field.
MISPLACED_ERRORS = """() => {
  const FOLLOWING = Node.DOCUMENT_POSITION_FOLLOWING;
  const links = [...document.querySelectorAll("[data-error-summary] a")];
  const fields = links.map((link) => document.getElementById(link.hash.slice(1)));
  return links.filter((link, place) => {
    const [field, next] = [fields[place], fields[place + 1]];
    return !field || (next && !(field.compareDocumentPosition(next) & FOLLOWING));
  }).map((link) => link.outerHTML);
}"""


def misplaced_errors(page: Page) -> list[str]:
    """Links of the list of errors that lead nowhere, or stand before one that is above."""
    found: list[str] = page.evaluate(MISPLACED_ERRORS)
    return found


TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const sticksOut = (one) => one.getBoundingClientRect().right > root.clientWidth + 0.5;
  const wide = [...document.querySelectorAll("body *")].filter(sticksOut);
  const inner = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)));
  return [`${root.scrollWidth}:`, ...inner.slice(0, 5).map((one) => one.outerHTML.slice(0, 200))];
}"""


def too_wide(page: Page) -> list[str]:
    """The innermost elements because of which the page scrolls sideways."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found
