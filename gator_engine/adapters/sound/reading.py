"""The sound of any file as 48 kHz stereo, in pieces, from an exact point and at any speed.

Positions are whole samples of what comes out. Second 0 of a file with pictures is where the first
of picture and sound begins, of any other file its first sound; what a container says about priming
and gaps is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from math import floor, gcd
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph
from numpy.typing import NDArray

from gator_engine.domain.video.sound import SAMPLE_RATE
from gator_engine.errors import InvalidInput

Samples = NDArray[np.float32]
"""Shape (2, n): left and right, full scale is 1."""
CHUNK = SAMPLE_RATE
_BEFORE_S = 0.5
"""Decoders are started this much early: what they say right after a jump is not yet right."""
_JUMP_S = Fraction(1, 25)
"""Time stamps of some containers are rounded to 1 ms and more; a larger step is a real gap."""
_EXACT_JUMPS = {"mov", "matroska", "wav", "flac", "ogg", "mp3", "mpegts", "aiff", "w64"}
"""Containers (libavformat) whose time stamps are still exact after a jump."""
_EARLY_S = Fraction(512, SAMPLE_RATE)
"""atempo shows everything a quarter of its window (2048 samples at 48 kHz) too early: measured."""
_PRIMING_S = Fraction(1, 10)
"""A sound stream that starts this little before 0 is an encoder's priming: nothing moves."""
_SLOWEST = Fraction(1, 2)
"""What one atempo filter takes at least; it takes up to 100."""


def nearest(value: Fraction) -> int:
    """The nearest whole number; halves go up."""
    return floor(value + Fraction(1, 2))


def silence(samples: int) -> Samples:
    """So many samples of nothing."""
    return np.zeros((2, samples), dtype=np.float32)


_LOCAL = {"protocol_whitelist": "file"}
"""A file that names others in the network is not followed there."""


class SoundReader:
    """Reads a file forward from sample `start` (at 48 kHz, after the change of speed).

    Raises InvalidInput naming `label` when the file is missing, no media, or holds no sound.
    `check` is called now and then and may raise to stop.
    """

    def __init__(
        self,
        path: Path,
        label: str,
        *,
        start: int = 0,
        speed: Fraction = Fraction(1),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._label, self._speed, self._check = label, speed, check
        self.damaged = 0
        """Packets that could not be decoded; they are silent."""
        self.position = start
        """Where the next sample read stands; at the end of the file: how long it is."""
        self._container, self._stream = _opened(path, label)
        self._last: int | None = None
        self._chunks = self._aligned()
        self._rest = silence(0)

    def read(self, samples: int) -> Samples:
        """The next samples; fewer, and then none, at the end of the file."""
        parts, wanted = [], samples
        while wanted > 0:
            if self._rest.shape[1] == 0:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._rest = chunk
            part, self._rest = self._rest[:, :wanted], self._rest[:, wanted:]
            parts.append(part)
            wanted -= part.shape[1]
        found = np.concatenate(parts, axis=1) if parts else silence(0)
        self.position += found.shape[1]
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._chunks.close()
        self._container.close()

    def __enter__(self) -> SoundReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _aligned(self) -> Generator[Samples, None, None]:
        """What comes out from `position` on: gaps filled with silence, overlaps dropped."""
        at = self.position
        while at < 0:
            size = min(-at, CHUNK)
            at += size
            yield silence(size)
        for start, chunk in self._runs(at):
            self._check()
            while start > at:
                size = min(start - at, CHUNK)
                at += size
                yield silence(size)
            end = None if self._last is None else max(0, self._last - start)
            kept = chunk[:, at - start : end]
            if kept.shape[1]:
                at += kept.shape[1]
                yield kept

    def _runs(self, start: int) -> Iterator[tuple[int, Samples]]:
        """Converted chunks with the sample each begins at."""
        seconds = Fraction(start, SAMPLE_RATE) * self._speed
        graph: _Conversion | None = None
        expected = Fraction(0)
        for second, frame in self._frames(seconds):
            if graph and (abs(second - expected) > _JUMP_S or not graph.takes(frame)):
                yield from graph.placed(graph.end())
                graph = None
            if graph is None:
                second, frame = _on_a_whole_sample(second, frame)
                early = 0 if self._speed == 1 else _EARLY_S
                at = nearest((second + early) / self._speed * SAMPLE_RATE)
                graph, expected = _Conversion(frame, self._speed, at, self._label), second
            yield from graph.placed(graph.push(frame))
            expected += _length(frame)
        if graph:
            yield from graph.placed(graph.end())

    def _frames(self, second: Fraction) -> Iterator[tuple[Fraction, AudioFrame]]:
        """Decoded frames with their seconds, from at most that second on."""
        decoded: Iterator[AudioFrame] = self._decoded()
        first = next(decoded, None)
        if first is None:
            raise InvalidInput(self._label, "holds no sound that can be decoded")
        zero, end = self._zero(first), self._end()
        if end is not None:
            self._last = max(0, nearest((end - zero) / self._speed * SAMPLE_RATE))
        if second - _BEFORE_S > 2 * _BEFORE_S and self._jump(second + zero - Fraction(_BEFORE_S)):
            decoded = self._decoded()
        else:
            decoded = chain([first], decoded)
        for at, frame in self._steady(_timed(decoded)):
            yield at - zero, frame

    def _steady(
        self, timed: Iterator[tuple[Fraction, AudioFrame]]
    ) -> Iterator[tuple[Fraction, AudioFrame]]:
        """Without frames whose time fits neither what is before nor what is behind them.

        A damaged packet may claim any time; what follows would then be taken as over already.
        """
        held: tuple[Fraction, AudioFrame] | None = None
        expected: Fraction | None = None
        for at, frame in timed:
            if held:
                ends = held[0] + _length(held[1])
                wild = expected is not None and abs(held[0] - expected) > _JUMP_S
                if wild and abs(at - ends) > _JUMP_S:
                    self.damaged += 1
                else:
                    yield held
                    expected = ends
            held = at, frame
        if held:
            yield held

    def _decoded(self) -> Iterator[AudioFrame]:
        for packet in self._packets():
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.damaged += 1
                continue
            yield from frames

    def _packets(self) -> Iterator[av.Packet[AudioStream]]:
        try:
            yield from self._container.demux(self._stream)
        except av.error.FFmpegError:
            self.damaged += 1

    def _zero(self, first: AudioFrame) -> Fraction:
        """The time stamp that second 0 of the file has."""
        cover = av.stream.Disposition.attached_pic
        if all(stream.disposition & cover for stream in self._container.streams.video):
            return _second(first.pts, first.time_base)
        streams = (*self._container.streams.video, self._stream)
        starts = [one for one in streams if one.start_time is not None]
        times = [_second(one.start_time, one.time_base) for one in starts]
        return min((_unprimed(at) for at in times), default=Fraction(0))

    def _end(self) -> Fraction | None:
        """Where MP4 says that its sound ends; the decoder's last frame goes on behind it."""
        stream = self._stream
        if "mp4" not in self._container.format.name or stream.duration is None:
            return None
        return _second((stream.start_time or 0) + stream.duration, stream.time_base)

    def _jump(self, second: Fraction) -> bool:
        if not _EXACT_JUMPS & set(self._container.format.name.split(",")):
            return False
        try:
            base = self._stream.time_base or Fraction(1, SAMPLE_RATE)
            self._container.seek(floor(second / base), stream=self._stream)
        except av.error.FFmpegError:
            self._container.seek(0)
        return True


class _Conversion:
    """One uninterrupted run of frames on its way to 48 kHz stereo at a speed."""

    def __init__(self, frame: AudioFrame, speed: Fraction, start: int, label: str) -> None:
        self._like, self._at, self._label = _form(frame), start, label
        rate, layout = frame.sample_rate, frame.layout
        self._graph = Graph()
        source = self._graph.add(
            "abuffer",
            f"sample_rate={rate}:sample_fmt={frame.format.name}"
            f":channel_layout={_layout(layout.name, layout.nb_channels)}:time_base=1/{rate}",
        )
        form = f"sample_fmts=fltp:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
        # Left to itself the conversion takes 3 dB from a single channel.
        steps = [("pan", "stereo|c0=c0|c1=c0")] if layout.nb_channels == 1 else []
        steps += [("aformat", form)]
        steps += [("atempo", f"{float(part)!r}") for part in _tempos(speed)]
        filters = [self._graph.add(*step) for step in [*steps, ("aformat", form)]]
        self._in, self._out = source, self._graph.add("abuffersink")
        for left, right in zip([source, *filters], [*filters, self._out], strict=True):
            left.link_to(right)
        self._graph.configure()

    def takes(self, frame: AudioFrame) -> bool:
        """Whether the frame is of the same form as those before it."""
        return _form(frame) == self._like

    def push(self, frame: AudioFrame) -> Iterator[Samples]:
        """What is ready after one more frame."""
        frame.pts = None
        self._in.push(frame)
        return self._ready()

    def end(self) -> Iterator[Samples]:
        """What is still on its way."""
        self._in.push(None)
        return self._ready()

    def placed(self, chunks: Iterator[Samples]) -> Iterator[tuple[int, Samples]]:
        """Chunks with the sample each begins at."""
        for chunk in chunks:
            yield self._at, chunk
            self._at += chunk.shape[1]

    def _ready(self) -> Iterator[Samples]:
        while True:
            try:
                frame = self._out.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(frame, AudioFrame)
            yield frame.to_ndarray().astype(np.float32, copy=False)


def _second(time: int | None, base: Fraction | None) -> Fraction:
    return (time or 0) * (base or Fraction(0))


def _unprimed(start: Fraction) -> Fraction:
    return Fraction(0) if -_PRIMING_S < start < 0 else start


def _length(frame: AudioFrame) -> Fraction:
    return Fraction(frame.samples, frame.sample_rate)


def _timed(decoded: Iterable[AudioFrame]) -> Iterator[tuple[Fraction, AudioFrame]]:
    """Frames with their time stamps; those without follow the one before."""
    expected: Fraction | None = None
    for frame in decoded:
        at = expected if frame.pts is None else _second(frame.pts, frame.time_base)
        if at is not None:
            expected = at + _length(frame)
            yield at, frame


def _on_a_whole_sample(second: Fraction, frame: AudioFrame) -> tuple[Fraction, AudioFrame]:
    """The frame without what is before its first sample that falls on one at 48 kHz.

    So the conversion to 48 kHz gives the same samples wherever in a file it is begun.
    """
    rate = frame.sample_rate
    skip = -nearest(second * rate) % (rate // gcd(rate, SAMPLE_RATE))
    if not 0 < skip < frame.samples:
        return second, frame
    wide = 1 if frame.format.is_planar else frame.layout.nb_channels
    values: Any = np.ascontiguousarray(frame.to_ndarray()[:, skip * wide :])
    tail = AudioFrame.from_ndarray(values, format=frame.format.name, layout=frame.layout.name)
    tail.sample_rate = rate
    return second + Fraction(skip, rate), tail


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _layout(name: str, channels: int) -> str:
    """A layout filters know: channels without names count as the usual ones of their number."""
    return f"{channels}c" if "channels" in name else name


def _tempos(speed: Fraction) -> list[Fraction]:
    """Factors that one filter each can take (a half at least), the product being the speed."""
    factors = []
    while speed < _SLOWEST:
        factors.append(_SLOWEST)
        speed /= _SLOWEST
    return factors if speed == 1 else [*factors, speed]


def _opened(path: Path, label: str) -> tuple[InputContainer, AudioStream]:
    try:
        container = av.open(str(path), options=_LOCAL)
    except av.error.FileNotFoundError as error:
        raise InvalidInput(label, "is missing: its file is not there") from error
    except av.error.FFmpegError as error:
        raise InvalidInput(label, f"cannot be read as media ({error.strerror})") from error
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        container.close()
        raise InvalidInput(label, "holds no sound")
    return container, stream


def holds_sound(path: Path, label: str) -> bool:
    """Whether there is a sound stream. Raises InvalidInput as `SoundReader` does."""
    try:
        with av.open(str(path), options=_LOCAL) as container:
            return bool(container.streams.audio)
    except av.error.FileNotFoundError as error:
        raise InvalidInput(label, "is missing: its file is not there") from error
    except av.error.FFmpegError as error:
        raise InvalidInput(label, f"cannot be read as media ({error.strerror})") from error
