"""Signals, files and timelines of the sound tests; every judge in them is another program's."""

from __future__ import annotations

import re
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.timeline import (
    DEFAULT_RATE,
    Clip,
    Gap,
    Media,
    MediaKind,
    Pane,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video.sound import Ducking, Mix
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import Cancelled
from gator_engine.ports.video import MediaFile

RATE = 48_000
AS_IS = Mix(loudness=None, ducking=Ducking(on=False))
Array = NDArray[np.float64]


class Running:
    """A run that a person stops after so many checks."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.checks, self._stop_after = 0, stop_after

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.check()

    def check(self) -> None:
        self.checks += 1
        if self._stop_after is not None and self.checks > self._stop_after:
            raise Cancelled("stop")


def tone(seconds: float, hertz: float = 440.0, level: float = 0.25, rate: int = RATE) -> Array:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def noise(seconds: float, level: float = 0.2, seed: int = 0) -> Array:
    """Pink noise with that peak."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, spectrum.size))
    spectrum[0] = 0
    made = np.fft.irfft(spectrum, count)
    return level * made / np.abs(made).max()


def speech_like(seconds: float, level: float = 0.3) -> Array:
    """Syllables of noise, four a second, with digital silence between phrases of two seconds."""
    at = np.arange(round(seconds * RATE)) / RATE
    return noise(seconds, level, 5) * np.abs(np.sin(2 * np.pi * 2 * at)) * (at % 4 < 2)


def clicks(seconds: float, times: Sequence[float], rate: int = RATE) -> Array:
    made = np.zeros(round(seconds * rate))
    for time in times:
        at = round(time * rate)
        made[at : at + max(1, rate // 2000)] = 0.7
    return made


def wav(path: Path, *channels: Array, rate: int = RATE) -> Path:
    """16-bit PCM with so many channels."""
    values = (np.clip(np.stack(channels, axis=1), -1, 1) * 32767).round().astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.tobytes())
    return path


def ffmpeg(*arguments: str | Path) -> str:
    """Run the real program; what it said."""
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y"]
    done = subprocess.run([*argv, *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stderr


def media(kind: AssetKind = AssetKind.AUDIO, **files: Path) -> dict[str, MediaFile]:
    """Library files by the names given."""
    facts = FileFacts(kind, f"{kind}/any", 1)
    return {name: MediaFile(name, path, name * 4, facts) for name, path in files.items()}


def timeline(
    frames: int,
    *,
    voice: Sequence[Sound | Gap] = (),
    music: Sequence[Sound | Gap] = (),
    clips: Sequence[Clip] = (),
    rate: Ratio = DEFAULT_RATE,
    mix: Mix = AS_IS,
) -> Timeline:
    """A timeline of so many frames of plain colour, or of the clips."""
    plain = Clip("plain", frames, (Pane(Media(MediaKind.COLOUR)),))
    return Timeline(
        picture=PictureTrack(tuple(clips) or (plain,)),
        voice=(SoundTrack(tuple(voice)),) if voice else (),
        music=(SoundTrack(tuple(music)),) if music else (),
        rate=rate,
        mix=mix,
    )


def video_clip(id: str, asset: str, frames: int, **fields: object) -> Clip:
    """A clip of a file with pictures whose own sound is heard."""
    pane = Pane(Media(MediaKind.ASSET, asset), source_start=fields.pop("source_start", 0))  # type: ignore[arg-type]
    return Clip(id, frames, (pane,), **{"gain_db": 0.0, **fields})  # type: ignore[arg-type]


def heard(path: Path) -> Array:
    """The finished file as the program ffmpeg plays it: (2, samples)."""
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    argv += ["-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"]
    raw = subprocess.run(argv, capture_output=True, check=True).stdout
    return np.frombuffer(raw, dtype="<f4").reshape(-1, 2).T.astype(float)


def level_db(samples: Array) -> float:
    return float(10 * np.log10(np.mean(samples**2) + 1e-15))


def onsets(samples: Array, threshold: float = 0.2, apart_s: float = 0.1) -> list[float]:
    """Seconds at which something louder than the threshold begins, after so much quiet."""
    loud = np.flatnonzero(np.abs(samples).max(axis=0) > threshold)
    begins = np.diff(loud, prepend=-RATE) > apart_s * RATE
    return [float(first) / RATE for first in loud[begins]]


def judged(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) by the program ffmpeg."""
    said = ffmpeg("-i", path, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
    summary = said[said.rindex("Integrated loudness:") :]
    loudness = re.search(r"I:\s+(-?[\d.]+|-inf) LUFS", summary)
    peak = re.search(r"True peak:\s+Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    assert loudness and peak, summary
    return float(loudness[1]), float(peak[1])
