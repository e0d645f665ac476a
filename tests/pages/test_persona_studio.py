"""The parts of the persona studio: look, generation, history, help, templates and files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from gator_engine import Studio
from gator_engine.domain.identity import ReferenceState
from gator_engine.domain.personas import Lora, TriggerEffect, TriggerRule
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, open_tab, words
from tests.pages.seeded import Seeded


def test_search_and_filter_find_personas(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    other = next(one for one in studio.personas.list() if one.id != seeded.persona.id)
    page = open_page("personas")
    field(page, "text_input", "Search").set_value(other.name).run()
    opened = [one.key for one in page.button if one.label == "Open"]
    assert opened == [f"open-{other.id}"]
    field(page, "text_input", "Search").set_value("nobody at all").run()
    assert "No persona matches" in words(page)


def test_a_locked_look_refuses_an_edit_until_it_is_opened(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    button(page, "Lock the look").click().run()
    assert_calm(page)
    field(page, "text_input", "Hair").set_value("silver bob").run()
    button(page, "Save revision").click().run()
    assert "look is locked since" in words(page)
    assert studio.personas.get(seeded.persona.id).revision.number == 1
    button(page, "Open it").click().run()
    assert studio.identity.locked(seeded.persona.id) is not None, "opened without a reason"
    field(page, "text_input", "Why does the look have to change?").set_value("new haircut").run()
    button(page, "Open it").click().run()
    assert studio.identity.locked(seeded.persona.id) is None
    field(page, "text_input", "Hair").set_value("silver bob").run()
    button(page, "Save revision").click().run()
    assert studio.personas.get(seeded.persona.id).profile.appearance.hair == "silver bob"


def test_a_reference_is_accepted_then_rejected_with_a_reason(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    asset = studio.generation.get(seeded.generation_id).asset_ids[0]
    studio.identity.propose(seeded.persona.id, [asset])
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    button(page, "Accept").click().run()
    assert_calm(page)
    assert len(studio.identity.references(seeded.persona.id).accepted) == 1
    field(page, "text_input", "What is wrong with it?").set_value("not a face").run()
    button(page, "Reject it").click().run()
    rejected = studio.identity.references(seeded.persona.id).in_state(ReferenceState.REJECTED)
    assert [one.reason for one in rejected] == ["not a face"]
    assert "not a face" in words(page)


def test_generation_preferences_reach_the_prompt_and_are_kept(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    field(page, "selectbox", "Look").select("film-35mm").run()
    button(page, "Add a trigger rule").click().run()
    field(page, "text_input", "When a brief says").set_value("portrait").run()
    field(page, "text_input", "This").set_value("rim light").run()
    said = words(page)
    assert "35 mm film photograph" in said and "rim light" in said
    button(page, "Save revision").click().run()
    assert_calm(page)
    kept = studio.personas.get(seeded.persona.id).profile.generation
    assert kept.preset == "film-35mm"
    assert [(rule.phrase, rule.value) for rule in kept.triggers] == [("portrait", "rim light")]


def test_a_long_prompt_says_what_would_be_lost(seeded: Seeded, open_page: Open) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    assert "read in 2 windows" in words(page)
    field(page, "button_group", "For models that read").set_value("sentences").run()
    assert_calm(page)
    assert "windows" not in words(page)


def test_two_revisions_are_compared_under_one_brief(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    persona = seeded.persona
    greyer = replace(persona.profile.appearance, hair="grey crop")
    studio.personas.revise(
        persona.id, replace(persona.profile, appearance=greyer), "older", persona.version
    )
    page = open_page("personas", persona=persona.id)
    assert "pieces are the same in both" not in words(page), "drawn in a tab nobody looks at"
    open_tab(page, "History")
    said = words(page)
    assert "grey crop" in said
    assert "pieces are the same in both" in said
    first, second = studio.personas.revisions(persona.id)[::-1]
    assert first.profile.appearance.hair != second.profile.appearance.hair


def test_chance_fills_a_form_in_after_it_was_accepted(open_page: Open, studio: Studio) -> None:
    page = open_page("personas", new="blank")
    button(page, "Surprise me").click().run()
    assert "Proposed by chance" in words(page)
    assert field(page, "text_input", "Name").value == "", "nothing is taken unasked"
    taking = next(one for one in page.button if one.label.startswith("Take "))
    taking.click().run()
    assert_calm(page)
    name = field(page, "text_input", "Name").value
    assert name
    button(page, "Create persona").click().run()
    assert_calm(page)
    assert [persona.name for persona in studio.personas.list()] == [name]


def test_a_persona_becomes_a_template_and_a_copy(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    field(page, "text_input", "Title").set_value("House style").run()
    button(page, "Save the template").click().run()
    assert_calm(page)
    assert "House style" in [template.title for template in studio.personas.templates()]
    button(page, "Duplicate").click().run()
    button(page, "Create persona").click().run()
    assert_calm(page)
    copied = [one for one in studio.personas.list() if one.handle == "luna.makes-copy"]
    assert [one.profile.voice for one in copied] == [seeded.persona.profile.voice]


def test_a_real_person_needs_a_consent_before_the_picture_is_accepted(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    asset = studio.generation.get(seeded.generation_id).asset_ids[0]
    studio.identity.propose(seeded.persona.id, [asset])
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    field(page, "toggle", "Shows a real person").set_value(True).run()
    button(page, "Mark it, consent to follow").click().run()
    assert "Real person, no consent yet" in words(page)
    button(page, "Accept").click().run()
    assert_calm(page)
    assert "without a recorded consent" in words(page)
    assert studio.identity.references(seeded.persona.id).accepted == ()
    button(page, "Record the consent").click().run()
    assert "Say who consented" in words(page)
    field(page, "text_input", "Who agreed").set_value("Ada Stone").run()
    field(page, "date_input", "On which day").set_value(date(2026, 3, 31)).run()
    field(page, "text_area", "To what").set_value("pictures of this persona").run()
    button(page, "Record the consent").click().run()
    assert "Ada Stone agreed on 2026-03-31" in words(page)
    button(page, "Accept").click().run()
    assert len(studio.identity.references(seeded.persona.id).accepted) == 1


def test_two_revisions_are_compared_by_real_pictures_and_times_are_kept_for_a_pillar(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    persona, account = seeded.persona, seeded.accounts[0]
    louder = replace(persona.profile.voice, register="loud")
    profile = replace(persona.profile, voice=louder)
    studio.personas.revise(persona.id, profile, "louder", persona.version)
    studio.accounts.set_slots(account.id, [(0, "09:00")])
    page = open_page("personas", persona=persona.id)
    open_tab(page, "History")
    field(page, "selectbox", "Made by").select("card").run()
    button(page, "Make both").click().run()
    assert_calm(page)
    asked = studio.generation.list(persona.id)[:2]
    for generation in asked:
        job = studio.generation.job(generation.id)
        assert job is not None
        studio.queue.enqueue(job.name, job.id, key=job.id)
    studio.queue.drain(studio)  # type: ignore[attr-defined]
    page.run()
    assert all(studio.generation.get(one.id).asset_ids for one in asked)
    assert words(page).count('class="g-thumb"') == 2
    open_tab(page, "Content")
    times = field(page, "selectbox", f"Monday 09:00 · @{account.handle} ({account.timezone})")
    times.select(f"pillar:{persona.profile.pillars[1].name}").run()
    assert_calm(page)
    [slot] = studio.accounts.slots(account.id)
    assert (slot.persona_id, slot.pillar) == (persona.id, persona.profile.pillars[1].name)


def test_every_piece_of_the_prompt_leads_to_a_field_that_is_there(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    """Fields of closed tabs are drawn too, so each link's class has to be some widget's."""
    rules = (TriggerRule("portrait", TriggerEffect.PROMPT, "eyes on the lens"),)
    profile = seeded.persona.profile
    loras = (Lora("ink", "me/ink", 0.7, ("inkwash",)),)
    makes = replace(profile.generation, preset="ink", triggers=rules, loras=loras)
    after = replace(profile, generation=makes)
    studio.personas.revise(seeded.persona.id, after, "rules", seeded.persona.version)
    page = open_page("personas", persona=seeded.persona.id)
    assert_calm(page)
    found = dict(re.findall(r'data-field="([^"]+)".*?data-keys="([^"]+)"', words(page)))
    assert len(found) > 15
    kinds = ("text_input", "text_area", "number_input", "selectbox")
    keys = [str(one.key) for kind in kinds for one in page.get(kind)]
    classes = ["st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key) for key in keys]
    lost = []
    for source, place in found.items():
        start, _, end = place.partition("|")
        fits = [
            c for c in classes if c == start or (end and c.startswith(start) and c.endswith(end))
        ]
        lost += [] if fits else [source]
    assert lost == []
