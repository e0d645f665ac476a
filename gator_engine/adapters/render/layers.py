"""Text and small pictures over the frame: converted once, laid on in their own rectangle only."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gator_engine.adapters.render.boxes import Box, part
from gator_engine.adapters.render.colour import to_ycc
from gator_engine.adapters.render.contracts import Layer
from gator_engine.adapters.render.planes import Planes


@dataclass(frozen=True)
class Ink:
    """A layer ready to be laid on: `colour` is premultiplied, `through` is 255 − alpha."""

    box: Box
    colour: Planes
    through: Planes

    @property
    def nbytes(self) -> int:
        """Bytes of memory it takes."""
        return 2 * (self.colour.y.nbytes + self.colour.u.nbytes + self.colour.v.nbytes)

    def faded(self, opacity: float) -> Ink:
        """The same with less of it."""
        colour = Planes(*(cv2.convertScaleAbs(plane, alpha=opacity) for plane in _of(self.colour)))
        through = Planes(
            *(
                cv2.convertScaleAbs(plane, alpha=opacity, beta=255 * (1 - opacity))
                for plane in _of(self.through)
            )
        )
        return Ink(self.box, colour, through)


def ink_of(layer: Layer, frame: tuple[int, int]) -> Ink | None:
    """A painted layer as ink, without what lies outside the frame; None when nothing is left."""
    box, rgba = _on_even_pixels(layer.x, layer.y, np.asarray(layer.rgba), frame)
    if not box.w or not box.h or not rgba[:, :, 3].any():
        return None
    alpha = rgba[:, :, 3].astype(np.float32) / 255
    ycc = to_ycc(rgba[:, :, :3]) * alpha[:, :, None]
    half = cv2.resize(ycc[:, :, 1:], (box.w // 2, box.h // 2), interpolation=cv2.INTER_AREA)
    alpha_half = cv2.resize(alpha, (box.w // 2, box.h // 2), interpolation=cv2.INTER_AREA)
    colour = Planes(_rounded(ycc[:, :, 0]), _rounded(half[:, :, 0]), _rounded(half[:, :, 1]))
    through = _rounded(255 * (1 - alpha_half))
    return Ink(box, colour, Planes(_rounded(255 * (1 - alpha)), through, through))


def lay(ink: Ink, planes: Planes) -> None:
    """Lay ink over a picture."""
    window = part(planes, ink.box)
    for target, through, colour in zip(_of(window), _of(ink.through), _of(ink.colour), strict=True):
        cv2.multiply(target, through, dst=target, scale=1 / 255)
        cv2.add(target, colour, dst=target)


def _of(planes: Planes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return planes.y, planes.u, planes.v


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.rint(values).astype(np.uint8))


def _on_even_pixels(
    x: int, y: int, rgba: np.ndarray, frame: tuple[int, int]
) -> tuple[Box, np.ndarray]:
    """The part of a layer inside the frame, with a see-through edge where it begins on odd ones."""
    high, wide = rgba.shape[:2]
    left, top = max(0, x), max(0, y)
    right, bottom = min(frame[0], x + wide), min(frame[1], y + high)
    if right <= left or bottom <= top:
        return Box(0, 0, 0, 0), rgba[:0, :0]
    seen = rgba[top - y : bottom - y, left - x : right - x]
    edges = top % 2, bottom % 2, left % 2, right % 2
    padded = np.pad(seen, (edges[:2], edges[2:], (0, 0)))
    high, wide = padded.shape[:2]
    return Box(left - edges[2], top - edges[0], wide, high), padded
