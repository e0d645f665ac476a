"""Ribbons that follow a flow field, evenly spaced and never crossing.

Streamline placement after Jobard and Lefer, "Creating evenly-spaced streamlines of arbitrary
density" (1997), on an occupancy grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from gator_engine.adapters.generators._cards.colour import RGB8, Array, mix, rgb_of
from gator_engine.adapters.generators._cards.grounds.frame import Frame, noise_grid, random_of

_STRIDE = 7.0  # length of one step along a line, in 1/1080 of the short side
_LONGEST = 190  # steps in each direction
_CELL = 4.0  # edge of an occupancy cell, same unit


@dataclass(frozen=True)
class _Field:
    """Angles on a grid, and which cells are taken, for one panorama."""

    angles: Array
    pitch: float
    taken: Array
    wide: float
    tall: float

    def angle(self, x: float, y: float) -> float:
        """Direction of the flow at (x, y), radians."""
        rows, columns = self.angles.shape
        row = min(max(int(y / self.pitch), 0), rows - 1)
        column = min(max(int(x / self.pitch), 0), columns - 1)
        return float(self.angles[row, column])


@lru_cache(maxsize=4)
def _streamlines(
    seed: int, wide: float, tall: float
) -> tuple[tuple[float, tuple[tuple[float, float], ...]], ...]:
    """All lines of a panorama `wide` × `tall` (1/1080 of the short side): (width, points)."""
    rng = random_of(seed, "flow")
    pitch, scale = 12.0, float(rng.uniform(0.75, 1.25))
    xs = np.arange(0, wide + pitch, pitch, dtype=np.float32) / 1080 * scale
    ys = np.arange(0, tall + pitch, pitch, dtype=np.float32) / 1080 * scale
    turn = float(rng.uniform(0, 2 * math.pi))
    coarse_x = np.linspace(xs[0], xs[-1], max(8, len(xs) // 4), dtype=np.float32)
    coarse_y = np.linspace(ys[0], ys[-1], max(8, len(ys) // 4), dtype=np.float32)
    grid = noise_grid(coarse_x, coarse_y, seed * 17 + 5)
    smooth = np.asarray(
        Image.fromarray(grid).resize((len(xs), len(ys)), Image.Resampling.BICUBIC), np.float32
    )
    field = _Field(
        smooth * 2.6 + turn,
        pitch,
        np.zeros((int(tall / _CELL) + 2, int(wide / _CELL) + 2), np.float32),
        wide,
        tall,
    )
    starts = [
        (x + rng.uniform(-14, 14), y + rng.uniform(-14, 14))
        for y in np.arange(10, tall, 30)
        for x in np.arange(10, wide, 30)
    ]
    lines = []
    for place, index in enumerate(rng.permutation(len(starts))):
        # Wide ribbons claim their room first; the later they come, the finer they get.
        share = place / len(starts)
        thick = float(
            rng.choice([30, 20, 12] if share < 0.05 else [13, 8, 5] if share < 0.3 else [5, 3])
        )
        points = _trace(field, starts[index], thick)
        if len(points) > 9:
            lines.append((thick, tuple(points)))
            _claim(field, points, thick)
    return tuple(lines)


def _free(field: _Field, x: float, y: float, room: float) -> bool:
    """Whether (x, y) lies inside and no line passes within `room`."""
    edge = 40.0
    if not (-edge < x < field.wide + edge and -edge < y < field.tall + edge):
        return False
    reach = max(1, round(room / _CELL))
    row, column = int(y / _CELL), int(x / _CELL)
    rows, columns = field.taken.shape
    if row < 0 or column < 0 or row >= rows or column >= columns:
        return True
    window = field.taken[
        max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1
    ]
    return not window.any()


def _trace(field: _Field, start: tuple[float, float], thick: float) -> list[tuple[float, float]]:
    """Points of the line through `start`, both ways until it would touch another one."""
    (x, y), room = start, thick / 2 + 5.0
    if not _free(field, x, y, room):
        return []
    ways: list[list[tuple[float, float]]] = []
    for sign in (1.0, -1.0):
        px, py, way = x, y, []
        for _ in range(_LONGEST):
            angle = field.angle(px, py)
            px += sign * _STRIDE * math.cos(angle)
            py += sign * _STRIDE * math.sin(angle)
            if not _free(field, px, py, room):
                break
            way.append((px, py))
        ways.append(way)
    return ways[1][::-1] + [(x, y)] + ways[0]


def _claim(field: _Field, points: list[tuple[float, float]], thick: float) -> None:
    """Mark the cells under a line as taken."""
    rows, columns = field.taken.shape
    reach = max(0, round(thick / 2 / _CELL))
    for x, y in points:
        row, column = int(y / _CELL), int(x / _CELL)
        if -reach <= row < rows + reach and -reach <= column < columns + reach:
            top, left = max(0, row - reach), max(0, column - reach)
            field.taken[top : max(0, row + reach + 1), left : max(0, column + reach + 1)] = 1.0


def _shades(frame: Frame) -> tuple[RGB8, list[RGB8]]:
    """Ground colour, and ribbon colours (repeated by how often they are used)."""
    scheme = frame.scheme
    if frame.vivid:
        ground = scheme.ink_dark if scheme.tone == "deep" else scheme.paper
        return rgb_of(ground), [rgb_of(colour) for colour in scheme.art]
    inner = [mix(scheme.base, colour, 0.8) for colour in scheme.nodes]
    return rgb_of(scheme.base), [rgb_of(colour) for colour in inner]


def paint_flow(frame: Frame) -> Array:
    """Ribbons on a plain ground: sRGB floats (height, width, 3)."""
    unit = frame.unit
    lines = _streamlines(frame.seed, round(frame.span / unit, 3), round(frame.height / unit, 3))
    ground, shades = _shades(frame)
    double = 2  # drawn at twice the size and reduced: smooth edges
    image = Image.new("RGB", (frame.width * double, frame.height * double), ground)
    draw = ImageDraw.Draw(image)
    rng = random_of(frame.seed, "flow colours")
    zoom = unit * double
    for thick, points in lines:
        colour = shades[int(rng.integers(len(shades)))]
        moved = [(x * zoom - frame.left * double, y * zoom) for x, y in points]
        if max(p[0] for p in moved) < -40 or min(p[0] for p in moved) > image.width + 40:
            continue
        width = max(1, round(thick * zoom))
        draw.line(moved, fill=colour, width=width, joint="curve" if thick > 6 else None)
        if thick > 4:
            for x, y in (moved[0], moved[-1]):
                half = width / 2
                draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    small = image.resize((frame.width, frame.height), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) * np.float32(1 / 255)
