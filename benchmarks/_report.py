"""The shape every benchmark reports in: its figures, the machine, the versions, the repeats."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TELLING = ("streamlit", "sqlalchemy", "rq", "redis", "duckdb", "torch", "diffusers", "moviepy")


def report(name: str, figures: dict[str, Any], *, quick: bool) -> dict[str, Any]:
    """The JSON object of one benchmark; `repeats` in the figures moves beside them."""
    repeats = figures.pop("repeats", 1)
    frame = {"machine": machine(), "versions": versions(), "repeats": repeats, "quick": quick}
    return {"benchmark": name, **figures, **frame}


def machine() -> dict[str, Any]:
    """Cores we may use, the CPU's model, and the GPU if there is one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cores": cores, "cpu": _cpu_model(), "gpu": _gpu()}


def versions() -> dict[str, str]:
    """Python and the packages that decide the figures."""
    found = {"python": platform.python_version()}
    for package in TELLING:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def median_of(measure: Callable[[], float], repeats: int) -> float:
    """Median of several measurements."""
    return statistics.median(measure() for _ in range(repeats))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0 to 1) of the values lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _gpu() -> str | None:
    argv = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
