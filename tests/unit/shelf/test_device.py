"""What nvidia-smi's table means, and that a machine is told without a model library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gator_engine.adapters.shelf.device import MachineProbe, parsed
from gator_engine.config import load_settings

TABLE = "NVIDIA GeForce RTX 4090, 24564, 20000\nNVIDIA H200, Rev 2, 143771, 143000\n"


def test_each_card_has_its_line() -> None:
    first, second = parsed(TABLE, 0), parsed(TABLE, 1)
    assert first is not None
    assert second is not None
    assert (first.name, first.total_bytes, first.free_bytes) == (
        "NVIDIA GeForce RTX 4090",
        24564 * 2**20,
        20000 * 2**20,
    )
    assert second.name == "NVIDIA H200, Rev 2"
    assert parsed(TABLE, 2) is None
    assert parsed("", 0) is None


def test_memory_that_is_not_told_stays_unknown() -> None:
    device = parsed("NVIDIA GB10, [N/A], [N/A]", 0)
    assert device is not None
    assert (device.kind, device.total_bytes, device.free_bytes) == ("cuda", None, None)


@pytest.mark.parametrize("wanted", ["cpu", "auto"])
def test_main_memory_counts_without_a_gpu(wanted: str) -> None:
    device = MachineProbe(load_settings(device=wanted)).device()
    assert device.kind in ("cpu", "cuda", "mps")
    if wanted == "cpu":
        assert device.kind == "cpu"
        assert device.total_bytes is not None
        assert device.free_bytes == device.ram_bytes
        assert 0 < device.free_bytes <= device.total_bytes


def test_looking_loads_no_model_library() -> None:
    code = (
        "import sys\n"
        "from gator_engine.adapters.shelf.device import MachineProbe\n"
        "from gator_engine.adapters.shelf.shelf import DiskShelf, hub_cache\n"
        "from gator_engine.config import load_settings\n"
        "s = load_settings()\n"
        "MachineProbe(s).device(); DiskShelf(s.models_folder, hub_cache()).found()\n"
        "print([m for m in ('torch', 'diffusers', 'transformers') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
