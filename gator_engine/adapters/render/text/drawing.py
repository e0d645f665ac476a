"""Drawing set text: masks of letters and outlines, emoji, boxes, soft shadows, and laying over."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gator_engine.adapters.render.text.fonts import (
    EMOJI_SCALE,
    Voice,
    advance,
    direction,
    tracking_of,
    weight_of,
)
from gator_engine.adapters.render.text.setting import Segment, is_picture
from gator_engine.adapters.typefaces import emoji
from gator_engine.adapters.typefaces.files import clusters, load

RGB = tuple[int, int, int]


@lru_cache(maxsize=256)
def rgb(colour: str) -> RGB:
    """#rrggbb as three numbers."""
    value = int(colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def _luminance(colour: RGB) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else cast(float, ((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: RGB, second: RGB) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    one, two = _luminance(first), _luminance(second)
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


def readable(wanted: RGB, ground: RGB, least: float = 4.5) -> RGB:
    """The wanted colour when it can be read on a ground, else black or white."""
    if contrast(wanted, ground) >= least:
        return wanted
    return max(((255, 255, 255), (17, 17, 17)), key=lambda colour: contrast(colour, ground))


class Canvas:
    """A transparent picture one draws on; coordinates in pixels, `scale` times those of a block."""

    def __init__(self, size: tuple[int, int], scale: float = 1.0) -> None:
        self.size, self.scale = size, scale
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))

    def mask(
        self, segments: Iterable[Segment], voice: Voice, size: float, stroke: float = 0.0
    ) -> Image.Image:
        """The letters of segments as an "L" mask, grown by `stroke` pixels; emoji left out."""
        mask = Image.new("L", self.size, 0)
        draw = ImageDraw.Draw(mask)
        for segment in segments:
            if is_picture(segment):
                continue
            font = load(
                segment.font, size * self.scale, weight_of(segment.font, voice), voice.optical
            )
            for x, text in _letters(segment, voice, size):
                at = (x * self.scale, segment.baseline * self.scale)
                draw.text(
                    at,
                    text,
                    fill=255,
                    font=font,
                    anchor="ls",
                    direction=direction(segment.rtl),
                    stroke_width=stroke,
                )
        return mask

    def fill(self, mask: Image.Image, colour: RGB, opacity: float = 1.0) -> None:
        """Lay a colour over what is there, through a mask."""
        bounds = mask.getbbox()
        if bounds is None:
            return
        part = mask.crop(bounds)
        if opacity < 1.0:
            part = part.point(_faded(opacity))
        over = Image.new("RGBA", part.size, (*colour, 0))
        over.putalpha(part)
        self.image.alpha_composite(over, (bounds[0], bounds[1]))

    def emoji(self, segments: Iterable[Segment], size: float, opacity: float = 1.0) -> None:
        """Draw the colour pictures among the segments."""
        for segment in segments:
            if not is_picture(segment):
                continue
            side = emoji.ADVANCE * EMOJI_SCALE * size * self.scale
            pixels = max(1, round(side))
            x = segment.x * self.scale
            y = segment.baseline * self.scale - emoji.CENTRE * size * self.scale - pixels / 2
            for cluster in clusters(segment.text):
                for sequence in emoji.parts(cluster):
                    drawn = Image.fromarray(emoji.picture(sequence, pixels))
                    if opacity < 1.0:
                        drawn.putalpha(drawn.getchannel("A").point(_faded(opacity)))
                    self._over(drawn, round(x), round(y))
                    x += side

    def _over(self, drawn: Image.Image, x: int, y: int) -> None:
        cut = drawn.crop((max(0, -x), max(0, -y), drawn.width, drawn.height))
        if cut.width > 0 and cut.height > 0:
            self.image.alpha_composite(cut, (max(0, x), max(0, y)))

    def box(self, bounds: tuple[float, float, float, float], radius: float) -> Image.Image:
        """A mask of a rounded rectangle (left, top, right, bottom) with smooth edges."""
        left, top, right, bottom = (edge * self.scale for edge in bounds)
        width, height = self.size
        round_by = min(radius * self.scale, (right - left) / 2, (bottom - top) / 2)
        x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - (left + right) / 2)
        y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - (top + bottom) / 2)
        x, y = x - ((right - left) / 2 - round_by), y - ((bottom - top) / 2 - round_by)
        outside = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None])
        inside = np.minimum(np.maximum(x[None, :], y[:, None]), 0)
        away = outside + inside - round_by
        return Image.fromarray((np.clip(0.5 - away, 0, 1) * 255).astype(np.uint8))

    def pixels(self) -> NDArray[np.uint8]:
        """RGBA (h, w, 4), straight alpha."""
        return np.ascontiguousarray(np.array(self.image))


def _faded(opacity: float) -> list[int]:
    """The table that makes an "L" picture weaker."""
    return [round(value * opacity) for value in range(256)]


def soft(mask: Image.Image, radius: float, down: float) -> Image.Image:
    """A mask blurred by a radius and moved down, both in pixels, as a shadow falls."""
    moved = Image.new("L", mask.size, 0)
    moved.paste(mask, (0, round(down)))
    return moved.filter(ImageFilter.GaussianBlur(radius))


def _letters(segment: Segment, voice: Voice, size: float) -> list[tuple[float, str]]:
    """The parts of a segment that are drawn in one go, each with its x in the block.

    Tracked letters are drawn one by one; widths of beginnings keep their kerning.
    """
    tracking = tracking_of(segment.font, voice)
    if not tracking:
        return [(segment.x, segment.text)]
    parts, found = clusters(segment.text), []
    for place, letter in enumerate(parts):
        before = advance("".join(parts[: place + 1]), segment.font, voice, False)
        own = advance(letter, segment.font, voice, False)
        found.append((segment.x + (before - own) * size, letter))
    return found
