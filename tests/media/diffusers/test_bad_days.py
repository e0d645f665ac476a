"""What goes wrong between a brief and its pictures: a named error, a failed row, and on it goes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine import open_studio, run_jobs
from gator_engine.adapters.generators import discover
from gator_engine.adapters.storage.blobs_local import LocalBlobStore
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetQuery
from gator_engine.domain.briefs import (
    AspectRatio,
    BriefDraft,
    BriefKind,
    CompiledPrompt,
    Fragment,
    Generation,
    GenerationStatus,
)
from gator_engine.domain.work import JobState
from gator_engine.errors import CapabilityError, InvalidInput, Unavailable
from gator_engine.ports import Generator, Modelled
from gator_engine.studio import Studio
from tests.media.diffusers.conftest import RecordingRun, ask

TINY = {"steps": 1, "width": 64, "height": 64}
Folder = Callable[[str], Path]


class FullDisk(LocalBlobStore):
    """Takes `room` files and then none, as the real one says it of a full disk."""

    room = 0

    def put(self, data: bytes) -> str:
        if not self.room:
            raise Unavailable(
                "Storage", "there is no space left on the disk", "Free some, then try again."
            )
        self.room -= 1
        return super().put(data)


@pytest.fixture
def copy(tiny_model: Folder, tmp_path: Path) -> Path:
    """A tiny model of one's own, to damage."""
    return Path(shutil.copytree(tiny_model("sd15"), tmp_path / "model"))


def asked(studio: Studio, persona_id: str, **settings: object) -> Generation:
    draft = BriefDraft(
        persona_id,
        BriefKind.IMAGE,
        "diffusers",
        "on a bench",
        (AspectRatio.SQUARE,),
        settings={**TINY, **settings},
    )
    return studio.generation.request(draft)


def ended(studio: Studio, generation: Generation) -> tuple[GenerationStatus, str, JobState, str]:
    run_jobs(studio)
    after = studio.generation.get(generation.id)
    job = studio.generation.job(generation.id)
    assert job is not None
    return after.status, after.error, job.state, job.error


def test_a_model_that_goes_while_its_job_waits_fails_that_job_alone(
    copy: Path, tiny_model: Folder, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    with open_studio(
        home=tmp_path / "home", queue="inline", image_model=str(copy), device="cpu"
    ) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile).id
        waits = asked(studio, persona)
        next_one = asked(studio, persona, model=str(tiny_model("sd15")))
        copy.rename(away)
        status, why, state, said = ended(studio, waits)
        assert (status, state) == (GenerationStatus.FAILED, JobState.FAILED)
        for text in (why, said):
            assert f"there is no folder {copy}: the model was moved or removed" in text
            assert "Settings → Models" in text
        assert ended(studio, next_one)[0] is GenerationStatus.SUCCEEDED
        with pytest.raises(InvalidInput, match="GATOR_IMAGE_MODEL"):
            asked(studio, persona)
        away.rename(copy)
        assert ended(studio, asked(studio, persona))[0] is GenerationStatus.SUCCEEDED


@pytest.mark.parametrize("room", [0, 1])
def test_a_full_disk_keeps_nothing_half_and_says_what_to_do(
    tiny_model: Folder, tmp_path: Path, room: int
) -> None:
    blobs = FullDisk(tmp_path / "home" / "blobs")
    with open_studio(
        home=tmp_path / "home",
        queue="inline",
        image_model=str(tiny_model("sd15")),
        device="cpu",
        adapters={"blobs": blobs},
    ) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile).id
        blobs.room = room
        generation = asked(studio, persona)
        status, why, state, said = ended(studio, generation)
        assert status is GenerationStatus.FAILED
        assert "no space left" in why and "Free some" in why
        assert state is JobState.DUE  # Waiting may help: it is tried again, later.
        assert said == why
        assert studio.generation.get(generation.id).asset_ids == ()
        assert not studio.library.search(AssetQuery()).items
        blobs.room = 99
        job = studio.generation.job(generation.id)
        assert job is not None
        studio.jobs.retry_now(job.id)
        after, *_ = ended(studio, generation)
        assert after is GenerationStatus.SUCCEEDED
        [asset_id] = studio.generation.get(generation.id).asset_ids
        assert studio.library.read(asset_id)


def test_a_damaged_file_of_weights_fails_its_job_by_name(copy: Path, tmp_path: Path) -> None:
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(b"\xff" * 4096)
    with open_studio(
        home=tmp_path / "home", queue="inline", image_model=str(copy), device="cpu"
    ) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile).id
        status, why, state, said = ended(studio, asked(studio, persona))
    assert (status, state) == (GenerationStatus.FAILED, JobState.FAILED)
    assert why == said
    assert f"{copy} is incomplete or damaged" in why


def test_a_lora_of_another_model_and_an_unknown_scheduler_are_named(
    tiny_model: Folder, generator: Callable[[str], Generator], tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import save_file

    painter = generator("sd15")
    plain = painter.generate(ask(), RecordingRun()).files
    wrong = tmp_path / "wrong.safetensors"
    layer = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    save_file(
        {
            f"{layer}.lora_A.weight": torch.ones(4, 320),
            f"{layer}.lora_B.weight": torch.ones(320, 4),
        },
        wrong,
    )
    corrupt = tmp_path / "corrupt.safetensors"
    corrupt.write_bytes(b"\xff" * 64)
    for file in (wrong, corrupt):
        with pytest.raises(InvalidInput, match=f"settings.loras: {file.name} does not fit"):
            painter.generate(ask(settings={"loras": [[str(file), 1.0]]}), RecordingRun())
    with pytest.raises(CapabilityError, match=r"the scheduler 'Nonsense'.*EulerDiscreteScheduler"):
        painter.generate(ask(settings={"scheduler": "Nonsense"}), RecordingRun())
    assert painter.generate(ask(), RecordingRun()).files == plain


@pytest.mark.parametrize("kind", ["sd15", "flux"])
def test_a_prompt_of_a_hundred_thousand_characters_is_refused_by_name(
    generator: Callable[[str], Generator], kind: str
) -> None:
    endless = CompiledPrompt((Fragment("chair " * 17_000, "brief.prompt"),), ())
    with pytest.raises(InvalidInput, match=r"prompt: has 10\d{4} characters"):
        generator(kind).generate(ask(compiled=endless), RecordingRun())
    with pytest.raises(InvalidInput, match=r"negative_prompt: has 10\d{4} characters"):
        generator(kind).generate(
            ask(settings={"negative_prompt": "chair " * 17_000}), RecordingRun()
        )


def test_a_prompt_longer_than_the_window_is_cut_only_with_a_note(
    generator: Callable[[str], Generator],
) -> None:
    long = CompiledPrompt((Fragment("chair " * 500, "brief.prompt"),), ())
    notes = generator("flux").generate(ask(compiled=long, settings={"steps": 1}), RecordingRun())
    assert any("the end is lost" in note for note in notes.notes)


def test_a_brief_of_a_hundred_thousand_characters_is_refused_before_it_waits(
    tiny_model: Folder, tmp_path: Path
) -> None:
    with open_studio(
        home=tmp_path, queue="inline", image_model=str(tiny_model("sd15")), device="cpu"
    ) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile).id
        draft = BriefDraft(persona, BriefKind.IMAGE, "diffusers", "x" * 100_000)
        with pytest.raises(InvalidInput, match="prompt: has 100000 characters"):
            studio.generation.request(draft)
        assert studio.generation.list() == []


def test_an_editor_named_in_the_brief_that_needs_torchvision_is_refused_by_name() -> None:
    editor = discover(Settings(device="cpu"))["diffusers_edit"]
    assert isinstance(editor, Modelled)
    said = editor.missing_for({"model": "Qwen/Qwen-Image-Edit-2511"})
    assert "Qwen/Qwen-Image-Edit-2511 needs torchvision" in said
    assert "FLUX.2-klein" in said
