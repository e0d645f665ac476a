"""Cancelling within a step, and failures that say what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._diffusers.models import warm_model
from gator_engine.adapters.generators._diffusers.policy import Policy, adopt
from gator_engine.config import Settings
from gator_engine.errors import (
    Cancelled,
    CapabilityError,
    ConfigError,
    GatorError,
    InvalidInput,
    Rejected,
)
from gator_engine.ports import Generator
from tests.media.diffusers.conftest import RecordingRun, alike, ask
from tests.media.tiny_films import save_film

KINDS = ("sd15", "sdxl", "flux", "pixart")
Folder = Callable[[str], Path]


def attempt(model: object, expected: type[GatorError], **settings: Any) -> str:
    generator = discover(Settings(image_model=str(model), **{"device": "cpu", **settings}))
    with pytest.raises(expected) as caught:
        generator["diffusers"].generate(ask(), RecordingRun())
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancel_takes_effect_within_one_step(
    generator: Callable[[str], Generator], kind: str
) -> None:
    whole = generator(kind).generate(ask(settings={"steps": 6}), RecordingRun()).files
    run = RecordingRun(stop_when=lambda stage: "step 2 of" in stage)
    with pytest.raises(Cancelled):
        generator(kind).generate(ask(settings={"steps": 6}), run)
    assert not [stage for _, stage, _ in run.told if "step 3" in stage]
    again = generator(kind).generate(ask(settings={"steps": 6}), RecordingRun()).files
    assert again == whole


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancel_between_steps_stops_before_the_next_pass(
    generator: Callable[[str], Generator], tiny_model: Folder, kind: str
) -> None:
    class StopsAtCheck(RecordingRun):
        def check(self) -> None:
            super().check()
            if any("step 1 of" in stage for _, stage, _ in self.told):
                raise Cancelled("Cancelled.")

        def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
            self.told.append((fraction, stage, preview))

    run = StopsAtCheck()
    with pytest.raises(Cancelled):
        generator(kind).generate(ask(settings={"steps": 6}), run)
    assert [stage for _, stage, _ in run.told if "step 2 of" in stage] == []
    model, _ = warm_model(str(tiny_model(kind)), "cpu", "auto")
    assert not model.denoiser._forward_pre_hooks
    assert "progress_bar" not in vars(model.pipe)


def test_running_out_of_memory_is_said_in_plain_words(
    generator: Callable[[str], Generator], tiny_model: Folder
) -> None:
    import torch

    model, _ = warm_model(str(tiny_model("sd15")), "cpu", "auto")

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    hook = model.pipe.vae.decoder.register_forward_pre_hook(full)
    try:
        with pytest.raises(Rejected, match=r"64 × 64\. Choose a smaller size"):
            generator("sd15").generate(ask(), RecordingRun())
    finally:
        hook.remove()
    assert generator("sd15").generate(ask(), RecordingRun()).files


def test_a_batch_that_does_not_fit_is_made_in_halves(
    generator: Callable[[str], Generator], tiny_model: Folder
) -> None:
    import torch

    from gator_engine.adapters.generators._diffusers import making

    folder = str(tiny_model("sd15"))
    model, _ = warm_model(folder, "cpu", "auto")
    one_by_one = generator("sd15").generate(ask(count=4), RecordingRun()).files
    widest: list[int] = []

    def crowded(_: object, arguments: tuple[Any, ...]) -> None:
        widest.append(len(arguments[0]))
        if len(arguments[0]) > 4:  # Two pictures, each with its unguided half.
            raise torch.OutOfMemoryError("out of memory")

    hook = model.pipe.unet.register_forward_pre_hook(crowded)
    try:
        adopt(Policy(batch=4))
        run, request = RecordingRun(), ask(count=4)
        options = discover(Settings())["diffusers"].capabilities.options
        values = {option.name: option.default for option in options} | {"steps": 3}
        files = making.make_pictures(folder, "cpu", request, values, run).files
    finally:
        hook.remove()
        adopt(Policy())
    assert max(widest) == 8
    assert [file.seed for file in files] == [7, 8, 9, 10]
    assert alike(files, one_by_one)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    assert "model_index.json" in attempt(tmp_path, InvalidInput)
    assert "no folder" in attempt(tmp_path / "nowhere", InvalidInput)


def test_damaged_weights_are_named(tiny_model: Folder, tmp_path: Path) -> None:
    broken = shutil.copytree(tiny_model("sd15"), tmp_path / "broken")
    weights = broken / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "incomplete or damaged" in attempt(broken, Rejected)
    weights.unlink()
    assert "incomplete or damaged" in attempt(broken, Rejected)


def test_pickled_weights_are_not_opened(tiny_model: Folder, tmp_path: Path) -> None:
    import torch

    old = shutil.copytree(tiny_model("sd15"), tmp_path / "old")
    (old / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({}, old / "unet" / "diffusion_pytorch_model.bin")
    assert "safetensors" in attempt(old, Rejected)


def test_a_model_for_something_else_is_named(tmp_path: Path) -> None:
    film = save_film("svd", tmp_path / "video")
    said = attempt(film, CapabilityError)
    assert "Stable Video Diffusion" in said and "does not support" in said


def test_a_hub_model_that_is_not_here_is_explained_offline() -> None:
    said = attempt("gator-tests/no-such-model", Rejected)
    assert "HF_HUB_OFFLINE" in said


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "cuda:x"])
def test_an_unknown_device_is_named(tiny_model: Folder, device: str) -> None:
    assert "GATOR_DEVICE" in attempt(tiny_model("sd15"), ConfigError, device=device)


def test_what_is_missing_is_said_before_any_work(tmp_path: Path) -> None:
    def missing(model: str) -> str:
        return discover(Settings(image_model=model))["diffusers"].missing()

    assert "GATOR_IMAGE_MODEL" in missing("")
    assert "not a folder" in missing(str(tmp_path / "nowhere"))
    assert missing("some/hub-id") == ""
