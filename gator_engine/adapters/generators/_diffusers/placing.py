"""Carrying out a memory plan: how a pipeline is loaded and where its weights stay.

The decision is `domain.models.memory.memory_plan`; here sizes and free memory are measured and
diffusers is told. On a CPU (and on Apple GPUs) everything simply goes to the device, so that the
same request gives the same bytes however full the memory happens to be.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import torch

from gator_engine.adapters.generators._diffusers.modular import (
    in_blocks,
    is_modular,
    offload_blocks,
)
from gator_engine.adapters.generators._diffusers.policy import Policy, in_force
from gator_engine.adapters.shelf.pipelines import read_folder
from gator_engine.adapters.shelf.shelf import DiskShelf, hub_cache
from gator_engine.domain.models.memory import (
    Device,
    MemoryMode,
    MemoryPlan,
    Quantisation,
    Weights,
    memory_plan,
)
from gator_engine.errors import ConfigError

# The largest picture the formats ask for: decoding it decides about tiles.
LARGEST_PIXELS = 1920 * 1080
_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def how_to_load(
    name: str, device: str, dtype: str, wanted: MemoryMode | None = None
) -> dict[str, Any]:
    """What `from_pretrained` is to be told beside name and type: 4-bit weights, or nothing.

    `wanted` is the mode that one request asks for; None leaves it to the policy in force.

    Raises ConfigError when 4 bits are asked for where they cannot be had.
    """
    policy = policy_for(wanted)
    able = find_spec("bitsandbytes") is not None and device.startswith("cuda")
    if policy.quantise is Quantisation.NF4 and not able:
        raise ConfigError(
            "GATOR_QUANTISE",
            "asks for 4-bit weights, which need an NVIDIA GPU and the package bitsandbytes.",
            "Install it with `pip install 'gator[gpu]'`, or set auto or none.",
        )
    if not able:
        return {}
    if in_blocks(name):
        return {}  # Their parts are loaded one by one, in full.
    weights = weights_on_disk(name, _BYTES.get(dtype, 2))
    if not weights.parts and policy.quantise is None:
        return {}  # Not on this disk yet: nothing is known of its size.
    plan = planned(weights, device_now(device), policy, can_quantise=True)
    return quantised(weights) if plan.quantisation is Quantisation.NF4 else {}


def quantised(weights: Weights) -> dict[str, Any]:
    """The argument that loads transformers and text encoders in 4 bits (nf4, bfloat16 inside)."""
    from diffusers.quantizers.pipe_quant_config import PipelineQuantizationConfig

    kinds = ("transformer", "text_encoder")
    parts = [name for name in weights.parts if name.startswith(kinds)]
    kwargs: dict[str, Any] = {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_compute_dtype": torch.bfloat16,
    }
    config = PipelineQuantizationConfig(
        quant_backend="bitsandbytes_4bit",
        quant_kwargs=kwargs,
        components_to_quantize=parts or list(kinds[:1]),
    )
    return {"quantization_config": config}


def place(pipe: Any, device: str, wanted: MemoryMode | None = None) -> MemoryPlan | None:
    """Put a loaded pipeline where the plan says; returns the plan, None where there is no choice.

    Raises torch.OutOfMemoryError when it does not fit after all.
    """
    if not device.startswith("cuda"):
        pipe.to(device)
        return None
    policy = policy_for(wanted)
    # What is loaded in 4 bits is measured so: it is not made smaller a second time.
    plan = planned(weights_in_memory(pipe), device_now(device), policy, can_quantise=False)
    carry_out(plan, pipe, device)
    return plan


def policy_for(wanted: MemoryMode | None) -> Policy:
    """The policy in force, with the mode that one request asks for."""
    policy = in_force()
    return replace(policy, memory_mode=wanted) if wanted else policy


def planned(weights: Weights, device: Device, policy: Policy, *, can_quantise: bool) -> MemoryPlan:
    """The plan for these weights under a policy."""
    return memory_plan(
        weights,
        device,
        wanted=policy.memory_mode,
        quantise=policy.quantise if can_quantise else Quantisation.NONE,
        can_quantise=can_quantise,
        working_bytes=policy.working_bytes,
        pixels=LARGEST_PIXELS,
    )


def carry_out(plan: MemoryPlan, pipe: Any, device: str) -> None:
    """Tell diffusers."""
    if plan.mode is MemoryMode.ON_DEVICE:
        pipe.to(device)
    elif is_modular(pipe):
        offload_blocks(pipe, plan.mode, device)
    elif plan.mode is MemoryMode.MODEL_OFFLOAD:
        pipe.enable_model_cpu_offload(device=device)
    elif plan.mode is MemoryMode.GROUP_OFFLOAD:
        pipe.enable_group_offload(
            onload_device=torch.device(device), offload_type="leaf_level", use_stream=True
        )
    else:
        pipe.enable_sequential_cpu_offload(device=device)
    vae = getattr(pipe, "vae", None)
    for wanted, name in ((plan.slice_vae, "enable_slicing"), (plan.tile_vae, "enable_tiling")):
        # Not every VAE can (Wan's has no slicing); then it decodes whole.
        if wanted and hasattr(vae, name):
            getattr(vae, name)()


def weights_in_memory(pipe: Any) -> Weights:
    """Bytes of each part of a loaded pipeline, and of its largest single layer."""
    parts = {
        name: part for name, part in pipe.components.items() if isinstance(part, torch.nn.Module)
    }
    layers = [
        _own_bytes(layer)
        for part in parts.values()
        for layer in part.modules()
        if next(layer.children(), None) is None
    ]
    sizes = {
        name: sum(tensor.numel() * tensor.element_size() for tensor in part.parameters())
        for name, part in parts.items()
    }
    return Weights(sizes, max(layers, default=0))


def _own_bytes(layer: torch.nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in layer.parameters())


def weights_on_disk(name: str, bytes_each: int) -> Weights:
    """What a folder, or a hub model in the cache, will take once loaded; empty when unknown."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        cache = hub_cache()
        found = DiskShelf(cache, cache).config_folder(name) if name.count("/") == 1 else None
        if found is None:
            return Weights()
        folder = found
    whole = read_folder(folder)
    parts = whole.parts if whole is not None else {}
    return Weights({part: count * bytes_each for part, count in parts.items()})


def device_now(device: str) -> Device:
    """A CUDA device with the memory that is free at this moment."""
    free, total = torch.cuda.mem_get_info(torch.device(device))
    name = torch.cuda.get_device_name(torch.device(device))
    return Device("cuda", name, total, free, int(psutil.virtual_memory().available))
