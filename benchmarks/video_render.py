"""The standard piece of video against the encoder alone and plain moviepy, in processor seconds."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._video_children import child
from benchmarks._video_piece import SIZE, write_media

MEMORY = Path("/dev/shm")
WAYS = ("ours", "floor", "moviepy")


def run(quick: bool, *, tiny: bool = False) -> dict[str, Any]:
    """Twenty seconds at 1080 × 1920 and five minutes for memory; quick and tiny ones smaller.

    Every run is a process of its own that counts itself and its children; ours begins with an empty
    cache. The floor reads the very frames of ours from memory and encodes them with ours' settings.
    """
    seconds, size, long, repeats = 20, SIZE, 300, 3
    if quick:
        seconds, size, long, repeats = 8, (540, 960), 60, 1
    if tiny:
        seconds, size, long, repeats = 2, (108, 192), 4, 1
    with tempfile.TemporaryDirectory(prefix="gator-video-", dir=_roomy(seconds, size)) as place:
        folder, home = Path(place) / "media", Path(place)
        write_media(folder, size, min(seconds, 20))
        found = _alternating(folder, seconds, size, home, repeats)
        peak_long = child("ours", folder, long, size, _fresh(home / "long"))["peak_mb"]
    cpu = {way: statistics.median(one["cpu_s"] for one in found[way]) for way in WAYS}
    pairs = list(zip(found["ours"], found["floor"], found["moviepy"], strict=True))
    return {
        "ours_cpu_s": round(cpu["ours"], 2),
        "floor_cpu_s": round(cpu["floor"], 2),
        "moviepy_cpu_s": round(cpu["moviepy"], 2),
        "over_floor": round(statistics.median(o["cpu_s"] / f["cpu_s"] for o, f, _ in pairs), 3),
        "under_moviepy": round(statistics.median(m["cpu_s"] / o["cpu_s"] for o, _, m in pairs), 2),
        "peak_mb": round(max(one["peak_mb"] for one in found["ours"])),
        "peak_mb_5min": round(peak_long),
        "wall_s": {way: round(statistics.median(_of(found[way], "wall_s")), 2) for way in WAYS},
        "file_mb": {way: round(statistics.median(_of(found[way], "mb")), 2) for way in WAYS},
        "seconds": seconds,
        "size": list(size),
        "long_seconds": long,
        "repeats": repeats,
    }


def _of(found: list[dict[str, Any]], name: str) -> list[float]:
    return [one[name] for one in found]


def _roomy(seconds: int, size: tuple[int, int]) -> str | None:
    """Main memory when all the frames fit in half of what is free there, else the disk."""
    needed = seconds * 30 * size[0] * size[1] * 3 // 2
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * needed:
        return str(MEMORY)
    return None


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _alternating(
    folder: Path, seconds: int, size: tuple[int, int], home: Path, repeats: int
) -> dict[str, list[dict[str, Any]]]:
    """Every way once, then every way again."""
    frames = _fresh(home / "frames")
    child("prepare", folder, seconds, size, frames)
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way in WAYS:
            here = frames if way == "floor" else _fresh(home / way)
            found[way].append(child(way, folder, seconds, size, here))
    (frames / "frames.yuv").unlink()
    return found
