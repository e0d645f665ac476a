"""The library in a real browser: search, select, board, trash and back, lineage, storage."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from gator_engine import AssetQuery, open_studio
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.services.library import NewAsset
from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture
from tests.integration.services.test_shelving import scene

OUT = ROOT / "test-results" / "library"
SCENES = ("Harbour at dawn", "Kiln, first firing", "Blue bowl", "Market stall", "Rain on glass")


@pytest.fixture(scope="module")
def child(stack: Stack) -> str:
    """Five pictures, a copy of one, and one made from another."""
    with open_studio(home=stack.home, queue="inline") as studio:
        for number, title in enumerate(SCENES):
            studio.library.upload(scene(number), f"{number}.png", title=title, alt_text=title)
        studio.library.upload(scene(2, quality=70, size=200), "copy.jpg", title="Blue bowl, small")
        bowl = next(
            a.id for a in studio.library.search(AssetQuery()).items if a.title == "Blue bowl"
        )
        edited = Provenance(Origin.AI_EDITED, "test", prompt="the same bowl in red")
        made = NewAsset(scene(31), edited, title="Red bowl", parents=((bowl, "variation"),))
        return studio.library.keep(made).id


@pytest.fixture
def page(browser: Browser) -> Page:
    """A person at a desk."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    return opened


@pytest.mark.timeout(300)
def test_find_select_shelve_throw_away_and_bring_back(stack: Stack, child: str, page: Page) -> None:
    go(page, f"{stack.url}/library")
    sees(page, "7 files")
    search = page.get_by_role("searchbox").or_(page.get_by_label("Search", exact=True)).first
    search.fill("bow")
    search.press("Enter")
    sees(page, "3 files")
    press(page, "Select this page")
    sees(page, "3 selected")
    press(page, "New board")
    page.get_by_label("Name of the board").fill("Bowls")
    page.get_by_label("Name of the board").press("Enter")
    calm(page)
    page.get_by_role("button", name="Make the board").click()
    calm(page)
    bulk = page.locator(".st-key-card-bulk")
    bulk.get_by_role("button", name="Board").click()
    page.get_by_role("button", name="Lay on the board").click()
    sees(page, "Bowls (3)")
    calm(page)
    first = page.locator('[class*="st-key-asset-"]').first
    first.locator('[data-testid="stCheckbox"] label').click()
    calm(page)
    bulk.get_by_role("button", name="Trash").click()
    sees(page, "2 files")
    press(page, "Undo")
    sees(page, "3 files")
    go(page, f"{stack.url}/library?asset={child}")
    sees(page, "Made from: Blue bowl")
    page.get_by_role("link", name="Made from: Blue bowl").click()
    expect(page.get_by_role("link", name="Made into: Red bowl")).to_be_visible()
    sees(page, "Looks like it: Blue bowl, small")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1440, 390])
def test_every_view_of_the_library_fits(
    stack: Stack, child: str, browser: Browser, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(30_000)
    troubles = []
    views = {"files": "", "look-alikes": "?view=look-alikes", "storage": "?view=storage"}
    for name, query in views.items():
        go(page, f"{stack.url}/library{query}")
        if name == "files":
            press(page, "Select this page")
        troubles += [f"{name}: {trouble}" for trouble in faults(page)]
        page.emulate_media(color_scheme="light")
        take_picture(page, OUT / f"{name}-{width}-light.png", width)
        page.emulate_media(color_scheme="dark")
        take_picture(page, OUT / f"{name}-{width}-dark.png", width)
    context.close()
    assert not troubles
