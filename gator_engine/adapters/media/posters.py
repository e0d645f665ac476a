"""One picture that stands for a film."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from PIL import Image

from gator_engine.adapters.media.containers import Source
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources.videos import VideoSource
from gator_engine.errors import InvalidInput

# Where to look, in shares of the length: films often begin and end in black.
PLACES = (Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(0))
# Luma levels (16–235): contrast a picture should have at least, and how dark or bright it may be.
_CONTRAST, _DARKEST, _BRIGHTEST = 12.0, 36.0, 220.0


def poster(source: Source, edge: int) -> Image.Image:
    """The first frame looked at that is neither black, white nor blank, else the liveliest.

    Its longer edge is `edge` at most, and never enlarged. Raises InvalidInput for a film without a
    frame that can be decoded.
    """
    best: tuple[float, Planes] | None = None
    with VideoSource(source, (edge, edge)) as film:
        length = Fraction(film.duration_s or 0)
        for place in PLACES:
            try:
                planes = film.planes(length * place)
            except InvalidInput:
                continue  # a hole there; another place will do
            mean, contrast = float(planes.y.mean()), float(planes.y.std())
            if contrast >= _CONTRAST and _DARKEST <= mean <= _BRIGHTEST:
                best = (contrast, planes)
                break
            if best is None or contrast > best[0]:
                best = (contrast, planes)
    if best is None:
        raise InvalidInput("file", "no picture in the film can be decoded")
    scale = min(1.0, edge / max(film.original_size))
    size = (
        max(1, round(film.original_size[0] * scale)),
        max(1, round(film.original_size[1] * scale)),
    )
    return Image.fromarray(rgb_of(best[1])).resize(size, Image.Resampling.LANCZOS)


def rgb_of(planes: Planes) -> np.ndarray:
    """(h, w, 3) uint8 from BT.709 limited planes (Rec. ITU-R BT.709-6, 3.2–3.5)."""
    height, width = planes.y.shape
    luma = (planes.y.astype(np.float32) - 16) * (255 / 219)
    blue, red = (
        (cv2.resize(plane, (width, height)).astype(np.float32) - 128) * (255 / 224)
        for plane in (planes.u, planes.v)
    )
    channels = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
    return np.asarray(np.clip(np.rint(np.stack(channels, axis=2)), 0, 255), np.uint8)
