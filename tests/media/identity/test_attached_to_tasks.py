"""LoRAs together and references, on variations and repainting of a tiny Stable Diffusion."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gator_engine.adapters.generators import discover
from gator_engine.config import Settings
from gator_engine.ports import GeneratedFile, Generator
from tests.media.diffusers.conftest import RecordingRun, ask
from tests.media.identity.conftest import picture

TASKS = ("diffusers_variation", "diffusers_inpaint")
LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn{}.to_q"


@pytest.fixture(scope="module")
def loras(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two LoRAs, on different layers."""
    folder = tmp_path_factory.mktemp("loras")
    made = []
    for number in (1, 2):
        noise = torch.Generator().manual_seed(number)
        layer = LAYER.format(number)
        made.append(folder / f"lora_{number}.safetensors")
        down, up = (torch.randn(shape, generator=noise) for shape in ((2, 32), (32, 2)))
        save_file({f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up}, made[-1])
    return made[0], made[1]


@pytest.fixture
def painter(tiny_model: Callable[[str], Path]) -> Callable[[str], Generator]:
    def made(slug: str) -> Generator:
        return discover(Settings(image_model=str(tiny_model("sd15")), device="cpu"))[slug]

    return made


def drawn(generator: Generator, shown: tuple[bytes, ...] = (), **settings: Any) -> GeneratedFile:
    pictures = {"source": picture("green")}
    if generator.capabilities.slug == "diffusers_inpaint":
        pictures["mask"] = picture("white")
    named: Mapping[str, Any] = {name: f"id-{name}" for name in pictures}
    request = ask(settings={"steps": 2, **named, **settings}, pictures=pictures, references=shown)
    return generator.generate(request, RecordingRun()).files[0]


@pytest.mark.parametrize("slug", TASKS)
def test_two_loras_count_each_by_its_weight_and_leave_no_trace(
    painter: Callable[[str], Generator], loras: tuple[Path, Path], slug: str
) -> None:
    generator = painter(slug)
    one, two = map(str, loras)
    plain = drawn(generator)
    both = drawn(generator, loras=[[one, 1.0], [two, 0.8]])
    others = [
        drawn(generator, loras=[[one, 1.0]]),
        drawn(generator, loras=[[two, 0.8]]),
        drawn(generator, loras=[[one, 1.0], [two, 0.2]]),
    ]
    assert len({each.data for each in (plain, both, *others)}) == 5
    silent = drawn(generator, loras=[[one, 1.0], [two, 0.0]])
    assert pixels(silent) == pixels(others[0])
    assert both.parameters["loras"] == [[one, 1.0], [two, 0.8]]
    assert drawn(generator).data == plain.data


@pytest.mark.parametrize("slug", TASKS)
def test_a_reference_changes_the_result_and_leaves_no_trace(
    painter: Callable[[str], Generator],
    ip_adapter: Callable[[int], Path],
    loras: tuple[Path, Path],
    slug: str,
) -> None:
    generator = painter(slug)
    given = {"reference_adapter": str(ip_adapter(32)), "references": ["a"]}
    plain = drawn(generator)
    red = drawn(generator, (picture("red"),), reference_strength=1.0, **given)
    blue = drawn(generator, (picture("blue"),), reference_strength=1.0, **given)
    weak = drawn(generator, (picture("red"),), reference_strength=0.2, **given)
    taught = drawn(
        generator,
        (picture("red"),),
        reference_strength=1.0,
        loras=[[str(loras[0]), 1.0]],
        **given,
    )
    assert len({pixels(each) for each in (plain, red, blue, weak, taught)}) == 5
    assert drawn(generator).data == plain.data


def pixels(file: GeneratedFile) -> bytes:
    return Image.open(io.BytesIO(file.data)).tobytes()


def test_references_and_loras_count_in_both_passes_of_a_hires_fix(
    painter: Callable[[str], Generator],
    ip_adapter: Callable[[int], Path],
    loras: tuple[Path, Path],
) -> None:
    generator = painter("diffusers")
    given = {"reference_adapter": str(ip_adapter(32)), "references": ["a"], "hires": 1.5}

    def made(shown: tuple[bytes, ...] = (), **settings: Any) -> bytes:
        request = ask(settings={"steps": 4, **settings}, references=shown)
        return pixels(generator.generate(request, RecordingRun()).files[0])

    plain = made(hires=1.5)
    red = made((picture("red"),), reference_strength=1.0, **given)
    taught = made(hires=1.5, loras=[[str(loras[0]), 1.0]])
    assert len({plain, red, taught}) == 3
    assert made(hires=1.5) == plain
