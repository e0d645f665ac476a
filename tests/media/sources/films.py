"""Small films with numbered frames, made by a real ffmpeg; and what is read back from planes."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from gator_engine.adapters.render.planes import Planes
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.ports.video import MediaFile

BITS, BLOCK = 8, 8
WIDTH, HEIGHT = BITS * BLOCK, 48
X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "12", "-bf", "2", "-g", "12")


def ffmpeg(*args: str, given: bytes | None = None) -> None:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-nostdin", *args]
    if given is not None:
        argv.remove("-nostdin")
    done = subprocess.run(argv, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def numbered(count: int) -> np.ndarray:
    """(count, 48, 64, 3): each frame shows its number in eight black or white columns."""
    frames = np.full((count, HEIGHT, WIDTH, 3), 16, np.uint8)
    for number in range(count):
        for bit in range(BITS):
            if number >> bit & 1:
                frames[number, :, bit * BLOCK : (bit + 1) * BLOCK] = 235
    return frames


def number_in(planes: Planes) -> int:
    """The number that `numbered` drew, at whatever scale."""
    height, width = planes.y.shape
    columns = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return sum(int(planes.y[height // 2, at] > 125) << bit for bit, at in enumerate(columns))


def film(
    path: Path,
    frames: np.ndarray,
    *out: str,
    rate: str = "10",
    sound: Sequence[str] = (),
) -> Path:
    """Encode RGB frames (n, h, w, 3); `out` are ffmpeg's output options, X264 if none."""
    height, width = frames.shape[1:3]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    ffmpeg(*raw, *sound, *(out or X264), str(path), given=frames.tobytes())
    return path


def media(path: Path, kind: AssetKind = AssetKind.VIDEO) -> MediaFile:
    return MediaFile("a1", path, "0" * 64, FileFacts(kind, "", path.stat().st_size))


def patch(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """Five frames of one colour."""
    return np.full((5, size[1], size[0], 3), colour, np.uint8)


def rgb_at(planes: Planes, across: float = 0.5, down: float = 0.5) -> tuple[int, int, int]:
    """The colour there, as a BT.709 player shows it."""
    height, width = planes.y.shape
    y = (float(planes.y[int(height * down), int(width * across)]) - 16) * 255 / 219
    at = int(height // 2 * down), int(width // 2 * across)
    u, v = ((float(plane[at]) - 128) * 255 / 224 for plane in (planes.u, planes.v))
    red, blue = y + 1.5748 * v, y + 1.8556 * u
    green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
    return round(red), round(green), round(blue)


def close_to(seen: tuple[int, int, int], wanted: tuple[int, int, int], levels: int = 3) -> bool:
    return max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) <= levels
