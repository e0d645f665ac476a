"""Each piece of a compiled prompt leads to the field it came from, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gator_engine import Persona, open_studio
from gator_engine.domain.personas import TriggerEffect, TriggerRule
from tests.browser.conftest import Stack
from tests.browser.looking import calm, go

_MIDDLE = "e => { const b = e.getBoundingClientRect(); return b.top > 0 && b.bottom < innerHeight }"


@pytest.fixture(scope="module")
def persona(stack: Stack) -> Persona:
    """One with a rule, so that all sorts of fields stand in its prompt."""
    with open_studio(home=stack.home, queue="inline") as studio:
        profile = studio.personas.templates()[0].profile
        rules = (
            TriggerRule("rain", TriggerEffect.PROMPT, "wet streets"),
            TriggerRule("portrait", TriggerEffect.PROMPT, "eyes on the lens"),
        )
        makes = replace(profile.generation, preset="natural-photo", triggers=rules)
        return studio.personas.create(replace(profile, generation=makes))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


def piece(page: Page, source: str) -> Locator:
    return page.locator(f'.st-key-well-live a[data-field="{source}"]').first


def in_view(page: Page, field: Locator) -> None:
    """The field has the cursor and stands within the window."""
    expect(field).to_be_focused(timeout=15_000)
    calm(page)
    page.wait_for_timeout(600)
    assert field.evaluate(_MIDDLE)


@pytest.mark.timeout(300)
def test_a_piece_opens_the_tab_and_keeps_what_was_typed(
    stack: Stack, page: Page, persona: Persona
) -> None:
    go(page, f"{stack.url}/personas?persona={persona.id}")
    home = page.get_by_role("textbox", name="Home", exact=True)
    home.fill("Lisbon")
    home.press("Tab")
    calm(page)
    hair = page.get_by_role("textbox", name="Hair", exact=True)
    assert not hair.is_visible()
    piece(page, "appearance.hair").click()
    in_view(page, hair)
    piece(page, "appearance.wardrobe").click()
    in_view(page, page.get_by_role("textbox", name="Wardrobe, one outfit a line"))
    # Of the two rules, the one whose words these are.
    piece(page, "generation.triggers").click()
    in_view(page, page.get_by_role("textbox", name="This", exact=True).nth(1))
    piece(page, "boundaries.rating").click()
    expect(page.get_by_role("tab", name="Boundaries")).to_have_attribute("aria-selected", "true")
    piece(page, "brief.prompt").click()
    in_view(page, page.get_by_role("textbox", name="Scene"))
    piece(page, "identity.home_place").press("Enter")
    in_view(page, home)
    expect(home).to_have_value("Lisbon")
    assert len(page.context.pages) == 1


@pytest.mark.timeout(300)
def test_the_address_of_a_piece_leads_there_too(stack: Stack, page: Page, persona: Persona) -> None:
    go(page, f"{stack.url}/personas?persona={persona.id}&field=appearance.eyes")
    in_view(page, page.get_by_role("textbox", name="Eyes", exact=True))
    assert "field=" not in page.url
    go(page, f"{stack.url}/create?persona={persona.id}")
    prompt = page.locator(".st-key-well-prompt")
    prompt.locator('a[data-field="brief.prompt"]').or_(
        prompt.locator("a[data-field]")
    ).first.wait_for()
    with page.context.expect_page() as opened:
        prompt.locator('a[data-field="appearance.hair"]').click()
    there = opened.value
    there.set_default_timeout(60_000)
    in_view(there, there.get_by_role("textbox", name="Hair", exact=True))


@pytest.mark.timeout(300)
def test_every_piece_has_a_field_to_lead_to(stack: Stack, page: Page, persona: Persona) -> None:
    go(page, f"{stack.url}/personas?persona={persona.id}")
    links = page.locator(".st-key-well-live a[data-field]")
    links.first.wait_for()
    sources = links.evaluate_all("all => all.map(one => one.dataset.field)")
    assert len(set(sources)) > 15
    for source in dict.fromkeys(sources):
        piece(page, source).click()
        focused = page.locator(".st-key-well-live, [role=tabpanel]").locator(":focus")
        expect(focused.and_(page.locator("input, textarea, button"))).to_have_count(
            1, timeout=15_000
        )
        calm(page)
