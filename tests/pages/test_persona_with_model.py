"""What the Personas page can do once a picture model is there: a tiny real one, run inline."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from gator_engine import Studio
from gator_engine.domain.identity import SHOTS, ReferenceState
from gator_engine.domain.work import JobState
from tests.media.tiny_models import save_tiny
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, open_tab, words
from tests.pages.seeded import Seeded


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny picture model."""
    return save_tiny("sd15", tmp_path_factory.mktemp("models") / "sd15")


@pytest.fixture(autouse=True)
def with_model(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the model before `studio` and the pages read the settings."""
    monkeypatch.setenv("GATOR_IMAGE_MODEL", str(model))


def work(studio: Studio, name: str) -> JobState:
    """Carry out the newest job of that name as a worker would; its state afterwards."""
    job = next(job for job in studio.jobs.list() if job.name == name)
    studio.queue.enqueue(job.name, job.id, key=job.id)
    studio.queue.drain(studio)  # type: ignore[attr-defined]
    return studio.jobs.get(job.id).state


def test_candidates_are_made_and_wait_for_a_decision(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    field(page, "number_input", "How many").set_value(1).run()
    button(page, "Make them").click().run()
    assert_calm(page)
    assert work(studio, "reference_candidates") is JobState.SUCCEEDED
    made = studio.identity.references(seeded.persona.id).in_state(ReferenceState.CANDIDATE)
    assert len(made) == 1
    page.run()
    button(page, "Accept").click().run()
    assert len(studio.identity.references(seeded.persona.id).accepted) == 1


def test_the_character_set_is_shot_and_becomes_a_dataset(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    button(page, "Make the shots").click().run()
    assert_calm(page)
    [asked] = studio.identity.character_sheets(seeded.persona.id)
    assert len(asked.shots) == len(SHOTS) == 14
    studio.identity.cancel_character_set(asked.set.id)
    studio.identity.character_set(seeded.persona.id, asked.set.generator, {"steps": 1})
    assert work(studio, "character_set") is JobState.SUCCEEDED
    page.run()
    assert_calm(page)
    assert "14 of 14 shots are there" in words(page)
    with zipfile.ZipFile(io.BytesIO(studio.identity.export_dataset(seeded.persona.id))) as dataset:
        captions = [name for name in dataset.namelist() if name.endswith(".txt")]
    assert len(captions) == 14


def test_a_lora_is_trained_and_used_in_the_persona(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("personas", persona=seeded.persona.id)
    open_tab(page, "Appearance")
    assert "There are no pictures to learn from" in words(page)
    asset = studio.generation.get(seeded.generation_id).asset_ids[0]
    [image] = studio.identity.propose(seeded.persona.id, [asset]).images
    studio.identity.accept(image.id)
    page.run()
    field(page, "number_input", "Steps").set_value(1).run()
    button(page, "Train a LoRA").click().run()
    assert_calm(page)
    assert work(studio, "train_lora") is JobState.SUCCEEDED
    page.run()
    button(page, "Use in this persona").click().run()
    assert_calm(page)
    persona = studio.personas.get(seeded.persona.id)
    [lora] = persona.profile.generation.loras
    assert (lora.weight, persona.revision.number) == (1.0, seeded.persona.revision.number + 1)
    assert "In use" in words(page)
