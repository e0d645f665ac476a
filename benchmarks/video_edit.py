"""Rendering the standard piece again after one clip, one word or the music was changed."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._video_children import child
from benchmarks._video_piece import SIZE, write_media

EDITS = {"clip": "other_still", "caption": "other_word", "audio": "quieter_music"}


def run(quick: bool, *, tiny: bool = False) -> dict[str, Any]:
    """Each render is a process of its own; the edits find the cache of the full one."""
    seconds, size, repeats = 20, SIZE, 3
    if quick:
        seconds, size, repeats = 10, (540, 960), 1
    if tiny:
        seconds, size, repeats = 2, (108, 192), 1
    with tempfile.TemporaryDirectory(prefix="gator-video-") as place:
        folder = Path(place) / "media"
        write_media(folder, size, seconds)
        rounds = [
            _round(folder, seconds, size, Path(place) / f"home{number}")
            for number in range(repeats)
        ]
    full = statistics.median(one["full"]["cpu_s"] for one in rounds)
    ratios = {
        f"{edit}_ratio": round(
            statistics.median(one[edit]["cpu_s"] / one["full"]["cpu_s"] for one in rounds), 3
        )
        for edit in EDITS
    }
    reused = {edit: rounds[0][edit]["reused"] for edit in EDITS}
    return {
        "full_cpu_s": round(full, 2),
        **ratios,
        "segments": rounds[0]["full"]["segments"],
        "segments_reused": reused,
        "seconds": seconds,
        "size": list(size),
        "repeats": repeats,
    }


def _round(folder: Path, seconds: int, size: tuple[int, int], home: Path) -> dict[str, Any]:
    """The full render into an empty cache, then each edit of it."""
    home.mkdir()
    found = {"full": child("ours", folder, seconds, size, home)}
    return found | {edit: child(way, folder, seconds, size, home) for edit, way in EDITS.items()}
