"""Measuring and drawing one line of text: runs, kerning, tracking and optical edges."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw

from gator_engine.adapters.generators._cards.faces import (
    HAS_RAQM,
    TypeStyle,
    clusters,
    load,
    runs,
)
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.errors import InvalidInput

# Sizes are whole pixels, so that a measured line is the line that is drawn.
_HANGING = "“‘\"'«„(["
_OPENING = re.compile(r"(^|[\s(\[{—–-])([\"'])")


def smarten(text: str) -> str:
    """Straight quotes and apostrophes as typographic ones, three dots as an ellipsis."""
    text = text.replace("...", "…")
    text = _OPENING.sub(lambda m: m.group(1) + ("“" if m.group(2) == '"' else "‘"), text)
    return text.replace('"', "”").replace("'", "’")


def prepare(field: str, text: str, style: TypeStyle) -> str:
    """Text as it will be set: NFC, typographic quotes, capitals if the style wants them.

    Line breaks stay; tabs become spaces. Raises InvalidInput naming `field` for control characters
    and for characters that no shipped font has.
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs", "Co") and char != "\n":
            raise InvalidInput(field, f"holds the control character U+{ord(char):04X}")
    text = smarten(text)
    if style.upper:
        text = text.upper()
    for line in text.split("\n"):
        runs(line, style.face, field)
    return text


def _features(style: TypeStyle) -> list[str] | None:
    # Ligatures would glue letters that tracking moves apart.
    return ["-liga", "-clig"] if HAS_RAQM and style.tracking > 0.02 else None


@lru_cache(maxsize=8192)
def advance(text: str, style: TypeStyle, size: int) -> float:
    """Width in pixels that `text` takes at `size`, kerning and tracking included."""
    total = 0.0
    for stem, part in runs(text, style.face, ""):
        total += load(stem, size, style.weight).getlength(part, features=_features(style))
    letters = max(0, len(clusters(text)) - 1)
    return total + letters * style.tracking * size


@lru_cache(maxsize=512)
def cap_height(style: TypeStyle, size: int) -> float:
    """Height in pixels of a capital H at `size`."""
    stem = runs("H", style.face, "")[0][0]
    return float(-load(stem, size, style.weight).getbbox("H", anchor="ls")[1])


@lru_cache(maxsize=4096)
def _ink(stem: str, text: str, size: int, weight: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the inked pixels, from the start of the baseline.

    Pillow's own bounding box is stretched to the origin, which hides side bearings.
    """
    mask, (dx, dy) = load(stem, size, weight).getmask2(text, "L", anchor="ls")
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return left + dx, top + dy, right + dx, bottom + dy


@lru_cache(maxsize=2048)
def hang(text: str, style: TypeStyle, size: int) -> float:
    """Pixels to move a flush-left line to the left so that its edge looks straight.

    The side bearing of the first letter always; the whole width of an opening quote or bracket.
    """
    if not text:
        return 0.0
    if text[0] in _HANGING:
        return advance(text[0], style, size) + style.tracking * size
    return left_bearing(text, style, size)


def left_bearing(text: str, style: TypeStyle, size: int) -> float:
    """Pixels from the start of a line to the ink of its first letter."""
    stem, part = runs(text, style.face, "")[0]
    return float(_ink(stem, part[0], size, style.weight)[0])


@lru_cache(maxsize=2048)
def ink_extent(text: str, style: TypeStyle, size: int) -> tuple[float, float]:
    """Pixels the ink of `text` reaches above and below its baseline.

    The second is negative for ink that ends above the baseline, like a quotation mark's.
    """
    found = [_ink(stem, part, size, style.weight) for stem, part in runs(text, style.face, "")]
    return max(float(-box[1]) for box in found), max(float(box[3]) for box in found)


def line_box(text: str, style: TypeStyle, size: int, x: float, baseline: float) -> Box:
    """Where the ink of a line starting at (`x`, `baseline`) lies, with one pixel around it."""
    above, below = ink_extent(text, style, size)
    return Box(x, baseline - above, advance(text, style, size), above + below).inset(-1)


def draw_line(
    mask: Image.Image, text: str, style: TypeStyle, size: int, x: float, baseline: float
) -> None:
    """Draw a line with its left edge at `x` and its baseline at `baseline` into an "L" mask."""
    draw = ImageDraw.Draw(mask)
    spacing = style.tracking * size
    for stem, part in runs(text, style.face, ""):
        font = load(stem, size, style.weight)
        wanted = _features(style)
        if abs(spacing) < 0.01:
            draw.text((x, baseline), part, fill=255, font=font, anchor="ls", features=wanted)
            x += font.getlength(part, features=wanted)
            continue
        letters = clusters(part)
        for place, letter in enumerate(letters):
            # Prefix widths keep the kerning between letters that are drawn one by one.
            before = font.getlength("".join(letters[: place + 1]), features=wanted)
            own = font.getlength(letter, features=wanted)
            at = x + before - own + place * spacing
            draw.text((at, baseline), letter, fill=255, font=font, anchor="ls", features=wanted)
        x += font.getlength(part, features=wanted) + len(letters) * spacing
