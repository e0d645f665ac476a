"""A persona from a template to a locked look, and out as a card and in again, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gator_engine import Account, Persona, Studio, open_studio, run_jobs
from gator_engine.domain.accounts import AccountHealth
from gator_engine.domain.personas import LikenessConsent, TriggerEffect, TriggerRule
from gator_engine.services.previews import Scene
from tests.browser.conftest import ROOT, Stack, free_ports, running_stack
from tests.browser.looking import MAIN, calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture
from tests.services.llm_endpoints import KEY
from tests.services.llm_service import ChatServer, says, talking

OUT = ROOT / "test-results" / "personas"
SAMPLE = ".g-preview .words"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_WITHIN = "e => { const b = e.getBoundingClientRect(); return b.top > 0 && b.bottom < innerHeight }"


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    """A language model on this machine, as far as the studio can tell."""
    [port] = free_ports(1)
    with talking(port) as server:
        yield server


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, model: ChatServer) -> Iterator[Stack]:
    """A stack that asks that model."""
    asked = {
        "GATOR_LLM_BASE_URL": model.url,
        "GATOR_LLM_API_KEY": KEY,
        "GATOR_LLM_MODEL": "tiny-talker",
    }
    with running_stack(tmp_path_factory.mktemp("stack") / "home", **asked) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Page:
    """A person at a desk."""
    context = browser.new_context(viewport={"width": 1440, "height": 1100})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    return opened


@pytest.mark.timeout(400)
def test_a_persona_is_designed_locked_and_carried_over(
    stack: Stack, page: Page, tmp_path: Path
) -> None:
    create_from_a_template(page, stack)
    edit_the_voice(page)
    lock_the_look(page)
    see_an_edit_refused(page)
    compare_the_revisions(page)
    card = export_the_card(page, tmp_path)
    import_it_again(page, stack, card)


@pytest.mark.timeout(200)
def test_a_language_model_fills_in_and_rewrites(
    stack: Stack, page: Page, model: ChatServer
) -> None:
    model.script = [says(json.dumps({"identity.name": "Otto Brandt", "identity.age": 61}))]
    go(page, f"{stack.url}/personas?new=blank")
    page.locator(MAIN).get_by_text("Help me fill this in").click()
    fill(page, "Who is it?", "A retired pilot who restores clocks")
    press(page, "Propose a persona")
    sees(page, "Proposed by Language model tiny-talker")
    press(page, "Take 2 into the form")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Otto Brandt")
    assert "retired pilot" in model.asked[-1]["messages"][1]["content"]

    model.script = [says("A good brush.")]
    go(page, f"{stack.url}/personas?persona={_two_revisions(stack)}")
    page.locator(MAIN).get_by_text("Check a text of your own").click()
    fill(page, "Your text", "I am a real person. Trust me.")
    sees(page, "claims to be human")
    press(page, "Rewrite to fit")
    sees(page, "A good brush.")
    assert "claims to be human" in model.asked[-1]["messages"][1]["content"]


@pytest.mark.timeout(400)
def test_every_tab_fits(stack: Stack, page: Page) -> None:
    """Each tab is opened once, and looked at in every width and theme."""
    go(page, f"{stack.url}/personas?persona={_two_revisions(stack)}")
    troubles = []
    names = page.get_by_role("tab").all_inner_texts()
    assert len(names) == 8
    for name in names:
        page.set_viewport_size({"width": 1440, "height": 1000})
        open_tab(page, name)
        if name == "History":
            page.locator(MAIN).get_by_text("Compare two revisions").click()
            calm(page)
        troubles += looked_at(page, name.lower())
        if name == "Appearance":
            troubles += consent_troubles(page, OUT / "consent.png")
    for name, path in {"import": "personas?new=import", "gallery": "personas"}.items():
        go(page, f"{stack.url}/{path}")
        troubles += looked_at(page, name)
    assert not troubles


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with what is open, at desk and phone width, in light and dark."""
    found = []
    for width, scheme in product((1440, 390), SCHEMES):
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        found += [f"{name} {width} {scheme}: {trouble}" for trouble in faults(page)]
        take_picture(page, OUT / f"{name}-{width}-{scheme}.png", width)
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.timeout(300)
def test_a_piece_opens_the_tab_and_keeps_what_was_typed(
    stack: Stack, page: Page, linked: Persona
) -> None:
    go(page, f"{stack.url}/personas?persona={linked.id}")
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
def test_the_address_of_a_piece_leads_there_too(stack: Stack, page: Page, linked: Persona) -> None:
    go(page, f"{stack.url}/personas?persona={linked.id}&field=appearance.eyes")
    in_view(page, page.get_by_role("textbox", name="Eyes", exact=True))
    assert "field=" not in page.url
    go(page, f"{stack.url}/create?persona={linked.id}")
    prompt = page.locator(".st-key-well-prompt")
    prompt.locator('a[data-field="brief.prompt"]').or_(
        prompt.locator("a[data-field]")
    ).first.wait_for()
    with page.context.expect_page() as opened:
        prompt.locator('a[data-field="appearance.hair"]').click()
    there = opened.value
    there.set_default_timeout(60_000)
    in_view(there, there.get_by_role("textbox", name="Hair", exact=True))


def piece(page: Page, source: str) -> Locator:
    """The first piece of the live prompt that came from a field."""
    return page.locator(f'.st-key-well-live a[data-field="{source}"]').first


def in_view(page: Page, field: Locator) -> None:
    """The field has the cursor and stands within the window."""
    expect(field).to_be_focused(timeout=15_000)
    calm(page)
    page.wait_for_timeout(600)
    assert field.evaluate(_WITHIN)


@pytest.fixture(scope="module")
def linked(stack: Stack) -> Persona:
    """One with rules, so that all sorts of fields stand in its prompt."""
    with open_studio(home=stack.home, queue="inline") as studio:
        profile = studio.personas.templates()[1].profile
        rules = (
            TriggerRule("rain", TriggerEffect.PROMPT, "wet streets"),
            TriggerRule("portrait", TriggerEffect.PROMPT, "eyes on the lens"),
        )
        makes = replace(profile.generation, preset="natural-photo", triggers=rules)
        who = replace(profile.identity, handle="linked")
        return studio.personas.create(replace(profile, identity=who, generation=makes))


def _two_revisions(stack: Stack) -> str:
    """A persona with a history, a reference and a locked look; made once for a stack."""
    with open_studio(home=stack.home, queue="inline") as studio:
        found = [one for one in studio.personas.list() if one.handle == "tab.tester"]
        if found:
            return found[0].id
        profile = studio.personas.random(3)
        named = replace(profile.identity, handle="tab.tester")
        persona = studio.personas.create(replace(profile, identity=named))
        tone = replace(profile.voice.tone, warmth=5, humour=90)
        louder = replace(persona.profile, voice=replace(profile.voice, tone=tone))
        after = studio.personas.revise(persona.id, louder, "cooler and funnier", persona.version)
        scene = Scene("portrait, looking at us", seed=7)
        studio.previews.generate(persona.revision.id, after.revision.id, scene, "card")
        run_jobs(studio)
        picture = studio.sheets.draw(persona.id)
        studio.identity.accept(studio.identity.upload(persona.id, picture, "sheet.png").id)
        _real_people_and_weekly_times(studio, persona)
        studio.identity.lock(persona.id)
        return persona.id


def _real_people_and_weekly_times(studio: Studio, persona: Persona) -> None:
    """Two candidates that show real people, one with a consent, and times that serve a pillar."""
    other = studio.personas.create(studio.personas.random(4))
    for number, who in enumerate((persona, other)):
        data = studio.portability.export_card(who.id, studio.sheets.draw(who.id), 2 + number)
        image = studio.identity.upload(persona.id, data, "portrait.png")
        consent = LikenessConsent("Ada Stone", "2026-03-31", "folder 7") if number else None
        studio.identity.mark_real(image.id, consent, "pictures of this persona" if number else "")
    account = Account(
        id="weekly",
        platform=studio.accounts.platforms()[0].capabilities.slug,
        handle="tab-tester",
        display_name="Tab Tester",
        base_url="http://127.0.0.1:9",
        timezone="Europe/Berlin",
        health=AccountHealth.OK,
        created_at=studio.clock.now(),
    )
    with studio.store.write() as uow:
        uow.accounts.add(account)
    studio.accounts.set_slots(account.id, [(0, "09:00"), (2, "18:30"), (5, "11:15")])
    first = studio.accounts.slots(account.id)[0]
    pillar = persona.profile.pillars[0].name
    studio.accounts.keep_slot_for(account.id, first.id, persona.id, pillar)


def consent_troubles(page: Page, picture: Path) -> list[str]:
    """What is wrong with the consent of a reference picture while it is open."""
    press(page, "Real person")
    expect(page.get_by_role("textbox", name="Who agreed")).to_be_visible()
    page.screenshot(path=picture)
    found = [f"Consent: {trouble}" for trouble in faults(page)]
    page.keyboard.press("Escape")
    calm(page)
    return found


def fill(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it."""
    box = page.get_by_role("textbox", name=label)
    box.fill(text)
    box.press("Tab")
    calm(page)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    calm(page)


def create_from_a_template(page: Page, stack: Stack) -> None:
    go(page, f"{stack.url}/personas?new=choose")
    press(page, "Start from this")
    press(page, "Create persona")
    sees(page, "revision 1")


def edit_the_voice(page: Page) -> None:
    """The sample beside the form follows the form, before anything is saved."""
    open_tab(page, "Voice")
    before = page.locator(SAMPLE).last.inner_text()
    box = page.get_by_role("textbox", name="Fixed hashtags")
    box.fill("bluehour")
    box.press("Tab")
    calm(page)
    assert "#bluehour" not in before
    expect(page.locator(SAMPLE).last).to_contain_text("#bluehour")
    reason = page.get_by_role("textbox", name="Why this change")
    reason.fill("a hashtag of her own")
    reason.press("Tab")
    calm(page)
    press(page, "Save revision")
    sees(page, "revision 2")


def lock_the_look(page: Page) -> None:
    open_tab(page, "Appearance")
    press(page, "Lock the look")
    sees(page, "The look is locked")


def see_an_edit_refused(page: Page) -> None:
    """Refused beside the field, kept as it was typed, and given up."""
    hair = page.get_by_role("textbox", name="Hair")
    was = hair.input_value()
    hair.fill("silver bob")
    hair.press("Tab")
    calm(page)
    press(page, "Save revision")
    sees(page, re.compile("The look is locked since"))
    sees(page, "revision 2")
    expect(hair).to_have_value("silver bob")
    hair.fill(was)
    hair.press("Tab")
    calm(page)
    expect(page.get_by_role("button", name="Save revision")).to_be_disabled()


def compare_the_revisions(page: Page) -> None:
    open_tab(page, "History")
    page.locator(MAIN).get_by_text("Compare two revisions").click()
    calm(page)
    sees(page, re.compile("Hashtags: added “bluehour”"))
    sees(page, "pieces are the same in both")


def export_the_card(page: Page, folder: Path) -> Path:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Character Card V3").click()
    card = folder / started.value.suggested_filename
    started.value.save_as(card)
    assert card.read_bytes().startswith(b"\x89PNG")
    return card


def import_it_again(page: Page, stack: Stack, card: Path) -> None:
    go(page, f"{stack.url}/personas?new=import")
    page.locator('input[type="file"]').set_input_files(card)
    sees(page, "What it would become")
    sees(page, re.compile("Read as Character Card V3"))
    press(page, "Keep as a new persona")
    sees(page, "revision 1")
    sees(page, re.compile(r"@luna\.makes-2"))
