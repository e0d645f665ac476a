"""Character sheets, and one scene under two revisions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import Studio, open_studio
from gator_engine.domain.briefs import Dialect
from gator_engine.domain.personas import Persona
from gator_engine.errors import InvalidInput
from gator_engine.services.previews import Scene


@pytest.fixture
def studio(gator_home: Path) -> Iterator[Studio]:
    """A studio on a home of its own, its jobs inline."""
    with open_studio(home=gator_home, queue="inline") as opened:
        yield opened


@pytest.fixture
def persona(studio: Studio) -> Persona:
    """One from a template."""
    return studio.personas.create(studio.personas.templates()[0].profile)


def test_a_sheet_is_the_same_for_the_same_persona_and_shows_its_reference(
    studio: Studio, persona: Persona
) -> None:
    drawn = studio.sheets.draw(persona.id)
    assert Image.open(io.BytesIO(drawn)).size == (1600, 1200)
    assert studio.sheets.draw(persona.id) == drawn
    red = io.BytesIO()
    Image.new("RGB", (300, 400), (250, 0, 0)).save(red, "PNG")
    reference = studio.identity.upload(persona.id, red.getvalue(), "red.png")
    assert studio.sheets.draw(persona.id) == drawn, "a candidate says nothing yet"
    studio.identity.accept(reference.id)
    shown = Image.open(io.BytesIO(studio.sheets.draw(persona.id))).convert("RGB")
    assert shown.getpixel((280, 490)) == (250, 0, 0)


def test_a_text_without_room_is_named(studio: Studio, persona: Persona) -> None:
    who = replace(persona.profile.identity, name="W" * 60)
    wide = studio.personas.revise(
        persona.id, replace(persona.profile, identity=who), "wide", persona.version
    )
    with pytest.raises(InvalidInput) as caught:
        studio.sheets.draw(wide.id)
    assert caught.value.field == "identity.name"


def test_one_scene_under_two_revisions_tells_what_each_has_alone(
    studio: Studio, persona: Persona
) -> None:
    looks = replace(persona.profile.appearance, hair="grey crop")
    studio.personas.revise(
        persona.id, replace(persona.profile, appearance=looks), "older", persona.version
    )
    new, old = studio.personas.revisions(persona.id)
    before, after = studio.previews.compare(old.id, new.id, Scene("at a market", seed=3))
    assert [piece.source for piece in before.own] == ["appearance.hair"]
    assert [piece.text for piece in after.own] == ["grey crop"]
    assert before.caption == after.caption, "hair changes no caption at the same seed"


def test_a_profile_is_compiled_before_it_is_saved(studio: Studio, persona: Persona) -> None:
    tags = studio.previews.compiled(persona.profile, Scene("at a market"))
    spoken = studio.previews.compiled(
        persona.profile, Scene("at a market", dialect=Dialect.SENTENCES)
    )
    assert tags.budget is not None and tags.budget.tokens > 0
    assert spoken.budget is None, "models that read sentences have no window of 77"
    with pytest.raises(InvalidInput):
        studio.previews.compiled(persona.profile, Scene("at a market", outfit="moon walk"))
