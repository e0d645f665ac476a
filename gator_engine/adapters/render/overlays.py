"""Pictures of the library over the frame, with what is see-through in them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gator_engine.adapters.render.boxes import Box, contained
from gator_engine.domain.video.framing import WHOLE


@dataclass(frozen=True)
class Sticker:
    """A small picture and where it stands; as a painted layer."""

    x: int
    y: int
    rgba: np.ndarray


def whole_inside(size: tuple[int, int], box: Box) -> Box:
    """Where a whole picture of that size stands inside a box."""
    inside = contained(size, WHOLE, box.size)
    return Box(box.x + inside.x, box.y + inside.y, inside.w, inside.h)


def sticker(rgba: np.ndarray, original: tuple[int, int], box: Box) -> Sticker:
    """A picture (h, w, 4, straight alpha) shrunk or enlarged to stand whole inside a box.

    `original` is the file's own size, which has the exact shape.
    """
    place = whole_inside(original, box)
    if rgba.shape[1::-1] == place.size:
        return Sticker(place.x, place.y, rgba)
    # Colours of see-through pixels must not bleed into their neighbours: they count by their alpha.
    alpha = rgba[:, :, 3:].astype(np.float32) / 255
    weighted = np.dstack([rgba[:, :, :3] * alpha, alpha * 255])
    shrinks = rgba.shape[1] > place.w
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    fitted = cv2.resize(weighted, place.size, interpolation=how)
    straight = fitted[:, :, :3] * 255 / np.maximum(fitted[:, :, 3:], 1)
    pixels = np.dstack([np.clip(straight, 0, 255), fitted[:, :, 3]])
    return Sticker(place.x, place.y, np.rint(pixels).astype(np.uint8))


def coloured(colour: str, box: Box) -> Sticker:
    """A box filled with a colour written #rrggbb."""
    ink = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return Sticker(box.x, box.y, np.full((box.h, box.w, 4), (*ink, 255), np.uint8))
