"""What every ground painter is given, and the noise and edge functions they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from opensimplex import OpenSimplex
from PIL import Image

from gator_engine.adapters.generators._cards.colour import Array, Lab
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.scheme import Scheme


@dataclass(frozen=True)
class Frame:
    """A window of `width` × `height` pixels on a panorama that is `total` pixels wide.

    A single card is its own panorama. The slides of a carousel share `seed` and `total` and differ
    in `left` only, so that their grounds meet without a seam. `quiet` lists the boxes (window
    pixels) where text will stand; `vivid` allows the palette's own lightness (no text on it).
    """

    width: int
    height: int
    scheme: Scheme
    seed: int
    left: int = 0
    total: int = 0
    quiet: tuple[Box, ...] = ()
    vivid: bool = False

    @property
    def span(self) -> int:
        """Width of the panorama in pixels."""
        return max(self.total, self.width)

    @property
    def unit(self) -> float:
        """Pixels per 1/1080 of the short side: the scale of ornaments."""
        return min(self.width, self.height) / 1080

    @property
    def colours(self) -> tuple[Lab, ...]:
        """The colours to paint with: the palette, or its version that is safe under text."""
        return self.scheme.art if self.vivid else self.scheme.nodes


def random_of(seed: int, salt: str) -> np.random.Generator:
    """A random generator that depends on seed and purpose only, on every machine the same."""
    digest = hashlib.sha256(f"{seed}\x00{salt}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big")))


def enlarge(small: Array, width: int, height: int) -> Array:
    """Smoothly (bicubic) resize a float array (h, w) or (h, w, c) to `height` × `width`."""
    planes = small[..., None] if small.ndim == 2 else small
    resized = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(planes[..., c])).resize(
                (width, height), Image.Resampling.BICUBIC
            ),
            dtype=np.float32,
        )
        for c in range(planes.shape[-1])
    ]
    return resized[0] if small.ndim == 2 else np.stack(resized, axis=-1)


def noise_grid(xs: Array, ys: Array, seed: int) -> Array:
    """Simplex noise, about -0.86..0.86, on the grid of `ys` × `xs` (in noise units)."""
    grid = OpenSimplex(seed & 0x7FFFFFFF).noise2array(xs.astype(np.float64), ys.astype(np.float64))
    return np.asarray(grid, dtype=np.float32)


def coarse_axes(frame: Frame, step: int) -> tuple[Array, Array]:
    """Panorama coordinates, in heights, of a grid every `step` pixels that covers the window.

    The grid is padded to whole steps of the panorama, so neighbouring slides sample the same field.
    """
    across = int(np.ceil(frame.width / step)) + 1
    down = int(np.ceil(frame.height / step)) + 1
    xs = (frame.left + (np.arange(across) + 0.0) * frame.width / (across - 1)) / frame.height
    ys = np.arange(down) / (down - 1)
    return xs.astype(np.float32), ys.astype(np.float32)


def over(canvas: Array, colour: Array, cover: NDArray[np.float32]) -> None:
    """Blend `colour` (3,) or (h, w, 3) over `canvas` in place, `cover` (h, w) from 0 to 1."""
    canvas += (colour - canvas) * cover[..., None]
