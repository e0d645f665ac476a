"""The words side of Create, in a real browser: versions that grow, and a carousel to a post."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from gator_engine import Studio, open_studio, run_jobs
from gator_engine.domain.carousels import OutlineKind
from gator_engine.domain.providers import ProviderKind
from gator_engine.domain.writing import TextKind, TextPart, WritingDraft
from gator_engine.services.providers import NewEndpoint
from tests.browser.conftest import ROOT, Stack, free_ports, running_stack
from tests.browser.looking import MAIN, calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture
from tests.services.llm_endpoints import KEY
from tests.services.llm_service import ChatServer, post, says, talking

OUT = ROOT / "test-results" / "words"
SLIDES = ["Why bowls crack", "Slow drying", "Even walls", "One more try"]
CAROUSEL = {
    "title": "Four lessons from a cracked bowl",
    "slides": [{"title": title, "text": "What the kiln taught me."} for title in SLIDES],
    "caption": "It took four bowls to learn this.",
}
CAPTION = post("I am a real person. Fresh bowls today.", ("clay",), "Three bowls on a shelf")
STALL_S = 4.0


@dataclass(frozen=True)
class Made:
    """What was there before the browser came."""

    persona: str
    captions: str
    outline: str


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    """A language model on this machine, as far as the studio can tell."""
    [port] = free_ports(1)
    with talking(port) as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack") / "home"


@pytest.fixture(scope="module")
def made(home: Path, model: ChatServer) -> Made:
    """A persona with captions, a drawn carousel and a language model."""
    with open_studio(home=home, queue="inline") as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        outline = _drawn(studio, persona.id)
        wanted = WritingDraft(persona.id, TextKind.CAPTION, "The third glaze test", "template")
        captions = studio.texts.request(wanted)
        run_jobs(studio)
        new = NewEndpoint("House model", ProviderKind.OPENAI, model.url, "big", KEY, "0.5", "2")
        studio.providers.save(new)
        return Made(persona.id, captions.id, outline)


def _drawn(studio: Studio, persona_id: str) -> str:
    words = [TextPart("What the kiln taught me.", title) for title in SLIDES]
    made = studio.carousels.outline(persona_id, OutlineKind.CAROUSEL, "Cracked bowls", words)
    studio.carousels.draw(made.id)
    run_jobs(studio)
    return made.id


@pytest.fixture(scope="module")
def stack(home: Path, made: Made, model: ChatServer) -> Iterator[Stack]:
    """A stack that asks that model."""
    asked = {
        "GATOR_LLM_BASE_URL": model.url,
        "GATOR_LLM_API_KEY": KEY,
        "GATOR_LLM_MODEL": "tiny-talker",
    }
    with running_stack(home, **asked) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A person at a desk."""
    context = browser.new_context(viewport={"width": 1440, "height": 1100})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


@pytest.mark.timeout(200)
def test_versions_grow_are_measured_and_become_a_post(
    stack: Stack, page: Page, model: ChatServer
) -> None:
    model.script = [says(CAPTION, stall_s=STALL_S)]
    go(page, f"{stack.url}/create")
    page.locator(MAIN).get_by_role("radio", name="Words", exact=True).click()
    calm(page)
    expect(page).to_have_url(re.compile("side=words"))
    choose(page, "Bluesky")
    fill(page, "What it is about", "Bowls that did not crack")
    press(page, "Write")
    sees(page, "0 of 3 ready")
    # All three grow at the same time: none is ready, and none waits for another.
    grown = page.locator(MAIN).locator('[class*="st-key-card-growing-"]')
    expect(grown.filter(has_text="Fresh bowls")).to_have_count(3, timeout=10_000)
    sees(page, "0 of 3 ready")
    take_picture(page, OUT / "growing.png", 1440)
    expect(page.get_by_role("textbox", name="Version 3")).to_be_visible(timeout=60_000)
    assert page.locator(MAIN).get_by_text("claims to be human").count() >= 3
    assert page.locator(MAIN).get_by_text("Alt text: Three bowls on a shelf").count() == 3
    fill(page, "Version 2", "word " * 70)
    sees(page, re.compile("Bluesky 350/300"))
    sees(page, "50 characters too long for Bluesky.")
    take_picture(page, OUT / "too-long.png", 1440)
    fill(page, "Version 2", "My own words about bowls.")
    rate(page, 1, "General: fit for everyone")
    take_picture(page, OUT / "rated.png", 1440)
    page.locator(MAIN).get_by_role("button", name="Use in a post").nth(1).click()
    sees(page, "Exactly what each account would publish")
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value(
        "My own words about bowls."
    )
    # What a person said of the version holds for the post that is made of it.
    sees(page, "By local")
    take_picture(page, OUT / "composer.png", 1440)


@pytest.mark.timeout(200)
def test_a_carousel_is_written_ordered_drawn_and_posted(
    stack: Stack, page: Page, model: ChatServer
) -> None:
    model.script = [says(json.dumps(CAROUSEL))]
    go(page, f"{stack.url}/create?side=words")
    choose(page, "Carousel")
    fill(page, "What it is about", "Why bowls crack")
    press(page, "Write")
    sees(page, "Post that goes with it: It took four bowls to learn this.")
    press(page, "Open the carousel")
    fill(page, "Slide 4", "Not saved before it is moved")
    press(page, "Up", 3)
    expect(page.get_by_role("textbox", name="Slide 3", exact=True)).to_have_value(
        "Not saved before it is moved"
    )
    press(page, "Draw 4 slides")
    sees(page, "Redraw slide 4")
    before = pictures(stack, page)
    press(page, "Redraw slide 2")
    sees(page, "Use in a post")
    again = [was != now for was, now in zip(before, pictures(stack, page), strict=True)]
    assert again == [False, True, False, False]
    press(page, "Use in a post")
    sees(page, "Exactly what each account would publish")
    box = page.get_by_role("textbox", name="Text", exact=True)
    expect(box).to_have_value("It took four bowls to learn this.")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1440, 390])
def test_every_state_fits(stack: Stack, made: Made, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(60_000)
    troubles = []
    for name, address in {
        "empty": "create?side=words",
        "captions": f"create?side=words&writing={made.captions}",
        "carousel": f"create?side=words&outline={made.outline}",
    }.items():
        go(page, f"{stack.url}/{address}")
        troubles += [f"{name}: {trouble}" for trouble in faults(page)]
        page.emulate_media(color_scheme="light")
        take_picture(page, OUT / f"{name}-{width}-light.png", width)
        page.emulate_media(color_scheme="dark")
        take_picture(page, OUT / f"{name}-{width}-dark.png", width)
    go(page, f"{stack.url}/settings")
    page.get_by_role("tab", name="Words", exact=True).click()
    sees(page, "Budget for words")
    assert KEY not in page.content()
    troubles += faults(page)
    take_picture(page, OUT / f"settings-{width}-dark.png", width)
    page.emulate_media(color_scheme="light")
    take_picture(page, OUT / f"settings-{width}-light.png", width)
    context.close()
    assert not troubles


def rate(page: Page, number: int, words: str) -> None:
    """Choose the rating of a version."""
    page.locator(MAIN).get_by_role("combobox", name="Rating").nth(number).click()
    page.get_by_role("option", name=words, exact=True).click()
    calm(page)


def pictures(stack: Stack, page: Page) -> list[str]:
    """The pictures of the carousel that is open, as they are stored."""
    [outline] = parse_qs(urlsplit(page.url).query)["outline"]
    with open_studio(home=stack.home, queue="inline") as studio:
        parts = studio.carousels.get(outline).parts
    assert all(part.asset_id and part.alt_text for part in parts)
    return [part.asset_id for part in parts]


def choose(page: Page, label: str) -> None:
    """Click a pill."""
    page.locator(MAIN).get_by_role("button", name=label, exact=True).or_(
        page.locator(MAIN).get_by_role("radio", name=label, exact=True)
    ).first.click()
    calm(page)


def fill(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it."""
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Tab")
    calm(page)
