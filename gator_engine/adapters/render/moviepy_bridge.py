"""A timeline as a moviepy clip: for moviepy's effects, and for a look at it in a notebook.

The pictures come from the same compositor as the finished file. moviepy works on RGB and one frame
at a time, so rendering through it takes longer; use `TimelineRenderer.render` for files.
"""

from __future__ import annotations

import threading
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from gator_engine.adapters.render.boxes import blank
from gator_engine.adapters.render.colour import to_rgb
from gator_engine.adapters.render.neighbours import Tools
from gator_engine.adapters.render.rendering import Picture
from gator_engine.ports.video import RenderRequest

NEARLY = Fraction(1, 10_000)
"""moviepy asks for seconds as floats: so much of a frame before its time it is shown already."""


class FrameFunction:
    """Gives the picture at a second, as RGB (h, w, 3) uint8; keeps the last one it made."""

    def __init__(self, request: RenderRequest, tools: Tools) -> None:
        self._picture = Picture(request, tools)
        self._rate = request.timeline.rate.fraction
        self._compositor = self._picture.compositor()
        self._planes = blank(self._picture.size)
        self._lock = threading.Lock()
        self._number, self._rgb = -1, np.empty(0, np.uint8)

    @property
    def length(self) -> int:
        """Frames of the whole video."""
        return self._picture.shots.length

    def __call__(self, second: float) -> np.ndarray:
        """The frame shown at that second; the first and last one outside the video."""
        number = floor(Fraction(float(second)) * self._rate + NEARLY)
        number = min(self.length - 1, max(0, number))
        with self._lock:
            if number != self._number:
                self._compositor.frame(number, self._planes)
                self._number, self._rgb = number, to_rgb(self._planes)
            return self._rgb.copy()

    def close(self) -> None:
        """Close the videos that were opened."""
        self._compositor.close()


def moviepy_clip(request: RenderRequest, tools: Tools | None = None) -> Any:
    """The request's pictures as a `moviepy.VideoClip` with its duration, size and rate; no sound.

    Raises InvalidInput for a timeline that cannot be drawn.
    """
    from moviepy import VideoClip

    frames = FrameFunction(request, tools or Tools())
    rate = request.timeline.rate.fraction
    clip = VideoClip(frame_function=frames, duration=float(frames.length / rate))
    return clip.with_fps(float(rate))
