"""The library in a real browser: search, select, board, trash, lineage, storage, players."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gator_engine import AssetQuery, open_studio
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.services.library import NewAsset
from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture
from tests.integration.services.test_shelving import scene
from tests.media.sources.films import ffmpeg

OUT = ROOT / "test-results" / "library"
SCENES = ("Harbour at dawn", "Kiln, first firing", "Blue bowl", "Market stall", "Rain on glass")


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film of six seconds and a sound, in forms that every browser plays."""
    folder = tmp_path_factory.mktemp("media")
    film, sound = folder / "film.webm", folder / "sound.mp3"
    scenes = ("-f", "lavfi", "-i", "testsrc2=s=360x640:r=15:d=6")
    beeps = ("-f", "lavfi", "-i", "sine=330:d=12:beep_factor=3,volume='0.2+abs(sin(t))':eval=frame")
    vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-b:v", "400k", "-c:a", "libopus")
    ffmpeg(*scenes, *beeps, *vp9, "-shortest", str(film))
    ffmpeg(*beeps, str(sound))
    return {"Kiln film": film, "Rain sound": sound}


@pytest.fixture(scope="module")
def child(stack: Stack, media: dict[str, Path]) -> str:
    """Five pictures, a copy of one, one made from another, a film and a sound."""
    with open_studio(home=stack.home, queue="inline") as studio:
        for number, title in enumerate(SCENES):
            studio.library.upload(scene(number), f"{number}.png", title=title, alt_text=title)
        studio.library.upload(scene(2, quality=70, size=200), "copy.jpg", title="Blue bowl, small")
        for title, path in media.items():
            studio.library.upload(path.read_bytes(), path.name, title=title, alt_text=title)
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
    sees(page, "9 files")
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
    with open_studio(home=stack.home, queue="inline") as studio:
        for asset in studio.library.search(AssetQuery(text="kiln film rain sound")).items:
            views[asset.facts.kind.value] = f"?asset={asset.id}"
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


def at(page: Page, what: str) -> float:
    """A number that the page's player says about itself."""
    return float(page.locator("video, audio").first.evaluate(f"player => player.{what}"))


@pytest.mark.timeout(300)
def test_films_and_sounds_play_and_can_be_wound(
    stack: Stack, child: str, page: Page, tmp_path: Path
) -> None:
    go(page, f"{stack.url}/library")
    expect(page.get_by_label("Video, 6.0 s")).to_be_visible()
    expect(page.get_by_label("Sound, 0:12")).to_be_visible()
    parts: list[int] = []
    page.on("response", lambda got: parts.append(got.status) if "/files/" in got.url else None)
    card = page.locator('[class*="st-key-asset-"]').filter(has_text="Kiln film")
    card.get_by_role("button", name="Open").click()
    calm(page)
    player = page.locator("video.g-player")
    expect(player).to_be_visible()
    player.evaluate(
        "player => new Promise(done => { player.onseeked = done; player.currentTime = 4 })"
    )
    assert (at(page, "videoWidth"), at(page, "videoHeight")) == (360, 640)
    assert at(page, "duration") == pytest.approx(6, abs=0.1)
    assert at(page, "currentTime") == pytest.approx(4, abs=0.05)
    assert 206 in parts
    page.get_by_role("button", name="Make it a favourite").click()
    sees(page, "A favourite")
    assert at(page, "currentTime") == pytest.approx(4, abs=0.05), "a click must not start it afresh"
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download").click()
    kept.value.save_as(tmp_path / "film")
    assert (tmp_path / "film").stat().st_size > 10_000


@pytest.mark.timeout(300)
def test_a_sound_is_uploaded_and_plays(
    stack: Stack, child: str, media: dict[str, Path], page: Page, tmp_path: Path
) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=500:d=2", str(tmp_path / "own.wav"))
    go(page, f"{stack.url}/library")
    press(page, "Upload")
    page.locator('input[type="file"]').set_input_files(tmp_path / "own.wav")
    calm(page)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.locator("audio.g-player")).to_be_visible(timeout=60_000)
    page.wait_for_function("document.querySelector('audio').readyState >= 1")
    assert at(page, "duration") == pytest.approx(2, abs=0.05)
    press(page, "Move to trash")
    page.get_by_role("button", name="Yes, move it").click()
    sees(page, "9 files")
