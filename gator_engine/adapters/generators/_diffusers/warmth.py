"""What a worker asks a diffusion generator: what is loaded here, and what goes together.

Importing this loads no model library, and neither does asking.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gator_engine.ports import GenerateRequest, WarmModel, WorkerLoad

_CACHE = "gator_engine.adapters.generators._diffusers.models"
# What may differ between requests of one pass: words become embeddings of their own.
_OWN = frozenset({"negative_prompt"})
MIB = 2**20
GPU_PASS = 8


def affinity_of(model: str, precision: str) -> str:
    """Names a model as jobs and workers do; generators that share weights share the name."""
    return f"diffusers:{model}:{precision}" if model else ""


def loaded_here(device: str) -> WorkerLoad:
    """What is loaded in this process; nothing while the model libraries are not even imported."""
    models = sys.modules.get(_CACHE)
    if models is None:
        return WorkerLoad(device=device)
    kept = models.WARM.kept()
    on = kept[-1][0].device if kept else device
    told = tuple(_told(model) for _, model in kept)
    used, total = _memory(on)
    return WorkerLoad(device=on, models=told, device_mb=used, device_total_mb=total)


def _told(model: Any) -> WarmModel:
    label = Path(model.name).name or model.name
    affinity = affinity_of(model.name, model.asked_precision)
    return WarmModel(affinity, label, model.weights_bytes // MIB)


def _memory(device: str) -> tuple[int, int]:
    """MiB of the GPU's memory that this process holds, and all of it."""
    if not device.startswith("cuda"):
        return 0, 0
    torch = sys.modules["torch"]
    place = torch.device(device)
    held, whole = torch.cuda.memory_reserved(place), torch.cuda.get_device_properties(place)
    return int(held) // MIB, int(whole.total_memory) // MIB


def key_for(slug: str, model: str, request: GenerateRequest, options: Mapping[str, Any]) -> str:
    """Equal for requests that one pass can serve; "" for one that needs pictures of its own."""
    if request.references or request.pictures:
        return ""
    same = {name: value for name, value in options.items() if name not in _OWN}
    told = [slug, model, request.kind, request.size, same]
    return json.dumps(told, sort_keys=True, default=str)


def pass_size(device: str) -> int:
    """Pictures of one pass where nothing is set: one on a CPU, where more are no quicker."""
    models = sys.modules.get(_CACHE)
    if device == "auto" and models is not None:
        device = models.natural_device()
    return GPU_PASS if device.startswith("cuda") else 1
