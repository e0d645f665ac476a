"""The way to keep a face is taken, on tiny real models: pixels and records say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gator_engine import open_studio, run_jobs
from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind, Generation
from gator_engine.domain.identity import ShotState
from gator_engine.domain.identity_routes import RECIPE_KEY, Route
from gator_engine.errors import InvalidInput
from gator_engine.ports import LoraOptions
from gator_engine.studio import Studio
from tests.media.identity.conftest import picture

STEPS = {"steps": 2, "width": 64, "height": 64}
TinyModel = Callable[[str], Path]


@dataclass(frozen=True)
class Drawn:
    """One picture, and what is on record about it."""

    data: bytes
    generation: Generation
    parameters: Mapping[str, Any]
    model: str

    @property
    def route(self) -> Mapping[str, Any]:
        """The way that was taken. (The same picture again is the same file, first come.)"""
        found: Mapping[str, Any] = self.generation.parameters[RECIPE_KEY]
        return found


class Workshop:
    """A studio with one persona, whose pictures all have one seed."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.studio: Studio = open_studio(home=home, queue="inline", device="cpu", **settings)
        personas = self.studio.personas
        self.persona = personas.create(personas.templates()[0].profile)

    def accept(self, *colours: str) -> None:
        """Accept plain pictures as references."""
        for colour in colours:
            image = self.studio.identity.upload(self.persona.id, picture(colour), f"{colour}.png")
            self.studio.identity.accept(image.id)

    def draft(self, route: Route | None = None, **settings: object) -> BriefDraft:
        return BriefDraft(
            self.persona.id,
            BriefKind.IMAGE,
            "diffusers",
            "on a bench",
            (AspectRatio.SQUARE,),
            seed=5,
            settings={**STEPS, **settings},
            recipe={RECIPE_KEY: route.value} if route else {},
        )

    def draw(self, route: Route | None = None, **settings: object) -> Drawn:
        asked = self.studio.generation.request(self.draft(route, **settings))
        run_jobs(self.studio)
        made = self.studio.generation.get(asked.id)
        assert not made.error
        [asset_id] = made.asset_ids
        asset = self.studio.library.get(asset_id)
        data = self.studio.library.read(asset_id)
        return Drawn(data, made, asset.provenance.parameters, asset.provenance.model)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Callable[..., Workshop]]:
    made: list[Workshop] = []

    def opened(**settings: str) -> Workshop:
        made.append(Workshop(tmp_path / f"home{len(made)}", **settings))
        return made[-1]

    yield opened
    for one in made:
        one.studio.close()


def test_an_editing_model_is_shown_the_references_in_place_of_the_picture_model(
    workshop: Callable[..., Workshop], tiny_model: TinyModel, klein: Path
) -> None:
    sd15 = str(tiny_model("sd15"))
    room = workshop(image_model=sd15, edit_model=str(klein))
    plain = room.draw()
    assert (plain.route["route"], plain.model) == ("words", sd15)
    room.accept("red", "blue")
    both = room.draw()
    assert (both.route["route"], both.model) == ("editing", str(klein))
    assert "2 accepted reference pictures" in both.route["reason"]
    assert len(both.parameters["references"]) == 2
    assert both.parameters[RECIPE_KEY] == both.route
    # The references are what changes the picture: others give another one.
    room.accept("green")
    assert room.draw().data != both.data
    alone = room.draw(Route.WORDS)
    assert alone.data == plain.data and alone.route["chosen_by_person"]
    # Whoever names a model gets that model.
    named = room.draw(model=sd15)
    assert (named.route["route"], named.data) == ("words", plain.data)


def test_without_such_a_model_the_lora_draws_on_the_model_it_was_trained_on(
    workshop: Callable[..., Workshop], tiny_model: TinyModel
) -> None:
    sd15 = str(tiny_model("sd15"))
    room = workshop(image_model=sd15)
    room.accept("red", "blue")
    plain = room.draw()
    training = room.studio.identity.train_lora(
        room.persona.id, options=LoraOptions(steps=8, rank=4, learning_rate=0.05)
    )
    run_jobs(room.studio)
    room.studio.identity.use_lora(training.id, room.persona.version)
    taught = room.draw()
    assert taught.route["route"] == "lora" and training.trigger in taught.route["reason"]
    assert taught.parameters["loras"] and "references" not in taught.parameters
    assert training.trigger in taught.generation.compiled.text
    alone = room.draw(Route.WORDS)
    assert alone.data == plain.data != taught.data
    # Without the LoRA its word would be a riddle.
    assert training.trigger not in alone.generation.compiled.text
    assert any(training.trigger in note for note in alone.generation.parameters["notes"])


def test_an_ip_adapter_steers_where_nothing_has_seen_the_face(
    workshop: Callable[..., Workshop],
    tiny_model: TinyModel,
    ip_adapter: Callable[[int], Path],
    tmp_path: Path,
) -> None:
    shelf = tmp_path / "shelf"
    installed = _installed(ip_adapter(32), shelf)
    room = workshop(image_model=str(tiny_model("sd15")), models_dir=str(shelf))
    plain = room.draw()
    room.accept("red")
    red = room.draw()
    assert (red.route["route"], red.parameters["reference_adapter"]) == ("adapter", str(installed))
    room.accept("blue")
    assert len({plain.data, red.data, room.draw().data}) == 3
    assert room.draw(Route.WORDS).data == plain.data
    with pytest.raises(InvalidInput, match="no editing model"):
        room.studio.generation.request(room.draft(Route.EDITING))


def test_without_any_of_them_the_words_are_named_as_what_they_are(
    workshop: Callable[..., Workshop], tiny_model: TinyModel
) -> None:
    room = workshop(image_model=str(tiny_model("pixart")))
    plain = room.draw()
    room.accept("red")
    after = room.draw()
    assert after.data == plain.data
    said = room.studio.generation.route(room.draft())
    assert said is not None and said.reason == after.route["reason"]
    for part in (
        "nothing keeps it the same",
        "no other one is at hand",
        "Train a LoRA",
        "no IP-Adapter",
    ):
        assert part in said.reason


def test_the_fourteen_shots_start_from_the_references(
    workshop: Callable[..., Workshop], tiny_model: TinyModel, klein: Path
) -> None:
    room = workshop(image_model=str(tiny_model("sd15")), edit_model=str(klein))
    identity, persona = room.studio.identity, room.persona.id
    room.accept("red", "blue")
    made = identity.character_set(persona, "diffusers", STEPS)
    run_jobs(room.studio)
    [sheet] = identity.character_sheets(persona)
    assert {shot.state for shot in sheet.shots} == {ShotState.DONE}
    references = {image.asset_id for image in identity.references(persona).accepted}
    for shot in sheet.shots:
        asset = room.studio.library.get(str(shot.asset_id))
        assert set(asset.provenance.parameters["references"]) == references
        assert asset.provenance.parameters[RECIPE_KEY]["route"] == "editing"
    # A shot that is made again keeps to the set's way, whatever came in between.
    identity.retry_shot(made.id, "front")
    run_jobs(room.studio)
    again = identity.character_sheets(persona)[0].shots[0]
    kept = room.studio.library.get(str(again.asset_id)).provenance.parameters[RECIPE_KEY]
    assert kept["route"] == "editing" and not kept["chosen_by_person"]
    words = identity.shot_route(persona, "diffusers", Route.WORDS)
    assert words is not None and words.route is Route.WORDS


def _installed(adapter: Path, shelf: Path) -> Path:
    """The adapter as a file that says which family it is for, its encoder beside it."""
    from safetensors.torch import load_file, save_file

    folder = shelf / "ip_adapters"
    shutil.copytree(adapter.parent / "image_encoder", folder / "image_encoder")
    path = folder / "plus-face.safetensors"
    save_file(load_file(adapter), path, {"modelspec.architecture": "stable-diffusion-v1"})
    return path
