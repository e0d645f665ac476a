"""Frames as an MP4 (H.264, 4:2:0, BT.709, no sound), and what such a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import chain
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

from gator_engine.adapters.render.colour import to_planes
from gator_engine.adapters.render.encoding import SOFTWARE, Encoding
from gator_engine.domain.video.profiles import PROFILES
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import InvalidInput, Rejected

# Better than what is posted: these files are cut, and encoded once more, by the renderer.
_PROFILE = PROFILES["fine"]
# x264 gives the same bytes only with the same number of threads.
_THREADS = 2


@dataclass(frozen=True)
class FilmFacts:
    """What a video is: (width, height) in pixels, how many frames, and frames a second."""

    size: tuple[int, int]
    frames: int
    rate: Fraction

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return float(self.frames / self.rate)


def encoded(frames: Iterable[np.ndarray], rate: Fraction) -> bytes:
    """An MP4 of RGB frames (height, width, 3), uint8, all of one size with even edges.

    Raises InvalidInput without frames or for odd edges, and Rejected when the encoder fails.
    """
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise InvalidInput("frames", "are none", "at least one")
    height, width = first.shape[:2]
    if width % 2 or height % 2:
        raise InvalidInput("size", f"is {width} × {height}", "even numbers of pixels")
    encoding = Encoding(SOFTWARE, _PROFILE, (width, height), Ratio.of(rate), _THREADS)
    data = BytesIO()
    try:
        with av.open(data, "w", format="mp4") as container:
            stream = cast(VideoStream, container.add_stream(SOFTWARE))
            encoding.open(stream.codec_context)
            # x264's macroblock tree makes equal frames into different files now and then, at sizes
            # that fill its blocks badly; without it (and without the renderer's options for
            # joining) the same frames give the same bytes.
            stream.codec_context.options = {
                "crf": str(_PROFILE.crf),
                "preset": _PROFILE.preset,
                "x264-params": "mbtree=0",
            }
            stream.time_base = 1 / rate
            for number, rgb in enumerate(chain((first,), rest)):
                container.mux(stream.encode(_frame(rgb, number, rate)))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise Rejected("The encoder", "write the video", str(error)) from error
    return data.getvalue()


def _frame(rgb: np.ndarray, number: int, rate: Fraction) -> av.VideoFrame:
    height, width = rgb.shape[:2]
    drawn, frame = to_planes(rgb), av.VideoFrame(width, height, "yuv420p")
    for plane, values in zip(frame.planes, (drawn.y, drawn.u, drawn.v), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        rows[: plane.height, : plane.width] = values
    frame.pts, frame.time_base = number, 1 / rate
    return frame


def film_facts(data: bytes, provider: str) -> FilmFacts:
    """What a file holds. Raises Rejected naming the provider for what is no whole video."""
    try:
        with av.open(BytesIO(data), "r") as container:
            stream = container.streams.video[0]
            size = (stream.codec_context.width, stream.codec_context.height)
            rate = stream.average_rate or stream.guessed_rate
            count = len([packet for packet in container.demux(stream) if packet.size])
    except (av.FFmpegError, IndexError, OSError, ValueError) as error:
        raise _no_film(provider) from error
    if not count or not rate:
        raise _no_film(provider)
    return FilmFacts(size, count, Fraction(rate))


def decoded(data: bytes) -> Iterator[np.ndarray]:
    """The frames of a video, RGB (height, width, 3) uint8. Raises av.FFmpegError."""
    with av.open(BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def _no_film(provider: str) -> Rejected:
    problem = "It answered with something that is no whole video."
    return Rejected(provider, "make a video", problem, code="bad_video")
