"""Character sheets, and one scene under two revisions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import Studio, open_studio, run_jobs
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


def test_two_revisions_are_compared_by_real_pictures(studio: Studio, persona: Persona) -> None:
    before = persona.revision.id
    brand = replace(persona.profile.brand, palette=("#000000", "#FFFFFF"))
    after = studio.personas.revise(
        persona.id, replace(persona.profile, brand=brand), "black and white", persona.version
    ).revision.id
    scene = Scene("bowls on a shelf", seed=7)
    assert studio.previews.pictures(before, after) == ()
    asked = studio.previews.generate(before, after, scene, "card")
    assert len({studio.generation.job(one.id) for one in asked}) == 2
    run_jobs(studio)
    made = studio.previews.pictures(before, after)
    assert [one.id for one in made] == [one.id for one in asked]
    assert studio.previews.pictures(after, before) == made[::-1]
    assets = [studio.library.get(one.asset_ids[0]) for one in made]
    assert [asset.persona_revision_id for asset in assets] == [before, after]
    assert {asset.provenance.seed for asset in assets} == {7}
    assert assets[0].sha256 != assets[1].sha256
    again = studio.generation.again(made[0].id)
    assert studio.generation.brief(again.brief_id).persona_revision_id == before


def test_a_brief_names_a_revision_of_its_own_persona(studio: Studio, persona: Persona) -> None:
    other = studio.personas.create(studio.personas.templates()[1].profile)
    scene = Scene("bowls on a shelf")
    with pytest.raises(InvalidInput) as refused:
        studio.previews.generate(persona.revision.id, other.revision.id, scene, "card")
    assert refused.value.field == "persona_revision_id"
    assert studio.generation.list(persona.id) == []
