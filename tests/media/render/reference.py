"""A second renderer, slow and plain, written from the domain alone: what every frame must be.

It works in floating point on Y'CbCr at the resolution of each plane, one clip after the other, and
shares no code with the renderer: sampling, blending, transitions and layers are spelt out here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gator_engine.domain.timeline import (
    Clip,
    Layout,
    MediaKind,
    Overlay,
    Pane,
    Timeline,
    placed,
)
from gator_engine.domain.video.framing import WHOLE, Fit, Rect, region
from gator_engine.domain.video.time import source_second
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind

Frame = list[np.ndarray]
"""Y', Cb, Cr as float arrays (h, w), (h/2, w/2), (h/2, w/2)."""
RGB_TO_YCC = np.array(
    [
        [0.2126 * 219, 0.7152 * 219, 0.0722 * 219],
        [-0.2126 / 1.8556 * 224, -0.7152 / 1.8556 * 224, 0.9278 / 1.8556 * 224],
        [0.7874 / 1.5748 * 224, -0.7152 / 1.5748 * 224, -0.0722 / 1.5748 * 224],
    ]
)


def ycc(rgb: np.ndarray) -> np.ndarray:
    """(…, 3) RGB 0–255 → Y'CbCr by BT.709, limited range."""
    return rgb.astype(float) / 255 @ RGB_TO_YCC.T + np.array([16, 128, 128])


def colour(text: str) -> np.ndarray:
    return ycc(np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]))


def halves(plane: np.ndarray) -> np.ndarray:
    """The mean of two by two."""
    high, wide = plane.shape
    return plane.reshape(high // 2, 2, wide // 2, 2).mean(axis=(1, 3))


def planes_of_rgb(rgb: np.ndarray) -> Frame:
    full = ycc(rgb)
    return [full[:, :, 0], halves(full[:, :, 1]), halves(full[:, :, 2])]


def sample(plane: np.ndarray, box: tuple[float, float, float, float], size: Any) -> np.ndarray:
    """A region of a plane in (w, h) pixels: bilinear at pixel centres, edges repeated."""
    (x0, y0, w, h), (wide, high) = box, size
    x = np.clip(x0 + (np.arange(wide) + 0.5) * w / wide - 0.5, 0, plane.shape[1] - 1)
    y = np.clip(y0 + (np.arange(high) + 0.5) * h / high - 0.5, 0, plane.shape[0] - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = np.minimum(left + 1, plane.shape[1] - 1), np.minimum(top + 1, plane.shape[0] - 1)
    fx, fy = x - left, (y - top)[:, None]
    upper = plane[top][:, left] * (1 - fx) + plane[top][:, right] * fx
    lower = plane[below][:, left] * (1 - fx) + plane[below][:, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy)


def even(value: float) -> int:
    return 2 * round(value / 2)


class Reference:
    """Frames of a timeline. `pictures` maps asset ids to RGB arrays of even size, or to lists of
    Y'CbCr frames with their rate; `titles` and `captions` paint as the renderer's neighbours do."""

    def __init__(
        self, timeline: Timeline, pictures: dict[str, Any], painter: Any, paint_title: Any
    ) -> None:
        self.timeline, self.size = timeline, timeline.size
        self.pictures, self.painter, self.paint_title = pictures, painter, paint_title
        self.items = list(placed(timeline.picture.items))

    def frame(self, number: int) -> list[np.ndarray]:
        """The frame, rounded to whole numbers."""
        made = self.picture(number)
        for track in self.timeline.overlays:
            for span, over in placed(track.items):
                if isinstance(over, Overlay) and span.holds(number):
                    made = self.overlaid(made, over, number - span.start, span.length)
        if self.painter is not None:
            key = self.painter.state(number)
            if key is not None:
                made = self.layered(made, self.painter.layer(key), 1.0)
        return [np.clip(np.rint(plane), 0, 255) for plane in made]

    def picture(self, number: int) -> Frame:
        for at, (span, item) in enumerate(self.items):
            before = self.items[at - 1][1] if at else None
            change = item.transition if isinstance(item, Clip) else None
            if change is not None:
                offset = number - (span.start - change.length // 2)
                if 0 <= offset < change.length:
                    first = self.item(at - 1, number) if before is not None else self.black()
                    return self.changed(change, offset, first, self.item(at, number))
        for at, (span, _) in enumerate(self.items):
            if span.holds(number):
                return self.item(at, number)
        raise AssertionError(number)

    def black(self) -> Frame:
        return self.filled(self.size, "#000000")

    def filled(self, size: tuple[int, int], text: str) -> Frame:
        wide, high = size
        y, u, v = np.rint(colour(text))
        half = (high // 2, wide // 2)
        return [np.full((high, wide), y), np.full(half, u), np.full(half, v)]

    def seen(self, at: int) -> tuple[int, int]:
        """First frame and number of frames in which anything of an item is visible."""
        span, item = self.items[at]
        start, end = span.start, span.start + span.length
        if isinstance(item, Clip) and item.transition:
            start = max(0, start - item.transition.length // 2)
        if at + 1 < len(self.items):
            after = self.items[at + 1][1]
            if isinstance(after, Clip) and after.transition:
                end += after.transition.length - after.transition.length // 2
        return start, min(end, self.timeline.length) - start

    def item(self, at: int, number: int) -> Frame:
        span, item = self.items[at]
        made = self.black()
        if not isinstance(item, Clip):
            return made
        for pane, (x, y, w, h) in zip(item.panes, self.places(item.layout), strict=True):
            start, length = self.seen(at)
            inner = self.pane(pane, number - span.start, number - start, length, (w, h))
            for plane, target, k in zip(inner, made, (1, 2, 2), strict=True):
                target[y // k : (y + h) // k, x // k : (x + w) // k] = plane
        return made

    def places(self, layout: Layout) -> list[tuple[int, int, int, int]]:
        """Pictures side by side, one above the other in an upright frame, or in quarters."""
        wide, high = self.size
        half, middle = even(wide / 2), even(high / 2)
        if layout is Layout.SINGLE:
            return [(0, 0, wide, high)]
        if layout is Layout.GRID:
            return [
                (0, 0, half, middle),
                (half, 0, wide - half, middle),
                (0, middle, half, high - middle),
                (half, middle, wide - half, high - middle),
            ]
        assert layout is Layout.SIDE_BY_SIDE
        if high > wide:
            return [(0, 0, wide, middle), (0, middle, wide, high - middle)]
        return [(0, 0, half, high), (half, 0, wide - half, high)]

    def pane(
        self, pane: Pane, offset: int, shown: int, length: int, place: tuple[int, int]
    ) -> Frame:
        media = pane.media
        if media.kind is MediaKind.COLOUR:
            return self.filled(place, media.colour)
        if media.kind is MediaKind.TITLE:
            assert media.title is not None
            made = self.filled(place, media.title.ground)
            return self.layered(made, self.paint_title(media.title, place), 1.0)
        source = self.source(pane, offset)
        size = source[0].shape[1], source[0].shape[0]
        rect = pane.motion.at(shown, length) if pane.motion else WHOLE
        if pane.fit is Fit.COVER:
            return self.cropped(source, region(size, place, rect, pane.focus), place)
        assert pane.fit is Fit.CONTAIN
        box = self.inside(size, pane.motion.start if pane.motion else WHOLE, place)
        inner = self.cropped(source, region(size, box[2:], rect, pane.focus), box[2:])
        made = self.filled(place, pane.bars)
        for plane, target, k in zip(inner, made, (1, 2, 2), strict=True):
            x, y, w, h = (edge // k for edge in box)
            target[y : y + h, x : x + w] = plane
        return made

    def inside(
        self, size: tuple[int, int], rect: Rect, place: tuple[int, int]
    ) -> tuple[int, int, int, int]:
        """The largest even box of a rectangle's shape in the middle of a place."""
        shape = rect.w * size[0] / (rect.h * size[1])
        wide = max(2, even(min(place[0], place[1] * shape)))
        high = max(2, even(min(place[1], place[0] / shape)))
        wide, high = min(wide, place[0]), min(high, place[1])
        return even((place[0] - wide) / 2), even((place[1] - high) / 2), wide, high

    def source(self, pane: Pane, offset: int) -> Frame:
        found = self.pictures[pane.media.asset_id]
        if isinstance(found, np.ndarray):
            return [np.rint(plane) for plane in planes_of_rgb(found)]
        frames, rate = found
        second = source_second(pane.source_start, offset, pane.speed, self.timeline.rate)
        chosen: Frame = frames[min(len(frames) - 1, int(second * Fraction(rate)))]
        return chosen

    def cropped(self, source: Frame, box: Any, size: tuple[int, int]) -> Frame:
        x, y, w, h = box
        return [
            np.rint(sample(plane, (x / k, y / k, w / k, h / k), (size[0] // k, size[1] // k)))
            for plane, k in zip(source, (1, 2, 2), strict=True)
        ]

    def changed(self, change: Transition, offset: int, first: Frame, second: Frame) -> Frame:
        share = change.easing.at((offset + 0.5) / change.length)
        match change.kind:
            case TransitionKind.CROSSFADE:
                return mix(first, second, share)
            case TransitionKind.FADE:
                tint = self.filled(self.size, change.colour)
                if share < 0.5:
                    return mix(first, tint, 2 * share)
                return mix(tint, second, 2 * share - 1)
            case TransitionKind.ZOOM:
                middle = min(1.0, max(0.0, 3 * share - 1))
                near, far = self.enlarged(first, 1 + 0.4 * share), second
                far = self.enlarged(second, 1 + 0.4 * (1 - share))
                return mix(near, far, middle)
            case TransitionKind.DISSOLVE:
                return self.dissolved(first, second, share)
            case _:
                return self.moved(change, share, first, second)

    def enlarged(self, frame: Frame, by: float) -> Frame:
        wide, high = self.size
        box = (wide - wide / by) / 2, (high - high / by) / 2, wide / by, high / by
        return self.cropped(frame, box, self.size)

    def moved(self, change: Transition, share: float, first: Frame, second: Frame) -> Frame:
        """Wipe, slide and push, pixel row by pixel row along the way."""
        sideways = change.direction in (Direction.LEFT, Direction.RIGHT)
        back = change.direction in (Direction.LEFT, Direction.UP)
        axis, edge = (1, self.size[0]) if sideways else (0, self.size[1])
        arrived = even(edge * share)
        made = []
        for one, two, k in zip(first, second, (1, 2, 2), strict=True):
            length, done = edge // k, arrived // k
            rows = []
            for at in range(length):
                # Counted from the side that the second picture comes from.
                from_side = length - 1 - at if back else at
                if from_side < done:
                    slid = at if change.kind is TransitionKind.WIPE else None
                    if slid is None:
                        slid = at - (length - done) if back else at + (length - done)
                    rows.append(np.take(two, slid, axis))
                else:
                    pushed = at
                    if change.kind is TransitionKind.PUSH:
                        pushed = at + done if back else at - done
                    rows.append(np.take(one, pushed, axis))
            made.append(np.stack(rows, axis))
        return made

    def dissolved(self, first: Frame, second: Frame, share: float) -> Frame:
        edge = max(2, even(min(self.size) / 270))
        made = []
        for one, two, k in zip(first, second, (1, 2, 2), strict=True):
            plane = one.copy()
            for y in range(plane.shape[0]):
                for x in range(plane.shape[1]):
                    if grain(x * k // edge, y * k // edge) < share * 256:
                        plane[y, x] = two[y, x]
            made.append(plane)
        return made

    def overlaid(self, made: Frame, over: Overlay, offset: int, length: int) -> Frame:
        ramp = min(1.0, (offset + 1) / (over.fade + 1), (length - offset) / (over.fade + 1))
        if over.media.kind is MediaKind.TITLE:
            layer = self.paint_title(over.media.title, self.size)
            return self.layered(made, layer, over.opacity * ramp)
        raise AssertionError("pictures over the picture have tests of their own")

    def layered(self, made: Frame, layer: Any, opacity: float) -> Frame:
        """A layer over the whole frame, pixel by pixel in full resolution."""
        high, wide = made[0].shape
        canvas = np.zeros((high, wide, 4))
        rgba = np.asarray(layer.rgba)[: high - layer.y, : wide - layer.x]
        canvas[layer.y : layer.y + rgba.shape[0], layer.x : layer.x + rgba.shape[1]] = rgba
        alpha, full = canvas[:, :, 3] / 255 * opacity, ycc(canvas[:, :, :3])
        under = [made[0], *(plane.repeat(2, 0).repeat(2, 1) for plane in made[1:])]
        over = [plane * (1 - alpha) + full[:, :, at] * alpha for at, plane in enumerate(under)]
        return [over[0], halves(over[1]), halves(over[2])]


def mix(first: Frame, second: Frame, share: float) -> Frame:
    return [a * (1 - share) + b * share for a, b in zip(first, second, strict=True)]


def grain(column: int, row: int) -> int:
    """The number of a grain, in plain integers (finaliser of MurmurHash3, upper eight bits)."""
    mask = 0xFFFFFFFF
    number = (column + 65_536 * row) & mask
    number = ((number ^ (number >> 16)) * 0x85EBCA6B) & mask
    number = ((number ^ (number >> 13)) * 0xC2B2AE35) & mask
    return (number ^ (number >> 16)) >> 24
