"""The names a card can be asked for by; importing this loads nothing heavy."""

from __future__ import annotations

from gator_engine.domain.brand import AVATAR_STYLES, BACKGROUNDS, TYPEFACES

__all__ = [
    "AVATAR_STYLES",
    "BACKGROUNDS",
    "KINDS",
    "LAYOUTS",
    "MAX_ITEMS",
    "MAX_SLIDES",
    "SIZES",
    "TONES",
    "TYPEFACES",
]

KINDS = ("quote", "announcement", "list", "carousel_cover", "carousel_slide", "carousel_end")
LAYOUTS = ("editorial", "centred", "poster", "sheet", "split", "ledger")
TONES = ("deep", "bright", "pale")
SIZES = {
    "1:1": (1080, 1080),
    "4:5": (1080, 1350),
    "9:16": (1080, 1920),
    "16:9": (1920, 1080),
}
MAX_ITEMS = 10
MAX_SLIDES = 20
