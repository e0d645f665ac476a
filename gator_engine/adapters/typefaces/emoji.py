"""Colour emoji: which character sequences have a picture, and drawing one at any size."""

from __future__ import annotations

import io
import json
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import regex
import resvg_py
from numpy.typing import NDArray
from PIL import Image

ARCHIVE = Path(__file__).parent / "assets" / "emoji" / "emoji.zip"
# Noto's em is 1024 units; its emoji are 1275 wide, from 950 above the baseline to 250 below.
ADVANCE = 1275 / 1024
CENTRE = 350 / 1024
"""Ems from the baseline up to the middle of an emoji."""
_VIEW = "0 -987.5 1275 1275"
_TEXT_SELECTOR, _EMOJI_SELECTOR, _JOINER = "\ufe0e", "\ufe0f", "\u200d"
# Shown in colour by itself; the rest (©, ❤, digits) needs the selector or a sequence. Emoji_
# Presentation leaves out flags of two letters and keycaps (Unicode Technical Standard 51).
_BY_ITSELF = regex.compile(
    r"\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3"
    r"|\p{Emoji}\p{Emoji_Modifier}|\p{Emoji}\ufe0f?\u200d"
)


@lru_cache(maxsize=1)
def _index() -> dict[str, int]:
    """The chunk of the archive each sequence lies in, by its characters without selectors."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        chunks = json.loads(archive.read("index.json"))
    return {name: number for number, chunk in enumerate(chunks) for name in chunk}


@lru_cache(maxsize=6)
def _chunk(number: int) -> dict[str, str]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        found: dict[str, str] = json.loads(archive.read(f"{number}.json"))
    return found


def _bare(cluster: str) -> str:
    return cluster.replace(_EMOJI_SELECTOR, "")


def is_colour(cluster: str) -> bool:
    """Whether a grapheme cluster asks to be shown as an emoji rather than as text."""
    if _TEXT_SELECTOR in cluster:
        return False
    return _EMOJI_SELECTOR in cluster or _BY_ITSELF.match(cluster) is not None


def parts(cluster: str) -> tuple[str, ...]:
    """The pictures that show an emoji, as sequences; () when there are none.

    A joined sequence without a picture of its own falls apart into its members, as Unicode
    Technical Standard 51 (2.2) asks.
    """
    bare = _bare(cluster)
    if bare in _index():
        return (bare,)
    members = [part for part in bare.split(_JOINER) if part]
    return tuple(members) if len(members) > 1 and all(m in _index() for m in members) else ()


@lru_cache(maxsize=128)
def picture(sequence: str, pixels: int) -> NDArray[np.uint8]:
    """One of `parts` as RGBA (pixels, pixels, 4), straight alpha; a square of one advance.

    Raises KeyError for a sequence without a picture.
    """
    body = _chunk(_index()[sequence])[sequence]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{_VIEW}" width="{pixels}" height="{pixels}">{body}</svg>'
    )
    data = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    return np.array(Image.open(io.BytesIO(bytes(data))).convert("RGBA"))
