"""Joins encoded segments and their sound into one file without encoding anything again."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

from gator_engine.domain.video.time import Ratio

Timed = tuple[Fraction, "Packet[Any]"]
"""A packet with the second at which it is stored."""
UNDECODED: Any = [{"skip_frame": "all"}]
"""Opens a segment without looking at its pictures, which takes twenty times as long."""


@dataclass(frozen=True)
class Encoded:
    """A segment on the disk: its file, its frames, what decoders need, and how far frames move.

    `reorder` is how many frames a picture may be stored behind its turn.
    """

    path: Path
    frames: int
    header: bytes
    reorder: int


def inspect(path: Path, frames: int, rate: Ratio) -> Encoded | None:
    """A segment as it stands; None when it does not hold exactly those frames, each once."""
    try:
        with av.open(str(path), stream_options=UNDECODED) as container:
            stream = container.streams.video[0]
            header = bytes(stream.codec_context.extradata or b"")
            numbers = [_number(packet, rate) for packet in container.demux(stream) if packet.size]
            keyed = stream.frames == frames
    except (av.FFmpegError, IndexError):
        return None
    if not keyed or sorted(numbers) != list(range(frames)):
        return None
    reorder = max(stored - number for stored, number in enumerate(numbers))
    return Encoded(path, frames, header, reorder)


def _number(packet: Packet[Any], rate: Ratio) -> int:
    """Which frame of its segment a packet holds; -1 for a time between two frames."""
    assert packet.pts is not None and packet.time_base is not None
    base = packet.time_base
    whole, rest = divmod(
        packet.pts * base.numerator * rate.numerator, base.denominator * rate.denominator
    )
    return -1 if rest else whole


def join(
    segments: Sequence[Encoded],
    sound: Path | None,
    rate: Ratio,
    into: Path,
    check: Callable[[], None],
) -> None:
    """Write the segments one after the other, and the sound beside them, into an MP4.

    The index stands before the pictures (faststart). The segments must share one header.
    `check` is called between segments and may raise to stop. Raises av.FFmpegError or OSError.
    """
    options = {"movflags": "+faststart"}
    with av.open(str(into), "w", format="mp4", options=options) as container:
        with av.open(str(segments[0].path)) as first:
            template = first.streams.video[0]
            video = container.add_stream_from_template(template)
        video.time_base = 1 / rate.fraction
        if sound is None:
            for _, packet in _pictures(segments, rate, video, check):
                container.mux(packet)
            return
        with av.open(str(sound)) as other:
            audio = container.add_stream_from_template(other.streams.audio[0])
            both = heapq.merge(
                _pictures(segments, rate, video, check), _sounds(other, audio), key=_when
            )
            for _, packet in both:
                container.mux(packet)


def _when(entry: Timed) -> Fraction:
    return entry[0]


def _pictures(
    segments: Sequence[Encoded], rate: Ratio, stream: VideoStream, check: Callable[[], None]
) -> Iterator[Timed]:
    """Packets with their seconds; frames are numbered through, so no time is ever rounded."""
    tick, begins, stored = 1 / rate.fraction, 0, 0
    delay = max(segment.reorder for segment in segments)
    for segment in segments:
        check()
        with av.open(str(segment.path), stream_options=UNDECODED) as container:
            for packet in container.demux(container.streams.video[0]):
                if not packet.size:
                    continue
                number = begins + _number(packet, rate)
                packet.stream, packet.time_base = stream, tick
                packet.pts, packet.dts, packet.duration = number, stored - delay, 1
                yield (stored - delay) * tick, packet
                stored += 1
        begins += segment.frames


def _sounds(container: av.container.InputContainer, stream: AudioStream) -> Iterator[Timed]:
    for packet in container.demux(container.streams.audio[0]):
        if packet.size and packet.dts is not None:
            packet.stream = stream
            yield packet.dts * packet.time_base, packet
