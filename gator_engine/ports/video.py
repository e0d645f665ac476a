"""Ports of video: the renderer, the sound desk inside it, and what else works on a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gator_engine.domain.assets import FileFacts
from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.captions import Captions
from gator_engine.domain.video.profiles import Profile
from gator_engine.domain.video.sound import Beats
from gator_engine.domain.video.time import Ratio
from gator_engine.ports.generation import Run


@dataclass(frozen=True)
class MediaFile:
    """A file of the library on this machine's disk."""

    asset_id: str
    path: Path
    sha256: str
    facts: FileFacts


@dataclass(frozen=True)
class RenderRequest:
    """Everything a renderer may use. `media` holds every asset the timeline names, by asset id."""

    timeline: Timeline
    profile: Profile
    media: Mapping[str, MediaFile]


@dataclass(frozen=True)
class RenderResult:
    """A finished, probed file and what was measured on it.

    `path` lies in the folder that was asked for; nothing stands there when rendering fails.
    `loudness_lufs` and `true_peak_db` are None for a silent video.
    """

    path: Path
    frames: int
    duration_s: float
    size: tuple[int, int]
    segments: int
    segments_reused: int
    encoder: str
    loudness_lufs: float | None = None
    true_peak_db: float | None = None
    timings_s: Mapping[str, float] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class VideoRenderer(Protocol):
    """Turns a timeline into a file. Streams from disk: memory does not grow with the length."""

    def missing(self) -> str:
        """ "" when ready, else what to install, in plain words."""

    def render(self, request: RenderRequest, run: Run, folder: Path) -> RenderResult:
        """Render into a new file in `folder`; segments that did not change are taken from a cache.

        Raises InvalidInput (a clip's media is missing, damaged, or too short: the clip is named),
        Cancelled within a second, CapabilityError for a missing font or encoder, Unavailable for a
        full disk.
        """

    def frame(self, request: RenderRequest, number: int) -> bytes:
        """One frame as PNG, exactly as `render` would show it. Raises as `render` does."""


class CaptionFiles(Protocol):
    """Caption files in and out: SubRip, WebVTT and Advanced SubStation Alpha."""

    def read(self, data: bytes, filename: str, rate: Ratio) -> Captions:
        """Cues with estimated word times where the file has none.

        Raises InvalidInput naming the line.
        """

    def write(self, captions: Captions, kind: str, rate: Ratio, frame: tuple[int, int]) -> bytes:
        """`kind` is srt, vtt or ass. Raises InvalidInput for another."""


class TimelineFiles(Protocol):
    """Timelines for other editors: OpenTimelineIO (.otio)."""

    def write(self, timeline: Timeline, title: str, names: Mapping[str, str]) -> bytes:
        """The .otio JSON; `names` are file names by asset id."""

    def read(self, data: bytes) -> tuple[Timeline, Sequence[str]]:
        """The timeline, and remarks on what this file holds that ours cannot.

        Exact for files of ours; cut order and times from others. Raises InvalidInput.
        """


class SoundDesk(Protocol):
    """Listens to sound: beats to cut on, waveforms to show, voices to time."""

    def beats(self, file: MediaFile) -> Beats:
        """Raises InvalidInput when there is no sound in it."""

    def waveform(self, file: MediaFile, points: int) -> Sequence[float]:
        """Peaks between 0 and 1 over the whole length, `points` of them."""

    def speech(self, file: MediaFile) -> Sequence[tuple[float, float]]:
        """(start, end) in seconds of the stretches in which somebody speaks."""


@dataclass(frozen=True)
class Bed:
    """A piece of music made by code: what to ask for, and its licence in words."""

    slug: str
    label: str
    mood: str
    bpm: float
    licence: str


class MusicBeds(Protocol):
    """Royalty-free music synthesised by code; the same seed gives the same sound."""

    def beds(self) -> Sequence[Bed]:
        """What there is."""

    def make(self, slug: str, duration_s: float, seed: int) -> tuple[bytes, Beats]:
        """A WAV (48 kHz stereo, 16 bit) of that length with its exact beats.

        Raises InvalidInput for an unknown bed or a length out of 1–600 s.
        """
