"""The shipped font files: which characters each has, and loading them at a size and weight."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex
from PIL import ImageFont, features

FONT_FOLDER = Path(__file__).parent / "assets" / "fonts"
# Raqm shapes ligatures, kerning pairs, joined letters and emoji; without it Pillow still kerns.
HAS_RAQM = bool(features.check("raqm"))
_ENGINE = ImageFont.Layout.RAQM if HAS_RAQM else ImageFont.Layout.BASIC
# What each variable axis accepts; a value outside would be an error of FreeType, not a style.
_AXIS_LIMITS = {
    "Fraunces": {"opsz": (9, 144), "wght": (100, 900)},
    "Fraunces-Italic": {"opsz": (9, 144), "wght": (100, 900)},
    "BricolageGrotesque": {"opsz": (12, 96), "wght": (200, 800)},
    "SpaceGrotesk": {"wght": (300, 700)},
    "JetBrainsMono": {"wght": (100, 800)},
    "Inter": {"opsz": (14, 32), "wght": (100, 900)},
}
_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True)
class Coverage:
    """First and last code points of the ranges of one font file, its axes in order, its ending."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    axes: tuple[str, ...]
    suffix: str


@lru_cache(maxsize=1)
def coverage() -> dict[str, Coverage]:
    """What every shipped font file has, by its name without ending."""
    listed = json.loads((FONT_FOLDER / "coverage.json").read_text(encoding="utf-8"))
    return {
        name: Coverage(
            tuple(first for first, _ in found["ranges"]),
            tuple(last for _, last in found["ranges"]),
            tuple(found["axes"]),
            found.get("suffix", "ttf"),
        )
        for name, found in listed.items()
    }


def covers(stem: str, text: str) -> bool:
    """Whether the font file `stem` has a glyph for every code point of `text`."""
    found = coverage()[stem]
    for char in text:
        place = bisect_right(found.firsts, ord(char)) - 1
        if place < 0 or ord(char) > found.lasts[place]:
            return False
    return True


def chain(face: str) -> tuple[str, ...]:
    """The font files of one face: a whole one, or its Latin and Latin Extended halves."""
    return (face,) if face in coverage() else (f"{face}-Latin", f"{face}-LatinExt")


@lru_cache(maxsize=512)
def load(
    stem: str, size: float, weight: int, optical: float | None = None
) -> ImageFont.FreeTypeFont:
    """The font file `stem` at `size` pixels, its weight and optical size axes set.

    `optical` is the optical size (default: `size`); a small draft of a large picture asks for the
    large one's, so that both have the same shapes.
    """
    found = coverage()[stem]
    font = ImageFont.truetype(FONT_FOLDER / f"{stem}.{found.suffix}", size, layout_engine=_ENGINE)
    if found.axes:
        limits = _AXIS_LIMITS[stem.removesuffix("-LatinExt").removesuffix("-Latin")]
        wanted = {"wght": weight, "opsz": size if optical is None else optical}
        values = [min(max(wanted[axis], limits[axis][0]), limits[axis][1]) for axis in found.axes]
        font.set_variation_by_axes([float(value) for value in values])
    return font


def clusters(text: str) -> list[str]:
    """Grapheme clusters (what a reader calls one character) of NFC-normalised `text`."""
    return _CLUSTER.findall(unicodedata.normalize("NFC", text))
