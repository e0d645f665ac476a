"""How the browser tests wait and look."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

SETTLE_MS = 350
MAIN = '[data-testid="stMain"]'


def calm(page: Page) -> None:
    """Wait until the page has drawn what the last click asked for."""
    page.wait_for_timeout(SETTLE_MS)
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()


def go(page: Page, url: str) -> None:
    """Open an address and wait until its page stands."""
    page.goto(url)
    page.locator(f"{MAIN} h1").wait_for()
    calm(page)


def press(page: Page, label: str, number: int = 0) -> None:
    """Click a button of the page by its words."""
    page.locator(MAIN).get_by_role("button", name=label).nth(number).click()
    calm(page)


def sees(page: Page, text: str | re.Pattern[str], *, within_s: float = 60) -> None:
    """The page shows the text, sooner or later."""
    expect(page.locator(MAIN).get_by_text(text).first).to_be_visible(timeout=within_s * 1000)
