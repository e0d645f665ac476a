"""Transitions: how one picture gives way to the next, on whole planes at a time."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

import cv2
import numpy as np

from gator_engine.adapters.render.boxes import Box, blank, copy, even, part
from gator_engine.adapters.render.colour import ycc_of
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.shots import Change
from gator_engine.adapters.render.warp import Warp, zoomed
from gator_engine.domain.video.transitions import Direction, TransitionKind

DEPTH = 0.4
"""How far a zoom goes into a picture: 1 + 0.4 times its size."""
GRAINS = 270
"""Grains of a dissolve along the frame's shorter edge."""


class Changes:
    """Draws a change between two pictures of one size. For one thread."""

    def __init__(self, size: tuple[int, int], warp: Warp) -> None:
        self._size, self._warp = size, warp
        self._near: tuple[Planes, Planes] | None = None

    def draw(self, change: Change, first: Planes, second: Planes, into: Planes) -> None:
        """The frame of a change; `into` is neither of the two pictures."""
        share = change.share
        match change.kind:
            case TransitionKind.CROSSFADE:
                mixed(first, second, share, into)
            case TransitionKind.FADE:
                through_colour(first, second, change.colour, share, into)
            case TransitionKind.WIPE:
                shown = self._uncovered(change.direction, share)
                copy(first, into)
                copy(part(second, shown), part(into, shown))
            case TransitionKind.SLIDE | TransitionKind.PUSH:
                self._moved(change, first, second, into)
            case TransitionKind.ZOOM:
                self._zoomed(first, second, share, into)
            case TransitionKind.DISSOLVE:
                dissolved(first, second, share, into)
            case other:
                assert_never(other)

    def _uncovered(self, direction: Direction, share: float) -> Box:
        """What a wipe has uncovered; its edge moves in its direction."""
        width, height = self._size
        wide, high = even(width * share), even(height * share)
        match direction:
            case Direction.RIGHT:
                return Box(0, 0, wide, height)
            case Direction.LEFT:
                return Box(width - wide, 0, wide, height)
            case Direction.DOWN:
                return Box(0, 0, width, high)
            case Direction.UP:
                return Box(0, height - high, width, high)

    def _moved(self, change: Change, first: Planes, second: Planes, into: Planes) -> None:
        """The second picture comes in; with a push the first one goes out before it."""
        arrived = self._uncovered(change.direction, change.share)
        left = self._remaining(arrived)
        copy(part(second, _leading(second, arrived, change.direction)), part(into, arrived))
        kept = left
        if change.kind is TransitionKind.PUSH:
            kept = _leading(first, left, _opposite(change.direction))
        copy(part(first, kept), part(into, left))

    def _remaining(self, box: Box) -> Box:
        """The frame without a box that touches three of its edges."""
        width, height = self._size
        if box.h == height:
            return Box(box.w if box.x == 0 else 0, 0, width - box.w, height)
        return Box(0, box.h if box.y == 0 else 0, width, height - box.h)

    def _zoomed(self, first: Planes, second: Planes, share: float, into: Planes) -> None:
        """Into the first, out of the second; one gives way to the other in the middle third."""
        if self._near is None:
            self._near = blank(self._size), blank(self._size)
        one, two = self._near
        middle = min(1.0, max(0.0, share * 3 - 1))
        if middle < 1:
            zoomed(self._warp, first, 1 + DEPTH * share, one)
        if middle > 0:
            zoomed(self._warp, second, 1 + DEPTH * (1 - share), two)
        mixed(one, two, middle, into)


def _opposite(direction: Direction) -> Direction:
    pairs = {Direction.LEFT: Direction.RIGHT, Direction.UP: Direction.DOWN}
    return (pairs | {there: here for here, there in pairs.items()})[direction]


def _leading(planes: Planes, window: Box, direction: Direction) -> Box:
    """What is seen of a moving picture in a window it enters: the side that goes ahead."""
    height, width = planes.y.shape
    match direction:
        case Direction.LEFT | Direction.UP:
            return Box(0, 0, window.w, window.h)
        case Direction.RIGHT | Direction.DOWN:
            return Box(width - window.w, height - window.h, window.w, window.h)


def mixed(first: Planes, second: Planes, share: float, into: Planes) -> None:
    """Both pictures, the second with that share."""
    if share <= 0 or share >= 1:
        copy(second if share >= 1 else first, into)
        return
    for one, two, target in _triples(first, second, into):
        cv2.addWeighted(one, 1 - share, two, share, 0, dst=target)


def through_colour(first: Planes, second: Planes, colour: str, share: float, into: Planes) -> None:
    """From the first picture to a colour in the first half, on to the second in the other."""
    picture, left = (first, 1 - 2 * share) if share < 0.5 else (second, 2 * share - 1)
    tints = ycc_of(colour)
    for (plane, _, target), tint in zip(_triples(picture, picture, into), tints, strict=True):
        cv2.addWeighted(plane, left, plane, 0, tint * (1 - left), dst=target)


def dissolved(first: Planes, second: Planes, share: float, into: Planes) -> None:
    """The second picture where a grain's number is below the share."""
    height, width = first.y.shape
    copy(first, into)
    for _, two, target in _triples(first, second, into):
        grains = _grains((width, height), width // target.shape[1])
        shown = (grains < share * 256).view(np.uint8)
        cv2.copyTo(two, shown, target)


@lru_cache(maxsize=8)
def _grains(frame: tuple[int, int], covers: int) -> np.ndarray:
    """A number 0–255 for every pixel; pixels of one grain share it, and so do all planes."""
    edge = max(2, even(min(frame) / GRAINS))
    shape = frame[1] // covers, frame[0] // covers
    y, x = np.indices(shape, dtype=np.uint32) * np.uint32(covers) // np.uint32(edge)
    numbers = _scattered(x + np.uint32(65_536) * y) >> np.uint32(24)
    return numbers.astype(np.uint8)


def _scattered(number: np.ndarray) -> np.ndarray:
    """A 32-bit mix in which neighbours get unrelated numbers (the finaliser of MurmurHash3)."""
    number = (number ^ (number >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    number = (number ^ (number >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return np.asarray(number ^ (number >> np.uint32(16)))


def _triples(
    first: Planes, second: Planes, into: Planes
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
    return (
        (first.y, second.y, into.y),
        (first.u, second.u, into.u),
        (first.v, second.v, into.v),
    )
