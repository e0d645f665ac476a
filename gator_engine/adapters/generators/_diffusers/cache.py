"""Pipelines kept loaded in this process, within a budget of memory; the longest unused goes first.

What makes a pipeline another one is its key: weights, place and number format, how it is put into
memory, and what is built into it (a ControlNet). LoRAs come and go on a loaded one.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

import psutil
import torch

from gator_engine.adapters.generators._diffusers.policy import in_force

MIB = 2**20
# Share of the memory that weights may take by default: on a GPU the rest is for the work itself,
# in main memory it is for everything else on the machine.
GPU_SHARE, MAIN_SHARE = 0.8, 0.5


@dataclass(frozen=True)
class PipelineKey:
    """What tells loaded pipelines apart."""

    name: str
    device: str
    dtype: str
    mode: str = ""
    structure: str = ""


class Kept(Protocol):
    """What the cache needs of a loaded model."""

    weights_bytes: int


M = TypeVar("M", bound=Kept)


class PipelineCache(Generic[M]):
    """Loads through `load` what is not there; `release` gives memory back to the device."""

    def __init__(self, load: Callable[[PipelineKey], M]) -> None:
        self._load = load
        self._kept: OrderedDict[PipelineKey, M] = OrderedDict()
        self._lock = Lock()

    def get(self, key: PipelineKey) -> tuple[M, bool]:
        """The model, and whether it was there already. Raises what `load` raises."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key], True
            budget = budget_bytes(key.device)
            self._make_room(key.device, budget - bytes_on_disk(key.name))
            model = self._load(key)
            self._kept[key] = model
            self._make_room(key.device, budget, keep=key)
            return model, False

    def kept(self) -> list[tuple[PipelineKey, M]]:
        """Everything that is loaded, the longest unused first."""
        with self._lock:
            return list(self._kept.items())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
        release()

    def _make_room(self, device: str, room: int, keep: PipelineKey | None = None) -> None:
        """Let go, the longest unused first, until the weights on the device fit into `room`."""
        there = [key for key in self._kept if key.device == device]
        held = sum(self._kept[key].weights_bytes for key in there)
        for key in there:
            if held > room and key != keep:
                held -= self._kept.pop(key).weights_bytes
                release()


def budget_bytes(device: str) -> int:
    """Weights that may stay loaded on a device."""
    asked = in_force().cache_mb
    if asked:
        return asked * MIB
    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(torch.device(device)).total_memory * GPU_SHARE)
    return int(psutil.virtual_memory().total * MAIN_SHARE)


def bytes_on_disk(name: str) -> int:
    """Size of a folder's weights, a guess at what they will take; 0 where it is not known."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return 0
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def bytes_in_memory(pipe: Any) -> int:
    """Parameters and buffers of a pipeline, what it shares counted once."""
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    tensors = {
        tensor.data_ptr(): tensor.numel() * tensor.element_size()
        for part in parts
        for tensor in (*part.parameters(), *part.buffers())
    }
    return sum(tensors.values())


def release() -> None:
    """Give freed memory back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
