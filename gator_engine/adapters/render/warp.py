"""Draws any region of a picture into any place, to a fraction of a pixel.

Pixels are sampled at their centres, linearly: source = x0 + (i + 0.5) · scale − 0.5. Two ways lead
there. `cv2.warpAffine` takes every region. `cv2.resize` with an explicit factor does the same two
to three times as quickly, but begins on a whole source pixel: so a few columns and rows more are
drawn at the left and top until the region's edge falls on one, and then dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from gator_engine.adapters.render.boxes import blank, copy, even
from gator_engine.adapters.render.planes import Planes

Region = tuple[float, float, float, float]
"""Left, top, width, height in pixels of a picture, edges counted from its upper left corner."""
REACH = 112
"""Most columns or rows drawn to be dropped."""
OFF = 1 / 96
"""How far, in source pixels, an edge may lie beside a whole pixel on the quick way."""
MARGIN = 160
"""Pixels that a still carries at its left and top, so that the quick way may begin there."""
_STEPS = np.arange(REACH)


@dataclass
class Picture:
    """A picture to draw from: planes that begin `margin` pixels left of and above it.

    `smaller` is the same at half the size, for regions shown at less than half of theirs.
    """

    planes: Planes
    size: tuple[int, int]
    margin: int = 0
    smaller: Picture | None = field(default=None, repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of memory it takes."""
        own = self.planes.y.nbytes + self.planes.u.nbytes + self.planes.v.nbytes
        return own + (self.smaller.nbytes if self.smaller else 0)


def still(planes: Planes, place: tuple[int, int]) -> Picture:
    """A picture that is drawn from again and again: with margins, and in halves of its size."""
    height, width = planes.y.shape
    smaller = None
    if width >= 2 * place[0] and height >= 2 * place[1]:
        smaller = still(halved(planes), place)
    light, colour = (
        [_with_margin(plane, MARGIN // k) for plane in group]
        for k, group in ((1, (planes.y,)), (2, (planes.u, planes.v)))
    )
    return Picture(Planes(light[0], colour[0], colour[1]), (width, height), MARGIN, smaller)


def _with_margin(plane: np.ndarray, margin: int) -> np.ndarray:
    return cv2.copyMakeBorder(plane, margin, 4, margin, 4, cv2.BORDER_REPLICATE)


def halved(planes: Planes) -> Planes:
    """The same picture with half the edges (even again), by area."""
    height, width = planes.y.shape
    small = blank((max(2, even(width / 2)), max(2, even(height / 2))))
    for source, into in ((planes.y, small.y), (planes.u, small.u), (planes.v, small.v)):
        size = into.shape[1], into.shape[0]
        cv2.resize(source, size, dst=into, interpolation=cv2.INTER_AREA)
    return small


class Warp:
    """Draws regions; keeps the memory it needs in between. For one thread."""

    def __init__(self) -> None:
        self._memory = np.empty(0, np.uint8)

    def draw(self, picture: Picture, region: Region, into: Planes) -> None:
        """Fill `into` with a region of a picture; what lies outside repeats its edge."""
        picture, region = _fitting(picture, region, into.y.shape[1])
        planes, margin = picture.planes, picture.margin
        for source, target, k in (
            (planes.y, into.y, 1),
            (planes.u, into.u, 2),
            (planes.v, into.v, 2),
        ):
            x, y, w, h = (value / k for value in region)
            self._plane(source, (x + margin / k, y + margin / k, w, h), target, bool(margin))

    def _plane(self, source: np.ndarray, region: Region, into: np.ndarray, quick: bool) -> None:
        x, y, w, h = region
        high, wide = into.shape
        scale = w / wide, h / high
        if _is_copy(source, region, into):
            left, top = round(x), round(y)
            np.copyto(into, source[top : top + high, left : left + wide])
        elif not (quick and self._resized(source, (x, y), scale, into)):
            matrix = np.array(
                [
                    [scale[0], 0, x + scale[0] / 2 - 0.5],
                    [0, scale[1], y + scale[1] / 2 - 0.5],
                ]
            )
            cv2.warpAffine(
                source,
                matrix,
                (wide, high),
                dst=into,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )

    def _resized(
        self,
        source: np.ndarray,
        origin: tuple[float, float],
        scale: tuple[float, float],
        into: np.ndarray,
    ) -> bool:
        """The quick way; False where it does not lead there."""
        across, down = _start(origin[0], scale[0]), _start(origin[1], scale[1])
        if across is None or down is None:
            return False
        (left, more_x), (top, more_y) = across, down
        high, wide = into.shape
        # One pixel more at the other end: the last one is mixed with its neighbour there.
        taken_x = int(np.ceil((wide + more_x) * scale[0])) + 1
        taken_y = int(np.ceil((high + more_y) * scale[1])) + 1
        rows, columns = source.shape
        factors = 1 / scale[0], 1 / scale[1]
        drawn_x, drawn_y = round(taken_x * factors[0]), round(taken_y * factors[1])
        same = (drawn_x, drawn_y) == (taken_x, taken_y)  # resize() would copy without sampling
        short = drawn_x < wide + more_x or drawn_y < high + more_y
        if same or short or left + taken_x > columns or top + taken_y > rows:
            return False
        drawn = self._room(drawn_x, drawn_y)
        cv2.resize(
            source[top : top + taken_y, left : left + taken_x],
            None,
            dst=drawn,
            fx=factors[0],
            fy=factors[1],
            interpolation=cv2.INTER_LINEAR,
        )
        np.copyto(into, drawn[more_y : more_y + high, more_x : more_x + wide])
        return True

    def _room(self, width: int, height: int) -> np.ndarray:
        if self._memory.size < width * height:
            self._memory = np.empty(width * height, np.uint8)
        return self._memory[: width * height].reshape(height, width)


def _fitting(picture: Picture, region: Region, wide: int) -> tuple[Picture, Region]:
    """The size of the picture that comes next above what is shown, and the region in it."""
    while region[2] / wide >= 2:
        if picture.smaller is None:
            if picture.margin:
                break
            picture.smaller = Picture(halved(picture.planes), _half_size(picture))
        smaller = picture.smaller
        across, down = smaller.size[0] / picture.size[0], smaller.size[1] / picture.size[1]
        x, y, w, h = region
        picture, region = smaller, (x * across, y * down, w * across, h * down)
    return picture, region


def _half_size(picture: Picture) -> tuple[int, int]:
    width, height = picture.size
    return max(2, even(width / 2)), max(2, even(height / 2))


def _is_copy(source: np.ndarray, region: Region, into: np.ndarray) -> bool:
    """Whether a region is whole pixels in their own size."""
    x, y, w, h = region
    (high, wide), (rows, columns) = into.shape, source.shape
    whole = abs(x - round(x)) < 1e-6 and abs(y - round(y)) < 1e-6
    same = abs(w - wide) < 1e-6 and abs(h - high) < 1e-6
    left, top = round(x), round(y)
    inside = left >= 0 and top >= 0 and left + wide <= columns and top + high <= rows
    return whole and same and inside


def _start(origin: float, scale: float) -> tuple[int, int] | None:
    """A whole source pixel to begin on, and how many target pixels later `origin` comes.

    The first pixel that is kept must not lie before the centre of that source pixel, where
    resize() would repeat it instead of mixing it with its neighbour.
    """
    begins = origin - scale * _STEPS
    whole = np.rint(begins)
    inside = ((_STEPS + 0.5) * scale >= 0.5) & (whole >= 0)
    good = np.flatnonzero(inside & (np.abs(begins - whole) < OFF))
    if not good.size:
        return None
    steps = int(good[0])
    return int(whole[steps]), steps


def zoomed(warp: Warp, planes: Planes, by: float, into: Planes) -> None:
    """The middle of a picture, enlarged by that factor."""
    height, width = planes.y.shape
    if by == 1:
        copy(planes, into)
        return
    wide, high = width / by, height / by
    region = ((width - wide) / 2, (height - high) / 2, wide, high)
    warp.draw(Picture(planes, (width, height)), region, into)
