"""Memory plans on real (tiny) pipelines: sizes measured, modes carried out, 4 bits refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionXLPipeline

from gator_engine.adapters.generators._diffusers import placing
from gator_engine.adapters.generators._diffusers.policy import Policy, adopt, policy_of
from gator_engine.config import load_settings
from gator_engine.domain.models.memory import (
    GIB,
    Device,
    MemoryMode,
    MemoryPlan,
    Quantisation,
    Weights,
)
from gator_engine.errors import ConfigError


@pytest.fixture(autouse=True)
def policy_restored() -> Any:
    yield
    adopt(Policy())


@pytest.fixture
def pipe(tiny_model: Callable[[str], Path]) -> Any:
    return StableDiffusionXLPipeline.from_pretrained(tiny_model("sdxl"))


def test_sizes_on_disk_and_in_memory_agree(tiny_model: Callable[[str], Path], pipe: Any) -> None:
    on_disk = placing.weights_on_disk(str(tiny_model("sdxl")), 4)
    loaded = placing.weights_in_memory(pipe)
    assert (
        set(on_disk.parts) == {"unet", "vae", "text_encoder", "text_encoder_2"} == set(loaded.parts)
    )
    # Buffers (positions) are stored too, and are not weights.
    assert on_disk.total == pytest.approx(loaded.total, rel=0.05)
    assert 0 < loaded.layer < loaded.largest
    assert placing.weights_on_disk("nobody/nothing", 2) == Weights()


class Told:
    """A pipeline that notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.vae = self

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: self.heard.append(name)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (MemoryMode.ON_DEVICE, "to"),
        (MemoryMode.MODEL_OFFLOAD, "enable_model_cpu_offload"),
        (MemoryMode.GROUP_OFFLOAD, "enable_group_offload"),
        (MemoryMode.SEQUENTIAL_OFFLOAD, "enable_sequential_cpu_offload"),
    ],
)
def test_each_mode_is_told_in_diffusers_own_words(mode: MemoryMode, said: str) -> None:
    told = Told()
    assert hasattr(StableDiffusionXLPipeline, said)
    plan = MemoryPlan(mode, Quantisation.NONE, True, True, True, 0, "")
    placing.carry_out(plan, told, "cuda")
    assert told.heard == [said, "enable_slicing", "enable_tiling"]


def test_a_real_vae_is_sliced_and_tiled(pipe: Any) -> None:
    plan = MemoryPlan(MemoryMode.ON_DEVICE, Quantisation.NONE, True, True, True, 0, "")
    placing.carry_out(plan, pipe, "cpu")
    assert pipe.vae.use_slicing
    assert pipe.vae.use_tiling


def test_on_a_cpu_there_is_nothing_to_decide(pipe: Any) -> None:
    adopt(Policy(memory_mode=MemoryMode.SEQUENTIAL_OFFLOAD))
    assert placing.place(pipe, "cpu") is None
    assert not pipe.vae.use_tiling


def test_the_settings_decide() -> None:
    policy = policy_of(
        load_settings(memory_mode="group_offload", quantise="none", working_memory_gb=1.5)
    )
    assert policy.memory_mode is MemoryMode.GROUP_OFFLOAD
    assert policy.quantise is Quantisation.NONE
    assert policy.working_bytes == 1.5 * GIB
    free = policy_of(load_settings())
    assert (free.memory_mode, free.quantise) == (None, None)
    weights = Weights({"transformer": 2 * GIB}, layer=1)
    plan = placing.planned(
        weights, Device("cuda", "GPU", 80 * GIB, 80 * GIB, 80 * GIB), policy, can_quantise=False
    )
    assert plan.mode is MemoryMode.GROUP_OFFLOAD


def test_four_bits_without_the_package_say_what_to_install(
    tiny_model: Callable[[str], Path],
) -> None:
    if torch.cuda.is_available():
        pytest.skip("a GPU with bitsandbytes may well do it")
    adopt(Policy(quantise=Quantisation.NF4))
    with pytest.raises(ConfigError, match=r"gator\[gpu\]"):
        placing.how_to_load(str(tiny_model("flux")), "cpu", "float32")
    adopt(Policy())
    assert placing.how_to_load(str(tiny_model("flux")), "cpu", "float32") == {}


def test_what_is_quantised_is_named_to_diffusers() -> None:
    weights = Weights({"transformer": 8, "text_encoder_2": 4, "vae": 1})
    config = placing.quantised(weights)["quantization_config"]
    assert config.components_to_quantize == ["transformer", "text_encoder_2"]
    assert config.quant_kwargs["bnb_4bit_quant_type"] == "nf4"
