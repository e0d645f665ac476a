"""Encodes one segment: pictures are drawn in the caller's thread and encoded in another."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Self, cast

import av
import numpy as np
from av.video.stream import VideoStream

from gator_engine.adapters.render.encoding import Encoding
from gator_engine.adapters.render.planes import Planes

AHEAD = 4
"""Pictures that may be drawn while the encoder is busy."""


@dataclass
class _Sheet:
    """Memory of one frame: as the encoder takes it, as planes to draw into, and when it is free."""

    frame: av.VideoFrame
    planes: Planes
    busy: Future[None] | None = None

    @classmethod
    def of(cls, size: tuple[int, int]) -> Self:
        frame = av.VideoFrame(*size, "yuv420p")
        views = []
        for plane in frame.planes:
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            views.append(rows[: plane.height, : plane.width])
        return cls(frame, Planes(*views))

    def wait(self) -> None:
        """Until the encoder has read it. Raises what went wrong there."""
        if self.busy is not None:
            self.busy.result()
            self.busy = None


class SegmentEncoder:
    """Makes one small MP4 of the pictures it is given, in memory: `with` one for each segment.

    Ask for `next` planes, draw, `add`; a picture that equals the last one is `repeat`ed. Raises
    av.FFmpegError from any of these when the encoder fails.
    """

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._data = BytesIO()
        self._container = av.open(self._data, "w", format="mp4")
        self._stream = cast(VideoStream, self._container.add_stream(encoding.encoder))
        encoding.open(self._stream.codec_context)
        self._stream.time_base = 1 / encoding.rate.fraction
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._sheets: list[_Sheet] = []
        self._turn = self._count = 0

    def next(self) -> Planes:
        """Memory for the next picture; whatever it holds is to be overwritten."""
        self._turn = (self._turn + 1) % AHEAD
        if len(self._sheets) < AHEAD:
            self._sheets.append(_Sheet.of(self._encoding.size))
            self._turn = len(self._sheets) - 1
        self._current.wait()
        if not self._encoding.software:
            # Graphics cards may still read a frame after they took it.
            self._sheets[self._turn] = _Sheet.of(self._encoding.size)
        return self._current.planes

    def add(self) -> None:
        """Encode the picture that was drawn last."""
        sheet = self._current
        sheet.busy = self._thread.submit(self._encode, sheet.frame, self._count)
        self._count += 1

    def repeat(self) -> None:
        """Encode it once more."""
        self._current.wait()
        self.add()

    def finish(self) -> bytes:
        """The whole file."""
        for sheet in self._sheets:
            sheet.wait()
        self._thread.submit(self._flush).result()
        return self._data.getvalue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    @property
    def _current(self) -> _Sheet:
        return self._sheets[self._turn]

    def _encode(self, frame: av.VideoFrame, number: int) -> None:
        frame.pts, frame.time_base = number, 1 / self._encoding.rate.fraction
        self._container.mux(self._stream.encode(frame))

    def _flush(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()
