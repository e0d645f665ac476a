"""When a worker that stays warm has outgrown its memory, so that a fresh one had better go on.

Python and CUDA give memory back only in part: what libraries leak or fragment job by job is gone
with the process, and with nothing less.
"""

from __future__ import annotations

import gc
import sys

from gator_engine.ports import WorkerLoad

# Where nothing is set. Loaded weights alone may take half of the main memory and four fifths of a
# GPU's (see the generators' cache), so that these are reached by what is no longer accounted for.
MAIN_SHARE, DEVICE_SHARE = 0.8, 0.95


def overgrown(load: WorkerLoad, *, limit_mb: int, machine_mb: int) -> str:
    """What has grown too large, in words; "" when nothing has.

    `limit_mb` bounds the resident memory, 0: a share of the machine's `machine_mb`. A device is
    bounded by a share of its own memory.
    """
    bound = limit_mb or int(machine_mb * MAIN_SHARE)
    if load.memory_mb > bound:
        return f"{load.memory_mb} MiB of main memory, more than {bound}"
    bound = int(load.device_total_mb * DEVICE_SHARE)
    if load.device_mb > bound:
        return f"{load.device_mb} MiB of {load.device}, more than {bound}"
    return ""


def tidy() -> None:
    """Give back what is no longer used, as far as the interpreter and the device do that."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
