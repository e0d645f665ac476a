"""Rectangles in pixels: origin top left, x to the right, y downwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """An axis-aligned rectangle; all four numbers are pixels and may be fractions."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the bottom edge."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        """The middle point (x, y)."""
        return self.x + self.w / 2, self.y + self.h / 2

    def inset(self, dx: float, dy: float | None = None) -> Box:
        """The box moved inwards by `dx` left and right and `dy` (default `dx`) above and below."""
        down = dx if dy is None else dy
        return Box(self.x + dx, self.y + down, self.w - 2 * dx, self.h - 2 * down)

    def cut(self, *, top: float = 0, bottom: float = 0, left: float = 0, right: float = 0) -> Box:
        """What is left after taking strips of the given thickness off the sides."""
        return Box(self.x + left, self.y + top, self.w - left - right, self.h - top - bottom)

    def overlap(self, other: Box) -> float:
        """Shared area with `other` in square pixels; 0 when they do not touch."""
        wide = min(self.right, other.right) - max(self.x, other.x)
        tall = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(0.0, wide) * max(0.0, tall)

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Whole-pixel (left, top, right, bottom) covering the box, kept inside width × height."""
        left, top = max(0, int(self.x)), max(0, int(self.y))
        right = min(width, int(self.right) + 1)
        bottom = min(height, int(self.bottom) + 1)
        return left, top, max(left + 1, right), max(top + 1, bottom)


def union(boxes: list[Box]) -> Box:
    """The smallest box around all `boxes`; raises ValueError when there are none."""
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
    return Box(left, top, right - left, bottom - top)
