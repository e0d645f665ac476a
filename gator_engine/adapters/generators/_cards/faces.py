"""Which of the shipped typefaces draws which part of a card's text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import emoji

from gator_engine.adapters.typefaces.files import (
    FONT_FOLDER,
    HAS_RAQM,
    chain,
    clusters,
    covers,
    load,
)
from gator_engine.adapters.typefaces.pairings import PAIRINGS, Pairing, TypeStyle
from gator_engine.errors import InvalidInput

__all__ = [
    "FONT_FOLDER",
    "HAS_RAQM",
    "PAIRINGS",
    "Pairing",
    "TypeStyle",
    "clusters",
    "covers",
    "file_for",
    "load",
    "runs",
]

_LAST_RESORT = ("Inter", "NotoSansSymbols2", "NotoEmoji")
_SELECTORS = dict.fromkeys((0xFE0E, 0xFE0F))


def _chain(face: str) -> tuple[str, ...]:
    """Font files to try for a face, in order: its own, then text, symbols and emoji."""
    own = chain(face)
    return own + tuple(name for name in _LAST_RESORT if name not in own)


def file_for(cluster: str, face: str, field: str) -> str:
    """The font file that draws one cluster in the voice of `face`.

    Emoji go to the emoji font first. Raises InvalidInput naming `field` and the character when no
    shipped font has it: a box in place of a letter is never drawn.
    """
    bare = cluster.translate(_SELECTORS)
    tried = _chain(face)
    if emoji.is_emoji(cluster) and ("\ufe0f" in cluster or ord(cluster[0]) > 0x2BFF):
        tried = ("NotoEmoji", *tried)
    for stem in tried:
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
