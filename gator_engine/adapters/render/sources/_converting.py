"""Decoded frames to upright BT.709 planes of one size, by ffmpeg's own filters."""

from __future__ import annotations

import struct

import av
import numpy as np
from av.filter import Graph
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources._tone import Look, cube_file
from gator_engine.errors import InvalidInput

# Code points of ITU-T H.273.
_UNKNOWN, _BT709, _BT601, _BT2020 = 2, 1, 6, 9
# FCC, BT.470BG, SMPTE 170M and 240M, BT.2020 with either luminance; others count as untagged.
_KNOWN = {_BT709, 4, 5, _BT601, 7, _BT2020, 10}
_P3, _PQ, _HLG, _FULL = 12, 16, 18, 2
# How a display matrix turns a picture: its signs, and the filters that do the same.
_PLAIN = {(1, 1): (), (-1, 1): ("hflip",), (1, -1): ("vflip",), (-1, -1): ("hflip", "vflip")}
_TURNED = {(1, 1): "cclock_flip", (1, -1): "clock", (-1, 1): "cclock", (-1, -1): "clock_flip"}


def turning(frame: VideoFrame) -> tuple[str, ...]:
    """The filters that set a frame upright, from its display matrix (ISO 14496-12, 8.2.2.3).

    The first four of its 3 × 3 numbers say it: (a, b, u, c, d, …); angles between right ones go to
    the nearest. Ask for one frame of a film only: PyAV ties a frame whose side data was looked at
    into a cycle, and its pixels then wait for the garbage collector.
    """
    data = frame.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[call-overload]
    if data is None:
        return ()
    a, b, _, c, d = struct.unpack_from("<5i", bytes(data))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _PLAIN[_sign(a), _sign(d)]
    return (f"transpose={_TURNED[_sign(b), _sign(c)]}",)


def look_of(frame: VideoFrame) -> Look | None:
    """What its colours need besides another matrix."""
    if frame.color_trc == _PQ:
        return Look.PQ
    if frame.color_trc == _HLG:
        return Look.HLG
    if frame.color_primaries == _P3:
        return Look.P3
    wide = frame.color_primaries == _BT2020
    return Look.WIDE if wide or _matrix(frame) in {_BT2020, 10} else None


class Converter:
    """Turns frames into planes of `size` (after `turns`); follows other changes within a film."""

    def __init__(self, size: tuple[int, int], turns: tuple[str, ...]) -> None:
        self._size, self._turns = size, turns
        self._graph: Graph | None = None
        self._key: tuple[object, ...] = ()

    def planes(self, frame: VideoFrame) -> Planes:
        """The frame, upright, BT.709 limited range, 8 bit. Raises InvalidInput."""
        frame.colorspace = _matrix(frame)
        frame.color_range = _range(frame)
        look = look_of(frame)
        shape = (frame.width, frame.height, frame.format.name)
        key = (*shape, frame.colorspace, frame.color_range, look)
        try:
            if self._graph is None or key != self._key:
                self._graph, self._key = self._built(frame, look), key
            self._graph.vpush(frame)
            return _planes_of(self._graph.vpull())
        except av.FFmpegError as error:
            self._graph = None
            raise InvalidInput(
                "media", f"the film has a frame no one can show ({shape[2]})"
            ) from error

    def _built(self, frame: VideoFrame, look: Look | None) -> Graph:
        graph = Graph()
        graph.threads = 1
        turned = any(name.startswith("transpose") for name in self._turns)
        width, height = self._size[::-1] if turned else self._size
        shrinks = width <= frame.width and height <= frame.height
        same = (width, height) == (frame.width, frame.height)
        quality = "accurate_rnd+full_chroma_int+full_chroma_inp"
        flags = f"{'area' if shrinks and not same else 'bicubic'}+{quality}"
        nodes = [_buffer(graph, frame)]
        if look is None:
            nodes.append(_scale(graph, f"{width}:{height}:flags={flags}:{_OUT}"))
        else:
            nodes.append(_scale(graph, f"{width}:{height}:flags={flags}"))
            nodes.append(graph.add("format", "gbrp12"))
            nodes.append(graph.add("lut3d", file=cube_file(look).name, interp="tetrahedral"))
            nodes.append(_scale(graph, f"{width}:{height}:flags=bicubic+{quality}:{_OUT}"))
        nodes.append(graph.add("format", "yuv420p"))
        for name, _, value in (turn.partition("=") for turn in self._turns):
            nodes.append(graph.add(name, value or None))
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        return graph


_OUT = "out_color_matrix=bt709:out_range=limited"


def _buffer(graph: Graph, frame: VideoFrame) -> av.filter.context.FilterContext:
    """Where frames enter; unlike PyAV's own it names matrix and range, which scale obeys."""
    return graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base=str(frame.time_base),
        pixel_aspect="1/1",
        colorspace=str(frame.colorspace),
        range=str(frame.color_range),
    )


def _scale(graph: Graph, args: str) -> av.filter.context.FilterContext:
    return graph.add("scale", args)


def _matrix(frame: VideoFrame) -> int:
    """The matrix in force. Untagged films follow the players' custom: HD is BT.709, SD BT.601."""
    if frame.format.is_rgb:
        return 0
    if frame.colorspace in _KNOWN:
        return frame.colorspace
    if frame.color_primaries == _BT2020:
        return _BT2020
    return _BT709 if max(frame.width / 16, frame.height / 9) >= 80 else _BT601


def _range(frame: VideoFrame) -> int:
    """2 for full range, 1 for limited; untagged is full only for RGB and the old JPEG formats."""
    if frame.color_range in {1, _FULL}:
        return frame.color_range
    return _FULL if frame.format.is_rgb or frame.format.name.startswith("yuvj") else 1


def _planes_of(frame: VideoFrame) -> Planes:
    width, height = frame.width, frame.height
    flat = frame.to_ndarray().reshape(-1)
    luma, colour = width * height, width * height // 4
    half = (height // 2, width // 2)
    return Planes(
        np.ascontiguousarray(flat[:luma].reshape(height, width)),
        np.ascontiguousarray(flat[luma : luma + colour].reshape(half)),
        np.ascontiguousarray(flat[luma + colour :].reshape(half)),
    )


def _sign(value: int) -> int:
    return -1 if value < 0 else 1
