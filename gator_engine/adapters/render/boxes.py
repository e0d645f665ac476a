"""Places in the frame, in whole and even pixels (a pixel of colour covers two by two of light)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gator_engine.adapters.render.planes import Planes
from gator_engine.domain.timeline import Layout
from gator_engine.domain.video.framing import Rect
from gator_engine.domain.video.safe_zones import zone_for

INSET = 0.36
"""Edges of the small picture in picture-in-picture, in shares of the frame."""


class Box(NamedTuple):
    """Left, top, width, height in pixels; all even."""

    x: int
    y: int
    w: int
    h: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.w, self.h


def even(value: float) -> int:
    """The nearest even whole number."""
    return 2 * round(value / 2)


def blank(size: tuple[int, int]) -> Planes:
    """A picture of that even size with whatever the memory holds."""
    width, height = size
    half = (height // 2, width // 2)
    return Planes(
        np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)
    )


def each(planes: Planes) -> Iterator[tuple[np.ndarray, int]]:
    """The three planes, each with how many pixels of the frame one of its edges covers."""
    yield planes.y, 1
    yield planes.u, 2
    yield planes.v, 2


def part(planes: Planes, box: Box) -> Planes:
    """A window into a picture; writing to it writes to the picture."""
    x, y, w, h = box
    light = planes.y[y : y + h, x : x + w]
    x, y, w, h = x // 2, y // 2, w // 2, h // 2
    return Planes(light, planes.u[y : y + h, x : x + w], planes.v[y : y + h, x : x + w])


def copy(planes: Planes, into: Planes) -> None:
    """The same picture in another place of the same size."""
    np.copyto(into.y, planes.y)
    np.copyto(into.u, planes.u)
    np.copyto(into.v, planes.v)


def places(layout: Layout, frame: tuple[int, int], safe_zone: str) -> tuple[Box, ...]:
    """Where the panes of a layout stand, the lowest first.

    Two pictures side by side divide the longer edge of the frame, so in an upright one they stand
    one above the other. The small picture of picture-in-picture stands in the upper right corner
    of the safe zone.
    """
    width, height = frame
    middle, centre = even(width / 2), even(height / 2)
    match layout:
        case Layout.SINGLE:
            return (Box(0, 0, width, height),)
        case Layout.SIDE_BY_SIDE if height > width:
            return Box(0, 0, width, centre), Box(0, centre, width, height - centre)
        case Layout.SIDE_BY_SIDE:
            return Box(0, 0, middle, height), Box(middle, 0, width - middle, height)
        case Layout.PICTURE_IN_PICTURE:
            return Box(0, 0, width, height), _inset(frame, safe_zone)
        case Layout.GRID:
            return (
                Box(0, 0, middle, centre),
                Box(middle, 0, width - middle, centre),
                Box(0, centre, middle, height - centre),
                Box(middle, centre, width - middle, height - centre),
            )


def _inset(frame: tuple[int, int], safe_zone: str) -> Box:
    width, height = frame
    _, top, right, _ = zone_for(safe_zone, frame).box(frame)
    w, h = max(2, even(width * INSET)), max(2, even(height * INSET))
    return Box(min(even(right) - w, width - w), min(even(top), height - h), w, h)


def contained(source: tuple[int, int], rect: Rect, place: tuple[int, int]) -> Box:
    """The largest box of the rectangle's shape inside a place, in its middle."""
    shape = (rect.w * source[0]) / (rect.h * source[1])
    wide = min(place[0], max(2, even(min(place[0], place[1] * shape))))
    high = min(place[1], max(2, even(min(place[1], place[0] / shape))))
    return Box(even((place[0] - wide) / 2), even((place[1] - high) / 2), wide, high)


def in_shares(box: tuple[float, float, float, float], frame: tuple[int, int]) -> Box:
    """A box given in shares of the frame, inside the frame."""
    left, top, wide, high = box
    x = min(max(0, even(left * frame[0])), frame[0] - 2)
    y = min(max(0, even(top * frame[1])), frame[1] - 2)
    w = min(max(2, even(wide * frame[0])), frame[0] - x)
    h = min(max(2, even(high * frame[1])), frame[1] - y)
    return Box(x, y, w, h)
