"""When a warm worker has outgrown its memory."""

from __future__ import annotations

import pytest

from gator_engine.ports import WorkerLoad
from workers.recycling import overgrown


@pytest.mark.parametrize(
    ("load", "limit_mb", "said"),
    [
        (WorkerLoad(memory_mb=800), 0, ""),
        (WorkerLoad(memory_mb=801), 0, "801 MiB of main memory, more than 800"),
        (WorkerLoad(memory_mb=500), 400, "500 MiB of main memory, more than 400"),
        (WorkerLoad(memory_mb=900), 1200, ""),
        (WorkerLoad("cuda:0", (), 10, 950, 1000), 0, ""),
        (WorkerLoad("cuda:0", (), 10, 960, 1000), 0, "960 MiB of cuda:0, more than 950"),
    ],
)
def test_what_has_grown_is_said(load: WorkerLoad, limit_mb: int, said: str) -> None:
    assert overgrown(load, limit_mb=limit_mb, machine_mb=1000) == said
