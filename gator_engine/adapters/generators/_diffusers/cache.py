"""Models kept loaded in this process, within a budget of memory; the longest unused goes first.

What makes a pipeline another one is its key: weights, place and number format, how it is put into
memory. LoRAs come and go on a loaded one. Companions (ControlNets, models that find depth or
enlarge) lie beside the pipelines and count as they do; the role in their key says what they are.
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
    """What tells loaded models apart; `role` is "" for a pipeline."""

    name: str
    device: str
    dtype: str
    mode: str = ""
    role: str = ""


class Kept(Protocol):
    """What the cache needs of a loaded model."""

    weights_bytes: int


@dataclass(frozen=True)
class Companion:
    """A model that works beside a pipeline, with whatever prepares pictures for it."""

    model: Any
    weights_bytes: int
    reader: Any = None


def companion(model: torch.nn.Module, reader: Any = None) -> Companion:
    """A loaded model as the cache keeps it."""
    size = sum(t.numel() * t.element_size() for t in (*model.parameters(), *model.buffers()))
    return Companion(model, size, reader)


M = TypeVar("M", bound=Kept)


class PipelineCache(Generic[M]):
    """Loads through `load` what is not there; `release` gives memory back to the device."""

    def __init__(self, load: Callable[[PipelineKey], M]) -> None:
        self._load = load
        self._kept: OrderedDict[PipelineKey, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: PipelineKey) -> tuple[M, bool]:
        """The model, and whether it was there already. Raises what `load` raises."""
        return self._get(key, lambda: self._load(key))

    def companion(self, key: PipelineKey, load: Callable[[], Companion]) -> Companion:
        """A model beside the pipelines, loaded if need be. Raises what `load` raises."""
        found: Companion = self._get(key, load)[0]
        return found

    def _get(self, key: PipelineKey, load: Callable[[], Any]) -> tuple[Any, bool]:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key], True
            budget = budget_bytes(key.device)
            self._make_room(key.device, budget - bytes_on_disk(key.name))
            model = load()
            self._kept[key] = model
            self._make_room(key.device, budget, keep=key)
            return model, False

    def kept(self) -> list[tuple[PipelineKey, M]]:
        """The pipelines that are loaded, the longest unused first."""
        with self._lock:
            return [(key, model) for key, model in self._kept.items() if not key.role]

    def companions(self) -> list[PipelineKey]:
        """What is loaded beside them, the longest unused first."""
        with self._lock:
            return [key for key in self._kept if key.role]

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
    if folder.is_file():
        return folder.stat().st_size
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
