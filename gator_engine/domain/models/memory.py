"""How a model is put into the memory of a machine, decided from sizes alone.

Everything on the device is quickest. When weights and working memory do not fit together, whole
parts wait in main memory and come over when their turn is (model offload), then single layers do
(group offload, sequential offload). Weights of 4 bits come before the slow ways where the package
for them is installed, as diffusers' guide to speed and memory advises for pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

GIB = 1024**3
# What a run needs beside the weights: InvokeAI's `device_working_mem_gb` has the same default.
WORKING_BYTES = 3 * GIB
# bitsandbytes nf4: 4 bits a weight and a 32-bit scale for every 64 weights, of 16 bits before.
NF4_SHARE = (4 + 32 / 64) / 16
# Group offload with streams holds the group at work and the next one, and pins a copy of all
# weights in main memory (diffusers' guide to memory: about twice the model).
GROUPS_HELD, STREAM_RAM_FACTOR = 2, 2
# Decoding holds about four copies of the VAE's widest full-size feature map (256 channels).
DECODE_COPIES, DECODE_CHANNELS = 4, 256


class MemoryMode(StrEnum):
    """Where weights stay while a model works."""

    ON_DEVICE = "on_device"
    MODEL_OFFLOAD = "model_offload"
    GROUP_OFFLOAD = "group_offload"
    SEQUENTIAL_OFFLOAD = "sequential_offload"

    @property
    def label(self) -> str:
        """For people."""
        return _MODES[self]


_MODES = {
    MemoryMode.ON_DEVICE: "All on the device",
    MemoryMode.MODEL_OFFLOAD: "Whole parts take turns",
    MemoryMode.GROUP_OFFLOAD: "Layers stream in (slower)",
    MemoryMode.SEQUENTIAL_OFFLOAD: "One layer at a time (very slow)",
}


class Quantisation(StrEnum):
    """How weights are stored. NF4 needs the package bitsandbytes and CUDA."""

    NONE = "none"
    NF4 = "nf4"


@dataclass(frozen=True)
class Device:
    """Where pictures are computed: `kind` is cpu, cuda or mps.

    For a GPU `total_bytes` and `free_bytes` are its own memory, else main memory; `ram_bytes` is
    the free main memory. None means that it could not be read.
    """

    kind: str
    name: str
    total_bytes: int | None = None
    free_bytes: int | None = None
    ram_bytes: int | None = None

    @property
    def is_gpu(self) -> bool:
        """Whether it is anything quicker than the processor."""
        return self.kind != "cpu"


@dataclass(frozen=True)
class Weights:
    """Bytes of each part of a model as it will be loaded; `layer` is its largest single layer."""

    parts: Mapping[str, int] = field(default_factory=dict)
    layer: int = 0

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts.values())

    @property
    def largest(self) -> int:
        """The largest part."""
        return max(self.parts.values(), default=0)

    def quantised(self) -> Weights:
        """With transformers and text encoders in 4 bits; convolutions and the VAE stay."""
        small = {
            name: (
                int(size * NF4_SHARE) if name.startswith(("transformer", "text_encoder")) else size
            )
            for name, size in self.parts.items()
        }
        return Weights(small, self.layer)


@dataclass(frozen=True)
class MemoryPlan:
    """What was decided and why. `need_bytes` is what it takes of the device at once."""

    mode: MemoryMode
    quantisation: Quantisation
    tile_vae: bool
    slice_vae: bool
    fits: bool
    need_bytes: int
    why: str


def memory_plan(
    weights: Weights,
    device: Device,
    *,
    wanted: MemoryMode | None = None,
    quantise: Quantisation | None = None,
    can_quantise: bool = False,
    working_bytes: int = WORKING_BYTES,
    pixels: int = 1024 * 1024,
) -> MemoryPlan:
    """The quickest way that fits, or what was asked for (`wanted`, `quantise`).

    `can_quantise` says that the package for 4-bit weights is installed. A plan that does not fit
    is returned too, with `fits` False: the caller says so before it tries.
    """
    small = weights.quantised()
    if device.kind != "cuda":
        return _in_one_memory(weights, device, working_bytes)
    if quantise is None:
        plain = _choose(weights, device, wanted, working_bytes)
        slow = plain[0] not in (MemoryMode.ON_DEVICE, MemoryMode.MODEL_OFFLOAD) or not plain[1]
        worth = small.total < weights.total and can_quantise and wanted is None
        quantise = Quantisation.NF4 if slow and worth else Quantisation.NONE
    held = small if quantise is Quantisation.NF4 else weights
    mode, fits = _choose(held, device, wanted, working_bytes)
    need = _need(held, mode, working_bytes)
    tile = _tight_for_decoding(held, device, mode, pixels)
    why = _why(held, device, mode, quantise, need=need, fits=fits, asked=wanted is not None)
    sliced = tile or mode is not MemoryMode.ON_DEVICE
    return MemoryPlan(mode, quantise, tile, sliced, fits, need, why)


def _in_one_memory(weights: Weights, device: Device, working: int) -> MemoryPlan:
    """Without a memory of its own (CPU, Apple) there is nowhere to put weights aside."""
    need = weights.total + working
    fits = device.free_bytes is None or need <= device.free_bytes
    tight = not fits
    why = _why(
        weights, device, MemoryMode.ON_DEVICE, Quantisation.NONE, need=need, fits=fits, asked=False
    )
    return MemoryPlan(MemoryMode.ON_DEVICE, Quantisation.NONE, tight, tight, fits, need, why)


def _choose(
    weights: Weights, device: Device, wanted: MemoryMode | None, working: int
) -> tuple[MemoryMode, bool]:
    """The mode, and whether it fits."""
    modes = tuple(MemoryMode) if wanted is None else (wanted,)
    for mode in modes:
        if _fits(weights, device, mode, working):
            return mode, True
    return modes[-1], False


def _fits(weights: Weights, device: Device, mode: MemoryMode, working: int) -> bool:
    if device.free_bytes is not None and _need(weights, mode, working) > device.free_bytes:
        return False
    if mode is MemoryMode.ON_DEVICE or device.ram_bytes is None:
        return True
    factor = STREAM_RAM_FACTOR if mode is MemoryMode.GROUP_OFFLOAD else 1
    return weights.total * factor <= device.ram_bytes


def _need(weights: Weights, mode: MemoryMode, working: int) -> int:
    """Bytes of device memory held at once."""
    resident = {
        MemoryMode.ON_DEVICE: weights.total,
        MemoryMode.MODEL_OFFLOAD: weights.largest,
        MemoryMode.GROUP_OFFLOAD: GROUPS_HELD * weights.layer,
        MemoryMode.SEQUENTIAL_OFFLOAD: weights.layer,
    }[mode]
    return resident + working


def _tight_for_decoding(weights: Weights, device: Device, mode: MemoryMode, pixels: int) -> bool:
    if device.free_bytes is None:
        return False
    resident = weights.total if mode is MemoryMode.ON_DEVICE else 0
    decode = DECODE_COPIES * DECODE_CHANNELS * pixels * 2
    return resident + decode > device.free_bytes


def _why(
    weights: Weights,
    device: Device,
    mode: MemoryMode,
    quantise: Quantisation,
    *,
    need: int,
    fits: bool,
    asked: bool,
) -> str:
    free = "unknown" if device.free_bytes is None else gigabytes(device.free_bytes)
    bits = " as 4 bits" if quantise is Quantisation.NF4 else ""
    said = f"{gigabytes(weights.total)} of weights{bits}, {free} free on {device.name}"
    if not fits and device.free_bytes is not None and need > device.free_bytes:
        return f"{said}: {gigabytes(need)} would be needed."
    if not fits:
        ram = gigabytes(device.ram_bytes or 0)
        return f"{said}: the weights do not fit into the {ram} of free main memory."
    chosen = "as asked" if asked else mode.label.lower()
    return f"{said}: {chosen} ({gigabytes(need)} at once)."


def gigabytes(count: int) -> str:
    """Bytes of memory as people read them."""
    return f"{count / GIB:.1f} GiB"
