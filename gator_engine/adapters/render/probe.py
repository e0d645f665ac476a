"""Looks at a finished file as a player would, and refuses it when anything is not as promised."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from gator_engine.adapters.render.encoding import BT709, LIMITED, Encoding
from gator_engine.domain.video.sound import SAMPLE_RATE
from gator_engine.errors import Unavailable

HIGH_PROFILES, DRAFT_PROFILES = ("High",), ("High", "Main", "Constrained Baseline", "Baseline")
"""x264's quickest preset, which drafts use, leaves out what the higher profiles are named for."""
LEVEL_42, LEVEL_52 = 42, 52
LEVEL_42_BLOCKS = 8704
"""Macroblocks of a frame at level 4.2 (ITU-T H.264, table A-1): 2048 × 1088 pixels."""


@dataclass(frozen=True)
class Found:
    """What a file turned out to be."""

    frames: int
    duration_s: Fraction
    audio_s: Fraction | None


def probe(path: Path, encoding: Encoding, frames: int, sound: bool) -> Found:
    """Check a finished file against what was to be made. Raises Unavailable naming what differs."""
    try:
        problems, found = _look(path, encoding, frames, sound)
    except (av.FFmpegError, IndexError, struct.error) as error:
        raise _refused([f"it cannot be read back ({error})"]) from error
    if problems:
        raise _refused(problems)
    return found


def _refused(problems: list[str]) -> Unavailable:
    told = "the finished video is not as promised: " + "; ".join(problems) + "."
    return Unavailable("The renderer", told, "Render again; if it stays, report these words.")


def _look(path: Path, encoding: Encoding, frames: int, sound: bool) -> tuple[list[str], Found]:
    order = [name for name in _boxes(path) if name in {b"moov", b"mdat"}]
    problems = [] if order[:1] == [b"moov"] else ["its index does not stand first"]
    with av.open(str(path)) as container:
        if "mp4" not in container.format.name:
            problems.append(f"it is {container.format.name}")
        video = container.streams.video[0]
        problems += _picture_problems(video, encoding)
        numbers, keys, length = _times(container, encoding)
        problems += _time_problems(numbers, keys, frames, encoding)
        heard = None
        if sound:
            length_s = Fraction(frames) / encoding.rate.fraction
            heard, more = _sound(container, length_s, encoding)
            problems += more
    return problems, Found(len(numbers), length, heard)


def _picture_problems(video: av.video.stream.VideoStream, encoding: Encoding) -> list[str]:
    codec = video.codec_context
    blocks = -(-encoding.size[0] // 16) * -(-encoding.size[1] // 16)
    level = LEVEL_42 if blocks <= LEVEL_42_BLOCKS else LEVEL_52
    profiles = DRAFT_PROFILES if encoding.profile.draft else HIGH_PROFILES
    wanted = {
        "codec": (codec.name, ("h264",)),
        "profile": (codec.profile, profiles),
        "level": (codec.level, range(1, level + 1)),
        "pixels": (codec.pix_fmt, ("yuv420p",)),
        "size": ((codec.width, codec.height), (encoding.size,)),
        "shape of pixels": (video.sample_aspect_ratio, (Fraction(1),)),
        "colour primaries": (int(codec.color_primaries), (BT709,)),
        "colour transfer": (int(codec.color_trc), (BT709,)),
        "colour matrix": (int(codec.colorspace), (BT709,)),
        "colour range": (int(codec.color_range), (LIMITED,)),
        "rate": (video.average_rate, (encoding.rate.fraction,)),
    }
    return [f"{name} is {is_}" for name, (is_, allowed) in wanted.items() if is_ not in allowed]


def _times(
    container: av.container.InputContainer, encoding: Encoding
) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Every picture's time counted in frames, those of key frames, and the seconds of all."""
    stream = container.streams.video[0]
    base = stream.time_base or Fraction(0)
    ticks, keys, length = [], [], 0
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None:
            ticks.append(packet.pts)
            length += packet.duration or 0
            if packet.is_keyframe:
                keys.append(packet.pts)
    step = base * encoding.rate.fraction
    numbers, starts = ([at * step for at in sorted(found)] for found in (ticks, keys))
    return numbers, starts, length * base


def _time_problems(
    numbers: list[Fraction], keys: list[Fraction], frames: int, encoding: Encoding
) -> list[str]:
    problems = []
    if len(numbers) != frames:
        problems.append(f"it has {len(numbers)} frames, not {frames}")
    if numbers != [Fraction(number) for number in range(len(numbers))]:
        problems.append("its frames are not one step apart from 0 on")
    ends = [*keys[1:], Fraction(frames)]
    if not keys or keys[0] != 0:
        problems.append("it does not begin with a key frame")
    elif max(after - key for key, after in zip(keys, ends, strict=True)) > encoding.key_interval:
        problems.append(f"its key frames are more than {encoding.key_interval} frames apart")
    return problems


def _sound(
    container: av.container.InputContainer, length_s: Fraction, encoding: Encoding
) -> tuple[Fraction | None, list[str]]:
    if not container.streams.audio:
        return None, ["it has no sound"]
    stream = container.streams.audio[0]
    codec = stream.codec_context
    wanted = {
        "sound codec": (codec.name, ("aac",)),
        "sound profile": (codec.profile, ("LC",)),
        "sound rate": (codec.sample_rate, (SAMPLE_RATE,)),
        "sound channels": (codec.layout.nb_channels, (2,)),
        "sound begin": (stream.start_time, (0, None)),
    }
    heard = (stream.duration or 0) * (stream.time_base or Fraction(0))
    found = [f"{name} is {is_}" for name, (is_, allowed) in wanted.items() if is_ not in allowed]
    if abs(heard - length_s) >= 1 / encoding.rate.fraction:
        found.append(f"its sound lasts {float(heard):.3f} s, the picture {float(length_s):.3f} s")
    return heard, found


def _boxes(path: Path) -> Iterator[bytes]:
    """Names of the boxes of an MP4's first level (ISO/IEC 14496-12, 4.2)."""
    with path.open("rb") as file:
        while header := file.read(8):
            size, name = struct.unpack(">I4s", header)
            yield name
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0]
                file.seek(size - 16, 1)
            elif size == 0:
                return
            else:
                file.seek(size - 8, 1)
