"""The hires fix in latents: two passes of one picture, for every family that can."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.config import Settings
from gator_engine.errors import Cancelled, CapabilityError, InvalidInput
from gator_engine.ports import GeneratedFile, GenerateResult, Generator
from tests.media.diffusers.conftest import RecordingRun, alike, ask

Family = Callable[[str], Path]


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Family:
    """The folder of a tiny model by kind, built once."""
    import torch

    from tests.media.tiny_families import save_family
    from tests.media.tiny_modular import save_modular

    torch.set_num_threads(1)
    home, made = tmp_path_factory.mktemp("hires"), dict[str, Path]()

    def folder(kind: str) -> Path:
        name, _, sort = kind.partition(":")
        if kind not in made:
            made[kind] = save_modular(name, home) if sort else save_family(name, home)
        return made[kind]

    return folder


def painter(folder: Path, **more: Any) -> Generator:
    return discover(Settings(image_model=str(folder), device="cpu", **more))["diffusers"]


def drawn(folder: Path, follower: RecordingRun | None = None, **settings: Any) -> GenerateResult:
    return painter(folder).generate(ask(settings=settings), follower or RecordingRun())


def pixels(file: GeneratedFile) -> Any:
    return np.asarray(Image.open(io.BytesIO(file.data)), float)


@pytest.mark.parametrize(
    "kind",
    ["sd15", "sdxl", "sd3", "flux", "z_image", "qwen_image", "chroma", "klein:x", "z_image:x"],
)
def test_each_family_draws_twice_or_says_who_can(family: Family, kind: str) -> None:
    if kind.startswith("klein"):
        with pytest.raises(CapabilityError, match=r"hires fix.*Stable Diffusion XL"):
            drawn(family(kind), hires=1.5)
        return
    follower = RecordingRun()
    [file] = drawn(family(kind), follower, hires=1.5, width=64, height=96).files
    assert pixels(file).shape == (144, 96, 3)
    told = file.parameters
    assert (told["width"], told["height"]) == (64, 96)
    assert (told["hires"], told["hires_width"], told["hires_height"]) == (1.5, 96, 144)
    stages = [stage for _, stage, _ in follower.told if "pass" in stage]
    assert "(pass 1 of 2)" in stages[0] and "(pass 2 of 2)" in stages[-1]
    fractions = [fraction for fraction, _, _ in follower.told]
    assert fractions == sorted(fractions)


def test_the_second_pass_goes_on_from_the_first(family: Family) -> None:
    """The less it may change, the nearer it stays to what the first pass drew."""
    [plain] = drawn(family("sd15"), steps=8).files
    truth = pixels(plain)

    def distance(strength: float) -> float:
        [file] = drawn(family("sd15"), steps=8, hires=1.5, hires_strength=strength).files
        return float(np.abs(pixels(file) - truth).mean())

    assert pixels(plain).shape == (64, 64, 3)
    assert distance(0.3) < distance(1.0)


def test_it_is_repeatable_batched_and_off_by_default(family: Family) -> None:
    first = drawn(family("sd15"), hires=1.5)
    assert drawn(family("sd15"), hires=1.5).files == first.files
    request = ask(count=2, settings={"hires": 1.5})
    together = painter(family("sd15"), batch=2).generate(request, RecordingRun()).files
    assert alike(together[:1], first.files)
    assert "hires" not in drawn(family("sd15")).files[0].parameters


def test_a_stop_in_the_second_pass_leaves_the_model_usable(family: Family) -> None:
    before = drawn(family("flux"), hires=1.5)
    stopping = RecordingRun(stop_when=lambda stage: "pass 2" in stage)
    with pytest.raises(Cancelled):
        drawn(family("flux"), stopping, hires=1.5)
    assert drawn(family("flux"), hires=1.5).files == before.files


def test_its_settings_are_written_and_bounded(family: Family) -> None:
    [file] = drawn(family("sd15"), hires=1.5, hires_strength=0.5).files
    text = Image.open(io.BytesIO(file.data)).info["parameters"]
    assert "Denoising strength: 0.5, Hires upscale: 1.5, Hires upscaler: Latent" in text
    with pytest.raises(InvalidInput) as caught:
        drawn(family("sd15"), hires=3.0)
    assert caught.value.field == "settings.hires"


def test_a_format_gets_its_pixels_with_less_enlarging(family: Family) -> None:
    """The second pass comes nearer to the pixels of the format; the note tells what is left."""
    small = painter(family("sd15")).generate(ask(size=(128, 128)), RecordingRun())
    large = painter(family("sd15")).generate(
        ask(size=(128, 128), settings={"hires": 2.0}), RecordingRun()
    )
    assert pixels(large.files[0]).shape == pixels(small.files[0]).shape == (128, 128, 3)
    assert any("enlarged" in note for note in small.notes)
    assert not any("enlarged" in note for note in large.notes)
