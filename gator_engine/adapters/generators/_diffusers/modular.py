"""Pipelines that diffusers builds of blocks ("modular"): loaded, called and followed like the rest.

Some families exist in this form alone (Anima, FLUX.3). Their folder has a modular_model_index.json,
which may name parts of other repositories; code that a repository brings along is never run.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import torch
from diffusers import ComponentsManager, ModularPipeline
from diffusers.hooks.group_offloading import apply_group_offloading
from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, HFValidationError

from gator_engine.adapters.shelf.pipelines import INDEX, MODULAR_INDEX
from gator_engine.domain.models.memory import MemoryMode

GUIDANCE = "guidance_scale"
_PIPELINES: Any = ModularPipeline
_MANAGERS: Any = ComponentsManager
_OFFLOAD: Any = apply_group_offloading
# It logs every error that passes through, a cancelled run too; what failed is told by the error.
logging.getLogger("diffusers.modular_pipelines.modular_pipeline").setLevel(logging.CRITICAL)
# And at every guider that it is experimental.
logging.getLogger("diffusers.guiders.guider_utils").setLevel(logging.ERROR)

Told = Callable[[int, int, Any], None]


def is_modular(pipe: Any) -> bool:
    """Whether a loaded pipeline is built of blocks."""
    return isinstance(pipe, ModularPipeline)


def in_blocks(name: str) -> bool:
    """Whether a folder or hub id holds a pipeline of blocks alone; one that is both is none.

    Of a hub id that is not in the cache the hub is asked; when it does not answer, loading will say
    so.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return (folder / MODULAR_INDEX).is_file() and not (folder / INDEX).is_file()
    try:
        if isinstance(try_to_load_from_cache(name, INDEX), str):
            return False
        if isinstance(try_to_load_from_cache(name, MODULAR_INDEX), str):
            return True
        # A person chooses the model, so no revision is pinned; this is no code but JSON.
        hf_hub_download(name, MODULAR_INDEX)  # nosec B615
    except (EntryNotFoundError, HfHubHTTPError, HFValidationError, OSError):
        return False
    return True


def load_blocks(where: str, dtype: torch.dtype) -> Any:
    """The pipeline with all parts that its index names. Raises what loading a part raises."""
    # A person chooses the model, so no revision is pinned.
    pipe = _PIPELINES.from_pretrained(where, trust_remote_code=False)  # nosec B615
    parts = {}
    for name in pipe.pretrained_component_names:
        spec = pipe.get_component_spec(name)
        # Without a place it is a part that may be left out, such as a ControlNet.
        if spec.pretrained_model_name_or_path:
            parts[name] = spec.load(dtype=dtype, use_safetensors=True)
    pipe.register_components(**parts)
    for block in _within(pipe._blocks):
        if hasattr(block, "set_progress_bar_config"):
            block.set_progress_bar_config(disable=True)  # Progress is told by the Run.
    return pipe


def _within(block: Any) -> Iterator[Any]:
    yield block
    for inner in getattr(block, "sub_blocks", {}).values():
        yield from _within(inner)


def blocks_take(pipe: Any) -> Mapping[str, inspect.Parameter]:
    """The inputs of its blocks as parameters of a call, and the guidance of its guider."""
    kinds: tuple[Any, Any] = (type(pipe), type(pipe._blocks))
    taken = dict(_inputs(*kinds))
    guider = getattr(pipe, "guider", None)
    if guider is not None:
        taken[GUIDANCE] = _parameter(GUIDANCE, guider.config.guidance_scale)
    return taken


@cache
def _inputs(kind: Any, _blocks: Any) -> Mapping[str, inspect.Parameter]:
    found = kind().blocks.inputs
    return {one.name: _parameter(one.name, one.default) for one in found if one.name}


def _parameter(name: str, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)


def run_blocks(pipe: Any, arguments: Mapping[str, Any]) -> Any:
    """The pictures of one call. Guidance goes to the guider where there is one.

    1 turns it off, 0 where it is counted from there (the "original formulation").
    """
    given = dict(arguments)
    guider = getattr(pipe, "guider", None)
    if guider is not None and GUIDANCE in given:
        scale = given.pop(GUIDANCE)
        off = 0 if guider.config.get("use_original_formulation") else 1
        pipe.guider = guider.new(guidance_scale=scale, enabled=scale > off)
    return pipe(output="images", **given)


@contextmanager
def steps_of(pipe: Any, told: Told) -> Iterator[None]:
    """Tell of each step of a run: its number, how many there are, and the latents after it.

    Blocks have no callback; what every one of them calls once a step is its scheduler.
    """
    scheduler = pipe.scheduler
    own, number = scheduler.step, 0

    def step(*args: Any, **kwargs: Any) -> Any:
        nonlocal number
        stepped = own(*args, **kwargs)
        number += 1
        # One that starts from a picture begins further down its list.
        told(number, len(scheduler.timesteps) - (scheduler.begin_index or 0), stepped[0])
        return stepped

    scheduler.step = step
    try:
        yield
    finally:
        del scheduler.step


def offload_blocks(pipe: Any, mode: MemoryMode, device: str) -> None:
    """Keep the weights of its parts in main memory while they are not needed."""
    modules = {n: part for n, part in pipe.components.items() if isinstance(part, torch.nn.Module)}
    if mode is MemoryMode.MODEL_OFFLOAD:
        manager = _MANAGERS()
        for name, part in modules.items():
            manager.add(name, part)
        manager.enable_auto_cpu_offload(device=device)
        return
    for part in modules.values():
        _OFFLOAD(
            part,
            onload_device=torch.device(device),
            offload_type="leaf_level",
            use_stream=mode is MemoryMode.GROUP_OFFLOAD and device.startswith("cuda"),
        )
