"""Edges of a picture as white lines on black, for ControlNets that keep them.

J. Canny, "A computational approach to edge detection", IEEE PAMI 8(6), 1986: blur, gradient, thin
to ridges, and keep weak edges only where they touch strong ones. The thresholds 100 and 200 (of
Sobel gradients of 8-bit grey) are those that the published Canny ControlNets were shown with.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

WEAK, STRONG = 100.0, 200.0
_BLUR = 1.4  # Canny's usual 5 × 5 Gaussian.


def edges_of(image: Image.Image) -> Image.Image:
    """An RGB picture of the same size: 255 on edges, 0 elsewhere."""
    grey = image.convert("L").filter(ImageFilter.GaussianBlur(_BLUR))
    pixels = np.pad(np.asarray(grey, np.float32), 1, mode="edge")
    across = _sobel(pixels)
    down = _sobel(pixels.T).T
    strength = np.hypot(across, down)
    ridge = _ridges(strength, across, down)
    lines = _connected(ridge & (strength >= WEAK), ridge & (strength >= STRONG))
    return Image.fromarray((lines * 255).astype(np.uint8)).convert("RGB")


def _sobel(p: np.ndarray) -> np.ndarray:
    """The horizontal gradient of a picture padded by one pixel."""
    smooth = p[:-2] + 2 * p[1:-1] + p[2:]
    gradient: np.ndarray = smooth[:, 2:] - smooth[:, :-2]
    return gradient


def _ridges(strength: np.ndarray, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Where the gradient is largest along its own direction, of four."""
    padded = np.pad(strength, 1)
    height, width = strength.shape

    def moved(y: int, x: int) -> np.ndarray:
        part: np.ndarray = padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        return part

    sector = np.round(np.arctan2(down, across) / (np.pi / 4)).astype(int) % 4
    steps = {0: (0, 1), 1: (1, 1), 2: (1, 0), 3: (1, -1)}
    ridge = np.zeros(strength.shape, bool)
    for number, (y, x) in steps.items():
        # One side strictly, so that a plateau of two pixels gives one line.
        top = (strength > moved(-y, -x)) & (strength >= moved(y, x))
        ridge |= (sector == number) & top
    return ridge


def _connected(weak: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """Weak edges that hang together with a strong one, by the eight neighbours."""
    reached, front = strong.copy(), np.argwhere(strong)
    height, width = weak.shape
    around = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
    while len(front):
        near = np.concatenate([front + step for step in around])
        inside = (near >= 0).all(1) & (near[:, 0] < height) & (near[:, 1] < width)
        near = np.unique(near[inside], axis=0)
        fresh = weak[near[:, 0], near[:, 1]] & ~reached[near[:, 0], near[:, 1]]
        front = near[fresh]
        reached[front[:, 0], front[:, 1]] = True
    return reached
