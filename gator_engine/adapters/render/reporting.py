"""What a render tells while it runs: how far it is, and how it looks."""

from __future__ import annotations

from io import BytesIO

import cv2
from PIL import Image

from gator_engine.adapters.render.boxes import blank, even
from gator_engine.adapters.render.colour import to_rgb
from gator_engine.adapters.render.planes import Planes
from gator_engine.ports.generation import Run

PREVIEW_EDGE = 192
"""Longer edge of a preview in pixels."""


class Stretch:
    """A Run of which one piece of work takes only the share from `start` to `end`."""

    def __init__(self, run: Run, start: float, end: float, stage: str = "") -> None:
        self._run, self._start, self._end, self._stage = run, start, end, stage

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """As Run's; the stage of the whole piece goes before that of its own steps."""
        whole = self._start + (self._end - self._start) * min(1.0, max(0.0, fraction))
        self._run.progress(whole, self._stage or stage, preview)

    def check(self) -> None:
        """As Run's."""
        self._run.check()


def shrunk(planes: Planes) -> Planes:
    """A small copy of a picture."""
    height, width = planes.y.shape
    scale = min(1.0, PREVIEW_EDGE / max(width, height))
    small = blank((max(2, even(width * scale)), max(2, even(height * scale))))
    for source, target in ((planes.y, small.y), (planes.u, small.u), (planes.v, small.v)):
        size = target.shape[1], target.shape[0]
        cv2.resize(source, size, dst=target, interpolation=cv2.INTER_AREA)
    return small


def webp(planes: Planes) -> bytes:
    """A picture as a small WebP."""
    data = BytesIO()
    Image.fromarray(to_rgb(planes)).save(data, "WEBP", quality=70, method=0)
    return data.getvalue()


def png(planes: Planes) -> bytes:
    """A picture as PNG, quick to write rather than small."""
    data = BytesIO()
    Image.fromarray(to_rgb(planes)).save(data, "PNG", compress_level=1)
    return data.getvalue()
