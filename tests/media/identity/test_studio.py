"""The whole way on tiny real models: shoot, accept, train by a job, draw with it, measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gator_engine import open_studio, run_jobs
from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.identity import ShotState
from gator_engine.domain.work import JobState
from gator_engine.ports import LoraOptions
from gator_engine.services._scoring import KEY
from gator_engine.studio import Studio

STEPS = {"steps": 2, "width": 64, "height": 64}
STRONG = LoraOptions(steps=8, rank=4, learning_rate=0.05)


def drawn(
    studio: Studio, persona_id: str, **settings: object
) -> tuple[bytes, Mapping[str, object]]:
    """One picture with a fixed seed, and what is on record about it."""
    draft = BriefDraft(
        persona_id,
        BriefKind.IMAGE,
        "diffusers",
        "on a bench",
        (AspectRatio.SQUARE,),
        seed=5,
        settings={**STEPS, **settings},
    )
    generation = studio.generation.request(draft)
    run_jobs(studio)
    [asset_id] = studio.generation.get(generation.id).asset_ids
    parameters = studio.library.get(asset_id).provenance.parameters
    return studio.library.read(asset_id), parameters


def test_a_persona_is_shot_taught_and_recognised(
    tiny_model: Callable[[str], Path], tower: Callable[[str], Path], tmp_path: Path
) -> None:
    studio = open_studio(
        home=tmp_path / "studio",
        queue="inline",
        image_model=str(tiny_model("sd15")),
        identity_model=str(tower("clip")),
        device="cpu",
    )
    with studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        plain, before = drawn(studio, persona.id)
        assert KEY not in before

        studio.identity.character_set(persona.id, "diffusers", STEPS)
        run_jobs(studio)
        [sheet] = studio.identity.character_sheets(persona.id)
        assert {shot.state for shot in sheet.shots} == {ShotState.DONE}
        assets = [str(shot.asset_id) for shot in sheet.shots]
        for image in studio.identity.propose(persona.id, assets[:3]).images:
            studio.identity.accept(image.id)

        asked = studio.identity.train_lora(persona.id, options=STRONG)
        run_jobs(studio)
        [job] = studio.jobs.for_subject(asked.id)
        assert (job.state, job.error) == (JobState.SUCCEEDED, "")
        [lora] = studio.identity.loras(persona.id)
        taught, after = drawn(studio, persona.id, loras=[[lora.path, 1.0]])
        assert taught != plain
        facts = after[KEY]
        assert isinstance(facts, dict)
        assert -1 <= facts["value"] <= 1
        assert (facts["model"], facts["references"]) == (str(tower("clip")), 3)
