"""The shipped typefaces: pairings, loading at a size and weight, and which face has which glyph."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import emoji
import regex
from PIL import ImageFont, features

from gator_engine.errors import InvalidInput

FONT_FOLDER = Path(__file__).parent / "assets" / "fonts"
# Raqm shapes ligatures, kerning pairs and emoji sequences; without it Pillow still kerns.
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
_LAST_RESORT = ("Inter", "NotoSansSymbols2", "NotoEmoji")
_SELECTORS = dict.fromkeys((0xFE0E, 0xFE0F))
_CLUSTER = regex.compile(r"\X")


@dataclass(frozen=True)
class TypeStyle:
    """How a text is set: face, weight, tracking and leading in em, and whether in capitals."""

    face: str
    weight: int = 400
    tracking: float = 0.0
    leading: float = 1.3
    upper: bool = False


@dataclass(frozen=True)
class Pairing:
    """The styles of one typographic voice: what shouts, what speaks, and what labels."""

    display: TypeStyle
    quote: TypeStyle
    text: TypeStyle
    strong: TypeStyle
    label: TypeStyle
    numeral: TypeStyle


_TEXT = TypeStyle("Inter", 430, -0.006, 1.46)
_STRONG = TypeStyle("Inter", 620, -0.010, 1.3)
_LABEL = TypeStyle("Inter", 620, 0.13, 1.3, upper=True)

PAIRINGS: dict[str, Pairing] = {
    "editorial": Pairing(
        display=TypeStyle("Fraunces", 560, -0.021, 1.06),
        quote=TypeStyle("Fraunces", 430, -0.014, 1.17),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("Fraunces-Italic", 380, -0.02, 1.0),
    ),
    "modern": Pairing(
        display=TypeStyle("BricolageGrotesque", 760, -0.026, 1.0),
        quote=TypeStyle("BricolageGrotesque", 620, -0.020, 1.11),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("BricolageGrotesque", 800, -0.03, 1.0),
    ),
    "technical": Pairing(
        display=TypeStyle("SpaceGrotesk", 620, -0.032, 1.05),
        quote=TypeStyle("SpaceGrotesk", 500, -0.024, 1.17),
        text=TypeStyle("SpaceGrotesk", 420, -0.004, 1.42),
        strong=TypeStyle("SpaceGrotesk", 650, -0.008, 1.3),
        label=TypeStyle("JetBrainsMono", 560, 0.06, 1.3, upper=True),
        numeral=TypeStyle("JetBrainsMono", 420, -0.02, 1.0),
    ),
    "literary": Pairing(
        display=TypeStyle("InstrumentSerif", 400, -0.018, 1.0),
        quote=TypeStyle("InstrumentSerif-Italic", 400, -0.010, 1.1),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("InstrumentSerif-Italic", 400, -0.01, 1.0),
    ),
    "neutral": Pairing(
        display=TypeStyle("Inter", 730, -0.034, 1.06),
        quote=TypeStyle("Inter", 560, -0.026, 1.17),
        text=_TEXT,
        strong=_STRONG,
        label=_LABEL,
        numeral=TypeStyle("Inter", 300, -0.04, 1.0),
    ),
}


@lru_cache(maxsize=1)
def _coverage() -> dict[str, tuple[list[int], list[int], list[str]]]:
    """Per font file: first and last code points of its ranges, and its variation axes in order."""
    listed = json.loads((FONT_FOLDER / "coverage.json").read_text(encoding="utf-8"))
    return {
        name: ([r[0] for r in found["ranges"]], [r[1] for r in found["ranges"]], found["axes"])
        for name, found in listed.items()
    }


def covers(stem: str, text: str) -> bool:
    """Whether the font file `stem` has a glyph for every code point of `text`."""
    firsts, lasts, _ = _coverage()[stem]
    for char in text:
        place = bisect_right(firsts, ord(char)) - 1
        if place < 0 or ord(char) > lasts[place]:
            return False
    return True


@lru_cache(maxsize=512)
def load(stem: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """The font file `stem` at `size` pixels, its weight and optical size axes set."""
    font = ImageFont.truetype(FONT_FOLDER / f"{stem}.ttf", size, layout_engine=_ENGINE)
    axes = _coverage()[stem][2]
    if axes:
        limits = _AXIS_LIMITS[stem.removesuffix("-LatinExt").removesuffix("-Latin")]
        wanted = {"wght": weight, "opsz": size}
        values = [min(max(wanted[axis], limits[axis][0]), limits[axis][1]) for axis in axes]
        font.set_variation_by_axes([float(value) for value in values])
    return font


def _chain(face: str) -> tuple[str, ...]:
    """Font files to try for a face, in order: its own, then text, symbols and emoji."""
    own = (face,) if face in _coverage() else (f"{face}-Latin", f"{face}-LatinExt")
    return own + tuple(name for name in _LAST_RESORT if name not in own)


def clusters(text: str) -> list[str]:
    """Grapheme clusters (what a reader calls one character) of NFC-normalised `text`."""
    return _CLUSTER.findall(unicodedata.normalize("NFC", text))


def file_for(cluster: str, face: str, field: str) -> str:
    """The font file that draws one cluster in the voice of `face`.

    Emoji go to the emoji font first. Raises InvalidInput naming `field` and the character when no
    shipped font has it: a box in place of a letter is never drawn.
    """
    bare = cluster.translate(_SELECTORS)
    chain = _chain(face)
    if emoji.is_emoji(cluster) and ("\ufe0f" in cluster or ord(cluster[0]) > 0x2BFF):
        chain = ("NotoEmoji", *chain)
    for stem in chain:
        if covers(stem, bare):
            return stem
    name = unicodedata.name(bare[0], "unnamed") if bare else "variation selector"
    points = " ".join(f"U+{ord(char):04X}" for char in cluster)
    raise InvalidInput(
        field,
        f"no font has the character {cluster!r} ({points}, {name})",
        "Latin, Greek, Cyrillic, symbols and emoji",
    )


@lru_cache(maxsize=4096)
def runs(text: str, face: str, field: str) -> tuple[tuple[str, str], ...]:
    """Split `text` into (font file, text) runs; raises InvalidInput for uncovered characters."""
    found: list[tuple[str, str]] = []
    for cluster in clusters(text):
        stem = file_for(cluster, face, field)
        bare = cluster.translate(_SELECTORS)
        if found and found[-1][0] == stem:
            found[-1] = (stem, found[-1][1] + bare)
        elif bare:
            found.append((stem, bare))
    return tuple(found)
