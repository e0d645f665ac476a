"""A draft of the standard piece at 270 × 480, with captions and sound, against its own length."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._video_children import child
from benchmarks._video_piece import SIZE, write_media


def run(quick: bool, *, tiny: bool = False) -> dict[str, Any]:
    """From asking to the checked file, in a fresh process with an empty cache."""
    seconds, size, repeats = 20, SIZE, 1 if quick else 5
    if tiny:
        seconds, size, repeats = 2, (432, 768), 1
    with tempfile.TemporaryDirectory(prefix="gator-video-") as place:
        folder = Path(place) / "media"
        write_media(folder, size, seconds)
        found = []
        for number in range(repeats):
            home = Path(place) / f"home{number}"
            home.mkdir()
            found.append(child("draft", folder, seconds, size, home))
    wall = statistics.median(one["wall_s"] for one in found)
    return {
        "x_realtime": round(seconds / wall, 2),
        "cpu_s": round(statistics.median(one["cpu_s"] for one in found), 2),
        "wall_s": round(wall, 2),
        "peak_mb": round(max(one["peak_mb"] for one in found)),
        "seconds": seconds,
        "timings_s": found[0]["timings_s"],
        "repeats": repeats,
    }
