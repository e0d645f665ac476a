"""Every page at desk and phone width, light and dark: it fits, it is calm, it asks nobody else.

The pictures it takes are kept under test-results/pages, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from gator_engine import AssetQuery, open_studio
from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import MAIN, go
from tests.pages.seeded import fill

OUT = ROOT / "test-results" / "pages"
HEIGHT, TALLEST = 1000, 4000
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_UNNAMED = "[...document.querySelectorAll('img')].filter(i => !i.alt && i.offsetParent).length"


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, str]:
    """Every page and every deep view of a filled studio, by name."""
    with open_studio(home=stack.home, queue="inline") as studio:
        made = fill(studio)
        asset = studio.library.search(AssetQuery()).items[0]
    refused = next(one for one in made.deliveries.values() if one.state == "rejected")
    names = [
        "personas",
        "create",
        "library",
        "schedule",
        "analytics",
        "accounts",
        "jobs",
        "settings",
    ]
    return {
        "home": "",
        **{name: name for name in names},
        "personas-template": "personas?new=choose",
        "persona": f"personas?persona={made.persona.id}",
        "pictures": f"create?generation={made.generation_id}&persona={made.persona.id}",
        "asset": f"library?asset={asset.id}",
        "post": f"schedule?post={made.approved.id}",
        "delivery": f"schedule?delivery={refused.id}",
    }


@pytest.mark.timeout(400)
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_calm(
    stack: Stack, addresses: dict[str, str], browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    troubles = []
    for name, path in addresses.items():
        go(page, f"{stack.url}/{path}")
        troubles += [f"{name}: {trouble}" for trouble in faults(page)]
        take_picture(page, OUT / f"{name}-{width}-{scheme}.png", width)
    context.close()
    assert not troubles
    assert not {url for url in asked if not url.startswith((stack.url, "data:", "blob:"))}


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    found = []
    if page.evaluate(_OVERFLOW) > 0:
        found.append("wider than the screen")
    if page.evaluate(_UNNAMED):
        found.append("a picture without a description")
    if page.get_by_text("Number for the log").count():
        found.append(page.locator(MAIN).inner_text()[:300])
    return found


def take_picture(page: Page, path: Path, width: int) -> None:
    """The whole page in one picture, as tall as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tall = int(page.evaluate(f"document.querySelector('{MAIN}').scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(max(tall, HEIGHT), TALLEST)})
    page.wait_for_timeout(400)
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": HEIGHT})
