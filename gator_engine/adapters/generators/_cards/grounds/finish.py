"""What lies over a painted ground: film grain, and the veil that makes text readable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gator_engine.adapters.generators._cards.colour import Array
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.grounds.frame import enlarge, random_of

_REDUCED = 8  # a veil is smooth: it is blurred at an eighth of the size


def grain(canvas: Array, amount: float, seed: int) -> Array:
    """Monochrome film grain, strongest in the middle tones: a new array within 0..1.

    `amount` 1 is a standard deviation of about 3.6 % of full scale at mid-grey. Grain also hides
    the steps of 8-bit gradients.
    """
    if amount <= 0:
        return canvas
    height, width, _ = canvas.shape
    rng = random_of(seed, "grain")
    fine = rng.standard_normal((height, width), dtype=np.float32)
    coarse = rng.standard_normal((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    noise = np.clip(0.75 * fine + 0.45 * enlarge(coarse, width, height), -2.4, 2.4)
    middle = canvas.mean(axis=-1)
    strength = 0.036 * amount * (0.45 + 0.55 * 4 * middle * (1 - middle))
    grained: Array = np.clip(canvas + (noise * strength)[..., None], 0, 1)
    return grained


def veil(size: tuple[int, int], boxes: list[Box], reach: float) -> NDArray[np.float32]:
    """A soft mask (h, w), 1 on the boxes and fading to 0 within about `reach` pixels."""
    width, height = size
    small = Image.new("L", (max(2, width // _REDUCED), max(2, height // _REDUCED)), 0)
    draw = ImageDraw.Draw(small)
    for box in boxes:
        wide = box.inset(-reach * 0.55)
        corners = [edge / _REDUCED for edge in (wide.x, wide.y, wide.right, wide.bottom)]
        draw.rounded_rectangle(corners, radius=reach / 2 / _REDUCED, fill=255)
    soft = small.filter(ImageFilter.GaussianBlur(reach / 4 / _REDUCED))
    # Slightly overdriven, so that the blur takes nothing away on the boxes themselves.
    large = enlarge(np.asarray(soft, np.float32) * np.float32(1.08 / 255), width, height)
    return np.clip(large, 0, 1)
