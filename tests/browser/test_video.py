"""From a brief to a finished video in a real browser: made, dragged, split, reworded, rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gator_engine import AssetQuery, open_studio, run_jobs
from gator_engine.domain.assets import AssetKind
from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import MAIN, calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture

OUT = ROOT / "test-results" / "video"
LINES = "Clay | It begins as clay.\nOpen | Two thumbs open it.\nFire | The fire does the rest."
MAKE_S, RENDER_S = 150, 240


def labels(page: Page, track: str = "Picture") -> list[str]:
    """What the timeline calls the items of a track, in their order."""
    found = page.locator(".item[role=button]").all()
    said = [item.get_attribute("aria-label") or "" for item in found]
    return [one for one in said if one.startswith(f"{track}:")]


def names(page: Page) -> list[str]:
    return [re.sub(r"Picture: (.*), [\d.]+ seconds", r"\1", one) for one in labels(page)]


def drag(page: Page, item: Locator, by: float) -> None:
    """Move something sideways, as a hand does."""
    box = item.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y, steps=12)
    page.mouse.up()
    calm(page)


def plays(page: Page) -> bool:
    """Whether the video of the editor goes on by itself."""
    video = page.locator(".editor video")
    page.locator('.editor [data-do="play"]').click()
    page.wait_for_timeout(1200)
    moved = float(video.evaluate("v => v.currentTime"))
    page.locator('.editor [data-do="play"]').click()
    calm(page)
    return moved > 0.2


@dataclass(frozen=True)
class Made:
    """A video that was there before the browser came."""

    project: str
    storyboard: str


@pytest.fixture(scope="module")
def made(stack: Stack) -> Made:
    with open_studio(home=stack.home, queue="inline") as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        board = studio.storyboards.start(persona.id, "Glazes", lines=LINES.splitlines())
        studio.storyboards.make(board.id)
        run_jobs(studio)
        return Made(studio.storyboards.get(board.id).project_id, board.id)


@pytest.fixture(scope="module")
def page(stack: Stack, made: Made, browser: Browser) -> Page:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1100}, timezone_id="Europe/Berlin"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


@pytest.mark.timeout(600)
def test_from_a_brief_to_a_file_that_can_be_posted(stack: Stack, page: Page) -> None:
    go(page, f"{stack.url}/video")
    press(page, "From a brief")
    page.get_by_role("textbox", name="What it is about").fill("How a bowl is made")
    page.get_by_role("textbox", name="Or your own lines").fill(LINES)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start", exact=True).click()
    sees(page, "Scene 3: what is said")
    press(page, "Make the video")
    sees(page, "Everything is up to date.", within_s=MAKE_S)
    press(page, "Open in the editor")
    expect(page.locator(".picture .item")).to_have_count(3)
    assert names(page) == ["Clay", "Open", "Fire"]
    video = page.locator(".editor video[src]")
    video.wait_for(state="attached", timeout=MAKE_S * 1000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some(e => e.shadowRoot"
        "?.querySelector('.editor video')?.readyState >= 2)"
    )
    assert plays(page)

    first = page.locator(".picture .item").nth(0)
    width = (first.bounding_box() or {"width": 0.0})["width"]
    drag(page, first, width * 1.6)
    expect(page.locator(".picture .item").nth(0)).to_have_attribute(
        "aria-label", re.compile("Open")
    )
    assert names(page) == ["Open", "Clay", "Fire"]

    ruler = page.locator(".ruler").bounding_box()
    assert ruler is not None
    page.mouse.click(ruler["x"] + ruler["width"] * 0.4, ruler["y"] + 8)
    calm(page)
    page.locator(".editor .scroll").focus()
    page.keyboard.press("s")
    expect(page.locator(".picture .item")).to_have_count(4)
    page.locator(".editor .scroll").focus()
    page.keyboard.press("Control+z")
    expect(page.locator(".picture .item")).to_have_count(3)

    _reword(stack, page)
    press(page, "Preview")
    expect(page.get_by_text("The player shows version")).to_have_count(0, timeout=MAKE_S * 1000)
    _render(stack, page)


def _reword(stack: Stack, page: Page) -> None:
    """Other words for a caption, typed for the whole video (the table is drawn on a canvas)."""
    page.locator(MAIN).get_by_text("Captions", exact=True).first.click()
    calm(page)
    page.get_by_text("Words for the whole video").click()
    page.get_by_role("textbox", name="What is said").fill("Clay first. Then fire.")
    page.keyboard.press("Tab")
    press(page, "Make captions")
    expect(page.locator(".captions .item").first).to_have_attribute(
        "aria-label", re.compile("Clay first")
    )


def _render(stack: Stack, page: Page) -> None:
    page.locator(MAIN).get_by_text("Finish", exact=True).first.click()
    calm(page)
    press(page, "Render")
    sees(page, re.compile(r"LUFS"), within_s=RENDER_S)
    with open_studio(home=stack.home, queue="inline") as studio:
        [film] = studio.library.search(AssetQuery(kind=AssetKind.VIDEO)).items
        assert (film.facts.width, film.facts.height) == (1080, 1920)
        assert film.facts.mime == "video/mp4"


@pytest.mark.timeout(400)
def test_two_tabs_do_not_lose_work_silently(stack: Stack, page: Page, made: Made) -> None:
    with open_studio(home=stack.home, queue="inline") as studio:
        go(page, f"{stack.url}/video?project={made.project}")
        expect(page.locator(".picture .item")).to_have_count(3)
        page.locator(".picture .item").nth(1).click()
        calm(page)
        page.locator(".editor .scroll").focus()
        version = studio.projects.rename(made.project, "Changed elsewhere").version
        page.keyboard.press("Delete")
        sees(page, re.compile("in the meantime"))
        assert studio.projects.get(made.project).version == version
        expect(page.locator(".picture .item")).to_have_count(3)


@pytest.mark.timeout(500)
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_video_pages_fit(
    stack: Stack, made: Made, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 1000},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
    )
    looking = context.new_page()
    looking.set_default_timeout(60_000)
    editor = f"video?project={made.project}"
    addresses = {
        "list": "video",
        "storyboard": f"video?storyboard={made.storyboard}",
        "clips": editor,
        "captions": f"{editor}&part=captions",
        "sound": f"{editor}&part=sound",
        "output": f"{editor}&part=output",
    }
    troubles = []
    for name, path in addresses.items():
        go(looking, f"{stack.url}/{path}")
        if path.startswith(editor):
            looking.locator(".picture .item").first.wait_for()
        troubles += [f"{name}: {trouble}" for trouble in faults(looking)]
        take_picture(looking, OUT / f"{name}-{width}-{scheme}.png", width)
    context.close()
    assert not troubles
