"""Creating, editing and putting away a persona."""

from __future__ import annotations

from gator_engine import Studio
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, open_tab, words
from tests.pages.seeded import Seeded


def test_a_template_becomes_a_persona(open_page: Open, studio: Studio) -> None:
    page = open_page("personas")
    button(page, "Start from this").click().run()
    name = field(page, "text_input", "Name").value
    button(page, "Create persona").click().run()
    assert_calm(page)
    assert [persona.name for persona in studio.personas.list()] == [name]
    assert page.query_params["persona"] == studio.personas.list()[0].id


def test_what_was_typed_stays_when_it_is_refused(open_page: Open, studio: Studio) -> None:
    page = open_page("personas", new="blank")
    field(page, "text_input", "Name").set_value("Nia").run()
    field(page, "text_input", "Handle").set_value("Not A Handle").run()
    field(page, "number_input", "Age (adults only)").set_value(16).run()
    button(page, "Create persona").click().run()
    assert_calm(page)
    assert studio.personas.list() == []
    assert field(page, "text_input", "Handle").value == "Not A Handle"
    marks = [one.proto.body for one in page.get("html") if "g-problem" in one.proto.body]
    assert any("Personas are adults" in mark and "at least 18" in mark for mark in marks)
    assert any("1–30 characters" in mark for mark in marks)


def test_the_result_changes_while_editing(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    assert button(page, "Save revision").disabled
    field(page, "text_input", "Hair").set_value("silver bob").run()
    assert "silver bob" in words(page)
    button(page, "Save revision").click().run()
    assert_calm(page)
    assert studio.personas.get(seeded.persona.id).profile.appearance.hair == "silver bob"
    open_tab(page, "History")
    assert "→ “silver bob”" in words(page)


def test_an_edit_of_every_tab_is_kept_as_it_was(seeded: Seeded, open_page: Open) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    # Nothing typed, nothing changed: the form gives back exactly the profile it was given.
    assert button(page, "Save revision").disabled


def test_archiving_asks_once_and_can_be_undone(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    button(page, "Yes, archive").click().run()
    assert_calm(page)
    assert seeded.persona.id not in [persona.id for persona in studio.personas.list()]
    button(page, "Undo").click().run()
    assert seeded.persona.id in [persona.id for persona in studio.personas.list()]


def test_an_earlier_revision_comes_back(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    field(page, "text_input", "Eyes").set_value("green eyes").run()
    button(page, "Save revision").click().run()
    open_tab(page, "History")
    button(page, "Restore this").click().run()
    assert_calm(page)
    persona = studio.personas.get(seeded.persona.id)
    assert persona.profile.appearance.eyes == "brown eyes"
    assert persona.revision.number == 3
