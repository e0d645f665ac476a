"""Models beside a pipeline: loaded once, and counted in the budget of the pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.generators._diffusers import placing
from gator_engine.adapters.generators._diffusers.cache import PipelineCache, PipelineKey, companion
from gator_engine.adapters.generators._diffusers.control import control_picture
from gator_engine.adapters.generators._diffusers.enlarging import enlarged
from gator_engine.adapters.generators._diffusers.models import WARM, warm_model
from gator_engine.adapters.generators._diffusers.policy import Policy, adopt
from gator_engine.domain.models.memory import GIB, Device, MemoryMode
from tests.media import tiny_families

PICTURE = Image.new("RGB", (32, 32), "teal")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    WARM.clear()
    yield
    WARM.clear()
    adopt(Policy())


def depth_of(folder: Path) -> Image.Image:
    asked = {"control_kind": "depth", "derive": True, "depth_model": str(folder)}
    return control_picture(PICTURE, asked, "cpu")


def test_a_depth_and_an_enlarging_model_are_loaded_once(tmp_path: Path) -> None:
    depth, large = tiny_families.save_depth(tmp_path), tiny_families.save_swin2sr(tmp_path)
    first = depth_of(depth), enlarged(PICTURE, str(large), "cpu")
    assert [key.role for key in WARM.companions()] == ["depth", "enlarging"]
    for file in [*depth.rglob("*.safetensors"), *large.rglob("*.safetensors")]:
        file.unlink()  # What is not read again may be gone.
    again = depth_of(depth), enlarged(PICTURE, str(large), "cpu")
    assert [one.tobytes() for one in again] == [one.tobytes() for one in first]
    assert WARM.kept() == []  # They are no pipelines: no job is sent to them.


class Counted:
    """A loaded model of so many bytes."""

    def __init__(self, size: int) -> None:
        self.weights_bytes = size


def test_the_longest_unused_goes_whatever_it_is() -> None:
    import torch

    adopt(Policy(cache_mb=3))
    cache = PipelineCache(lambda key: Counted(2**20))
    key = {name: PipelineKey(name, "cpu", "float32") for name in "abc"}
    beside = PipelineKey("net", "cpu", "float32", role="ControlNetModel")
    layer = torch.nn.Linear(512, 511, bias=False)  # Just below 1 MiB.
    cache.get(key["a"])
    cache.companion(beside, lambda: companion(layer))
    cache.get(key["b"])
    cache.get(key["c"])
    assert [one.name for one, _ in cache.kept()] == ["b", "c"]
    assert cache.companions() == [beside]
    cache.get(key["a"])
    assert cache.companions() == []
    assert cache.get(key["c"])[1]


def test_a_request_may_choose_where_the_weights_stay(tiny_model: Callable[[str], Path]) -> None:
    name = str(tiny_model("sd15"))
    one, _ = warm_model(name, "cpu", "auto", "group_offload")
    other, was_warm = warm_model(name, "cpu", "auto")
    assert was_warm and one is other  # Without CUDA there is nothing to choose.
    adopt(Policy(memory_mode=MemoryMode.ON_DEVICE))
    gpu = Device("cuda", "GPU", 80 * GIB, 80 * GIB, 80 * GIB)
    weights = placing.weights_in_memory(one.pipe)
    for wanted, mode in ((None, "on_device"), (MemoryMode.MODEL_OFFLOAD, "model_offload")):
        policy: Any = placing.policy_for(wanted)
        assert placing.planned(weights, gpu, policy, can_quantise=False).mode == mode
