"""Plain stand-ins for the renderer's neighbours, and tiny media to render from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
from PIL import Image

from gator_engine.adapters.render.neighbours import Tools
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.timeline import (
    Clip,
    Media,
    MediaKind,
    Pane,
    PictureTrack,
    Timeline,
)
from gator_engine.domain.video.captions import Captions
from gator_engine.domain.video.profiles import Profile
from gator_engine.domain.video.time import RATES
from gator_engine.domain.video.titles import Title
from gator_engine.errors import Cancelled
from gator_engine.ports.generation import Run
from gator_engine.ports.video import MediaFile, RenderRequest

SMALL = (108, 192)
CLEAR = Profile("clear", "Nearly lossless", crf=4, preset="veryfast")


@dataclass(frozen=True)
class Layer:
    """A painted block: (h, w, 4) with straight alpha at x, y."""

    x: int
    y: int
    rgba: np.ndarray


class BlockPainter:
    """Captions as blocks: white, half see-through at the edge; while a word is spoken, yellow."""

    def __init__(self, captions: Captions, frame: tuple[int, int]) -> None:
        self._captions, self._frame = captions, frame

    def state(self, frame_number: int) -> str | None:
        """The cue and the word spoken in it."""
        cue = self._captions.cue(frame_number)
        if cue is None:
            return None
        spoken = [at for at, word in enumerate(cue.words) if word.span.holds(frame_number)]
        return f"{cue.text}:{spoken[0] if spoken else '-'}"

    def layer(self, key: str) -> Layer:
        """A block at odd pixels, so that it does not fall on the grid of colour."""
        wide, high = self._frame
        width, height = wide // 2 + 1, high // 10 + 1
        colour = (255, 255, 255) if key.endswith("-") else (255, 220, 0)
        rgba = np.full((height, width, 4), (*colour, 255), np.uint8)
        rgba[0], rgba[-1] = (*colour, 128), (*colour, 128)
        return Layer(wide // 4 + 1 - (wide // 4) % 2, high // 2 + 1 - (high // 2) % 2, rgba)


def paint_title(title: Title, frame: tuple[int, int]) -> Layer:
    """A bar in the accent colour whose length is that of the heading."""
    wide, high = frame
    ink = [int(title.accent[at : at + 2], 16) for at in (1, 3, 5)]
    width = min(wide, max(2, wide * len(title.heading) // 20))
    return Layer(0, high // 4, np.full((high // 4, width, 4), (*ink, 255), np.uint8))


def sound_key(timeline: Timeline, media: Mapping[str, MediaFile], audio_kbps: int) -> str:
    """Names the tone; silent without tracks."""
    if not (timeline.voice or timeline.music):
        return ""
    parts = timeline.voice, timeline.music, timeline.length, timeline.rate, audio_kbps
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def mix(
    timeline: Timeline, media: Mapping[str, MediaFile], path: Path, audio_kbps: int, run: Run
) -> Any:
    """A tone of 440 Hz as long as the picture track."""
    samples = round(Fraction(timeline.length) * 48_000 / timeline.rate.fraction)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48_000, layout="stereo")
        stream.bit_rate = audio_kbps * 1000
        for start in range(0, samples, 1024):
            at = np.arange(start, min(start + 1024, samples)) / 48_000
            tone = (0.1 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return SimpleNamespace(samples=samples, loudness_lufs=-14.0, true_peak_db=-3.0)


TOOLS = Tools(captions=BlockPainter, title=paint_title, sound_key=sound_key, mix=mix)


@dataclass
class Watcher:
    """A Run that remembers; it asks to stop once `stop_at` of the work is done."""

    stop_at: float = 2.0
    told: list[tuple[float, str]] = field(default_factory=list)
    previews: list[bytes] = field(default_factory=list)
    checks: int = 0

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.told.append((fraction, stage))
        if preview is not None:
            self.previews.append(preview)
        if fraction >= self.stop_at:
            raise Cancelled("Stopped.")

    def check(self) -> None:
        self.checks += 1


def settings(home: Path, **more: Any) -> Settings:
    """Settings with the processor's encoder, whatever the machine has."""
    return Settings(home=home, **{"video_encoder": "libx264", **more})


def photo(size: tuple[int, int], seed: int) -> np.ndarray:
    """A soft picture with many colours and fine grain, RGB."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(30, 226, (6, 5, 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), np.int16)
    grain = chance.integers(-6, 7, soft.shape, dtype=np.int16)
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def smooth(size: tuple[int, int], seed: int) -> np.ndarray:
    """A picture without fine detail, in which a hundredth of a pixel is less than a level."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(60, 200, (4, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def still(folder: Path, asset_id: str, rgb: np.ndarray) -> MediaFile:
    """A PNG of the library."""
    path = folder / f"{asset_id}.png"
    Image.fromarray(rgb).save(path)
    data = path.read_bytes()
    high, wide = rgb.shape[:2]
    facts = FileFacts(AssetKind.IMAGE, "image/png", len(data), wide, high)
    return MediaFile(asset_id, path, hashlib.sha256(data).hexdigest(), facts)


def film(
    folder: Path, asset_id: str, size: tuple[int, int], frames: int, rate: int = 30
) -> MediaFile:
    """A lossless video that gets brighter from frame to frame, tagged BT.709."""
    path = folder / f"{asset_id}.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        codec = stream.codec_context
        codec.color_primaries = codec.color_trc = codec.colorspace = codec.color_range = 1
        codec.options = {"crf": "0", "preset": "ultrafast"}
        for number in range(frames):
            planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
            planes[: size[1]] = 30 + 4 * number
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, "yuv420p")))
        container.mux(stream.encode(None))
    data = path.read_bytes()
    facts = FileFacts(AssetKind.VIDEO, "video/mp4", len(data), *size, frames / rate)
    return MediaFile(asset_id, path, hashlib.sha256(data).hexdigest(), facts)


def asset(asset_id: str, **more: Any) -> Pane:
    """A pane that shows a file."""
    return Pane(Media(MediaKind.ASSET, asset_id), **more)


def plain(colour: str) -> Pane:
    """A pane of one colour."""
    return Pane(Media(MediaKind.COLOUR, colour=colour))


def clip(name: str, length: int, *panes: Pane, **more: Any) -> Clip:
    """A clip with that name."""
    return Clip(name, length, panes, **more)


def timeline(
    *items: Any, rate: str = "30", frame: tuple[int, int] = SMALL, **more: Any
) -> Timeline:
    """A timeline at a tiny size."""
    return Timeline(PictureTrack(items), rate=RATES[rate], frame=frame, **more)


def request(made: Timeline, *files: MediaFile, profile: Profile = CLEAR) -> RenderRequest:
    """A request with these files."""
    return RenderRequest(made, profile, {file.asset_id: file for file in files})


def decoded(path: Path) -> list[np.ndarray]:
    """Every frame's Y'CbCr planes as one array (h · 3/2, w), in order of time."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]


def split(frame: np.ndarray) -> list[np.ndarray]:
    """The planes of a frame as `decoded` gives it."""
    wide, high = frame.shape[1], frame.shape[0] * 2 // 3
    light, rest = frame[:high], frame[high:].reshape(2, high // 2, wide // 2)
    return [light, rest[0], rest[1]]


def rgb_of(path: Path) -> list[np.ndarray]:
    """Every frame as a player that knows BT.709 shows it."""
    with av.open(str(path)) as container:
        return [
            frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
            for frame in container.decode(video=0)
        ]
