"""What this machine computes pictures on, told without importing torch where that can be helped."""

from __future__ import annotations

import platform
import shutil
import subprocess  # nosec B404
import sys
import time
from functools import lru_cache
from importlib.util import find_spec

import psutil

from gator_engine.config import Settings
from gator_engine.domain.models.memory import Device

_ASK = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
_MIB = 1024 * 1024
FRESH_S = 3.0


class MachineProbe:
    """ports.DeviceProbe: nvidia-smi for CUDA, the system's name for Apple GPUs, else the CPU.

    A process that has torch loaded already is asked through torch, which also knows other makes of
    GPU that call themselves CUDA (ROCm).
    """

    def __init__(self, settings: Settings) -> None:
        self._wanted = settings.device

    def device(self) -> Device:
        """Where pictures would be computed, by `GATOR_DEVICE`, with the memory free now."""
        kind, _, number = self._wanted.partition(":")
        if kind in ("auto", "cuda"):
            found = _by_torch(int(number or 0)) or _by_nvidia_smi(int(number or 0))
            if found is not None:
                return found
        if kind in ("auto", "mps") and _is_apple():
            return _of_main_memory("mps", "the Apple GPU")
        return _of_main_memory("cpu", "the processor")

    def can_quantise(self) -> bool:
        """Whether bitsandbytes is installed."""
        return find_spec("bitsandbytes") is not None


def _by_torch(number: int) -> Device | None:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available() or number >= torch.cuda.device_count():
        return None
    free, total = torch.cuda.mem_get_info(number)
    return Device("cuda", torch.cuda.get_device_name(number), total, free, _free_ram())


def _by_nvidia_smi(number: int) -> Device | None:
    path = shutil.which("nvidia-smi")
    if path is None or not _torch_knows_cuda():
        return None
    return parsed(_table(path, int(time.monotonic() / FRESH_S)), number)


@lru_cache(maxsize=1)
def _table(path: str, _moment: int) -> str:
    """What nvidia-smi says; "" when it fails. Asking takes longer than drawing a page."""
    done = subprocess.run(  # nosec B603
        (path, *_ASK), capture_output=True, text=True, timeout=20, check=False
    )
    return done.stdout if done.returncode == 0 else ""


def parsed(table: str, number: int) -> Device | None:
    """The n-th line of nvidia-smi's table ("NVIDIA H200, 143771, 143000", in MiB)."""
    rows = [line.rsplit(",", 2) for line in table.splitlines() if line.count(",") >= 2]
    if number >= len(rows):
        return None
    name, total, free = (cell.strip() for cell in rows[number])
    if not (total.isdecimal() and free.isdecimal()):
        return Device("cuda", name, ram_bytes=_free_ram())
    return Device("cuda", name, int(total) * _MIB, int(free) * _MIB, _free_ram())


def _torch_knows_cuda() -> bool:
    """A torch without CUDA computes on the processor, whatever card is in the machine."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return not version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _is_apple() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _of_main_memory(kind: str, name: str) -> Device:
    memory = psutil.virtual_memory()
    return Device(kind, name, memory.total, memory.available, memory.available)


def _free_ram() -> int:
    return int(psutil.virtual_memory().available)
