"""Making pictures with a real (tiny) model in a real browser: from words to a grid."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from gator_engine import AssetQuery, open_studio
from gator_engine.domain.assets import Origin
from tests.browser.conftest import ROOT, Stack, running_stack
from tests.browser.looking import MAIN, calm, go, press, sees
from tests.media.tiny_models import save_tiny

SHOTS = ROOT / "test-results" / "create"
DONE = "Stored in the library"


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The studio with a persona and a model that draws in a second."""
    folder = tmp_path_factory.mktemp("drawing")
    model = save_tiny("sd15", folder / "model")
    with open_studio(home=folder / "home", queue="inline") as studio:
        studio.personas.create(studio.personas.templates()[0].profile)
    settings = {"GATOR_IMAGE_MODEL": str(model), "OMP_NUM_THREADS": "1"}
    with running_stack(folder / "home", **settings) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Page:
    """A desk-sized window."""
    opened = browser.new_context(viewport={"width": 1440, "height": 1100}).new_page()
    opened.set_default_timeout(60_000)
    return opened


@pytest.mark.timeout(300)
def test_a_picture_is_made_repainted_recalled_and_compared(drawing: Stack, page: Page) -> None:
    go(page, f"{drawing.url}/create")
    make_from_words(page)
    repaint_a_part(page)
    with open_studio(home=drawing.home, queue="inline") as studio:
        newest, first = studio.library.search(AssetQuery()).items
        (mask,) = studio.library.search(AssetQuery(inputs=True)).items
        made_from = {asset.id for asset in studio.library.lineage(newest.id).made_from}
        carried = studio.library.read(first.id)
    assert newest.provenance.origin is Origin.AI_EDITED
    assert made_from == {first.id, mask.id}
    recall(page, carried)
    words = page.get_by_role("textbox", name="What is it about?")
    expect(words).to_have_value(re.compile("^a (red|blue) mug at a window$"))
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value(str(first.provenance.seed))
    compare(page)
    for theme, width in (("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 1000})
        calm(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"the page is {wide} px wide on a screen of {width}"
        page.screenshot(path=SHOTS / f"{width}-{theme}.png", full_page=True)


def make_from_words(page: Page) -> None:
    page.locator(MAIN).get_by_text("Picture from words").click()
    calm(page)
    words = page.get_by_role("textbox", name="What is it about?")
    words.fill("a {red|blue} mug at a window")
    words.press("Tab")
    sees(page, "one of 2")
    page.get_by_role("spinbutton", name="How many").fill("1")
    page.keyboard.press("Tab")
    calm(page)
    press(page, "Make pictures")
    sees(page, DONE, within_s=120)


def repaint_a_part(page: Page) -> None:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Repaint a part").click()
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    calm(page)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 130, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Use this mask").click()
    calm(page)
    press(page, "Make pictures")
    sees(page, DONE, within_s=120)


def recall(page: Page, carried: bytes) -> None:
    page.locator(MAIN).get_by_text("Picture from words").click()
    calm(page)
    press(page, "From a picture")
    file = {"name": "kept.png", "mimeType": "image/png", "buffer": carried}
    page.get_by_role("dialog").locator('input[type="file"]').set_input_files([file])
    page.get_by_role("dialog").get_by_role("button", name="Fill in the brief").click()
    calm(page)


def compare(page: Page) -> None:
    press(page, "Compare settings")
    page.get_by_role("dialog").get_by_role("button", name="Make 3 pictures").click()
    sees(page, "Side by side")
    press(page, "Keep as a contact sheet")
    expect(page.locator(".g-grid img")).to_have_count(3, timeout=120_000)
