"""Ways to make the standard piece, each in a process of its own that measures itself.

`python -m benchmarks._video_children WAY FOLDER SECONDS WIDTHxHEIGHT` prints one JSON object:
processor seconds of the process and its children from the call on, and the peak of its memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Idle:
    """A Run that nobody watches."""

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Nothing to do."""

    def check(self) -> None:
        """Nobody asks to stop."""


def child(
    way: str, folder: Path, seconds: int, size: tuple[int, int], home: Path
) -> dict[str, Any]:
    """Run one way in a fresh process. Raises CalledProcessError when it fails."""
    argv = [sys.executable, "-m", "benchmarks._video_children", way, str(folder), str(seconds)]
    argv += [f"{size[0]}x{size[1]}", str(home)]
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def cpu_s() -> float:
    """Processor seconds of this process and the children it has waited for."""
    spent = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        spent += usage.ru_utime + usage.ru_stime
    return spent


def peak_mb() -> float:
    """The most memory this process has held, or a child of it if that was more."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) / 1024


def renderer(home: Path) -> Any:
    """The product's renderer, with the processor's encoder."""
    from gator_engine.adapters.render.renderer import TimelineRenderer
    from gator_engine.config import Settings

    return TimelineRenderer(Settings(home=home, video_encoder="libx264"))


def ours(
    folder: Path,
    seconds: int,
    size: tuple[int, int],
    home: Path,
    edit: str = "",
    profile: str = "standard",
) -> dict[str, Any]:
    """The product's own way: sound, captions, segments, joining, checking."""
    from benchmarks import _video_piece as pieces

    timeline = pieces.piece(seconds, size)
    if edit:
        timeline = getattr(pieces, edit)(timeline)
    wish, made = pieces.request(timeline, folder, profile), renderer(home)
    began, wall = cpu_s(), time.perf_counter()
    result = made.render(wish, Idle(), home / "out")
    return {
        "cpu_s": cpu_s() - began,
        "wall_s": time.perf_counter() - wall,
        "mb": result.path.stat().st_size / 1e6,
        "segments": result.segments,
        "reused": result.segments_reused,
        "timings_s": dict(result.timings_s),
    }


def other_still(*where: Any) -> dict[str, Any]:
    """Our way again, after one clip of five was changed."""
    return ours(*where, edit="with_other_still")


def other_word(*where: Any) -> dict[str, Any]:
    """Our way again, after one word of the captions was changed."""
    return ours(*where, edit="with_other_word")


def quieter_music(*where: Any) -> dict[str, Any]:
    """Our way again, after the level of the music was changed."""
    return ours(*where, edit="with_quieter_music")


def draft(*where: Any) -> dict[str, Any]:
    """Our way at a quarter of the size."""
    return ours(*where, profile="draft")


def prepare(folder: Path, seconds: int, size: tuple[int, int], home: Path) -> dict[str, Any]:
    """The very frames of our way, one after the other in a file, for the floor to read."""
    from benchmarks._video_piece import piece, request
    from gator_engine.adapters.render.boxes import blank
    from gator_engine.adapters.render.neighbours import Tools
    from gator_engine.adapters.render.rendering import Picture

    picture = Picture(request(piece(seconds, size), folder), Tools())
    compositor, planes = picture.compositor(), blank(picture.size)
    with (home / "frames.yuv").open("wb") as file:
        for number in range(picture.shots.length):
            compositor.frame(number, planes)
            for plane in (planes.y, planes.u, planes.v):
                file.write(plane)
    return {"frames": picture.shots.length}


def floor(folder: Path, seconds: int, size: tuple[int, int], home: Path) -> dict[str, Any]:
    """What the encoder alone takes for frames that lie ready, with the product's own settings."""
    import av
    import numpy as np

    from gator_engine.adapters.render.encoding import SOFTWARE, Encoding
    from gator_engine.adapters.render.renderer import _cores, crew_size
    from gator_engine.domain.video.profiles import PROFILES
    from gator_engine.domain.video.time import Ratio

    wide, high = size
    frames = np.memmap(home / "frames.yuv", np.uint8, "r").reshape(-1, high * 3 // 2, wide)
    threads = crew_size(_cores())[1]
    wall, began = time.perf_counter(), cpu_s()  # Loading libraries is left out here, not in ours.
    encoding = Encoding(SOFTWARE, PROFILES["standard"], size, Ratio(30), threads)
    path = home / "floor.mp4"
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream(SOFTWARE)
        encoding.open(stream.codec_context)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "yuv420p")
            frame.pts, frame.time_base = number, 1 / encoding.rate.fraction
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = {"cpu_s": cpu_s() - began, "wall_s": time.perf_counter() - wall}
    return found | {"mb": path.stat().st_size / 1e6}


def moviepy(folder: Path, seconds: int, size: tuple[int, int], home: Path) -> dict[str, Any]:
    """What moviepy's documentation leads to."""
    from benchmarks._video_moviepy import make

    began, wall = cpu_s(), time.perf_counter()
    make(folder, seconds, size, home / "moviepy.mp4")
    found = {"cpu_s": cpu_s() - began, "wall_s": time.perf_counter() - wall}
    return found | {"mb": (home / "moviepy.mp4").stat().st_size / 1e6}


WAYS = (ours, other_still, other_word, quieter_music, draft, prepare, floor, moviepy)


def main() -> int:
    """Read the command line, go one way, and tell."""
    way, folder, seconds, size, home = sys.argv[1:]
    wide, high = size.split("x")
    ways = {one.__name__: one for one in WAYS}
    found = ways[way](Path(folder), int(seconds), (int(wide), int(high)), Path(home))
    print(json.dumps(found | {"peak_mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
