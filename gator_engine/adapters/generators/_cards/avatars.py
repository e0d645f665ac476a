"""Avatars composed from CC0 drawings: the same seed and options always give the same face."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image

from gator_engine.adapters.generators._cards.colour import parse_hex
from gator_engine.adapters.generators._cards.names import AVATAR_STYLES
from gator_engine.errors import InvalidInput

AVATAR_FOLDER = Path(__file__).parent / "assets" / "avatars"
MAX_SIDE = 2048

_PLACE = re.compile(r"\[\[(part|color):(\w+)\]\]")
_SKINS = ("#ffdbb4", "#edb98a", "#d08b5b", "#ae5d29", "#8d5a3a", "#694d3d")
_HAIRS = ("#2c1b18", "#4a312c", "#724133", "#a55728", "#b58143", "#d6b370", "#b8b2ad", "#1b1b1f")
# Of the drawn faces, those a person would choose for themselves; the others are caricatures.
_KEPT = {
    "face": (
        "awe", "blank", "calm", "cheeky", "cute", "driven", "eatingHappy", "explaining",
        "eyesClosed", "lovingGrin1", "lovingGrin2", "serious", "smile", "smileBig", "solemn",
    ),
}  # fmt: skip
_LEFT_OUT = {"head": ("bear", "noHair3"), "accessories": ("eyepatch",)}
_NEVER = {"mask"}


@dataclass(frozen=True)
class AvatarSpec:
    """One avatar: drawing style, seed, and optional colours written `#rrggbb`.

    Colours left empty are chosen by the seed; a style without such an area ignores them.
    """

    style: str = "lorelei"
    seed: str = ""
    skin: str = ""
    hair: str = ""
    clothing: str = ""


@lru_cache(maxsize=len(AVATAR_STYLES))
def _style(name: str) -> dict[str, Any]:
    """The vendored parts of a style; raises InvalidInput for a name that is not shipped."""
    if name not in AVATAR_STYLES:
        raise InvalidInput("avatar", f"{name!r} is unknown", "one of " + ", ".join(AVATAR_STYLES))
    found: dict[str, Any] = json.loads((AVATAR_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _draw(seed: str, salt: str, sides: int) -> int:
    """A number from 0 to sides-1 that depends on the seed and on what it is drawn for."""
    digest = hashlib.sha256(f"{seed}\x00{salt}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % sides


def _chosen_parts(style: dict[str, Any], seed: str) -> dict[str, str]:
    """Which variant of each part is shown; absent parts map to an empty drawing."""
    chosen = {}
    for group, variants in style["parts"].items():
        share = style["probability"].get(group, 100)
        if group in _NEVER or _draw(seed, f"show {group}", 100) >= share:
            chosen[group] = ""
            continue
        kept = _KEPT.get(group, ()) if len(variants) > 10 else ()
        names = [name for name in variants if name not in _LEFT_OUT.get(group, ())]
        names = [name for name in names if not kept or name in kept]
        chosen[group] = variants[names[_draw(seed, group, len(names))]]
    return chosen


def _chosen_colours(style: dict[str, Any], spec: AvatarSpec) -> dict[str, str]:
    """Colour of every area: the given one, else one drawn from the seed."""
    skin = spec.skin or _SKINS[_draw(spec.seed, "skin", len(_SKINS))]
    hair = spec.hair or _HAIRS[_draw(spec.seed, "hair", len(_HAIRS))]
    colours = {}
    for area, options in style["colors"].items():
        colours[area] = "#" + options[_draw(spec.seed, f"colour {area}", len(options))]
    colours.update({"skin": skin, "headContrast": hair, "hair": hair})
    if "eyebrows" in colours:
        colours["eyebrows"] = hair if spec.hair else "#000000"
    if spec.clothing:
        colours.update({"clothing": spec.clothing, "shape": spec.clothing})
    if "shape" in colours:  # a face drawn on the shape must be seen on it
        red, green, blue = parse_hex("avatar", colours["shape"])
        face = "#101014" if red * 0.299 + green * 0.587 + blue * 0.114 > 150 else "#ffffff"
        colours.update({"eyes": face, "mouth": face})
    return colours


def avatar_svg(spec: AvatarSpec) -> str:
    """SVG text of an avatar on a transparent ground.

    Raises InvalidInput for an unknown style or a malformed colour.
    """
    for name in ("skin", "hair", "clothing"):
        if getattr(spec, name):
            parse_hex(f"avatar {name}", getattr(spec, name))
    style = _style(spec.style)
    parts, colours = _chosen_parts(style, spec.seed), _chosen_colours(style, spec)

    def fill(match: re.Match[str]) -> str:
        kind, name = match.groups()
        return parts[name] if kind == "part" else colours[name]

    body = style["body"]
    for _ in range(5):  # parts hold parts: hair → head → eyes
        body = _PLACE.sub(fill, body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{style["viewBox"]}" fill="none">'
        f"{body}</svg>"
    )


@lru_cache(maxsize=16)
def avatar_image(spec: AvatarSpec, side: int) -> Image.Image:
    """The avatar as an RGBA image of `side` × `side` pixels, transparent around the figure.

    Raises InvalidInput as `avatar_svg` does, and for a side outside 16..2048 pixels.
    """
    if not 16 <= side <= MAX_SIDE:
        raise InvalidInput("avatar", f"{side} pixels is out of range", f"16 to {MAX_SIDE} pixels")
    data = resvg_py.svg_to_bytes(svg_string=avatar_svg(spec), width=side, height=side)
    return Image.open(io.BytesIO(bytes(data))).convert("RGBA")
