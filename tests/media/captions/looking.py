"""Looking at caption layers: where ink is, and of which colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.render.text import CaptionPainter, Layer
from gator_engine.domain.video.captions import STYLES, Captions, CaptionStyle, Cue, Word

PHONE, SQUARE, FEED, WIDE = (1080, 1920), (1080, 1080), (1080, 1350), (1920, 1080)
DRAFT, TINY = (270, 480), (108, 192)
FRAMES = (PHONE, SQUARE, FEED, WIDE, DRAFT, TINY)
STEP = 10


def captions(
    text: str, style: str | CaptionStyle = "bold", joined: bool = False, **changed: object
) -> Captions:
    """One cue from frame 0 whose words begin ten frames apart; "|" parts joined words."""
    words = text.split("|") if joined else text.split()
    timed = tuple(Word(w, n * STEP, STEP, joined and n > 0) for n, w in enumerate(words))
    look = STYLES[style] if isinstance(style, str) else style
    found = Captions((Cue("c1", 0, STEP * len(words), timed),), style=look)
    return replace(found, **changed)  # type: ignore[arg-type]


def painted(shown: Captions, frame: tuple[int, int] = PHONE, number: int = 0) -> Layer:
    """What is seen at a frame number."""
    painter = CaptionPainter(shown, frame)
    key = painter.state(number)
    assert key is not None
    return painter.layer(key)


def coloured(layer: Layer, colour: str, near: int = 40) -> NDArray[np.bool_]:
    """Where a layer is opaque and of about a colour."""
    value = int(colour[1:], 16)
    wanted = np.array([value >> 16, value >> 8 & 255, value & 255], dtype=np.int16)
    away = np.abs(layer.rgba[:, :, :3].astype(np.int16) - wanted).max(axis=2)
    found: NDArray[np.bool_] = (away <= near) & (layer.rgba[:, :, 3] > 200)
    return found


def middle(mask: NDArray[np.bool_]) -> float:
    """The mean x of what is marked."""
    assert mask.any()
    return float(np.nonzero(mask)[1].mean())


def bands(mask: NDArray[np.bool_], least: int = 1) -> int:
    """How many lines of text there are: runs of rows with ink, parted by rows without."""
    rows = mask.sum(axis=1) >= least
    return int((rows[1:] & ~rows[:-1]).sum() + rows[0])


def saturated(layer: Layer) -> NDArray[np.bool_]:
    """Where a layer is opaque and not grey."""
    rgb = layer.rgba[:, :, :3].astype(np.int16)
    found: NDArray[np.bool_] = (rgb.max(axis=2) - rgb.min(axis=2) > 30) & (
        layer.rgba[:, :, 3] > 200
    )
    return found


def box_of(layer: Layer, least: int = 1) -> tuple[int, int, int, int]:
    """Left, top, right, bottom on the frame of what is not transparent."""
    ys, xs = np.nonzero(layer.rgba[:, :, 3] >= least)
    return (
        layer.x + int(xs.min()),
        layer.y + int(ys.min()),
        layer.x + int(xs.max()) + 1,
        layer.y + int(ys.max()) + 1,
    )


def inside(box: tuple[int, int, int, int], area: tuple[int, int, int, int]) -> bool:
    """Whether a box keeps to an area."""
    return box[0] >= area[0] and box[1] >= area[1] and box[2] <= area[2] and box[3] <= area[3]
