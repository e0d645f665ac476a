"""Which part of a picture fills the frame: fit, point of interest, and motion over stills.

Everything is in shares of the source picture (0–1), so that one project serves every aspect ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """How a source of another shape meets the frame: cut off, bars in a colour, or blurred bars."""

    COVER = "cover"
    CONTAIN = "contain"
    BLUR = "blur"


class Easing(StrEnum):
    """How a motion gathers and loses speed."""

    LINEAR = "linear"
    EASE_IN = "ease_in"
    EASE_OUT = "ease_out"
    EASE_IN_OUT = "ease_in_out"

    def at(self, share: float) -> float:
        """Progress (0–1) after that share (0–1) of the time; cubic curves."""
        t = min(1.0, max(0.0, share))
        match self:
            case Easing.EASE_IN:
                return t**3
            case Easing.EASE_OUT:
                return 1 - (1 - t) ** 3
            case Easing.EASE_IN_OUT:
                return 4 * t**3 if t < 0.5 else 1 - (2 - 2 * t) ** 3 / 2
            case _:
                return t


@dataclass(frozen=True)
class Rect:
    """A rectangle in shares of the source picture: left, top, width, height."""

    x: float = 0.0
    y: float = 0.0
    w: float = 1.0
    h: float = 1.0

    @property
    def valid(self) -> bool:
        """Whether it lies inside the picture and is not empty."""
        edge = 1 + 1e-9
        inside = self.x >= 0 and self.y >= 0 and self.x + self.w <= edge and self.y + self.h <= edge
        return inside and self.w >= SMALLEST_RECT and self.h >= SMALLEST_RECT

    def between(self, other: Rect, share: float) -> Rect:
        """The rectangle that share of the way to another."""
        return Rect(
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
            self.w + (other.w - self.w) * share,
            self.h + (other.h - self.h) * share,
        )


SMALLEST_RECT = 0.05
"""Twenty-fold is as near as a motion may go."""
WHOLE = Rect()


@dataclass(frozen=True)
class Motion:
    """A camera move over a clip (the Ken Burns effect): from one rectangle to another.

    It takes as long as its clip, unless `over` says how many frames the whole move takes: then the
    clip shows it from frame `skip` on, as either half of a split clip does.
    """

    start: Rect = WHOLE
    end: Rect = WHOLE
    easing: Easing = Easing.EASE_IN_OUT
    skip: int = 0
    over: int = 0

    def at(self, offset: int, length: int) -> Rect:
        """The rectangle at a frame of a clip of `length` frames; the last frame reaches the end."""
        whole = self.over or length
        share = (self.skip + offset) / (whole - 1) if whole > 1 else 0.0
        return self.start.between(self.end, self.easing.at(share))


@dataclass(frozen=True)
class Point:
    """A point in shares of the source picture; what matters most stands there."""

    x: float = 0.5
    y: float = 0.5


CENTRE = Point()


def region(
    source: tuple[int, int], frame: tuple[int, int], rect: Rect = WHOLE, focus: Point = CENTRE
) -> tuple[float, float, float, float]:
    """Left, top, width, height in source pixels of what covers the frame.

    It is the largest area of the frame's shape inside `rect`, as near to `focus` as the rectangle
    allows; a rectangle of another shape is cut, never stretched.
    """
    left, top = rect.x * source[0], rect.y * source[1]
    width, height = rect.w * source[0], rect.h * source[1]
    shape = frame[0] / frame[1]
    wide, high = min(width, height * shape), min(height, width / shape)
    x = min(max(focus.x * source[0] - wide / 2, left), left + width - wide)
    y = min(max(focus.y * source[1] - high / 2, top), top + height - high)
    return x, y, wide, high
