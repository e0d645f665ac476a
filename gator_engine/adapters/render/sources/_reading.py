"""Frames of a film in the order they are shown, from any second on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from gator_engine.adapters.media.containers import Source, is_cover, open_container
from gator_engine.errors import InvalidInput

DECODER_THREADS = 2
# Sound often begins a few milliseconds early (an encoder's priming); that is no start of the film.
_PRIMING_S = Fraction(1, 10)
_LENGTH = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_NO_FRAME = (av.BlockingIOError, av.EOFError)


@dataclass(frozen=True)
class Shown:
    """A decoded frame with the seconds of the film from which and until when it is shown.

    `after_damage`: something before it could not be decoded.
    """

    frame: VideoFrame
    start: Fraction
    end: Fraction
    after_damage: bool = False


class FrameReader:
    """One film. `damaged` says that something could not be decoded since the last seek."""

    def __init__(self, source: Source) -> None:
        self._container, self._file = open_container(source, "media")
        films = [one for one in self._container.streams.video if not is_cover(one)]
        found = [one for one in films if one.codec_context is not None]
        if not found:
            self.close()
            raise InvalidInput("media", "the film has no picture (no video stream)")
        self.stream: VideoStream = found[0]
        self.stream.codec_context.thread_count = DECODER_THREADS
        self.stream.codec_context.thread_type = "AUTO"
        self._origin = origin(self._container)
        self._usual = 1 / Fraction(self.stream.average_rate or self.stream.guessed_rate or 25)
        self.damaged = self.deinterlaced = False

    @property
    def duration_s(self) -> float | None:
        """Where the picture ends, in seconds from the film's beginning, as the header says."""
        return picture_end(self._container, self.stream)

    def close(self) -> None:
        """Close the film and its file."""
        self._container.close()
        self._file.close()

    def frames(self, second: Fraction = Fraction(0)) -> Iterator[Shown]:
        """Every frame from one on that is shown no later than `second`, or from the first.

        A film can only be entered at a key frame. ffmpeg looks these up by decoding time, which may
        lie before the time of showing, so it may take several tries, each further back.
        """
        back = Fraction(0)
        while (at := second - back) > 0:
            self._seek(at)
            frames = self._shown()
            first = next((one for one in frames if one.frame.key_frame), None)
            if first is not None and first.start <= second:
                return _chained(first, frames)
            back = back * 2 or Fraction(1)
        self._seek(Fraction(0))
        return self._shown()

    def _seek(self, second: Fraction) -> None:
        self.damaged = False
        at = (second + self._origin) / self._time_base()
        target = int(at) if second > 0 else min(int(at), self.stream.start_time or 0)
        try:
            self._container.seek(target, stream=self.stream, backward=True)
        except av.FFmpegError as error:
            raise InvalidInput("media", "the film cannot be wound back: it is damaged") from error

    def _time_base(self) -> Fraction:
        return self.stream.time_base or Fraction(1, 1000)

    def _shown(self) -> Iterator[Shown]:
        """Decoded frames with times that only ever grow; the others are left out."""
        last: Fraction | None = None
        damage = False
        for frame in self._progressive(self._decoded()):
            start = self._start(frame, last)
            if last is not None and start <= last:
                continue
            length = (frame.duration or 0) * (frame.time_base or self._time_base())
            yield Shown(frame, start, start + (length or self._usual), self.damaged and not damage)
            last, damage = start, self.damaged

    def _start(self, frame: VideoFrame, last: Fraction | None) -> Fraction:
        at = frame.pts if frame.pts is not None else frame.dts
        if at is None:
            return Fraction(0) if last is None else last + self._usual
        return at * Fraction(frame.time_base or self._time_base()) - self._origin

    def _decoded(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self.damaged = True
                packet = None
            if packet is None:
                return
            if packet.is_corrupt:
                self.damaged = True
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self.damaged = True
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame) and not frame.is_corrupt:
                    yield frame

    def _progressive(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """Frames with both fields woven out of each other where a frame says it is interlaced."""
        graph: Graph | None = None
        for frame in frames:
            if graph is None and frame.interlaced_frame:
                graph, self.deinterlaced = _deinterlacer(frame), True
            if graph is None:
                yield frame
            else:
                graph.vpush(frame)
                yield from _pulled(graph)
        if graph is not None:
            graph.vpush(None)
            yield from _pulled(graph)


def origin(container: av.container.InputContainer) -> Fraction:
    """The container's time that is second 0: where the first of picture and sound begins.

    Starts just below zero are the priming of a sound encoder and count as zero.
    """
    starts = [
        stream.start_time * stream.time_base
        for stream in (*container.streams.video, *container.streams.audio)
        if stream.start_time is not None and stream.time_base is not None
    ]
    return min((_unprimed(Fraction(at)) for at in starts), default=Fraction(0))


def picture_end(container: av.container.InputContainer, stream: VideoStream) -> float | None:
    """Seconds from second 0 to the end of the picture, from the header alone; None if not there."""
    base = stream.time_base
    if stream.duration is not None and base is not None:
        start = Fraction((stream.start_time or 0) * base) - origin(container)
        return float(stream.duration * base + max(start, Fraction(0)))
    # Matroska names no length of a stream, but its muxers write one down ("00:01:02.500000000").
    named = _LENGTH.match(stream.metadata.get("DURATION", ""))
    if named is not None:
        hours, minutes, seconds = named.groups()
        end = int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
        return float(max(end - origin(container), Fraction(0)))
    if container.duration is not None:
        return container.duration / av.time_base
    return None


def _unprimed(start: Fraction) -> Fraction:
    return Fraction(0) if -_PRIMING_S < start < 0 else start


def _chained(first: Shown, rest: Iterator[Shown]) -> Iterator[Shown]:
    yield first
    yield from rest


def _deinterlacer(frame: VideoFrame) -> Graph:
    """BBC's bwdif, one frame out for each in; frames that say they are progressive pass as is."""
    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    filters = graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")
    graph.link_nodes(source, *filters).configure()
    return graph


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except _NO_FRAME:
            return
