"""The standard piece of video: five stills with Ken Burns, captions, a voice and ducked music.

Everything is made by code from a seed: pictures with the spectrum of photographs, hard edges and
grain, a voice-like buzz in syllables, and chords. Twenty seconds; longer pieces repeat it.
"""

from __future__ import annotations

import hashlib
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

SIZE = (1080, 1920)
STILLS, RATE = 5, 30
LARGER = 1.2
"""Stills are so much larger than the frame: 1296 × 2304 for 1080 × 1920."""
ZOOM = 1.12
_SCRIPT = (
    "Every morning the harbour wakes before the town does. Boats come home with silver in their"
    " nets and the gulls know it. Bread is cut, coffee is poured, somebody laughs at last night's"
    " weather. By noon the light is white and the streets are slow. Come and see it once."
)
WORDS = _SCRIPT.split()


def cut(seconds: int) -> tuple[int, int]:
    """(frames of a clip, frames of a crossfade): five clips, or of four seconds each."""
    frames = min(120, seconds * RATE // STILLS)
    return frames, min(15, frames // 4)


def photo(size: tuple[int, int], seed: int) -> np.ndarray:
    """A picture like a photograph: amplitudes fall with frequency, some edges, grain; RGB."""
    wide, high = size
    chance = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None, :]
    fall = 1 / np.maximum(np.hypot(fy, fx), 1 / max(size)) ** 1.25
    layers = []
    for _ in range(3):
        phase = chance.uniform(0, 2 * np.pi, fall.shape)
        plain = np.fft.irfft2(fall * np.exp(1j * phase), s=(high, wide))
        layers.append((plain - plain.mean()) / plain.std())
    light, warm, cool = layers
    rgb = np.stack([light + 0.35 * warm, light, light + 0.35 * cool], axis=2) * 42 + 118
    y, x = np.mgrid[:high, :wide].astype(np.float32)
    for _ in range(14):
        cx, cy, r = chance.uniform(0, wide), chance.uniform(0, high), chance.uniform(0.03, 0.2)
        inside = np.hypot(x - cx, (y - cy) * chance.uniform(0.5, 2)) < r * high
        rgb[inside] += chance.uniform(-45, 45, 3)
    rgb += chance.normal(0, 3.0, (high, wide, 1)) + chance.normal(0, 1.0, rgb.shape)
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def voice(seconds: float, rate: int = 48_000) -> np.ndarray:
    """A buzz with the rhythm of speech: syllables, and pauses between sentences; −1 to 1."""
    at = np.arange(round(seconds * rate)) / rate
    pitch = 120 + 14 * np.sin(2 * np.pi * 0.31 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    buzz = sum(np.sin(n * phase) / n for n in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2.4 * at), 0, 1)
    speaks = (at % 4.0) < 3.2
    return np.asarray(0.22 * buzz * syllables * speaks)


def music(seconds: float, rate: int = 48_000) -> np.ndarray:
    """Four chords that go round, two seconds each; −1 to 1."""
    at = np.arange(round(seconds * rate)) / rate
    chords = ((220, 262, 330), (175, 220, 262), (196, 247, 294), (165, 208, 247))
    sound = np.zeros_like(at)
    for index, chord in enumerate(chords):
        here = ((at // 2) % len(chords)) == index
        sound += here * sum(np.sin(2 * np.pi * note * at) for note in chord)
    return np.asarray(0.12 * sound * (0.7 + 0.3 * np.exp(-4 * (at % 0.5))))


def write_media(folder: Path, size: tuple[int, int] = SIZE, seconds: float = 20) -> None:
    """Make the files of the piece once; the same seed gives the same files."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    larger = round(size[0] * LARGER / 2) * 2, round(size[1] * LARGER / 2) * 2
    for number in range(STILLS + 1):  # One more, to change a clip with.
        Image.fromarray(photo(larger, number)).save(folder / f"s{number}.png", compress_level=1)
    for name, made in (("voice", voice(seconds)), ("music", music(seconds))):
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes((made * 32767).astype("<i2").tobytes())


def media(folder: Path) -> dict[str, Any]:
    """The files as the library hands them to the renderer."""
    from PIL import Image

    from gator_engine.domain.assets import AssetKind, FileFacts
    from gator_engine.ports.video import MediaFile

    found = {}
    for path in sorted(folder.glob("*.*")):
        data = path.read_bytes()
        if path.suffix == ".png":
            with Image.open(path) as image:
                facts = FileFacts(AssetKind.IMAGE, "image/png", len(data), *image.size)
        else:
            with wave.open(str(path)) as file:
                length = file.getnframes() / file.getframerate()
            facts = FileFacts(AssetKind.AUDIO, "audio/wav", len(data), duration_s=length)
        digest = hashlib.sha256(data).hexdigest()
        found[path.stem] = MediaFile(path.stem, path, digest, facts)
    return found


def piece(seconds: int = 20, size: tuple[int, int] = SIZE) -> Any:
    """The timeline: clips of four seconds, crossfades between them, captions, voice and music."""
    from gator_engine.domain.timeline import (
        Clip,
        Media,
        MediaKind,
        Pane,
        PictureTrack,
        Sound,
        SoundTrack,
        Timeline,
    )
    from gator_engine.domain.video.framing import Easing, Motion, Rect
    from gator_engine.domain.video.transitions import Transition

    clip_frames, change = cut(seconds)
    length = clip_frames * (seconds * RATE // clip_frames)
    edge = (1 - 1 / ZOOM) / 2
    # Each round goes a little elsewhere, so that no segment of a longer piece equals another.
    near = [
        Rect(edge, edge * (1 - number // STILLS / 100), 1 / ZOOM, 1 / ZOOM)
        for number in range(length // clip_frames)
    ]
    clips = tuple(
        Clip(
            f"c{number}",
            clip_frames,
            (
                Pane(
                    Media(MediaKind.ASSET, f"s{number % STILLS}"),
                    motion=Motion(Rect(), near[number], Easing.LINEAR),
                ),
            ),
            transition=Transition(length=change) if number else None,
        )
        for number in range(length // clip_frames)
    )
    tracks = [
        (SoundTrack((Sound(name, length, name, loop=True),), gain_db=gain),)
        for name, gain in (("voice", 0.0), ("music", -6.0))
    ]
    return Timeline(
        PictureTrack(clips),
        voice=tracks[0],
        music=tracks[1],
        captions=captions(length),
        frame=size,
    )


def captions(length: int) -> Any:
    """Four words at a time, each lit while it is spoken: 49 words in 20 s."""
    from gator_engine.domain.video.captions import Captions, Cue, Word

    each = 12
    words = [
        Word(WORDS[number % len(WORDS)], number * each, each) for number in range(length // each)
    ]
    cues = []
    for start in range(0, len(words), 4):
        group = tuple(words[start : start + 4])
        cues.append(Cue(f"q{start}", group[0].start, each * len(group), group))
    return Captions(tuple(cues))


def request(timeline: Any, folder: Path, profile: str = "standard") -> Any:
    """A request to render a timeline of these files."""
    from gator_engine.domain.video.profiles import PROFILES
    from gator_engine.ports.video import RenderRequest

    return RenderRequest(timeline, PROFILES[profile], media(folder))


def with_other_still(timeline: Any) -> Any:
    """The same piece with another picture in its third clip."""
    from gator_engine.domain.timeline import Media, MediaKind, PictureTrack

    clips = list(timeline.picture.items)
    pane = replace(clips[2].panes[0], media=Media(MediaKind.ASSET, f"s{STILLS}"))
    clips[2] = replace(clips[2], panes=(pane,))
    return replace(timeline, picture=PictureTrack(tuple(clips)))


def with_other_word(timeline: Any) -> Any:
    """The same piece with one cue worded otherwise."""
    cues = list(timeline.captions.cues)
    at = len(cues) // 4
    first, *rest = cues[at].words
    cues[at] = replace(cues[at], words=(replace(first, text="otherwise"), *rest))
    return replace(timeline, captions=replace(timeline.captions, cues=tuple(cues)))


def with_quieter_music(timeline: Any) -> Any:
    """The same piece with its music four decibels lower."""
    (track,) = timeline.music
    return replace(timeline, music=(replace(track, gain_db=track.gain_db - 4),))
