"""One site and one browser a test process, new visitors a test."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.applications import Applications
from tests.journeys.browsing import PATIENCE, Visits, launch
from tests.journeys.site import Site
from tests.journeys.stage import Stage, set_up

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def demo(applications: Applications) -> Path:
    """The database with the demo content."""
    return applications.demo_file()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[Site]:
    """The running site with the demo content; tests change only what they made themselves."""
    with Site(tmp_path_factory.mktemp("site"), demo=demo) as site:
        yield site


@pytest.fixture(scope="session")
def stage(site: Site) -> Stage:
    """One of everything on the site, to be looked at only."""
    return set_up(site)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this process."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture
def visits(chromium: Browser, site: Site) -> Iterator[Visits]:
    """Opens browsers of visitors; fails when anything went wrong in one of them."""
    made = Visits(chromium, site)
    yield made
    made.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request: pytest.FixtureRequest) -> bool:
    """Whether scripts run."""
    return bool(request.param)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """A failed journey tells which pages its visitors see."""
    outcome = yield
    report = outcome.get_result()
    visits = getattr(item, "funcargs", {}).get("visits")
    if report.when == "call" and report.failed and visits:
        report.sections.append(("Pages", visits.describe()))
