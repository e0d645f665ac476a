"""Looks by name: words that a persona's pictures share, and what they keep out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A look: its name for people, what the prompt gains, and what it keeps out."""

    label: str
    words: tuple[str, ...]
    negative: tuple[str, ...] = ()


PRESETS: Mapping[str, Preset] = {
    "natural-photo": Preset(
        "Natural photograph",
        ("natural photograph", "true-to-life colours"),
        ("over-sharpened", "plastic skin"),
    ),
    "studio-portrait": Preset(
        "Studio portrait",
        ("studio portrait photograph", "seamless backdrop", "softbox light"),
        ("cluttered background",),
    ),
    "film-35mm": Preset(
        "35 mm film",
        ("35 mm film photograph", "fine grain", "gentle highlights"),
        ("digital noise", "HDR"),
    ),
    "magazine": Preset(
        "Magazine editorial",
        ("magazine editorial photograph", "considered composition"),
        ("snapshot", "watermark"),
    ),
    "watercolour": Preset(
        "Watercolour",
        ("watercolour painting", "visible paper grain", "loose washes"),
        ("photograph", "3d render"),
    ),
    "ink": Preset(
        "Ink drawing",
        ("ink drawing", "confident line work", "sparse hatching"),
        ("photograph", "gradient shading"),
    ),
}
