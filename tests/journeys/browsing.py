"""A browser whose every page is watched."""

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    WebError,
)

from tests.journeys.site import Member, Site

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What Chromium would load for its own window, twice as much as a page of ours, or ask the
# network; a later list replaces Playwright's, so what matters of that is in here too.
FEATURES_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
PATIENCE = 15_000

# Forms that come back with what was typed.
FORM_AGAIN = frozenset({401, 409, 422})
FAILED_PAGE = "Failed to load resource"


def launch(chromium: BrowserType) -> Browser:
    """The machine's Chromium.

    Raises RuntimeError when there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError("The journeys need the browser Chromium; see CONTRIBUTING.md.")
    # What Chromium says at its start is of no use here.
    return chromium.launch(executable_path=found, args=[*ARGUMENTS], env={**os.environ})


class Visits:
    """Browsers of people who visit the site, and everything that went wrong in them."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.contexts: list[BrowserContext] = []
        self.problems: list[str] = []
        self.expected: set[int] = set(FORM_AGAIN)
        self.forgiven: tuple[str, ...] = ()

    def open(
        self,
        member: Member | None = None,
        *,
        script: bool = True,
        phone: bool = False,
        dark: bool = False,
        watched: bool = True,
        **options: Any,
    ) -> Page:
        """A page in a browser of its own, signed in as ``member`` when one is given."""
        context = self.browser.new_context(
            base_url=self.site.origin,
            java_script_enabled=script,
            viewport=PHONE if phone else DESKTOP,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        if member:
            context.add_cookies([self.site.cookie(member)])  # type: ignore[list-item]  # a plain dict will do
        if watched:
            self._watch(context)
        self.contexts.append(context)
        return context.new_page()

    def expect(self, *statuses: int) -> None:
        """Pages may answer with ``statuses`` from now on in this test."""
        self.expected.update(statuses)

    def forgive(self, *words: str) -> None:
        """Problems that hold one of ``words`` are wanted in this test."""
        self.forgiven += words

    def describe(self) -> str:
        """What every visitor sees now."""
        pages = [page for context in self.contexts for page in context.pages]
        texts = [f"{page.url}\n{page.evaluate('document.body.innerText')}" for page in pages]
        return "\n\n".join([*texts, *self.problems])

    def close(self) -> None:
        """Close every browser.

        Raises AssertionError with everything that went wrong.
        """
        for context in self.contexts:
            context.close()
        problems = [
            problem
            for problem in self.problems
            if not any(words in problem for words in self.forgiven)
        ]
        assert not problems, "\n".join(problems)

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A page with an error status is told by its answer, which may be expected.
        if message.type in {"error", "warning"} and not message.text.startswith(FAILED_PAGE):
            self.problems.append(f"console {message.type}: {message.text} {message.location}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script error: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != urlsplit(self.site.origin).netloc:
            self.problems.append(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # What a page had asked for when it was left is given up by the browser.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed request: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        allowed = self.expected if response.request.is_navigation_request() else ()
        if response.status >= 400 and response.status not in allowed:
            self.problems.append(
                f"{response.request.method} {response.url} answered {response.status}"
            )


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form, from whichever page offers it."""
    if urlsplit(page.url).path != "/account/sign-in/":
        page.goto("/account/sign-in/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
