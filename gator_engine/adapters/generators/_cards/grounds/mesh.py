"""Soft colour fields: a mesh gradient in Oklab, and the same field folded like silk."""

from __future__ import annotations

import math

import numpy as np

from gator_engine.adapters.generators._cards.colour import Array, Lab, from_oklab, lch, mix
from gator_engine.adapters.generators._cards.grounds.frame import (
    Frame,
    coarse_axes,
    enlarge,
    noise_grid,
    random_of,
)

_STEP = 10  # pixels between computed colours; everything here is smoother than that
_NOISE_STEP = 4  # noise is computed on every fourth of those


def _noise(frame: Frame, xs: Array, ys: Array, scale: float, salt: int) -> Array:
    """Smooth noise on the colour grid, one bump per about 1/`scale` heights."""
    few_x = np.linspace(xs[0], xs[-1], max(4, len(xs) // _NOISE_STEP + 1), dtype=np.float32)
    few_y = np.linspace(ys[0], ys[-1], max(4, len(ys) // _NOISE_STEP + 1), dtype=np.float32)
    grid = noise_grid(few_x * scale, few_y * scale, frame.seed * 31 + salt)
    return enlarge(grid, len(xs), len(ys))


def _company(frame: Frame, rng: np.random.Generator) -> tuple[Lab, ...]:
    """The colours that meet in one field.

    Light colours may all meet. Dark complements mix to brown, so a deep field keeps its base and
    the colours within 80 degrees of hue of one of the others.
    """
    if frame.vivid or frame.scheme.tone != "deep":
        return frame.colours
    base = frame.scheme.base
    others = [c for c in frame.colours if c != base]
    others = [c for c in others if not 0.7 < lch(c)[2] < 2.0] or others  # no large brown areas
    lead = others[int(rng.integers(len(others)))]
    near = [c for c in others if math.cos(lch(c)[2] - lch(lead)[2]) > math.cos(math.radians(80))]
    return (base, mix(base, lead, 0.45), *near)


def _nodes(frame: Frame) -> tuple[Array, Array, Array]:
    """Positions (n, 2) in heights, Oklab colours (n, 3) and radii (n,) over the whole panorama."""
    rng = random_of(frame.seed, "mesh")
    aspect = frame.span / frame.height
    columns = max(2, round(aspect * 2.2))
    places: list[tuple[float, float]] = []
    colours: list[Lab] = []
    chosen = _company(frame, rng)
    order = list(rng.permutation(len(chosen)))
    for column in range(columns):
        for row in range(3):
            x = (column + 0.5 + rng.uniform(-0.42, 0.42)) / columns * aspect
            y = (row + 0.5 + rng.uniform(-0.42, 0.42)) / 3
            places.append((x, y * 1.16 - 0.08))
            # Runs of one colour make large calm areas; a new colour for each node makes confetti.
            if rng.random() < 0.62 or not colours:
                order = order[1:] + order[:1]
            colours.append(chosen[order[0]])
    radii = rng.uniform(0.7, 1.35, len(places))
    return (
        np.array(places, np.float32),
        np.array(colours, np.float32),
        radii.astype(np.float32),
    )


def _field(frame: Frame, xs: Array, ys: Array, warp: float) -> Array:
    """Oklab colours (rows, columns, 3): nodes weighted by distance in warped coordinates."""
    gx, gy = np.meshgrid(xs, ys)
    for salt, scale, share in ((1, 1.15, 1.0), (3, 2.6, 0.35)):
        dx = _noise(frame, xs, ys, scale, salt)
        dy = _noise(frame, xs, ys, scale, salt + 1)
        gx, gy = gx + warp * share * dx, gy + warp * share * dy
    places, colours, radii = _nodes(frame)
    total = np.zeros(gx.shape, np.float32)
    mixed = np.zeros((*gx.shape, 3), np.float32)
    for (px, py), colour, radius in zip(places, colours, radii, strict=True):
        squared = ((gx - px) ** 2 + (gy - py) ** 2) / radius**2
        weight = 1.0 / (squared + 0.02) ** 1.75
        total += weight
        mixed += weight[..., None] * colour
    return np.asarray(mixed / total[..., None], dtype=np.float32)


def paint_mesh(frame: Frame) -> Array:
    """A mesh gradient: sRGB floats (height, width, 3)."""
    xs, ys = coarse_axes(frame, _STEP)
    lab = _field(frame, xs, ys, warp=0.26)
    return np.clip(enlarge(from_oklab(lab), frame.width, frame.height), 0, 1)


def paint_silk(frame: Frame) -> Array:
    """A mesh gradient with folds of light running through it: sRGB floats (height, width, 3)."""
    xs, ys = coarse_axes(frame, _STEP)
    lab = _field(frame, xs, ys, warp=0.34)
    rng = random_of(frame.seed, "silk")
    slope = rng.uniform(-1.1, 1.1)
    bend = _noise(frame, xs, ys, 0.9, 7) * 1.5 + _noise(frame, xs, ys, 2.0, 8) * 0.32
    gx, gy = np.meshgrid(xs, ys)
    phase = (gy + slope * gx) * 2.1 + bend * 2.3
    fold = np.sin(phase * 2.4)
    # Sharp on one side, soft on the other: light falls on a fold, it does not oscillate.
    light = np.where(fold > 0, np.abs(fold) ** 2.2, -(np.abs(fold) ** 1.2) * 0.75)
    low, high = _window(frame)
    depth = 0.2 * (high - low)
    lab[..., 0] = np.clip(lab[..., 0] + depth * light, low, high)
    return np.clip(enlarge(from_oklab(lab), frame.width, frame.height), 0, 1)


def _window(frame: Frame) -> tuple[float, float]:
    """Lightness range the folds may use: the range of the colours, a little beyond if vivid."""
    values = [colour[0] for colour in frame.colours]
    margin = 0.06 if frame.vivid else 0.012
    return min(values) - margin, max(values) + margin
