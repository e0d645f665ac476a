"""Pipelines built of blocks: loaded, run, followed, stopped and kept warm like any others."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._diffusers.families import FAMILIES, family_of
from gator_engine.adapters.generators._diffusers.models import WARM
from gator_engine.adapters.shelf.shelf import DiskShelf
from gator_engine.config import Settings
from gator_engine.domain.capabilities import Task
from gator_engine.domain.models.installed import Layout
from gator_engine.domain.models.kinds import Family, ModelKind
from gator_engine.errors import Cancelled, CapabilityError, Rejected
from gator_engine.ports import GenerateResult, Generator
from tests.media.diffusers.conftest import RecordingRun, alike, ask

Modular = Callable[[str], Path]


@pytest.fixture(scope="session")
def modular(tmp_path_factory: pytest.TempPathFactory) -> Modular:
    """The folder of a tiny pipeline of blocks by kind, built once."""
    import torch

    from tests.media.tiny_modular import save_modular

    torch.set_num_threads(1)
    home, made = tmp_path_factory.mktemp("modular"), dict[str, Path]()

    def folder(kind: str) -> Path:
        if kind not in made:
            made[kind] = save_modular(kind, home)
        return made[kind]

    return folder


def png(colour: str, mode: str = "RGB") -> bytes:
    data = BytesIO()
    image = Image.new(mode, (64, 64), colour)
    if mode == "L":
        image.paste(255, (0, 0, 32, 64))
    image.save(data, "PNG")
    return data.getvalue()


def generator(slug: str, model: Path, **more: Any) -> Generator:
    return discover(Settings(image_model=str(model), device="cpu", **more))[slug]


def run(
    slug: str, model: Path, follower: RecordingRun | None = None, **given: Any
) -> GenerateResult:
    """`given` are pictures (bytes) and settings."""
    pictures = {name: each for name, each in given.items() if isinstance(each, bytes)}
    settings = {name: name if name in pictures else each for name, each in given.items()}
    request = ask(settings=settings, pictures=pictures)
    return generator(slug, model).generate(request, follower or RecordingRun())


@pytest.mark.parametrize("kind", ["anima", "klein", "z_image", "qwen_image", "flux", "sd3"])
def test_blocks_draw_and_tell_of_every_step(modular: Modular, kind: str) -> None:
    follower = RecordingRun()
    first = run("diffusers", modular(kind), follower)
    assert first.files[0].parameters["pipeline"].endswith("ModularPipeline")
    stages = [stage for _, stage, _ in follower.told if "step" in stage]
    assert stages == [f"Picture 1 of 1: step {n} of 3" for n in (1, 2, 3)]
    assert any(preview for _, _, preview in follower.told)
    again = run("diffusers", modular(kind))
    assert (again.files, again.timings_s["load_s"]) == (first.files, 0.0)


@pytest.mark.parametrize("kind", ["anima", "z_image", "qwen_image", "flux", "sd3"])
def test_blocks_vary_a_picture(modular: Modular, kind: str) -> None:
    follower = RecordingRun()
    red = run("diffusers_variation", modular(kind), follower, source=png("red"), steps=4)
    blue = run("diffusers_variation", modular(kind), source=png("blue"), steps=4)
    assert red.files[0].parameters["pipeline"].endswith("ModularPipeline")
    assert red.files[0].data != blue.files[0].data
    # Of four steps a change of 0.6 takes the last two or three, by each family's own rounding.
    last = [stage for _, stage, _ in follower.told if "step" in stage][-1]
    assert last.rpartition("step ")[2] in {"2 of 2", "3 of 3"}


@pytest.mark.parametrize("kind", ["klein", "kontext"])
def test_blocks_edit_a_picture(modular: Modular, kind: str) -> None:
    made = [
        run("diffusers_edit", modular(kind), source=png(colour)).files[0]
        for colour in ("red", "blue")
    ]
    assert made[0].data != made[1].data
    assert made[0].parameters["pipeline"].endswith("ModularPipeline")


@pytest.mark.parametrize(
    ("kind", "pipeline"),
    [("klein", "Flux2KleinInpaintPipeline"), ("qwen_image", "QwenImageModularPipeline")],
)
def test_what_blocks_cannot_do_their_parts_can(modular: Modular, kind: str, pipeline: str) -> None:
    """Repainting: by the blocks where they do it, else in the pipeline of that task."""
    given = {"source": png("red"), "mask": png("black", "L")}
    [file] = run("diffusers_inpaint", modular(kind), **given).files
    assert file.parameters["pipeline"] == pipeline


def test_blocks_of_sdxl_are_read_in_windows_like_any_other(modular: Modular) -> None:
    [file] = run("diffusers", modular("sdxl")).files
    assert file.parameters["pipeline"] == "StableDiffusionXLPipeline"


def test_a_task_that_no_pipeline_of_the_family_does_is_refused_by_name(modular: Modular) -> None:
    with pytest.raises(CapabilityError, match=r"Anima .* does not support repainting"):
        run("diffusers_inpaint", modular("anima"), source=png("red"), mask=png("black", "L"))
    with pytest.raises(CapabilityError, match="reference pictures"):
        request = ask(settings={"references": ["r"]}, references=(png("red"),))
        generator("diffusers", modular("anima")).generate(request, RecordingRun())


def test_guidance_goes_to_the_guider(modular: Modular) -> None:
    made = [run("diffusers", modular("z_image"), guidance=value) for value in (0.0, 1.0, 5.0)]
    assert [result.files[0].parameters["guidance"] for result in made] == [0.0, 1.0, 5.0]
    # At 0 and 1 nothing is steered away from, so the pictures are one.
    assert alike_but_for_guidance(made[0], made[1])
    assert made[1].files[0].data != made[2].files[0].data
    with_words = run("diffusers", modular("z_image"), guidance=5.0, negative_prompt="snow")
    assert with_words.files[0].parameters["negative_prompt"] == "gore, snow"


def alike_but_for_guidance(one: GenerateResult, other: GenerateResult) -> bool:
    first, second = (
        [file.__class__(file.data, file.seed, file.alt_text, {}) for file in result.files]
        for result in (one, other)
    )
    return alike(first, second)


def test_a_run_stops_within_a_step_quietly_and_the_blocks_stay_usable(
    modular: Modular, caplog: pytest.LogCaptureFixture
) -> None:
    before = run("diffusers", modular("anima"))
    follower = RecordingRun(stop_when=lambda stage: "step 1" in stage)
    with caplog.at_level(logging.ERROR), pytest.raises(Cancelled):
        run("diffusers", modular("anima"), follower, steps=20)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert sum("step" in stage for _, stage, _ in follower.told) == 1
    assert run("diffusers", modular("anima")).files == before.files


def test_a_batch_of_blocks_equals_its_single_runs(modular: Modular) -> None:
    together = discover(Settings(image_model=str(modular("z_image")), device="cpu", batch=2))
    request = ask(count=2, settings={"steps": 2})
    made = together["diffusers"].generate(request, RecordingRun()).files
    one_by_one = [
        generator("diffusers", modular("z_image"))
        .generate(ask(seed=seed, settings={"steps": 2}), RecordingRun())
        .files[0]
        for seed in (7, 8)
    ]
    assert alike(made, one_by_one)


def test_a_lora_is_switched_on_and_off_on_blocks(modular: Modular, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    layer = "transformer.transformer_blocks.0.attn.to_q"
    weights = {
        f"{layer}.lora_A.weight": torch.ones(2, 32),
        f"{layer}.lora_B.weight": torch.ones(32, 2),
    }
    path = tmp_path / "style.safetensors"
    save_file(weights, path)
    plain = run("diffusers", modular("klein"))
    styled = run("diffusers", modular("klein"), loras=[[str(path), 1.0]])
    assert styled.files[0].data != plain.files[0].data
    assert run("diffusers", modular("klein")).files == plain.files


def test_the_shelf_knows_blocks_by_their_index(modular: Modular, tmp_path: Path) -> None:
    shutil.copytree(modular("anima"), tmp_path / "mine")
    [model] = DiskShelf(tmp_path, tmp_path / "no-cache").found()
    assert (model.kind, model.family, model.layout) == (
        ModelKind.BASE,
        Family.ANIMA,
        Layout.PIPELINE,
    )
    assert model.problem == "" and set(model.parts) == {
        "text_encoder",
        "text_conditioner",
        "transformer",
        "vae",
    }
    # A folder that was moved is read where it lies now.
    assert run("diffusers", tmp_path / "mine").files[0].parameters["pipeline"] == (
        "AnimaModularPipeline"
    )


def test_a_part_that_is_gone_or_broken_is_named(modular: Modular, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(modular("z_image"), tmp_path / "broken"))
    (broken / "transformer" / "diffusion_pytorch_model.safetensors").write_bytes(b"\x10" * 99)
    with pytest.raises(Rejected, match="broken is incomplete or damaged"):
        run("diffusers", broken)
    shutil.rmtree(broken / "transformer")
    [model] = DiskShelf(tmp_path, tmp_path / "no-cache").found()
    assert model.problem == "the part transformer is missing"


def test_blocks_that_bring_code_of_their_own_are_refused(modular: Modular, tmp_path: Path) -> None:
    foreign = Path(shutil.copytree(modular("z_image"), tmp_path / "foreign"))
    ran = tmp_path / "ran"
    (foreign / "block.py").write_text(f"open({str(ran)!r}, 'w').close()\nclass Blocks: pass\n")
    (foreign / "modular_config.json").write_text(
        json.dumps({"_class_name": "Blocks", "auto_map": {"ModularPipelineBlocks": "block.Blocks"}})
    )
    with pytest.raises(Rejected, match="trust_remote_code"):
        run("diffusers", foreign)
    assert not ran.exists()


def test_anima_as_published_asks_for_torchvision_by_name(modular: Modular, tmp_path: Path) -> None:
    from importlib.util import find_spec

    if find_spec("torchvision"):
        pytest.skip("torchvision is there, so nothing is asked for")
    real = Path(shutil.copytree(modular("anima"), tmp_path / "real"))
    config = real / "transformer" / "config.json"
    config.write_text(config.read_text().replace('"concat_padding_mask": false', '"x": 0'))
    assert "torchvision" in generator("diffusers", real).missing()


def test_what_is_listed_of_blocks_is_what_diffusers_says_of_them() -> None:
    """Each class is there, and its blocks have a workflow for each task that is claimed."""
    import diffusers

    words = {
        Task.TEXT_TO_IMAGE: {"text2image"},
        Task.IMAGE_TO_IMAGE: {"image2image", "img2img"},
        Task.INPAINT: {"inpainting"},
        Task.EDIT: {"image_conditioned"},
    }
    for family in FAMILIES:
        for name, tasks in family.blocks.items():
            assert family_of(name) is family
            workflows = getattr(getattr(diffusers, name)()._blocks, "_workflow_map", None)
            if workflows is None:
                continue  # The blocks of Qwen-Image-Edit-Plus have but one way.
            for task in tasks:
                assert words[task] & set(workflows), (name, task)


def test_weights_of_blocks_can_stay_in_main_memory(modular: Modular) -> None:
    """Group offload on a CPU moves nothing, and draws the same; a GPU is where it counts."""
    import torch

    from gator_engine.adapters.generators._diffusers.modular import load_blocks, offload_blocks
    from gator_engine.domain.models.memory import MemoryMode

    def drawn(pipe: Any) -> Any:
        noise = [torch.Generator().manual_seed(1)]
        given = {"num_inference_steps": 2, "height": 64, "width": 64, "generator": noise}
        return pipe(prompt=["a chair"], output="images", **given)[0].tobytes()

    pipe = load_blocks(str(modular("klein")), torch.float32)
    plain = drawn(pipe)
    offload_blocks(pipe, MemoryMode.GROUP_OFFLOAD, "cpu")
    assert drawn(pipe) == plain
    WARM.clear()
